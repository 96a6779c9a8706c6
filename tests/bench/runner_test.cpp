#include "runner.hpp"

#include <atomic>
#include <functional>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

namespace {

using bench::Client;
using bench::Settings;
using std::chrono::milliseconds;

// Clients that do what a test says; `number` is the operation's of all clients.
class Staged final : public bench::Workload {
 public:
  using Body = std::function<ec::Result<>(Client&, int number)>;
  explicit Staged(Body body) : body_(std::move(body)) {}

  ec::Result<std::unique_ptr<Client>> client(std::size_t) override {
    ++clients;
    return std::make_unique<One>(*this);
  }

  int clients = 0;

 private:
  struct One final : Client {
    explicit One(Staged& of) : stage(of) {}
    ec::Result<> operate() override { return stage.body_(*this, stage.operations_++); }
    Staged& stage;
  };

  const Body body_;
  std::atomic<int> operations_{0};
};

ec::Result<> answer(Client& client, int) {
  ++client.tally.operations;
  return {};
}

Settings short_run(double seconds = 0.05) { return {.seconds = seconds, .warm_up_seconds = 0}; }

TEST(OpenLoop, AStallIsInTheLatenciesOfAllThatWereDueMeanwhile) {
  Settings settings = short_run(0.3);
  settings.rate = 1'000;
  Staged stalls([](Client& client, int number) {
    if (number == 0) std::this_thread::sleep_for(milliseconds(100));  // the store is away for so long, at least
    return answer(client, number);
  });
  const auto measured = bench::run(stalls, settings);
  ASSERT_TRUE(measured);
  EXPECT_EQ(measured->tally.operations + measured->unfinished, 300U);
  // The one that was due after n ms had 100 - n ms to wait. On a slow machine they wait longer, or are not begun.
  std::uint64_t late = measured->unfinished;
  measured->latencies.each([&](std::uint64_t ns, std::uint64_t count) { late += ns >= 50'000'000 ? count : 0; });
  EXPECT_GE(late, 50U);
}

TEST(OpenLoop, WhatIsNotBegunByTheEndIsCounted) {
  Settings settings = short_run(0.02);
  settings.rate = 100'000;
  Staged slow([](Client& client, int number) {
    std::this_thread::sleep_for(milliseconds(5));
    return answer(client, number);
  });
  const auto measured = bench::run(slow, settings);
  ASSERT_TRUE(measured);
  EXPECT_LE(measured->tally.operations, 4U);
  EXPECT_EQ(measured->tally.operations + measured->unfinished, 2'000U);
  EXPECT_GE(measured->seconds, 0.02);
}

TEST(ClosedLoop, EachClientMakesSoMany) {
  Settings settings{.clients = 3, .operations = 40};
  Staged workload(answer);
  const auto measured = bench::run(workload, settings);
  ASSERT_TRUE(measured);
  EXPECT_EQ(workload.clients, 3);
  EXPECT_EQ(measured->tally.operations, 3U * 40);
  EXPECT_EQ(measured->by_client, (std::vector<std::uint64_t>{40, 40, 40}));
  EXPECT_EQ(measured->latencies.count(), 120U);
}

TEST(ClosedLoop, WhatWasRefusedOrGivenUpHasALatencyToo) {
  Settings settings{.operations = 100};
  Staged workload([](Client& client, int number) {
    ++(number % 4 == 0 ? client.tally.rejections : number % 4 == 1 ? client.tally.given_up : client.tally.operations);
    return ec::Result<>{};
  });
  const auto measured = bench::run(workload, settings);
  ASSERT_TRUE(measured);
  EXPECT_EQ(measured->tally.operations + measured->tally.rejections + measured->tally.given_up, 100U);
  EXPECT_LE(measured->tally.operations, 50U);
  EXPECT_EQ(measured->latencies.count(), 100U);
  std::uint64_t operations = 0;
  for (const bench::Second& each : measured->over_time) operations += each.operations;
  EXPECT_EQ(operations, measured->tally.operations);
}

TEST(Runner, TheFirstFailureEndsItForAll) {
  for (const bool open : {false, true}) {
    Settings settings{.clients = 4, .seconds = 3'600, .warm_up_seconds = 0};
    if (open) settings.rate = 1'000;
    Staged workload([](Client& client, int number) -> ec::Result<> {
      if (number == 20) return std::unexpected(ec::Error{ec::Code::unavailable, "gone"});
      return answer(client, number);
    });
    const auto measured = bench::run(workload, settings);
    ASSERT_FALSE(measured);
    EXPECT_EQ(measured.error().message, "gone");
  }
}

TEST(Runner, AStopEndsItWithWhatThereIs) {
  for (const bool open : {false, true}) {
    Settings settings{.clients = 2, .seconds = 3'600, .warm_up_seconds = 0};
    if (open) settings.rate = 1'000;
    std::stop_source stop;
    settings.stop = stop.get_token();
    Staged workload([&](Client& client, int number) {
      if (number == 10) stop.request_stop();
      return answer(client, number);
    });
    const auto measured = bench::run(workload, settings);
    ASSERT_TRUE(measured);
    EXPECT_TRUE(measured->interrupted);
    EXPECT_GE(measured->tally.operations, 10U);
    EXPECT_LT(measured->seconds, 3'600);
  }
}

}  // namespace
