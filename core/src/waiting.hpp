// Sleeping until something happens, the caller's deadline passes or it is cancelled.
#pragma once

#include <eventcore/abi/base.h>
#include <eventcore/plugin/call.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

namespace ec::core {

// How late a cancelled call may be noticed while it sleeps.
constexpr std::uint64_t cancel_poll_ns = 10'000'000;
// Deadlines may lie further off than a clock can say.
constexpr std::uint64_t longest_wait_ns = 1'000'000'000;

// A thing that happens once: one thread waits for it, another lets it happen. Not a std::binary_semaphore: the timed
// wait of libstdc++'s sleeps and looks, ever less often, so that who waited 100 ms learns of it 50 ms late.
class Signal {
 public:
  // The waiter may be gone as soon as the lock is given back; nothing is touched after it.
  void set() {
    const std::scoped_lock lock(mutex_);
    happened_ = true;
    wake_.notify_one();
  }

  // Waits awake for what another thread is about to do anyway, and lets others run meanwhile: far cheaper for both than
  // sleeping and being woken. False: it has not happened so soon.
  bool wait_awake(std::uint64_t most_ns) {
    const std::uint64_t until_ns = plugin::monotonic_ns() + most_ns;
    do {
      if (happened_) {
        wait();  // until the lock is given back
        return true;
      }
      std::this_thread::yield();
    } while (plugin::monotonic_ns() < until_ns);
    return false;
  }

  void wait() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return happened_.load(); });
  }

  // EC_OK when it happened, else EC_TIMEOUT or EC_CANCELLED.
  ec_status wait(const plugin::Call& call) {
    using std::chrono::steady_clock;
    const bool cancellable = call.raw() != nullptr && call.raw()->cancelled != nullptr;
    if (call.deadline_ns() == 0 && !cancellable) {
      wait();
      return EC_OK;
    }
    for (;;) {
      const std::uint64_t until_ns = call.wait_until_ns(cancellable ? cancel_poll_ns : longest_wait_ns);
      {
        std::unique_lock lock(mutex_);
        if (wake_.wait_until(lock, steady_clock::time_point(std::chrono::nanoseconds(until_ns)),
                             [this] { return happened_.load(); }))
          return EC_OK;
      }
      if (const ec_status state = call.state(); state != EC_OK) return state;
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<bool> happened_{false};
};

// The same call with less time.
class ShorterCall {
 public:
  ShorterCall(const plugin::Call& call, std::uint64_t most_ns)
      : own_{sizeof(ec_call), 0, plugin::monotonic_ns() + most_ns, nullptr, nullptr, {nullptr, 0}} {
    const ec_call* raw = call.raw();
    if (raw == nullptr) return;
    own_.cancel_ctx = raw->cancel_ctx;
    own_.cancelled = raw->cancelled;
    is_callers_time_ = raw->deadline_ns != 0 && raw->deadline_ns < own_.deadline_ns;
    if (is_callers_time_) own_.deadline_ns = raw->deadline_ns;
  }

  plugin::Call call() const { return plugin::Call(&own_); }
  // Whether it is the caller's own deadline that ends it.
  bool is_callers_time() const { return is_callers_time_; }

 private:
  ec_call own_;
  bool is_callers_time_ = false;
};

// Sleeps `duration_ns`, or shorter when the deadline passes (EC_TIMEOUT) or the call is cancelled (EC_CANCELLED).
inline ec_status sleep_for_ns(std::uint64_t duration_ns, const plugin::Call& call) {
  Signal never;
  const ShorterCall own(call, duration_ns);
  const ec_status state = never.wait(own.call());
  return state == EC_TIMEOUT && !own.is_callers_time() ? EC_OK : state;
}

}  // namespace ec::core
