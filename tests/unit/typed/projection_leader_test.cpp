// One leader: of several that run the same projection one works, and one that lost the lead moves nothing.
#include "places.hpp"
#include "support.hpp"

#include <eventcore/projection.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <latch>
#include <memory>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace typed;
using namespace std::chrono_literals;
using ec::Position;

constexpr const char* id = "projection/counted/1";
// Others ask every quarter of it. A save on a slow disk must not use it up.
constexpr auto lease_time = 1s;

struct Counted {
  static constexpr std::string_view name = "counted";
  static constexpr std::uint32_t version = 1;
  using Events = ec::Events<Deposited>;
  void on(const ec::Recorded<Deposited>&, const ec::Delivery& delivery) {
    ++count;
    fence = delivery.fence;
    if (then) then();
  }
  std::atomic<int> count{0};
  std::atomic<std::uint64_t> fence{0};
  std::function<void()> then;
};

void deposit(ec::Store& store) {
  ASSERT_TRUE(store.append({ec::Expect::any(ec::StreamId("a"))}, {ec::NewEvent::of(0, Deposited{1})}).has_value());
}

ec::Call patient() { return {.deadline = ec::Call::in(1min)}; }

// A projector on a thread of its own.
class Running {
 public:
  Running(ec::Store& store, const std::string& holder, std::chrono::milliseconds lease_time_of_it,
          std::function<void()> then = {})
      : counted{.then = std::move(then)},
        projector(store, counted, {.save_every = 1, .holder = holder, .lease_time = lease_time_of_it}),
        runner_([this](const std::stop_token& stop) { EXPECT_TRUE(projector.run({.stop = stop}).has_value()); }) {}
  void stop() {
    runner_.request_stop();
    runner_.join();
  }

  Counted counted;
  ec::Projector<Counted> projector;

 private:
  std::jthread runner_;
};

class Leader : public OnEachStore {
 protected:
  // Of any holder.
  void wait_for_checkpoint(Position position) {
    const auto give_up = *patient().deadline;
    while (saved() < position && std::chrono::steady_clock::now() < give_up) std::this_thread::yield();
    ASSERT_EQ(saved(), position);
  }
  Position saved() { return ec::load_checkpoint(store, id).value().value_or(Position{}); }
};

TEST_P(Leader, OneWorksAndAnotherTakesOverWhenItIsGone) {
  Running first(store, "first", 1min);
  deposit(store);
  ASSERT_TRUE(first.projector.wait_for({0, 1}, patient()).has_value());
  EXPECT_TRUE(first.projector.progress().leads);
  EXPECT_NE(first.counted.fence, 0U);
  Running second(store, "second", lease_time);
  deposit(store);
  ASSERT_TRUE(first.projector.wait_for({0, 2}, patient()).has_value());
  EXPECT_EQ(second.counted.count, 0);
  first.stop();
  EXPECT_FALSE(first.projector.progress().leads);
  deposit(store);
  ASSERT_TRUE(second.projector.wait_for({0, 3}, patient()).has_value());
  EXPECT_EQ(first.counted.count, 2);
  EXPECT_EQ(second.counted.count, 1) << "it went on from the checkpoint";
}

TEST_P(Leader, OfThreeOneWorksAndAnotherTakesOverUntilNoneIsLeft) {
  std::vector<std::unique_ptr<Running>> running;
  for (const char* holder : {"first", "second", "third"})
    running.push_back(std::make_unique<Running>(store, holder, lease_time));
  for (std::uint64_t events = 1; !running.empty(); ++events) {
    deposit(store);
    wait_for_checkpoint({0, events});
    const auto works = [](const auto& each) { return each->counted.count > 0; };
    ASSERT_EQ(std::ranges::count_if(running, works), 1);
    const auto leader = std::ranges::find_if(running, works);
    EXPECT_EQ((*leader)->counted.count, 1) << "the one before had kept what it did";
    (*leader)->stop();
    running.erase(leader);
  }
}

TEST_P(Leader, OneThatIsGoneWithoutAWordIsFollowedWhenItsTimeIsOver) {
  deposit(store);
  const auto gone_for = 100ms;
  const auto asked = std::chrono::steady_clock::now();
  const auto gone = ec::Lease::acquire(store, id, "gone", gone_for);
  ASSERT_TRUE(gone.has_value());
  Running first(store, "first", lease_time), second(store, "second", lease_time), third(store, "third", lease_time);
  wait_for_checkpoint({0, 1});
  EXPECT_GE(std::chrono::steady_clock::now() - asked, gone_for);
  EXPECT_EQ(first.counted.count + second.counted.count + third.counted.count, 1);
  EXPECT_FAILS(ec::save_checkpoint(store, id, {}, gone->fence()), ec::Code::fenced, "");
}

