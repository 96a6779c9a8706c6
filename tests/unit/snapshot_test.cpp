// Snapshots of folded states: what is no good is passed over and replaced, what is good is the state that is folded.
#include "kept_snapshot.hpp"
#include "store.hpp"

#include <algorithm>
#include <cmath>
#include <random>

namespace kept {
namespace {

using ec::core::decode;
using ec::core::encode;
using ec::core::SnapshotKey;

const SnapshotKey some_key{{{1, 2, 3}}, 7, "the streams", 2};

TEST(SnapshotBytes, ComeBack) {
  for (const std::string_view state : {"", "a", "a state of some length"}) {
    const std::string bytes = encode(some_key, {{3, 1'000'000'000'000}, {1, {5, 9}, {{8}}}, state});
    const auto back = decode(some_key, bytes);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->versions, (std::vector<std::uint64_t>{3, 1'000'000'000'000}));
    EXPECT_EQ(back->last.stream, 1U);
    EXPECT_EQ(back->last.position.hi, 5U);
    EXPECT_EQ(back->last.position.lo, 9U);
    EXPECT_EQ(back->last.id.bytes[0], 8U);
    EXPECT_EQ(back->state, state);
  }
}

TEST(SnapshotBytes, ThatAreDamagedAreNone) {
  const std::string good = encode(some_key, {{3, 4}, {1, {5, 9}, {}}, "a state"});
  for (std::size_t i = 0; i < good.size(); ++i) {
    EXPECT_FALSE(decode(some_key, std::string_view(good).substr(0, i))) << i;
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ (1 << bit));
      EXPECT_FALSE(decode(some_key, bad)) << i << ", bit " << bit;
    }
  }
  EXPECT_FALSE(decode(some_key, good + "x"));
}

TEST(SnapshotBytes, OfAnythingElseAreNone) {
  const std::string good = encode(some_key, {{3, 4}, {1, {5, 9}, {}}, "a state"});
  EXPECT_FALSE(decode({{{1, 2, 4}}, 7, "the streams", 2}, good)) << "another store";
  EXPECT_FALSE(decode({some_key.store_id, 8, "the streams", 2}, good)) << "another shape";
  EXPECT_FALSE(decode({some_key.store_id, 7, "other streams", 2}, good)) << "other streams";
  EXPECT_FALSE(decode({some_key.store_id, 7, "the streams", 1}, good)) << "another number of streams";
}

TEST_F(SnapshotTest, IsWrittenAfterSoManyEventsAndReadOnFrom) {
  const std::string name = name_of(Snapped{{a, b}});
  deposit(a, 1, 2);
  EXPECT_EQ(run(Snapped{{a, b}}).events, 2U);
  deposit(b, 1, 2);
  EXPECT_EQ(run(Snapped{{a, b}}).events, 4U) << "two events were too few for one";
  const std::string first = awaited(name);
  const Ledger folded = look<Move>();
  const Told told = run(Snapped{{a, b}});
  EXPECT_EQ(told.events, 0U);
  EXPECT_EQ(told.seen.back(), folded);
  deposit(a, 1, 2);
  EXPECT_EQ(run(Snapped{{a, b}}).events, 2U);
  deposit(a, 1, 1);
  EXPECT_EQ(run(Snapped{{a, b}}).events, 3U);
  awaited(name, first);
  EXPECT_EQ(look<Snapped>(), look<Move>());
}

TEST_F(SnapshotTest, IsTheStateThatIsFoldedOverRandomHistories) {
  const std::string name = name_of(Snapped{{a, b}});
  for (unsigned seed = 0; seed < 10; ++seed) {
    store = typed::open_memory();
    std::mt19937 random(seed);
    std::string before;
    std::size_t spared = 0;
    for (int step = 0; step < 30; ++step) {
      deposit(random() % 2 == 0 ? a : b, static_cast<std::int64_t>(random() % 20), 1 + static_cast<int>(random() % 4));
      if (random() % 2 == 0) run(Snapped{{a, b, static_cast<std::int64_t>(random() % 20)}});
      const Told told = run(Snapped{{a, b}});
      const Ledger folded = look<Move>();
      ASSERT_EQ(told.seen.back(), folded) << "seed " << seed << ", step " << step;
      if (folded.trail.size() >= 3 && before.empty()) before = awaited(name);
      spared += told.events < folded.trail.size() ? 1 : 0;
    }
    EXPECT_GT(spared, 20U) << "the snapshots were not used";
  }
}

TEST_F(SnapshotTest, ThatIsDamagedIsPassedOverAndReplaced) {
  const std::string name = name_of(Snapped{{a, b}});
  deposit(a, 1, 5);
  const Ledger folded = look<Snapped>();
  const std::string good = awaited(name);
  for (std::size_t i = 0; i < good.size(); i += 37) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    put(name, bad);
    const Told told = run(Snapped{{a, b}});
    EXPECT_EQ(told.events, 5U);
    EXPECT_EQ(told.seen.back(), folded);
    EXPECT_EQ(awaited(name, bad), good);
  }
  put(name, "");
  EXPECT_EQ(look<Snapped>(), folded);
}

