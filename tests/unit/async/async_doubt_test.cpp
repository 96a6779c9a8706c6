// Appends of which nobody knows whether they were stored, in executions without threads; and executions within others.
#include "support.hpp"

#include <thread>

namespace ec::test {
namespace {

class AsyncDoubt : public testing::TestWithParam<bool> {
 protected:
  void TearDown() override { Holds::all().doubt_appends(0); }

  // Counts how often it decides; the store answers that it is in doubt about the append that follows.
  Probe counting() {
    Probe probe;
    probe.on_decide = [this](const auto&, auto& out) -> ec::Result<> {
      ++decided_;
      Holds::all().doubt_appends(1);
      out.template write<&Probe::account>(Deposited{1});
      return {};
    };
    return probe;
  }

  ec::Store store_ = open_held(GetParam() ? "persistent: true" : "persistent: false");
  Pump pump_;
  int decided_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Stores, AsyncDoubt, testing::Bool(),
                         [](const auto& test) { return test.param ? "OnThreads" : "InPlace"; });

TEST_P(AsyncDoubt, IsSettledByAskingAgainUnderTheSameCommitId) {
  const auto done = finish(pump_, begin(store_, pump_, counting(), {.backoff_base = std::chrono::microseconds(1)}));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_TRUE(done->repeated) << "the store had it";
  EXPECT_EQ(done->attempts, 2U);
  EXPECT_EQ(decided_, 1);
  EXPECT_EQ(typed::all_events(store_).size(), 1U);
}

TEST_P(AsyncDoubt, WhereNoAttemptIsLeftTheCallbackGetsItWithTheCommitId) {
  const ec::Uuid id = ec::Uuid::make();
  Holds::all().take_groups();
  const auto end = begin(store_, pump_, counting(), {.max_attempts = 1, .commit_id = id});
  EXPECT_FAILS(finish(pump_, end), ec::Code::in_doubt, "execute it again with commit id " + id.str());
  EXPECT_EQ(end->outcome->error().commit_id, id);
  EXPECT_EQ(end->thrown, nullptr);
  EXPECT_TRUE(end->was_on_pump);
  EXPECT_EQ(decided_, 1);
  EXPECT_EQ(Holds::all().take_groups().size(), 2U) << "more than a look for the commit id and one try";
  // As the message says.
  const auto again = finish(pump_, begin(store_, pump_, counting(), {.commit_id = id}));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(decided_, 1);
  EXPECT_EQ(typed::all_events(store_).size(), 1U);
}

TEST_P(AsyncDoubt, FreesItsTurn) {
  Pump others;
  ec::test::Ended<typed::Deposit> next;
  Probe probe = counting();
  probe.on_decide = [&, doubtful = probe.on_decide](const auto& state, auto& out) -> ec::Result<> {
    if (decided_ == 0) {  // it meets a conflict, and then has its turn
      EXPECT_TRUE(ec::execute(store_, deposit("a")));
      ++decided_;
      out.template write<&Probe::account>(Deposited{1});
      return {};
    }
    // On another thread, or it is taken for one within this one and does not line up.
    std::thread([&] {
      next = begin(store_, others, deposit("a"));
      others.run_one();
    }).join();
    EXPECT_EQ(others.posted(), 0U) << "it does not wait for its turn";
    return doubtful(state, out);
  };
  EXPECT_EQ(finish(pump_, begin(store_, pump_, probe, {.max_attempts = 2})).error().code, ec::Code::in_doubt);
  if (!GetParam()) {
    EXPECT_EQ(others.posted(), 1U) << "it was not given its turn at once";
  }
  const auto done = finish(others, next);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->version_of(deposit("a").account), 3U);
}

// Within a command's function an execution without a thread takes no turns either, not even after a conflict: the outer
// one may hold them. In place nothing is left to wait for.
TEST(AsyncNesting, OneThatIsBegunWithinACommandDoesNotWaitForItsTurns) {
  ec::Store store = open_held("persistent: false");
  Pump outer_pump, inner_pump;
  int decided = 0;
  Probe inner, outer;
  inner.on_decide = [&, attempts = 0](const auto&, auto& out) mutable -> ec::Result<> {
    if (attempts++ == 0) {
      EXPECT_TRUE(store.append({ec::Expect::any(inner.account)}, {ec::NewEvent::of(0, Deposited{7})}));
    }
    out.template write<&Probe::account>(Deposited{1});
    return {};
  };
  ec::test::Ended<Probe> end;
  outer.on_decide = [&](const auto&, auto& out) -> ec::Result<> {
    if (++decided == 1) {
      EXPECT_TRUE(ec::execute(store, deposit("a")));
    } else if (decided == 2) {  // with its turn
      end = begin(store, inner_pump, inner);
      inner_pump.run_one();
      EXPECT_TRUE(end->outcome) << "it waits";
    }
    out.template write<&Probe::account>(Deposited{1});
    return {};
  };
  const auto done = finish(outer_pump, begin(store, outer_pump, outer));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(decided, 3) << "the inner one came between";
  ASSERT_TRUE(end->outcome && *end->outcome);
  EXPECT_EQ((*end->outcome)->attempts, 2U);
  EXPECT_EQ(done->version_of(outer.account), 4U);
}

// ... but what is begun from a callback, after the end, lines up as any other.
TEST(AsyncNesting, OneThatIsBegunFromACallbackLinesUp) {
  ec::Store store = open_held("persistent: false");
  Pump pump;
  ec::test::Ended<typed::Deposit> begun_in_callback;
  bool stood_in_line = false;
  Probe probe;
  probe.on_decide = [&, attempts = 0](const auto&, auto& out) mutable -> ec::Result<> {
    if (attempts++ == 0) {
      EXPECT_TRUE(ec::execute(store, deposit("a")));
    } else if (attempts == 2) {  // with its turn: another one ends meanwhile, and its callback begins the next
      std::thread([&] {
        Pump others;
        bool is_done = false;
        const auto other =
            ec::execute_async(store, deposit("b"), {}, others.poster(), [&](const auto&, const auto& done) {
              EXPECT_TRUE(done);
              is_done = true;
              begun_in_callback = begin(store, pump, deposit("a"));
            });
        EXPECT_TRUE(other);
        others.run_until([&] { return is_done; });
        pump.run_one();
        stood_in_line = !begun_in_callback->outcome && pump.posted() == 0;
      }).join();
    }
    out.template write<&Probe::account>(Deposited{1});
    return {};
  };
  EXPECT_TRUE(finish(pump, begin(store, pump, probe)));
  EXPECT_TRUE(stood_in_line);
  EXPECT_TRUE(finish(pump, begun_in_callback));
}

}  // namespace
}  // namespace ec::test
