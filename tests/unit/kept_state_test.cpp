// The cache of folded states: a command sees the same with it, and reads no more than it must.
#include "kept_state.hpp"

#include <atomic>
#include <map>
#include <random>
#include <stdexcept>
#include <thread>

namespace kept {
namespace {

TEST_F(KeptState, IsTheOneThatIsFoldedOverRandomHistories) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    store = typed::open_memory();
    std::mt19937 random(seed);
    for (int step = 0; step < 60; ++step) {
      const auto amount = static_cast<std::int64_t>(random() % 20);
      const bool turned = random() % 2 == 0;
      const Move move{turned ? b : a, turned ? a : b, amount};
      switch (random() % 6) {
        case 0: deposit(random() % 2 == 0 ? a : b, amount, 1 + static_cast<int>(random() % 4)); break;
        case 1: run(Snapped{move}); break;
        case 2:
          run(Cached{move}, {.metadata = {.correlation_id = "c", .causation_id = {}, .actor = "u", .other = {}}});
          break;
        case 3: run(Both{move}); break;
        case 4: run(move); break;
        default: cache_of(random() % 2 == 0 ? 4'000 : std::uint64_t{1} << 20U);
      }
      const Ledger folded = look<Move>();
      ASSERT_EQ(look<Snapped>(), folded) << "seed " << seed << ", step " << step;
      ASSERT_EQ(look<Cached>(), folded) << "seed " << seed << ", step " << step;
      ASSERT_EQ(look<Both>(), folded) << "seed " << seed << ", step " << step;
    }
  }
}

// A read would end the second one.
TEST(KeptStateWithoutReads, ACommandWhoseStreamsDidNotChangeReadsNothing) {
  ec::Store store = typed::open_scripted("read:OK read:CORRUPT");
  ec::StateCache cache(1'000'000);
  const ec::StreamId a("account/a"), b("account/b");
  ASSERT_TRUE(store.append({ec::Expect::any(a)}, {ec::NewEvent::of(0, Deposited{100})}));
  for (int i = 0; i < 5; ++i) {
    const auto done = ec::execute(store, Cached{{a, b, 10}}, {.cache = &cache});
    ASSERT_TRUE(done) << i << ": " << done.error().message;
    EXPECT_EQ(done->attempts, 1U);
    EXPECT_EQ(done->version_of(a), static_cast<std::uint64_t>(2 + i));
  }
  EXPECT_EQ(cache.info().hits, 4U);
  EXPECT_EQ(cache.info().misses, 1U);
}

TEST_F(KeptState, WhatMovedOnIsReadFromWhereItWas) {
  deposit(a, 100, 50);
  EXPECT_EQ(run(Cached{{a, b, 1}}).events, 50U);
  deposit(a, 1, 3);
  const Told told = run(Cached{{a, b, 1}}, {.max_attempts = 1});
  ASSERT_TRUE(told.done) << "an old state costs no attempt: " << told.done.error().message;
  EXPECT_EQ(told.events, 3U);
  EXPECT_EQ(told.seen.size(), 2U);
}

TEST_F(KeptState, ARejectionIsGivenOnWhatWasRead) {
  deposit(a, 10);
  EXPECT_TRUE(run(Cached{{a, b, 10}}).done);
  deposit(a, 500);
  EXPECT_TRUE(run(Cached{{a, b, 500}}).done) << "there is money, only not in the state that was kept";
  const Told told = run(Cached{{a, b, 1}});
  EXPECT_FAILS(told.done, ec::Code::rejected, "only 0 there");
  EXPECT_EQ(told.seen.size(), 2U) << "once on the state that was kept, once on what was read";
}

TEST_F(KeptState, WhatWasThrownOnAnOldStateIsForgotten) {
  deposit(a, 10);
  ASSERT_TRUE(run(Cached{{a, b, 10}}).done);
  deposit(a, 5);
  int decisions = 0;
  Cached command{{a, b, 5}};
  command.meddle = [&] {
    if (++decisions == 1) throw std::runtime_error("the state is old");
  };
  EXPECT_TRUE(run(command).done);
  EXPECT_EQ(decisions, 2);
  command.meddle = [] { throw std::runtime_error("always"); };
  EXPECT_THROW(run(command), std::runtime_error);
}

TEST_F(KeptState, WhatIsThrownComesOutAlsoWhereTheStateIsKept) {
  deposit(a, 10);
  Cached command{{a, b, 5}};
  command.meddle = [] { throw std::runtime_error("always"); };
  EXPECT_THROW(run(command), std::runtime_error);
}

struct Uncounted : Move {
  static constexpr bool caches_state = true;
  static std::size_t state_bytes(const State&) { throw std::runtime_error("state_bytes"); }
  ec::Result<> decide(const State& state, ec::Decision<Uncounted>& out) const { return decide_as(state, out); }
};

TEST_F(KeptState, ThatCannotBeKeptChangesNothing) {
  deposit(a, 1, 5);
  EXPECT_FAILS(run(Uncounted{{a, b, 50}}).done, ec::Code::rejected, "only 5 there");
  EXPECT_TRUE(run(Uncounted{{a, b, 5}}).done);
}

struct Poor {
  std::int64_t balance = 0;
};

// Refuses with a type of its own.
struct Spend {
  ec::StreamId account;
  std::int64_t amount = 0;
  bool throws = false;

