// Subscriptions, which stand on read_all and wait: what the backend promises there must be enough for them.
#include "contract.hpp"

#include <eventcore/subscription.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace ec::conformance {
namespace {

class Subscribe : public Contract {
 protected:
  using Event = std::pair<Position, std::string>;  // its payload

  // Long enough that only a hanging call meets it.
  static Call patient() { return {.deadline = Call::in(std::chrono::seconds(60))}; }
  Subscription subscribe(Position from, SubscribeOptions options = {}) const {
    return store().subscribe({.prefixes = {prefix()}}, from, options);
  }
  // One next(), whatever it gives.
  static void take(Subscription& events, std::vector<Event>& got) {
    if (const auto next = events.next(patient()); !next) throw ContractBroken("next: " + next.error().message);
    for (const RecordedEvent event : events.batch()) got.emplace_back(event.position(), event.payload());
  }
  std::vector<Event> expected(Position after) const {
    std::vector<Event> all;
    for (const Seen& each : read_all({.prefixes = {prefix()}}, after).events)
      all.emplace_back(each.position, each.payload);
    return all;
  }
};

TEST_F(Subscribe, CatchesUpInPagesAndGoesOn) {
  const Position before = head();
  for (int i = 0; i < 10; ++i) written({Expect::any(stream("a"))}, {event(0, std::to_string(i))});
  Subscription events = subscribe(before, {.page = 3});
  std::vector<Event> got;
  while (got.size() < 10) take(events, got);
  written({Expect::any(stream("a"))}, {event(0, "live")});
  while (got.size() < 11) take(events, got);
  EXPECT_EQ(got, expected(before));
}

TEST_F(Subscribe, ThePositionMovesPastWhatTheFilterLeavesOut) {
  const Position before = head();
  const Position last = written({Expect::any(stream("a"))}, {event(0, "x")}).last;
  Subscription events = store().subscribe({.prefixes = {prefix() + "nobody/"}}, before);
  std::vector<Event> got;
  while (events.position() < last) take(events, got);
  EXPECT_TRUE(got.empty());
}

// The seam between catching up and live falls somewhere among the appends.
TEST_F(Subscribe, MissesNothingAndGivesNothingTwice) {
  constexpr std::size_t writers = 3;
  const std::size_t each = settings().operations / 20;
  const Position before = head();
  std::vector<Event> got;
  on_threads(writers + 1, [&](std::size_t i) {
    if (i < writers) {
      for (std::size_t n = 0; n < each; ++n)
        written({Expect::any(stream(std::to_string(i))), Expect::any(stream("shared"))},
                std::vector<NewEvent>{event(0, std::to_string(n)), event(1, std::to_string(n))});
      return;
    }
    Subscription events = subscribe(before, {.page = 7});
    while (got.size() < writers * each * 2) take(events, got);
  });
  EXPECT_EQ(got, expected(before));
}

}  // namespace
}  // namespace ec::conformance
