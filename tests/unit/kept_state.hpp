// What the tests of kept states share: a command in four forms, and runs of it that tell what it was given.
#pragma once

#include "typed/support.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kept {

using typed::Deposited;
using typed::Withdrawn;

struct Ledger {
  std::int64_t left = 0, right = 0;
  std::vector<std::string> trail;  // each event in its order, with what it says of itself
  bool operator==(const Ledger&) const = default;
};
EC_FIELDS(Ledger, left, right, trail)

// Reads two streams and moves money from one to the other; an amount of 0 looks alone.
struct Move {
  ec::StreamId from, to;
  std::int64_t amount = 0;
  std::vector<Ledger>* seen = nullptr;  // what decide was given
  std::function<void()> meddle{};       // what happens between deciding and appending

  using Streams = ec::StreamSet<&Move::from, &Move::to>;
  using Events = ec::Events<Deposited, Withdrawn>;
  using State = Ledger;

  void note(State& state, const ec::RecordedEvent& event, std::int64_t change) const {
    (event.stream() == from.str() ? state.left : state.right) += change;
    state.trail.push_back(ec::format("{}@{} {} {} {} {} {}", event.stream(), event.version(), event.position().str(),
                                     event.time().time_since_epoch().count(), event.id().str(), event.commit_id().str(),
                                     event.raw_metadata()));
  }
  void apply(State& state, const ec::Recorded<Deposited>& event) const { note(state, event, event->amount); }
  void apply(State& state, const ec::Recorded<Withdrawn>& event) const { note(state, event, -event->amount); }

  template <class Command>
  ec::Result<> decide_as(const State& state, ec::Decision<Command>& out) const {
    if (seen != nullptr) seen->push_back(state);
    if (meddle) meddle();
    EC_REQUIRE(state.left >= amount, "only {} there", state.left);
    if (amount == 0) return {};
    out.template write<&Move::from>(Withdrawn{amount});
    out.template write<&Move::to>(Deposited{amount});
    return {};
  }
  ec::Result<> decide(const State& state, ec::Decision<Move>& out) const { return decide_as(state, out); }
  static std::size_t state_bytes(const State& state) { return sizeof state + 256 * state.trail.size(); }
};

struct Snapped : Move {
  static constexpr ec::Snapshots snapshots{.name = "move", .schema_version = 1, .every = 3};
  ec::Result<> decide(const State& state, ec::Decision<Snapped>& out) const { return decide_as(state, out); }
};

struct Cached : Move {
  static constexpr bool caches_state = true;
  ec::Result<> decide(const State& state, ec::Decision<Cached>& out) const { return decide_as(state, out); }
};

struct Both : Move {
  static constexpr ec::Snapshots snapshots{.name = "both", .schema_version = 1, .every = 3};
  static constexpr bool caches_state = true;
  ec::Result<> decide(const State& state, ec::Decision<Both>& out) const { return decide_as(state, out); }
};

struct CountReads : ec::Observer {
  std::size_t events = 0;
  void attempt(const Attempt& attempt) override { events += attempt.events_read; }
};

struct Told {
  std::vector<Ledger> seen;  // by decide, each time it was asked
  std::size_t events = 0;    // that were read
  ec::Result<ec::Committed> done{};
};

class KeptState : public testing::Test {
 protected:
  explicit KeptState(ec::Store opened = typed::open_memory()) : store(std::move(opened)) {}

  template <class Command>
  Told run(Command command, ec::ExecuteOptions options = {}) {
    Told told;
    CountReads reads;
    command.seen = &told.seen;
    options.observer = &reads;
    options.cache = &*cache;
    auto done = ec::execute(store, command, options);
    told.events = reads.events;
    told.done = done ? ec::Result<ec::Committed>(std::move(*done)) : std::unexpected<ec::Error>(done.error());
    return told;
  }
  // What decide is given by a command that only looks.
  template <class Command>
  Ledger look() {
    Command command{};
    command.from = a;
    command.to = b;
    const Told told = run(command);
    EXPECT_TRUE(told.done) << told.done.error().message;
    return told.seen.empty() ? Ledger{} : told.seen.back();
  }
  void cache_of(std::uint64_t bytes) { cache.emplace(bytes); }
  void deposit(const ec::StreamId& account, std::int64_t amount, int times = 1) {
    for (int i = 0; i < times; ++i)
      ASSERT_TRUE(store.append({ec::Expect::any(account)}, {ec::NewEvent::of(0, Deposited{amount})}));
  }

  ec::Store store;
  std::optional<ec::StateCache> cache{std::in_place, std::uint64_t{1} << 20U};
  const ec::StreamId a{"account/a"}, b{"account/b"};
};

}  // namespace kept