  using Streams = ec::StreamSet<&Spend::account>;
  using Events = ec::Events<Deposited, Withdrawn>;
  using Rejections = ec::Rejections<Poor>;
  struct State {
    std::int64_t sum = 0;
  };
  static constexpr bool caches_state = true;
  void apply(State& state, const ec::Recorded<Deposited>& event) const { state.sum += event->amount; }
  void apply(State& state, const ec::Recorded<Withdrawn>& event) const { state.sum -= event->amount; }
  ec::Result<> decide(const State& state, ec::Decision<Spend>& out) const {
    if (throws) throw std::runtime_error("on an old state");
    if (state.sum < amount) return out.reject(Poor{state.sum});
    for (std::int64_t i = 0; i < amount; ++i) out.write<&Spend::account>(Withdrawn{1});
    return {};
  }
};

TEST(KeptStateWithoutReads, WhatWasSaidOfAnOldStateIsForgottenWhenTheReadFails) {
  for (const bool throws : {false, true}) {
    ec::Store store = typed::open_scripted("read:OK read:CORRUPT");
    ec::StateCache cache(1'000'000);
    const ec::StreamId a("account/a");
    ASSERT_TRUE(store.append({ec::Expect::any(a)}, {ec::NewEvent::of(0, Deposited{10})}));
    ASSERT_TRUE(ec::execute(store, Spend{a, 10}, {.cache = &cache}));
    const auto done = ec::execute(store, Spend{a, 5, throws}, {.cache = &cache});
    EXPECT_FAILS(done, ec::Code::corrupt, "the script says so");
    EXPECT_EQ(done.error().rejection<Poor>(), nullptr);
  }
}

TEST_F(KeptState, LimitsAreThoseOfWhatWasRead) {
  const auto most = static_cast<std::int64_t>(store.info()->max_events_per_append);
  deposit(a, most + 1);
  const auto everything = [&](std::int64_t amount) { return ec::execute(store, Spend{a, amount}, {.cache = &*cache}); };
  ASSERT_TRUE(everything(0));
  EXPECT_FAILS(everything(most + 1), ec::Code::limit, "");
  ASSERT_TRUE(store.append({ec::Expect::any(a)}, {ec::NewEvent::of(0, Withdrawn{most})}));
  const auto done = everything(most + 1);
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().rejection<Poor>(), nullptr) << done.error().message;
}

// Commands of objects that are made before main.
const bool is_early_done = [] {
  ec::Store store = typed::open_memory();
  ec::StateCache cache(10'000);
  return ec::execute(store, Spend{ec::StreamId("account/a"), 0}, {.cache = &cache}).has_value();
}();
TEST(KeptStateWithoutReads, IsThereBeforeMain) { EXPECT_TRUE(is_early_done); }

// A backend that says that a commit id is taken and then does not know it: nothing is folded twice.
TEST(KeptStateWithoutReads, IsNotTakenUpTwice) {
  ec::Store store = typed::open_scripted("append:OK append:OK append:NOT_FOUND append:DUPLICATE append:NOT_FOUND");
  ec::StateCache cache(1'000'000);
  const ec::StreamId a("account/a"), b("account/b");
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(store.append({ec::Expect::any(a)}, {ec::NewEvent::of(0, Deposited{5})}));
  std::vector<Ledger> seen;
  Cached command{{a, b, 1}};
  command.seen = &seen;
  ASSERT_TRUE(ec::execute(store, command, {.commit_id = ec::Uuid::make(), .cache = &cache}));
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0], seen[1]);
}

TEST_F(KeptState, ACommandThatWritesNothingIsCheckedToo) {
  deposit(a, 10);
  ASSERT_TRUE(run(Cached{{a, b}}).done);
  deposit(b, 7);
  const Told told = run(Cached{{a, b}});
  ASSERT_TRUE(told.done);
  EXPECT_EQ(told.seen.back().right, 7);
}

TEST_F(KeptState, AConflictAfterTheReadIsAnAttempt) {
  deposit(a, 10);
  ASSERT_TRUE(run(Cached{{a, b, 1}}).done);
  Cached command{{a, b, 1}};
  command.meddle = [&] { deposit(a, 1); };
  EXPECT_FAILS(run(command, {.max_attempts = 2}).done, ec::Code::conflict, "(after 3 attempts)");
}