// Its bytes are whole, but no Ledger. What comes next may be no better, so it is not written each time.
TEST_F(SnapshotTest, ThatTheCommandCannotReadIsPassedOverAndReplacedWhenTheNextIsDue) {
  deposit(a, 1, 5);
  const std::string name = put_state(Snapped{{a, b}}, {5, 0}, 5, R"({"left":77,"right":0,"trail":["a","b",3]})");
  const std::string bad = blob(name).bytes;
  EXPECT_EQ(look<Snapped>(), look<Move>()) << "nothing of it is left in the state";
  deposit(a, 1, 3);
  EXPECT_EQ(look<Snapped>(), look<Move>());
  EXPECT_NE(awaited(name, bad), bad);
}

TEST_F(SnapshotTest, ThatIsAheadOfTheStoreIsPassedOverAndReplaced) {
  deposit(a, 1, 5);
  const std::string name = put_state(Snapped{{a, b}}, {9, 0}, 9, R"({"left":77,"right":0,"trail":[]})");
  const std::string bad = blob(name).bytes;
  EXPECT_EQ(look<Snapped>(), look<Move>());
  EXPECT_NE(awaited(name, bad), bad);
}

// The store is beyond its position, and in the last case its stream beyond its version: only the event is another one.
TEST_F(SnapshotTest, OfAnotherHistoryIsPassedOverAndReplaced) {
  for (const std::uint64_t version : {9, 3, 2}) {
    store = typed::open_memory();
    deposit(a, 10, 3);
    deposit(ec::StreamId("other"), 1, 20);
    const std::string name = put_state(Snapped{{a, b}}, {version, 0}, version, R"({"left":77,"right":0,"trail":[]})");
    const std::string bad = blob(name).bytes;
    EXPECT_FAILS(run(Snapped{{a, b, 70}}, {.max_attempts = 1}).done, ec::Code::rejected, "only 30 there");
    EXPECT_EQ(look<Snapped>(), look<Move>());
    EXPECT_NE(awaited(name, bad), bad);
  }
}

TEST_F(SnapshotTest, ThatIsReplacedIsSoHoweverOftenTheExecutionIsTriedAgain) {
  deposit(a, 10, 3);
  const std::string name = put_state(Snapped{{a, b}}, {90, 0}, 90, R"({"left":0,"right":0,"trail":[]})");
  const std::string bad = blob(name).bytes;
  Snapped command{{a, b, 5}};
  int decisions = 0;
  command.meddle = [&] {
    if (++decisions == 1) deposit(a, 1, 5);
  };
  EXPECT_TRUE(run(command).done);
  EXPECT_NE(awaited(name, bad), bad);
}

struct Reshaped : Move {
  static constexpr ec::Snapshots snapshots{.name = "move", .schema_version = 2, .every = 3};
  ec::Result<> decide(const State& state, ec::Decision<Reshaped>& out) const { return decide_as(state, out); }
};

// Programs of both versions may run for a while.
TEST_F(SnapshotTest, OfAnotherSchemaVersionIsPassedOverAndEndsWithTheNewOne) {
  deposit(a, 1, 5);
  run(Snapped{{a, b}});
  awaited(name_of(Snapped{{a, b}}));
  EXPECT_EQ(run(Reshaped{{a, b}}).events, 5U);
  awaited(name_of(Reshaped{{a, b}}));
  EXPECT_EQ(run(Reshaped{{a, b}}).events, 0U);
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!blob(name_of(Snapped{{a, b}})).bytes.empty() && std::chrono::steady_clock::now() < until)
    std::this_thread::yield();
  EXPECT_TRUE(blob(name_of(Snapped{{a, b}})).bytes.empty()) << "the older one is not removed";
  for (int i = 0; i < 3; ++i) {
    run(Snapped{{a, b}});
    awaited(name_of(Snapped{{a, b}}));
    EXPECT_EQ(run(Snapped{{a, b}}).events, 0U);
    EXPECT_EQ(run(Reshaped{{a, b}}).events, 0U) << "they are in each other's way";
  }
}

TEST_F(SnapshotTest, OfOtherStreamsIsPassedOver) {
  deposit(a, 1, 5);
  run(Snapped{{a, b}});
  const std::string of_a = awaited(name_of(Snapped{{a, b}}));
  put(name_of(Snapped{{b, a}}), of_a);
  const Told told = run(Snapped{{b, a}});
  EXPECT_EQ(told.events, 5U);
  EXPECT_EQ(told.seen.back().left, 0);
}

TEST_F(SnapshotTest, ThatIsOlderTakesNoNewerOnesPlace) {
  std::string key;
  const std::string name = name_of(Snapped{{a, b}}, &key);
  const auto add = [&](const std::string& to, std::uint64_t version) {
    store.raw()->snapshot_writer.add({to, "", key, 1, store_id(), {version, 0}, {0, {0, version}, {}}, "state"});
  };
  add(name, 7);
  const std::string newer = awaited(name);
  add(name, 6);
  add("one behind it", 1);
  awaited("one behind it");
  EXPECT_EQ(blob(name).bytes, newer);
  add(name, 8);
  EXPECT_EQ(decode({store_id(), 1, key, 2}, awaited(name, newer))->versions[0], 8U);
}

