// The caller's deadline and its wish to stop, as a plugin asks for them.
//
//   void count_to(int number, const ec::plugin::Call& call) {
//     for (int i = 0; i < number; ++i) call.check();  // throws EC_TIMEOUT or EC_CANCELLED when it is time to give up
//   }
#pragma once

#include <eventcore/abi/base.h>
#include <eventcore/plugin/failure.hpp>

#include <chrono>
#include <cstdint>
#include <ctime>
#include <mutex>
#include <thread>

namespace ec::plugin {

inline std::uint64_t monotonic_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(now.tv_nsec);
}

// Microseconds since 1970 UTC, for ec_event.recorded_at_us.
inline std::int64_t wall_clock_us() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1'000;
}

class Call {
 public:
  explicit Call(const ec_call* call) : call_(call) {}

  // Nanoseconds on CLOCK_MONOTONIC; 0 = none.
  std::uint64_t deadline_ns() const { return call_ == nullptr ? 0 : call_->deadline_ns; }
  bool cancelled() const {
    return call_ != nullptr && call_->cancelled != nullptr && call_->cancelled(call_->cancel_ctx) != 0;
  }
  bool expired() const { return deadline_ns() != 0 && monotonic_ns() >= deadline_ns(); }

  // EC_OK, EC_CANCELLED or EC_TIMEOUT.
  ec_status state() const {
    if (cancelled()) return EC_CANCELLED;
    return expired() ? EC_TIMEOUT : EC_OK;
  }

  // Throws when the caller no longer waits for an answer.
  void check() const {
    const ec_status now = state();
    if (now == EC_CANCELLED) throw Failure(EC_CANCELLED, "the call was cancelled");
    if (now == EC_TIMEOUT) throw Failure(EC_TIMEOUT, "the deadline passed");
  }

  // For loops that wait for something else: at most `most_ns` nanoseconds from now, never past the deadline. Absolute,
  // on CLOCK_MONOTONIC.
  std::uint64_t wait_until_ns(std::uint64_t most_ns) const {
    const std::uint64_t until_ns = monotonic_ns() + most_ns;
    return deadline_ns() != 0 && deadline_ns() < until_ns ? deadline_ns() : until_ns;
  }

  const ec_call* raw() const { return call_; }

 private:
  const ec_call* call_;
};

// Holds `mutex`, for which it waits no longer than the call allows: then it throws EC_TIMEOUT or EC_CANCELLED. It looks
// again and again, which is for locks that are seldom waited for; the timed wait of a std::timed_mutex is one that
// ThreadSanitizer does not see.
inline std::unique_lock<std::mutex> lock_within(std::mutex& mutex, const Call& call) {
  constexpr std::uint64_t poll_ns = 100'000;
  std::unique_lock<std::mutex> lock(mutex, std::try_to_lock);
  while (!lock.owns_lock()) {
    call.check();
    std::this_thread::sleep_until(
        std::chrono::steady_clock::time_point(std::chrono::nanoseconds(call.wait_until_ns(poll_ns))));
    lock.try_lock();
  }
  return lock;
}

}  // namespace ec::plugin
