// Projections whose events are quick, so that many go by between two looks at the clock: each is still one by itself.
#include "support.hpp"

#include <eventcore/projection.hpp>

#include <chrono>
#include <functional>
#include <stop_token>
#include <vector>

namespace {

using namespace typed;
using namespace std::chrono_literals;
using ec::Position;

constexpr std::uint64_t count = 500;

Position at(std::uint64_t position) { return {0, position}; }
Position saved(ec::Store& store) { return ec::load_checkpoint(store, "projection/quick/1").value().value_or(at(0)); }

// One after the other, in few batches.
ec::Store open_filled() {
  ec::Store store = open_memory();
  std::vector<ec::NewEvent> events;
  for (std::uint64_t i = 1; i <= count; ++i)
    events.push_back(ec::NewEvent::of(0, Deposited{static_cast<std::int64_t>(i)}));
  EXPECT_TRUE(store.append({ec::Expect::any(ec::StreamId("account/a"))}, events).has_value());
  return store;
}

struct Quick {
  static constexpr std::string_view name = "quick";
  static constexpr std::uint32_t version = 1;
  using Events = ec::Events<Deposited>;

  ec::Result<> on(const ec::Recorded<Deposited>& event, const ec::Delivery& delivery) {
    EXPECT_EQ(event.position(), at(++handled));
    return on_deposit(event, delivery);
  }

  std::function<ec::Result<>(const ec::RecordedEvent&, const ec::Delivery&)> on_deposit;
  std::uint64_t handled = 0;
};

const ec::ProjectionOptions by_count{.save_interval = 1h};

TEST(QuickProjection, ShowsEachEvent) {
  ec::Store store = open_filled();
  Quick quick;
  ec::Projector projector(store, quick, by_count);
  quick.on_deposit = [&](const ec::RecordedEvent& event, const ec::Delivery&) -> ec::Result<> {
    const auto progress = projector.progress();
    EXPECT_EQ(progress.handled, quick.handled - 1);
    EXPECT_EQ(progress.position, at(event.position().lo - 1));
    EXPECT_EQ(progress.last_event.has_value(), quick.handled > 1);
    return {};
  };
  EXPECT_EQ(projector.run_to_head().value(), at(count));
  EXPECT_EQ(quick.handled, count);
}

TEST(QuickProjection, StopsBehindTheEventAtHand) {
  ec::Store store = open_filled();
  Quick quick;
  std::stop_source stop;
  quick.on_deposit = [&](const ec::RecordedEvent& event, const ec::Delivery&) -> ec::Result<> {
    if (event.position() == at(301)) stop.request_stop();
    return {};
  };
  EXPECT_TRUE(ec::Projector(store, quick, by_count).run({.stop = stop.get_token()}).has_value());
  EXPECT_EQ(quick.handled, 301U);
  EXPECT_EQ(saved(store), at(301));
}

TEST(QuickProjection, SavesAfterSoManyEventsAndNotLater) {
  ec::Store store = open_filled();
  Quick quick;
  quick.on_deposit = [&](const ec::RecordedEvent& event, const ec::Delivery&) -> ec::Result<> {
    EXPECT_EQ(saved(store), at((event.position().lo - 1) / 45 * 45));
    return {};
  };
  ec::ProjectionOptions options = by_count;
  options.save_every = 45;
  EXPECT_TRUE(ec::Projector(store, quick, options).run_to_head().has_value());
}

TEST(QuickProjection, ReplayEndsInTheMiddleOfABatch) {
  ec::Store store = open_filled();
  ASSERT_TRUE(ec::save_checkpoint(store, "projection/quick/1/live-from", at(100)).has_value());
  Quick quick;
  quick.on_deposit = [&](const ec::RecordedEvent& event, const ec::Delivery& delivery) -> ec::Result<> {
    EXPECT_EQ(delivery.is_replay, event.position() <= at(100)) << event.position().lo;
    return {};
  };
  EXPECT_TRUE(ec::Projector(store, quick, by_count).run_to_head().has_value());
}

TEST(QuickProjection, AnEventThatFailsIsTheNextOfAnotherRun) {
  ec::Store store = open_filled();
  Quick quick;
  quick.on_deposit = [&](const ec::RecordedEvent& event, const ec::Delivery&) -> ec::Result<> {
    if (event.position() == at(200)) return std::unexpected(ec::Error{ec::Code::invalid, "no"});
    return {};
  };
  ec::Projector projector(store, quick, by_count);
  EXPECT_FAILS(projector.run_to_head(), ec::Code::invalid, "position 200");
  EXPECT_EQ(projector.progress().handled, 199U);
  EXPECT_EQ(saved(store), at(199));
}

}  // namespace