TEST_F(KeptState, ARepeatedCommitIsNotFoldedTwice) {
  deposit(a, 100);
  const ec::Uuid commit_id = ec::Uuid::make();
  for (int i = 0; i < 3; ++i) {
    const Told told = run(Cached{{a, b, 10}}, {.commit_id = commit_id});
    ASSERT_TRUE(told.done);
    EXPECT_EQ(told.done->repeated, i > 0);
    EXPECT_EQ(look<Cached>(), look<Move>());
  }
  EXPECT_EQ(look<Cached>().left, 90);
}

TEST_F(KeptState, OfAnotherStoreIsAnotherState) {
  deposit(a, 10);
  EXPECT_EQ(look<Cached>().left, 10);
  store = typed::open_memory();
  EXPECT_EQ(look<Cached>().left, 0);
}

TEST_F(KeptState, StaysWithinItsBytes) {
  cache_of(20'000);
  for (int i = 0; i < 200; ++i) {
    const ec::StreamId account("account/" + std::to_string(i));
    deposit(account, 1, 5);
    ASSERT_TRUE(run(Cached{{account, b}}).done);
    EXPECT_LE(cache->info().bytes, 20'000U);
  }
  EXPECT_GT(cache->info().states, 5U);
  EXPECT_EQ(cache->info().states + cache->info().evicted, 200U);
  EXPECT_EQ(run(Cached{{ec::StreamId("account/199"), b}}).events, 0U);
  EXPECT_EQ(run(Cached{{ec::StreamId("account/0"), b}}).events, 5U);
}

TEST_F(KeptState, ThatIsTooLargeIsNotKept) {
  cache_of(2'000);
  deposit(a, 1, 100);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(run(Cached{{a, b}}).events, 100U);
  EXPECT_EQ(cache->info().states, 0U);
  EXPECT_EQ(cache->info().bytes, 0U);
}

// Two optional streams: which of them is there is part of what a state is of.
struct Optional {
  std::optional<ec::StreamId> first, second;
  std::string region{};
  std::int64_t* sum = nullptr;

  using Streams = ec::StreamSet<&Optional::first, &Optional::second>;
  using Events = ec::Events<Deposited>;
  struct State {
    std::int64_t sum = 0;
  };
  static constexpr bool caches_state = true;
  std::string state_key() const { return region; }

  void apply(State& state, const ec::Recorded<Deposited>& event) const {
    const bool is_first = first && event.stream() == first->str();
    state.sum += (is_first ? 1 : 1000) * event->amount * (region == "double" ? 2 : 1);
  }
  ec::Result<> decide(const State& state, ec::Decision<Optional>&) const {
    *sum = state.sum;
    return {};
  }
};

TEST_F(KeptState, IsToldApartByPlacesAndByItsKey) {
  deposit(a, 1);
  const auto sum_of = [&](Optional command) {
    std::int64_t sum = 0;
    command.sum = &sum;
    EXPECT_TRUE(ec::execute(store, command, {.cache = &*cache}));
    return sum;
  };
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(sum_of({a, {}}), 1);
    EXPECT_EQ(sum_of({{}, a}), 1000);
    EXPECT_EQ(sum_of({a, {}, "double"}), 2);
  }
  EXPECT_EQ(cache->info().states, 3U);
}

TEST_F(KeptState, ManyThreadsNeitherMakeNorLoseMoney) {
  constexpr std::size_t accounts = 4, threads = 4;
  std::vector<ec::StreamId> ids;
  for (std::size_t i = 0; i < accounts; ++i) deposit(ids.emplace_back("account/" + std::to_string(i)), 100);
  cache_of(30'000);  // some are pushed out
  std::vector<std::thread> running;
  std::atomic<std::size_t> failures = 0;
  for (std::size_t thread = 0; thread < threads; ++thread)
    running.emplace_back([&, thread] {
      std::mt19937 random(static_cast<unsigned>(thread));
      for (int i = 0; i < 100; ++i) {
        const std::size_t from = random() % accounts, to = (from + 1 + random() % (accounts - 1)) % accounts;
        const auto done = ec::execute(store, Both{{ids[from], ids[to], static_cast<std::int64_t>(random() % 80)}},
                                      {.max_attempts = 10'000, .cache = &*cache});
        failures += done || done.error().is_rejected() ? 0 : 1;
      }
    });
  for (std::thread& each : running) each.join();
  EXPECT_EQ(failures, 0U);
  std::map<std::string, std::int64_t> balances;
  auto events = store.read_all();
  while (events && events->next())
    for (const ec::RecordedEvent event : events->batch()) {
      std::int64_t& balance = balances[std::string(event.stream())];
      balance += event.is<Deposited>() ? event.as<Deposited>()->amount : -event.as<Withdrawn>()->amount;
      EXPECT_GE(balance, 0);
    }
  std::int64_t sum = 0;
  for (const auto& [account, balance] : balances) sum += balance;
  EXPECT_EQ(sum, 400);
}

}  // namespace
}  // namespace kept
