// Many operations under way on one thread of a client.
#include "runner.hpp"

#include <eventcore/testing_faults.hpp>

#include <algorithm>
#include <atomic>
#include <coroutine>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace {

using bench::Settings;
using std::chrono::milliseconds;

// Its operations are over when the loop comes to them, and not before.
class Turn {
 public:
  explicit Turn(bench::Loop& loop) : loop_(loop) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) {
    loop_.post(ec::Work([](void* frame) { std::coroutine_handle<>::from_address(frame).resume(); }, waiting.address()));
  }
  void await_resume() const noexcept {}

 private:
  bench::Loop& loop_;
};

class Staged final : public bench::Workload {
 public:
  using Body = std::function<ec::Result<>(bench::Client&, int number)>;
  explicit Staged(Body body = answer) : body_(std::move(body)) {}

  static ec::Result<> answer(bench::Client& client, int) {
    ++client.tally.operations;
    return {};
  }

  ec::Result<std::unique_ptr<bench::Client>> client(std::size_t) override {
    ++lanes;
    return std::make_unique<One>(*this);
  }

  std::size_t lanes = 0;
  std::map<std::thread::id, int> most;  // under way at once on each thread

 private:
  struct One final : bench::Client {
    explicit One(Staged& of) : stage(of) {}
    ec::Result<> operate() override { return std::unexpected(ec::Error{ec::Code::internal, "it waits"}); }
    bench::Task begin(bench::Loop& loop, bench::Told& told) override {
      const int number = stage.operations_++;
      stage.add(1);
      auto turn = Turn(loop);
      co_await turn;
      auto done = stage.body_(*this, number);
      stage.add(-1);
      told.over(std::move(done));
    }
    Staged& stage;
  };

  void add(int change) {
    const std::lock_guard lock(mutex_);
    int& now = under_way_[std::this_thread::get_id()] += change;
    most[std::this_thread::get_id()] = std::max(most[std::this_thread::get_id()], now);
  }

  const Body body_;
  std::atomic<int> operations_{0};
  std::mutex mutex_;
  std::map<std::thread::id, int> under_way_;
};

TEST(InFlight, EachClientKeepsThemUnderWayOnOneThread) {
  Settings settings{.clients = 3, .in_flight = 8, .operations = 50};
  Staged workload;
  const auto measured = bench::run(workload, settings);
  ASSERT_TRUE(measured) << measured.error().message;
  EXPECT_EQ(workload.lanes, 3U * 8);
  EXPECT_EQ(measured->tally.operations, 3U * 50);
  EXPECT_EQ(measured->by_client, (std::vector<std::uint64_t>{50, 50, 50}));
  EXPECT_EQ(measured->latencies.count(), 150U);
  ASSERT_EQ(workload.most.size(), 3U);
  for (const auto& [thread, most] : workload.most) EXPECT_EQ(most, 8);
}

