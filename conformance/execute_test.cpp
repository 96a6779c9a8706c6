// Commands executed on the real store by many threads: what they decided on is what was there.
#include "contract.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <random>

namespace ec::conformance {
namespace {

struct Deposited {
  std::int64_t amount;
};
struct Withdrawn {
  std::int64_t amount;
};
struct WentOffDuty {
  std::string who;
};
EC_EVENT(Deposited, "conformance-deposited", amount)
EC_EVENT(Withdrawn, "conformance-withdrawn", amount)
EC_EVENT(WentOffDuty, "conformance-went-off-duty", who)

struct Move {
  StreamId from, to;
  std::int64_t amount = 0;

  using Streams = StreamSet<&Move::from, &Move::to>;
  using Events = ec::Events<Deposited, Withdrawn>;
  struct State {
    std::int64_t available = 0;
  };

  void apply(State& s, const Recorded<Deposited>& e) const { s.available += e.stream() == from.str() ? e->amount : 0; }
  void apply(State& s, const Recorded<Withdrawn>& e) const { s.available -= e.stream() == from.str() ? e->amount : 0; }
  Result<> decide(const State& s, Decision<Move>& out) const {
    EC_REQUIRE(s.available >= amount, "only {} available", s.available);
    out.write<&Move::from>(Withdrawn{amount});
    out.write<&Move::to>(Deposited{amount});
    return {};
  }
};

// One of two must stay on duty: each reads both, writes its own.
struct GoOffDuty {
  StreamId own, other;
  std::function<void()> meddle{};  // what happens between reading and appending, the first time

  using Streams = StreamSet<&GoOffDuty::own, read_only<&GoOffDuty::other>>;
  using Events = ec::Events<WentOffDuty>;
  struct State {
    bool other_is_off = false;
  };

  void apply(State& s, const Recorded<WentOffDuty>& e) const {
    s.other_is_off = s.other_is_off || e.stream() == other.str();
  }
  Result<> decide(const State& s, Decision<GoOffDuty>& out) const {
    if (meddle) meddle();
    EC_REQUIRE(!s.other_is_off, "the other one is off duty already");
    out.write<&GoOffDuty::own>(WentOffDuty{own.str()});
    return {};
  }
};

// Reads a stream and writes nothing.
struct Look {
  StreamId at;
  std::function<void()> meddle{};

  using Streams = StreamSet<read_only<&Look::at>>;
  using Events = ec::Events<>;
  using Ignores = Ignore<OtherEvents>;
  struct State {};

  Result<> decide(const State&, Decision<Look>&) const {
    meddle();
    return {};
  }
};

class Execute : public Contract {
 protected:
  static ExecuteOptions patient() {
    ExecuteOptions options;
    options.max_attempts = 10'000;
    options.backoff_cap = std::chrono::microseconds(2'000);
    return options;
  }
  void deposit(const StreamId& account, std::int64_t amount) const {
    written({Expect::any(account)}, {NewEvent::of(0, Deposited{amount})});
  }
  std::map<std::string, std::int64_t> balances() const {
    std::map<std::string, std::int64_t> balance;
    for (const Seen& each : all().events) {
      const auto amount_of = [&](auto event) {
        if (!Codec<decltype(event)>::decode(each.payload, each.schema_version, event))
          throw ContractBroken("an event came back that cannot be decoded");
        return event.amount;
      };
      std::int64_t& of_stream = balance[each.stream];
      of_stream += each.type == type_of<Deposited> ? amount_of(Deposited{}) : -amount_of(Withdrawn{});
      EXPECT_GE(of_stream, 0) << "overdrawn at " << each.position.str();
    }
    return balance;
  }
  // A body that runs once.
  static std::function<void()> once(std::function<void()> body) {
    return [body = std::move(body), done = std::make_shared<bool>(false)] {
      if (!std::exchange(*done, true)) body();
    };
  }
};

TEST_F(Execute, ByManyThreadsNeitherMakesNorLosesMoney) {
  constexpr std::size_t accounts = 5, threads = 6;
  std::vector<StreamId> ids;
  for (std::size_t i = 0; i < accounts; ++i) {
    ids.push_back(stream(std::to_string(i)));
    deposit(ids.back(), 100);
  }
  std::atomic<std::uint64_t> committed = 0;
  on_threads(threads, [&](std::size_t thread) {
    std::mt19937_64 random(settings().seed + thread);
    for (int i = 0; i < 40; ++i) {
      const std::size_t from = random() % accounts;
      const std::size_t to = (from + 1 + random() % (accounts - 1)) % accounts;
      const auto done = execute(store(), Move{ids[from], ids[to], static_cast<std::int64_t>(random() % 60)}, patient());
      if (!done && !done.error().is_rejected()) throw ContractBroken(done.error().message);
      committed += done ? 1 : 0;
    }
  });
  std::int64_t sum = 0;
  for (const auto& [account, balance] : balances()) sum += balance;
  EXPECT_EQ(sum, 100 * static_cast<std::int64_t>(accounts));
  EXPECT_EQ(all().events.size(), accounts + 2 * committed);
}

TEST_F(Execute, LetsNoWriteSkewThrough) {
  for (int round = 0; round < 30; ++round) {
    const StreamId doctors[] = {stream(std::to_string(round) + " a"), stream(std::to_string(round) + " b")};
    std::atomic<int> off = 0;
    on_threads(2, [&](std::size_t i) {
      const auto done = execute(store(), GoOffDuty{doctors[i], doctors[1 - i]}, patient());
      if (!done && !done.error().is_rejected()) throw ContractBroken(done.error().message);
      off += done ? 1 : 0;
    });
    EXPECT_EQ(off, 1) << "both looked, both saw the other on duty, both left";
  }
}

TEST_F(Execute, DecidesAgainWhenAStreamItOnlyReadMovedOn) {
  const auto other_leaves =
      once([&] { written({Expect::any(stream("other"))}, {NewEvent::of(0, WentOffDuty{"other"})}); });
  const auto done = execute(store(), GoOffDuty{stream("own"), stream("other"), other_leaves});
  ASSERT_FALSE(done);
  EXPECT_TRUE(done.error().is_rejected()) << done.error().message;
  EXPECT_EQ(version(stream("own")), 0U);
}

TEST_F(Execute, ChecksWhatItReadAlsoWhenItWritesNothing) {
  grow(stream("a"), 1);
  const auto done = execute(store(), Look{stream("a"), once([&] { grow(stream("a"), 1); })});
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->attempts, 2U);
  EXPECT_EQ(done->version_of(stream("a")), 2U);
}

TEST_F(Execute, WithTheSameCommitIdHasOneEffect) {
  deposit(stream("a"), 100);
  ExecuteOptions options;
  options.commit_id = Uuid::make();
  const Move move{stream("a"), stream("b"), 30};
  const auto first = execute(store(), move, options);
  ASSERT_TRUE(first) << first.error().message;
  const auto again = execute(store(), move, options);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(again->first, first->first);
  EXPECT_EQ(balances().at(stream("a").str()), 70);
}

}  // namespace
}  // namespace ec::conformance
