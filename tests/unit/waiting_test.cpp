#include "waiting.hpp"

#include <atomic>
#include <chrono>
#include <fstream>
#include <pthread.h>
#include <sched.h>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

namespace {

using ec::core::Signal;

long times_slept() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nvcsw;
}

ec_call deadline_in(std::uint64_t ns) {
  return {sizeof(ec_call), 0, ec::plugin::monotonic_ns() + ns, nullptr, nullptr, {nullptr, 0}};
}

// Keeps a processor busy, and the calling thread on the same one.
class Crowded {
 public:
  Crowded()
      : busy_([](const std::stop_token& stop) {
          while (!stop.stop_requested()) continue;
        }) {
    sched_getaffinity(0, sizeof before_, &before_);
    cpu_set_t here;
    CPU_ZERO(&here);
    CPU_SET(sched_getcpu(), &here);
    sched_setaffinity(0, sizeof here, &here);
    pthread_setaffinity_np(busy_.native_handle(), sizeof here, &here);
  }
  Crowded(const Crowded&) = delete;
  Crowded& operator=(const Crowded&) = delete;
  ~Crowded() { sched_setaffinity(0, sizeof before_, &before_); }

 private:
  cpu_set_t before_{};
  std::jthread busy_;
};

bool sleeps(pid_t thread) {
  std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/stat");
  std::string id, name, state;
  file >> id >> name >> state;
  return state == "S";
}

// Such a deadline is no time point that a clock can wait for.
TEST(Signal, WhoWaitsUntilTheEndOfTimeSleeps) {
  const ec_call call{sizeof(ec_call), 0, ~std::uint64_t{0}, nullptr, nullptr, {nullptr, 0}};
  Signal signal;
  std::atomic<pid_t> thread = 0;
  std::jthread waiter([&] {
    thread = gettid();
    EXPECT_EQ(signal.wait(ec::plugin::Call(&call)), EC_OK);
  });
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  bool slept = false;
  while (!slept && std::chrono::steady_clock::now() < give_up) slept = thread != 0 && sleeps(thread);
  signal.set();
  EXPECT_TRUE(slept) << "it spins";
}

// A std::binary_semaphore falls asleep again and again here, ever longer, and learns late of what happens meanwhile.
TEST(Signal, WhoWaitsWithADeadlineDoesNotLookAgainAndAgain) {
  const Crowded crowded;
  for (int i = 0; i < 5; ++i) {
    Signal never;
    const ec_call call = deadline_in(100'000'000);
    const long before = times_slept();
    EXPECT_EQ(never.wait(ec::plugin::Call(&call)), EC_TIMEOUT);
    EXPECT_LE(times_slept() - before, 2);
  }
}

TEST(Signal, ThatHappenedBeforeIsNotMissed) {
  Signal signal;
  signal.set();
  const ec_call passed = deadline_in(0);
  EXPECT_EQ(signal.wait(ec::plugin::Call(&passed)), EC_OK);
}

TEST(Signal, IsSeenByOneWhoWaitsAwakeAndGivenUpByOneWhoWaitsInVain) {
  constexpr std::uint64_t hour_ns = 3'600'000'000'000;
  Signal signal;
  std::jthread setter([&] { signal.set(); });
  EXPECT_TRUE(signal.wait_awake(hour_ns));
  Signal never;
  EXPECT_FALSE(never.wait_awake(1'000'000));
}

TEST(Signal, WakesAWaiterWithADeadlineAndOneWithout) {
  const ec_call in_an_hour = deadline_in(3'600'000'000'000);
  for (const ec_call* raw : {static_cast<const ec_call*>(nullptr), &in_an_hour}) {
    Signal signal;
    std::jthread setter([&] { signal.set(); });
    EXPECT_EQ(signal.wait(ec::plugin::Call(raw)), EC_OK);
  }
}

}  // namespace