TEST(InFlight, AnOpenLoopHasNoMoreUnderWayAndCountsTheOthers) {
  Settings settings{.in_flight = 4, .seconds = 0.05, .warm_up_seconds = 0, .rate = 100'000};
  Staged workload([](bench::Client& client, int number) {
    std::this_thread::sleep_for(milliseconds(1));  // more come than are done
    return Staged::answer(client, number);
  });
  const auto measured = bench::run(workload, settings);
  ASSERT_TRUE(measured) << measured.error().message;
  EXPECT_EQ(measured->tally.operations + measured->unfinished, 5'000U);
  EXPECT_GT(measured->unfinished, 0U);
  ASSERT_EQ(workload.most.size(), 1U);
  EXPECT_EQ(workload.most.begin()->second, 4);
}

TEST(InFlight, InAnOpenLoopAStallIsInTheLatenciesOfAllThatWereDueMeanwhile) {
  Settings settings{.in_flight = 4, .seconds = 0.3, .warm_up_seconds = 0, .rate = 1'000};
  Staged workload([](bench::Client& client, int number) {
    if (number == 0) std::this_thread::sleep_for(milliseconds(100));  // the store is away for so long, at least
    return Staged::answer(client, number);
  });
  const auto measured = bench::run(workload, settings);
  ASSERT_TRUE(measured) << measured.error().message;
  EXPECT_EQ(measured->tally.operations + measured->unfinished, 300U);
  std::uint64_t late = measured->unfinished;
  measured->latencies.each([&](std::uint64_t ns, std::uint64_t count) { late += ns >= 50'000'000 ? count : 0; });
  EXPECT_GE(late, 50U);
}

TEST(InFlight, WhatBeginsBeforeTheMeasuringIsNotMeasured) {
  Settings settings{.in_flight = 4, .seconds = 0.02, .warm_up_seconds = 0.02};
  for (const bool open : {false, true}) {
    if (open) settings.rate = 10'000;
    Staged workload;
    const auto measured = bench::run(workload, settings);
    ASSERT_TRUE(measured) << measured.error().message;
    EXPECT_GT(measured->latencies.count(), 0U);
    EXPECT_EQ(measured->latencies.count(), measured->tally.operations);
    if (open) {
      EXPECT_LE(measured->tally.operations, 400U);
    }
  }
}

TEST(InFlight, TheFirstFailureEndsItForAll) {
  for (const bool open : {false, true}) {
    Settings settings{.clients = 2, .in_flight = 8, .seconds = 3'600, .warm_up_seconds = 0};
    if (open) settings.rate = 1'000;
    Staged workload([](bench::Client& client, int number) -> ec::Result<> {
      if (number == 20) return std::unexpected(ec::Error{ec::Code::unavailable, "gone"});
      return Staged::answer(client, number);
    });
    const auto measured = bench::run(workload, settings);
    ASSERT_FALSE(measured);
    EXPECT_EQ(measured.error().message, "gone");
  }
}

TEST(InFlight, AStopEndsItWithWhatThereIs) {
  for (const bool open : {false, true}) {
    Settings settings{.clients = 2, .in_flight = 8, .seconds = 3'600, .warm_up_seconds = 0};
    if (open) settings.rate = 100;
    std::stop_source stop;
    settings.stop = stop.get_token();
    Staged workload([&](bench::Client& client, int number) {
      if (number == 10) stop.request_stop();
      return Staged::answer(client, number);
    });
    const auto measured = bench::run(workload, settings);
    ASSERT_TRUE(measured) << measured.error().message;
    EXPECT_TRUE(measured->interrupted);
    EXPECT_GE(measured->tally.operations, 10U);
    EXPECT_LT(measured->seconds, 3'600);
  }
}

// As an append that is waited for, which reads nothing: but for the first of each, which finds no state yet.
TEST(InFlight, AppendsReadNothing) {
  ec::testing::Faults faults;
  ec::Store store = ec::testing::faulty_store(faults);
  for (const char* workload : {"append", "paced"}) {
    Settings settings{.workload = workload, .in_flight = 4, .operations = 100};
    auto made = bench::make_workload(store, settings);
    ASSERT_TRUE(made) << made.error().message;
    ASSERT_EQ(bench::complete(settings), "");
    faults.fail("read", 4 + 1, EC_CORRUPT);
    const auto measured = bench::run(**made, settings);
    ASSERT_TRUE(measured) << measured.error().message;
    EXPECT_EQ(measured->tally.operations, 100U);
    EXPECT_EQ(measured->tally.attempts, 100U);
    faults.stop_failing();
  }
  EXPECT_EQ(faults.count(), 0U);
}

TEST(InFlight, WhatHoldsItsThreadRefusesIt) {
  for (const bench::WorkloadKind& kind : bench::all_workloads()) {
    Settings settings{.workload = std::string(kind.name), .in_flight = 2};
    const std::string wrong = bench::complete(settings);
    if (kind.at_once == bench::AtOnce::many_a_client)
      EXPECT_EQ(wrong, "");
    else
      EXPECT_NE(wrong.find("has one operation in flight"), std::string::npos) << kind.name;
  }
}

}  // namespace
