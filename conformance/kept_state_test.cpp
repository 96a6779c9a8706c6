// A state out of a snapshot or a cache is the one that is folded from the start: event for event, with all that an event
// says of itself.
#include "contract.hpp"

#include <algorithm>
#include <random>

namespace ec::conformance {
namespace {

struct Noted {
  std::int64_t number = 0;
};
EC_EVENT(Noted, "conformance-noted", number)

struct Trail {
  std::vector<std::string> events;
};
EC_FIELDS(Trail, events)

struct Note {
  StreamId first, second;
  std::int64_t count = 0;  // events that it writes
  std::vector<std::string>* seen = nullptr;

  using Streams = StreamSet<&Note::first, &Note::second>;
  using Events = ec::Events<Noted>;
  using State = Trail;

  void apply(State& s, const Recorded<Noted>& e) const {
    s.events.push_back(ec::format("{}@{} {} {} {} {} {} {}", e.stream(), e.version(), e.position().str(),
                                  e.time().time_since_epoch().count(), e.id().str(), e.commit_id().str(),
                                  e.raw_metadata(), e->number));
  }
  template <class Command>
  Result<> decide_as(const State& s, Decision<Command>& out) const {
    if (seen != nullptr) *seen = s.events;
    for (std::int64_t i = 0; i < count; ++i) {
      if (i % 2 == 0)
        out.template write<&Note::first>(Noted{i});
      else
        out.template write<&Note::second>(Noted{i});
    }
    return {};
  }
  Result<> decide(const State& s, Decision<Note>& out) const { return decide_as(s, out); }
};

struct SnappedNote : Note {
  static constexpr Snapshots snapshots{.name = "conformance-note", .every = 4};
  Result<> decide(const State& s, Decision<SnappedNote>& out) const { return decide_as(s, out); }
};

struct CachedNote : Note {
  static constexpr bool caches_state = true;
  static std::size_t state_bytes(const State& s) { return 256 * s.events.size(); }
  Result<> decide(const State& s, Decision<CachedNote>& out) const { return decide_as(s, out); }
};

class KeptState : public Contract {
 protected:
  template <class Command>
  std::vector<std::string> seen_by(std::int64_t count = 0) {
    std::vector<std::string> seen;
    Command command{};
    command.first = first_;
    command.second = second_;
    command.count = count;
    command.seen = &seen;
    const auto done = execute(store(), command, {.metadata = {{}, {}, "a tester", {}}, .cache = &cache_});
    if (!done) throw ContractBroken(done.error().message);
    return seen;
  }

  StateCache cache_{1'000'000};
  const StreamId first_ = stream("first"), second_ = stream("second");
};

TEST_F(KeptState, IsTheOneThatIsFolded) {
  std::mt19937_64 random(settings().seed);
  for (int step = 0; step < 40; ++step) {
    const auto count = static_cast<std::int64_t>(random() % 4);
    switch (random() % 4) {
      case 0: written({Expect::any(random() % 2 == 0 ? first_ : second_)}, {NewEvent::of(0, Noted{step})}); break;
      case 1: seen_by<Note>(count); break;
      case 2: seen_by<SnappedNote>(count); break;
      default: seen_by<CachedNote>(count);
    }
    const auto folded = seen_by<Note>();
    ASSERT_EQ(seen_by<CachedNote>(), folded) << "out of the cache, step " << step;
    ASSERT_EQ(seen_by<SnappedNote>(), folded) << "out of a snapshot, step " << step;
  }
  EXPECT_GT(cache_.info().hits, 0U);
}

// Closing a store writes the snapshots that wait.
TEST_F(KeptState, OutOfASnapshotIsThereAfterReopening) {
  if (!promises(EC_CAP_PERSISTENT)) GTEST_SKIP() << "this backend does not promise EC_CAP_PERSISTENT";
  struct Count : Observer {
    std::size_t events = 0;
    void attempt(const Attempt& attempt) override { events += attempt.events_read; }
  } count;
  seen_by<Note>(100);
  seen_by<SnappedNote>();
  close_store();
  const auto done = execute(store(), SnappedNote{{first_, second_}}, {.observer = &count});
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(count.events, 0U) << "the snapshot was not used";
  EXPECT_EQ(seen_by<SnappedNote>(), seen_by<Note>());
}

}  // namespace
}  // namespace ec::conformance
