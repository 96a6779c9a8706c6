// Waiting for something new.
#include "contract.hpp"

#include <atomic>
#include <chrono>
#include <stop_token>

namespace ec::conformance {
namespace {

class Wait : public Contract {
 protected:
  void SetUp() override {
    const Told told = tell([&](ec_error* e) {
      const ec_call expired{sizeof(ec_call), 0, 1, nullptr, nullptr, {nullptr, 0}};
      ec_position at{};
      return ec_store_wait(store().raw(), head().raw(), &expired, &at, e);
    });
    EC_SKIP_UNLESS_SUPPORTED(told, EC_EXT_NOTIFY);
  }
  // Long enough that only a hanging wait meets it.
  static Call patient() { return {.deadline = Call::in(std::chrono::seconds(settings().patience_s))}; }
  Position append_one(const std::string& name) const {
    return written({Expect::any(stream(name))}, {event(0, "x")}).last;
  }
};

TEST_F(Wait, EndsAtOnceWhenThereIsSomethingNewAlready) {
  const Position before = head();
  const Position last = append_one("a");
  EXPECT_EQ(value(store().wait(before, patient())), last) << "a wait tells another head than the last event's";
  EXPECT_GE(value(store().wait({}, patient())), last);
}

TEST_F(Wait, EndsWhenAnotherThreadAppends) {
  // Two threads take turns, each waiting for the other's event.
  constexpr int turns = 50;
  const Position before = head();
  Position ends[2];
  on_threads(2, [&](std::size_t i) {
    Position seen = before;
    for (int turn = 0; turn < turns; ++turn) {
      if (turn % 2 == static_cast<int>(i))
        seen = append_one("a");
      else if (const Position came = value(store().wait(seen, patient())); came > seen)
        seen = came;
      else
        throw ContractBroken("wait ended without a head above the position given");
    }
    ends[i] = seen;
  });
  EXPECT_EQ(version(stream("a")), static_cast<std::uint64_t>(turns));
  EXPECT_EQ(ends[0], ends[1]);
}

TEST_F(Wait, WakesEveryoneWhoWaits) {
  const Position before = head();
  on_threads(5, [&](std::size_t i) {
    if (i == 0)
      append_one("a");
    else
      value(store().wait(before, patient()));
  });
}

TEST_F(Wait, GivesAHeadThatReadsSee) {
  const Position before = head();
  on_threads(4, [&](std::size_t i) {
    if (i < 2) {
      for (int n = 0; n < 50; ++n) append_one(std::to_string(i));
      return;
    }
    Position seen = before;
    for (std::size_t events = 0; events < 100;) {
      const Position came = value(store().wait(seen, patient()));
      const Reading reading = drain(store().read_all({.prefixes = {prefix()}}, seen));
      if (reading.head < came) throw ContractBroken("a read after wait has a head below the one that wait gave");
      events += reading.events.size();
      seen = reading.through;
    }
  });
}

TEST_F(Wait, EndsInTimeoutAtTheDeadline) {
  const auto waited = store().wait(head(), {.deadline = Call::in(std::chrono::milliseconds(20))});
  ASSERT_FALSE(waited) << "a wait ended in OK though nothing was new";
  EXPECT_EQ(waited.error().code, Code::timeout);
}

TEST_F(Wait, EndsWhenItIsCancelled) {
  std::stop_source stop;
  const Position before = head();
  on_threads(2, [&](std::size_t i) {
    if (i == 0) {
      stop.request_stop();
      return;
    }
    Call call = patient();
    call.stop = stop.get_token();
    const auto waited = store().wait(before, call);
    if (waited || waited.error().code != Code::cancelled) throw ContractBroken("a cancelled wait ended otherwise");
  });
}

TEST_F(Wait, EndsWhenItIsInterrupted) {
  constexpr int waiters = 3;
  const Position before = head();
  std::atomic<int> over = 0;
  on_threads(waiters + 1, [&](std::size_t i) {
    if (i == 0) {
      // It ends the waits that are under way; a thread may not have come so far yet.
      while (over < waiters) {
        store().interrupt();
        std::this_thread::yield();
      }
      return;
    }
    const auto waited = store().wait(before, patient());
    ++over;
    if (waited || waited.error().code != Code::cancelled) throw ContractBroken("an interrupted wait ended otherwise");
  });
}

TEST_F(Wait, AfterAnInterruptWaitsAgain) {
  const Position before = head();
  store().interrupt();
  const Position last = append_one("a");
  EXPECT_EQ(value(store().wait(before, patient())), last);
  const auto waited = store().wait(last, {.deadline = Call::in(std::chrono::milliseconds(5))});
  ASSERT_FALSE(waited);
  EXPECT_EQ(waited.error().code, Code::timeout);
}

}  // namespace
}  // namespace ec::conformance
