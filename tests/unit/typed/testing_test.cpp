// The kit for users' tests: what it says is right, also when a test must fail.
#include "support.hpp"

#include <eventcore/testing.hpp>
#include <eventcore/testing_faults.hpp>

#include <chrono>
#include <stdexcept>

namespace {

using namespace typed;
using ec::StreamId;
using ec::testing::event;
using ec::testing::given;

const StreamId account("account/a");

// Takes what is there, all or nothing.
struct Withdraw {
  StreamId account;
  std::int64_t amount = 1;
  using Streams = ec::StreamSet<&Withdraw::account>;
  using Events = ec::Events<Deposited, Withdrawn>;
  struct State {
    std::int64_t available = 0;
  };
  void apply(State& state, const ec::Recorded<Deposited>& event) const { state.available += event->amount; }
  void apply(State& state, const ec::Recorded<Withdrawn>& event) const { state.available -= event->amount; }
  ec::Result<> decide(const State& state, ec::Decision<Withdraw>& out) const {
    EC_REQUIRE(state.available >= amount, "only {} there", state.available);
    out.write<&Withdraw::account>(Withdrawn{amount});
    return {};
  }
};

TEST(Testing, GivenWhenThen) {
  EXPECT_TRUE(given(event(account, Deposited{5})).when(Withdraw{account, 3}).then(event(account, Withdrawn{3})));
  EXPECT_TRUE(given().when(Withdraw{account, 3}).then_rejected("only 0 there"));
  EXPECT_TRUE(given(event(account, Deposited{5})).expect(event(account, Deposited{5})));
}

TEST(Testing, SaysWhatIsWrong) {
  auto history = given(event(account, Deposited{5}));
  const auto other = history.when(Withdraw{account, 3}).then(event(account, Withdrawn{4}));
  EXPECT_FALSE(other);
  EXPECT_EQ(other.why(),
            "expected were:\n  withdrawn {\"amount\":4} in account/a\nbut it wrote:\n  withdrawn {\"amount\":3} in "
            "account/a");
  EXPECT_EQ(history.when(Withdraw{account, 1}).then_rejected().why(),
            "it was committed, and wrote:\n  withdrawn {\"amount\":1} in account/a");
  EXPECT_NE(history.when(Withdraw{account, 9}).then().why().find("it was not committed: only 1 there"),
            std::string::npos);
  EXPECT_NE(history.when(Withdraw{account, 9}).then_rejected("too much").why().find("does not contain 'too much'"),
            std::string::npos);
  EXPECT_NE(history.expect().why().find("expected were: nothing"), std::string::npos);
  EXPECT_NE(given().when(Withdraw{StreamId("*"), 9}).then_rejected().why().find("it was not rejected, it failed"),
            std::string::npos);
}

struct Sum {
  static constexpr std::string_view name = "sum";
  static constexpr std::uint32_t version = 1;
  using Events = ec::Events<Deposited>;
  ec::Result<> on(const ec::Recorded<Deposited>& event) {
    if (event->amount < 0) return std::unexpected(ec::Error{ec::Code::invalid, "negative"});
    sum += event->amount;
    return {};
  }
  std::int64_t sum = 0;
};

TEST(Testing, GivenThenProjected) {
  Sum sum;
  EXPECT_TRUE(given(event(account, Deposited{5}), event(StreamId("account/b"), Deposited{2})).when_projected(sum));
  EXPECT_EQ(sum.sum, 7);
  EXPECT_NE(given(event(account, Deposited{-5})).when_projected(sum).why().find("negative"), std::string::npos);
}

TEST(Faults, TheNthCallFails) {
  ec::testing::Faults faults;
  ec::Store store = ec::testing::faulty_store(faults);
  faults.fail("append", 2, EC_UNAVAILABLE);
  const auto append = [&] { return store.append({ec::Expect::any(account)}, {ec::NewEvent::of(0, Deposited{1})}); };
  EXPECT_TRUE(append().has_value());
  EXPECT_FAILS(append(), ec::Code::unavailable, "a fault of the test's, at append");
  EXPECT_TRUE(append().has_value());
  faults.fail("read_all", 1, EC_CORRUPT);
  EXPECT_FAILS(store.read_all(), ec::Code::corrupt, "at read_all");
  faults.fail("head", 1, EC_UNAVAILABLE);
  EXPECT_FAILS(store.head(), ec::Code::unavailable, "at head");
  EXPECT_EQ(store.head().value(), (ec::Position{0, 2})) << "the one that failed was not carried out";
  EXPECT_EQ(faults.count(), 3U);
}

TEST(Faults, AFunctionThatDoesNotExistIsNoticed) {
  ec::testing::Faults faults;
  EXPECT_THROW(faults.fail("apend", 1, EC_CONFLICT), std::invalid_argument);
  EXPECT_THROW(faults.fail_randomly("commit", 1, EC_CONFLICT, 1), std::invalid_argument);
}

TEST(Faults, AConflictIsTriedAgainAndDoubtIsCleared) {
  ec::testing::Faults faults;
  ec::Store store = ec::testing::faulty_store(faults);
  faults.fail("append", 1, EC_CONFLICT);
  const auto done = ec::execute(store, Deposit{account, 5});
  ASSERT_TRUE(done.has_value()) << done.error().message;
  EXPECT_EQ(done->attempts, 2U);
  faults.fail("append", 1, EC_IN_DOUBT);  // not carried out, then carried out
  ASSERT_TRUE(ec::execute(store, Deposit{account, 5}).has_value());
  faults.fail("append", 1, EC_IN_DOUBT);
  ASSERT_TRUE(ec::execute(store, Deposit{account, 5}).has_value());
  EXPECT_EQ(ec::testing::collect(store).size(), 3U) << "each counts once";
}

TEST(Faults, DrawnWithASeedAProjectionStillSeesEachEventOnce) {
  using namespace std::chrono_literals;
  ec::testing::Faults faults;
  ec::Store store = ec::testing::faulty_store(faults);
  faults.fail_randomly("append", 0.3, EC_IN_DOUBT, 1);
  for (const char* function : {"read", "read_all", "next", "load", "save", "head"})
    faults.fail_randomly(function, 0.3, EC_UNAVAILABLE, 2);
  for (int i = 1; i <= 50; ++i)
    ASSERT_TRUE(ec::execute(store, Deposit{account, 1}, {.max_attempts = 1'000, .backoff_cap = 1us}).has_value());
  Sum sum;
  ASSERT_TRUE(ec::Projector(store, sum, {.save_every = 3, .retry_base = 0ms}).run_to_head().has_value());
  EXPECT_EQ(sum.sum, 50);
  EXPECT_GT(faults.count(), 50U);
  faults.stop_failing();
  EXPECT_EQ(ec::testing::collect(store).size(), 50U);
}

}  // namespace
