#include "follow.hpp"
#include "runner.hpp"

#include <eventcore/testing_faults.hpp>

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace {

using bench::Settings;

constexpr std::chrono::milliseconds impatient{20};

// A projection of a store that can be written to and not read from.
class Behind : public testing::Test {
 protected:
  Behind() {
    faults.fail_randomly("read_all", 1, EC_UNAVAILABLE, 1);
    settings = {.workload = "projection-lag", .warm_up_seconds = 0, .operations = 50};
    bench::complete(settings);
  }

  // Gives where the last of 50 events is.
  ec::Position write() {
    bench::StampedAppends client(store, settings, "s/", 0);
    for (int i = 0; i < 50; ++i) {
      client.due = bench::Clock::now();
      EXPECT_TRUE(client.operate());
    }
    return client.acknowledged();
  }

  ec::testing::Faults faults;
  ec::Store store = ec::testing::faulty_store(faults);
  Settings settings;
};

TEST_F(Behind, IsWaitedForUntilItHasCaughtUp) {
  bench::Follower follower(store, "s/");
  follower.begin_measuring();
  const ec::Position head = write();
  EXPECT_EQ(follower.handled(), 0U);
  faults.stop_failing();
  const auto there = follower.catch_up(head);
  ASSERT_TRUE(there) << there.error().message;
  EXPECT_TRUE(*there);
  EXPECT_EQ(follower.handled(), 50U);
  EXPECT_EQ(follower.stop().count(), 50U);
}

TEST_F(Behind, StandsStill) {
  bench::Follower follower(store, "s/");
  const auto there = follower.catch_up(write(), {}, impatient);
  ASSERT_FALSE(there);
  EXPECT_EQ(there.error().code, ec::Code::timeout);
  EXPECT_NE(there.error().message.find("stands still at position 0, and is to come to 50: "), std::string::npos)
      << there.error().message;
}

TEST_F(Behind, IsToldWhenItIsStopped) {
  std::stop_source stop;
  settings.stop = stop.get_token();
  auto workload = bench::make_workload(store, settings);
  ASSERT_TRUE(workload) << workload.error().message;
  const auto measured = bench::run(**workload, settings);
  ASSERT_TRUE(measured) << measured.error().message;
  stop.request_stop();
  const auto found = (*workload)->finish(measured->events_written);
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_TRUE(found->followed);
  EXPECT_EQ(found->followed->behind, measured->events_written);
  EXPECT_EQ(found->followed->left, measured->events_written);
  EXPECT_EQ(found->lag->count(), 0U);
}

TEST_F(Behind, WasNotGivenAllEvents) {
  auto workload = bench::make_workload(store, settings);
  ASSERT_TRUE(workload) << workload.error().message;
  const auto measured = bench::run(**workload, settings);
  ASSERT_TRUE(measured) << measured.error().message;
  faults.stop_failing();
  const auto found = (*workload)->finish(measured->events_written + 1);
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().message.find("was not given 1 of "), std::string::npos) << found.error().message;
}

}  // namespace
