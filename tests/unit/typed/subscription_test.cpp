// Following a store: catch up, then live, with no gap and no event twice.
#include "support.hpp"

#include <atomic>
#include <chrono>
#include <stop_token>
#include <thread>

namespace {

using namespace typed;
using namespace std::chrono_literals;
using ec::Expect;
using ec::NewEvent;
using ec::StreamId;

void deposit(ec::Store& store, const std::string& stream, std::int64_t amount = 1) {
  const auto done = store.append({Expect::any(StreamId(stream))}, {NewEvent::of(0, Deposited{amount})});
  ASSERT_TRUE(done.has_value()) << done.error().message;
}

// Only a hanging call meets it.
ec::Call patient() { return {.deadline = ec::Call::in(1min)}; }
ec::Call expired() { return {.deadline = ec::Call::in(0ns)}; }

// "stream@version" of what next() gives.
Texts next_of(ec::Subscription& events, const ec::Call& call = patient()) {
  Texts texts;
  const auto done = events.next(call);
  EXPECT_TRUE(done.has_value()) << done.error().message;
  for (const ec::RecordedEvent event : events.batch())
    texts.push_back(ec::format("{}@{}", event.stream(), event.version()));
  return texts;
}

TEST(Subscription, GivesWhatIsThereThenWhatComes) {
  ec::Store store = open_memory();
  deposit(store, "a");
  deposit(store, "b");
  ec::Subscription events = store.subscribe();
  EXPECT_FALSE(events.is_live() && events.position() > ec::Position{});
  EXPECT_EQ(next_of(events), (Texts{"a@1", "b@1"}));
  EXPECT_EQ(events.position(), (ec::Position{0, 2}));
  EXPECT_TRUE(events.is_live());
  const std::jthread writer([&] { deposit(store, "a"); });
  EXPECT_EQ(next_of(events), Texts{"a@2"});
}

TEST(Subscription, ReadsInPages) {
  ec::Store store = open_memory();
  for (int i = 0; i < 5; ++i) deposit(store, "a");
  ec::Subscription events = store.subscribe({}, {}, {.page = 2});
  EXPECT_EQ(next_of(events), (Texts{"a@1", "a@2"}));
  EXPECT_FALSE(events.is_live());
  EXPECT_EQ(events.head(), (ec::Position{0, 5}));
  EXPECT_EQ(next_of(events), (Texts{"a@3", "a@4"}));
  EXPECT_EQ(next_of(events), Texts{"a@5"});
  EXPECT_TRUE(events.is_live());
}

TEST(Subscription, AnotherOneGoesOnFromItsPosition) {
  ec::Store store = open_memory();
  for (int i = 0; i < 3; ++i) deposit(store, "a");
  ec::Subscription first = store.subscribe({}, {}, {.page = 2});
  EXPECT_EQ(next_of(first).size(), 2U);
  ec::Subscription second = store.subscribe({}, first.position());
  EXPECT_EQ(next_of(second), Texts{"a@3"});
}

TEST(Subscription, ThePositionMovesPastWhatTheFilterLeavesOut) {
  ec::Store store = open_memory();
  deposit(store, "order/1");
  deposit(store, "account/a");
  deposit(store, "order/2");
  ec::Subscription events = store.subscribe({.prefixes = {"account/"}});
  EXPECT_EQ(next_of(events), Texts{"account/a@1"});
  EXPECT_EQ(events.position(), (ec::Position{0, 3}));
  deposit(store, "order/1");
  EXPECT_EQ(next_of(events), Texts{});
  EXPECT_EQ(events.position(), (ec::Position{0, 4}));
}

TEST(Subscription, FollowsOneStreamAPatternOrTypes) {
  ec::Store store = open_memory();
  for (const char* stream : {"account/a", "account/ab", "order/1"}) deposit(store, stream);
  ASSERT_TRUE(store.append({Expect::any(StreamId("order/1"))}, {NewEvent::of(0, Renamed{"x"})}).has_value());
  ec::Subscription one = store.subscribe(ec::Filter::of(StreamId("account/a")));
  EXPECT_EQ(next_of(one), Texts{"account/a@1"});
  ec::Subscription pattern = store.subscribe({.patterns = {"*/??"}});
  EXPECT_EQ(next_of(pattern), Texts{"account/ab@1"});
  ec::Subscription types = store.subscribe({.types = {"renamed"}});
  EXPECT_EQ(next_of(types), Texts{"order/1@2"});
}

TEST(Subscription, ADeadlineOrAStopEndsTheWaitAndNotTheSubscription) {
  ec::Store store = open_memory();
  ec::Subscription events = store.subscribe();
  EXPECT_FAILS(events.next(expired()), ec::Code::timeout, "");
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FAILS(events.next({.stop = stop.get_token()}), ec::Code::cancelled, "");
  EXPECT_EQ(events.batch().size(), 0U);
  deposit(store, "a");
  EXPECT_EQ(next_of(events), Texts{"a@1"});
}

TEST(Subscription, GoesOnWhereItWasAfterAFailure) {
  ec::Store store = open_scripted("read_all:UNAVAILABLE next:OK next:CORRUPT");
  for (int i = 0; i < 4; ++i) deposit(store, "a");
  ec::Subscription events = store.subscribe({}, {}, {.page = 2});
  EXPECT_FAILS(events.next(), ec::Code::unavailable, "the script says so");
  EXPECT_EQ(next_of(events), (Texts{"a@1", "a@2"}));
  EXPECT_FAILS(events.next(), ec::Code::corrupt, "the script says so");
  EXPECT_EQ(next_of(events), (Texts{"a@3", "a@4"}));
}

TEST(Subscription, MayMove) {
  ec::Store store = open_memory();
  for (int i = 0; i < 3; ++i) deposit(store, "a");
  ec::Subscription first = store.subscribe({}, {}, {.page = 2});
  EXPECT_EQ(next_of(first).size(), 2U);
  ec::Subscription second = std::move(first);
  EXPECT_EQ(second.batch().size(), 2U);
  EXPECT_EQ(next_of(second), Texts{"a@3"});
}

TEST(Subscription, PollsWhereTheBackendWakesNobody) {
  ec::Store store = open_store("{plugin: plain, plugin_path: ['" EVENTCORE_TEST_PLUGIN_DIR "']}");
  ec::Subscription events = store.subscribe({}, {}, {.poll_interval = 1ms});
  EXPECT_FAILS(events.next(expired()), ec::Code::timeout, "");
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FAILS(events.next({.stop = stop.get_token()}), ec::Code::cancelled, "");
  const std::jthread writer([&] { deposit(store, "a"); });
  EXPECT_EQ(next_of(events), Texts{"a@1"});
}

// Writers run while subscribers begin, so that the seam between catching up and live falls anywhere.
TEST(Subscription, MissesNothingAndGivesNothingTwice) {
  constexpr std::uint64_t writers = 3, each = 400;
  ec::Store store = open_memory();
  const auto follow = [&](std::uint64_t page) {
    ec::Subscription events = store.subscribe({}, {}, {.page = page});
    std::uint64_t next = 1;
    while (next <= writers * each) {
      ASSERT_TRUE(events.next(patient()).has_value());
      for (const ec::RecordedEvent event : events.batch()) ASSERT_EQ(event.position(), (ec::Position{0, next++}));
    }
    EXPECT_TRUE(events.is_live());
  };
  std::vector<std::jthread> threads;
  for (const std::uint64_t page : {1U, 7U, 10'000U}) threads.emplace_back(follow, page);
  for (std::uint64_t i = 0; i < writers; ++i)
    threads.emplace_back([&store, i] {
      for (std::uint64_t n = 0; n < each; ++n) deposit(store, "account/" + std::to_string(i));
    });
}

}  // namespace