// Which accounts it reads is told by the first one's events.
struct Discovering {
  ec::StreamId index;
  std::string* trail = nullptr;
  std::int64_t amount = 0;

  using Streams = ec::StreamSet<&Discovering::index>;
  using Events = ec::Events<Deposited, typed::Renamed>;
  struct State {
    std::string trail;
    std::vector<std::string> accounts;
  };
  void apply(State& state, const ec::Recorded<Deposited>& event) const {
    state.trail += ec::format("{}@{} ", event.stream(), event.version());
  }
  void apply(State& state, const ec::Recorded<typed::Renamed>& event) const { state.accounts = {event->name}; }
  std::vector<ec::StreamId> discover(const State& state) const {
    std::vector<ec::StreamId> streams;
    for (const std::string& each : state.accounts) streams.emplace_back(each);
    return streams;
  }
  template <class Command>
  ec::Result<> decide_as(const State& state, ec::Decision<Command>& out) const {
    *trail = state.trail;
    if (amount > 0) out.write_to(ec::StreamId(state.accounts.at(0)), Deposited{amount});
    return {};
  }
  ec::Result<> decide(const State& state, ec::Decision<Discovering>& out) const { return decide_as(state, out); }
};
EC_FIELDS(Discovering::State, trail, accounts)

struct KeptDiscovering : Discovering {
  static constexpr ec::Snapshots snapshots{.name = "discovering", .schema_version = 1, .every = 2};
  static constexpr bool caches_state = true;
  static std::size_t state_bytes(const State& state) { return state.trail.size(); }
  ec::Result<> decide(const State& state, ec::Decision<KeptDiscovering>& out) const { return decide_as(state, out); }
};

TEST_F(SnapshotTest, HoldsWhatTheDeclaredStreamsGiveAndDiscoveredOnesAreRead) {
  std::mt19937 random(1);
  const ec::StreamId index("index");
  for (int step = 0; step < 80; ++step) {
    const std::string account = "account/" + std::to_string(random() % 3);
    if (step == 0 || random() % 8 == 0) {
      ASSERT_TRUE(store.append({ec::Expect::any(index)}, {ec::NewEvent::of(0, typed::Renamed{account})}));
    } else {
      deposit(random() % 2 == 0 ? index : ec::StreamId(account), 1);
    }
    if (random() % 5 == 0) cache_of(100'000);
    std::string folded, kept;
    const std::int64_t amount = random() % 2;
    ASSERT_TRUE(ec::execute(store, KeptDiscovering{{index, &kept, amount}}, {.cache = &*cache}));
    ASSERT_TRUE(ec::execute(store, KeptDiscovering{{index, &kept}}, {.cache = &*cache}));
    ASSERT_TRUE(ec::execute(store, Discovering{index, &folded}));
    ASSERT_EQ(kept, folded) << "step " << step;
  }
  EXPECT_GT(cache->info().hits, 0U);
}

// What a foreign state names is forgotten with it.
TEST_F(SnapshotTest, OfAnotherHistoryDiscoversNothing) {
  const ec::StreamId index("index");
  ASSERT_TRUE(store.append({ec::Expect::any(index)}, {ec::NewEvent::of(0, typed::Renamed{"account/y"})}));
  deposit(ec::StreamId("account/x"), 1);
  deposit(ec::StreamId("account/y"), 1, 10);
  std::string kept, folded;
  const KeptDiscovering command{{index, &kept, 1}};
  put_state(command, {9}, 9, R"({"trail":"","accounts":["account/x"]})");
  ASSERT_TRUE(ec::execute(store, command));
  ASSERT_TRUE(ec::execute(store, Discovering{index, &folded}));
  EXPECT_EQ(kept + "account/y@11 ", folded);
}

struct Ratio {
  double largest = 0;
};
EC_FIELDS(Ratio, largest)

struct Divide {
  ec::StreamId account;
  double* seen = nullptr;

  using Streams = ec::StreamSet<&Divide::account>;
  using Events = ec::Events<Deposited>;
  using State = Ratio;
  static constexpr ec::Snapshots snapshots{.name = "divide", .every = 1};
  void apply(State& state, const ec::Recorded<Deposited>& event) const {
    state.largest = std::max(state.largest, 1.0 / static_cast<double>(event->amount));
  }
  ec::Result<> decide(const State& state, ec::Decision<Divide>&) const {
    *seen = state.largest;
    return {};
  }
};

TEST_F(SnapshotTest, WithNumbersThatJsonCannotHoldIsNotMade) {
  deposit(a, 0);
  double seen = 0;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(ec::execute(store, Divide{a, &seen}));
    EXPECT_TRUE(std::isinf(seen));
  }
  run(Snapped{{b, a}});
  deposit(b, 1, 3);
  run(Snapped{{b, a}});
  awaited(name_of(Snapped{{b, a}}));  // which comes behind it
  EXPECT_TRUE(blob(name_of(Divide{a, &seen})).bytes.empty());
}

}  // namespace
}  // namespace kept