TEST_P(Leader, OneWhoseLeaseRanOutInTheMiddleOfItsWorkDoesNotMoveTheCheckpointBack) {
  deposit(store);
  deposit(store);
  std::latch works(1), may_end(1);
  // It looks after its lease so seldom that it does not notice.
  Running late(store, "late", 1h, [&] {
    works.count_down();
    may_end.wait();
  });
  works.wait();
  const auto taken = ec::Lease::acquire(store, id, "late", 1ms);
  ASSERT_TRUE(taken.has_value());
  Running second(store, "second", lease_time), third(store, "third", lease_time);
  wait_for_checkpoint({0, 2});
  EXPECT_EQ(second.counted.count + third.counted.count, 2) << "from the start: nothing was kept";
  EXPECT_TRUE(late.projector.progress().leads) << "it does not know yet";
  may_end.count_down();
  while (late.projector.progress().leads && saved() == Position{0, 2}) std::this_thread::yield();
  EXPECT_EQ(saved(), (Position{0, 2}));
  EXPECT_EQ(late.counted.count, 1);
  deposit(store);
  wait_for_checkpoint({0, 3});
  EXPECT_EQ(late.counted.count, 1) << "and it waits for the lease, as others do";
}

TEST_P(Leader, OneThatLostTheLeadMovesNoCheckpoint) {
  deposit(store);
  Counted counted;
  std::optional<ec::Lease> usurper;
  std::stop_source stop;
  // In the middle of its work the lease is taken from it; the checkpoint of its work is refused.
  counted.then = [&] {
    if (usurper) {
      stop.request_stop();
      return;
    }
    auto taken = ec::Lease::acquire(store, id, "first", 1min);
    ASSERT_TRUE(taken.has_value()) << taken.error().message;
    usurper.emplace(std::move(*taken));
    EXPECT_TRUE(ec::save_checkpoint(store, id, {}, usurper->fence()).has_value());
  };
  ec::Projector projector(store, counted, {.save_every = 1, .holder = "first", .lease_time = 1min});
  EXPECT_TRUE(projector.run({.deadline = ec::Call::in(1min), .stop = stop.get_token()}).has_value());
  EXPECT_EQ(counted.count, 2) << "it led again, under a new fence, from the checkpoint";
  EXPECT_GT(counted.fence, usurper->fence());
}

INSTANTIATE_TEST_SUITE_P(On, Leader, each_store(), name_of_store);

TEST(Lease, IsForOneHolderAndReleasedInTheEnd) {
  ec::Store store = open_memory();
  {
    const auto lease = ec::Lease::acquire(store, "x", "one", 1min);
    ASSERT_TRUE(lease.has_value());
    EXPECT_FAILS(ec::Lease::acquire(store, "x", "two", 1min), ec::Code::conflict, "one");
  }
  auto next = ec::Lease::acquire(store, "x", "two", 1min);
  ASSERT_TRUE(next.has_value());
  EXPECT_TRUE(next->renew(1min).has_value());
  const auto again = ec::Lease::acquire(store, "x", "two", 1min);
  ASSERT_TRUE(again.has_value());
  EXPECT_FAILS(next->renew(1min), ec::Code::fenced, "");
  EXPECT_FAILS(ec::Lease::acquire(store, "x", "three", 0ms), ec::Code::invalid, "at least 1 ms");
}

TEST(Checkpoint, IsLoadedSavedAndRemoved) {
  ec::Store store = open_memory();
  deposit(store);
  EXPECT_FALSE(ec::load_checkpoint(store, "x").value().has_value());
  EXPECT_TRUE(ec::save_checkpoint(store, "x", {0, 1}).has_value());
  EXPECT_EQ(ec::load_checkpoint(store, "x").value(), (Position{0, 1}));
  EXPECT_FAILS(ec::save_checkpoint(store, "x", {0, 2}), ec::Code::invalid, "");
  EXPECT_TRUE(ec::remove_checkpoint(store, "x").has_value());
  EXPECT_FALSE(ec::load_checkpoint(store, "x").value().has_value());
  EXPECT_FAILS(ec::load_checkpoint(store, ""), ec::Code::invalid, "checkpoint name");
}

}  // namespace
