// For eventcore.notify/1: waiters that wake when the head has moved.
//
//   class Backend {
//     ec::plugin::HeadSignal signal_;
//     // after the new head can be seen:      signal_.moved();
//     // ec_position wait(after, call):       return signal_.wait(call, [&] { return head_above(after); });
//   };
#pragma once

#include <eventcore/plugin/call.hpp>
#include <eventcore/plugin/failure.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>

namespace ec::plugin {

class HeadSignal {
 public:
  // The head that readers see is higher now. Costs an atomic read when nobody waits. The store of the head must come
  // before in the one order of sequentially consistent operations.
  void moved() {
    if (waiting_.load() == 0) return;
    const std::scoped_lock lock(mutex_);
    changed_.notify_all();
  }

  // Ends every wait that is under way.
  void interrupt() {
    const std::scoped_lock lock(mutex_);
    ++interrupts_;
    changed_.notify_all();
  }

  // `arrived` gives the head when it is above what the caller has seen, nothing otherwise; it reads the head
  // sequentially consistent. Throws EC_TIMEOUT at the deadline, EC_CANCELLED when the call was cancelled or
  // interrupted.
  template <class Arrived>
  ec_position wait(const Call& call, Arrived&& arrived) {
    constexpr std::uint64_t poll_ns = 20'000'000;  // how late a cancelled call may be noticed
    std::unique_lock lock(mutex_);
    const Waiting counted(waiting_);
    const std::uint64_t interrupts = interrupts_;
    for (;;) {
      if (const std::optional<ec_position> head = arrived()) return *head;
      const ec_status state = interrupts == interrupts_ ? call.state() : EC_CANCELLED;
      if (state == EC_TIMEOUT) throw Failure(EC_TIMEOUT, "the deadline passed and nothing new came");
      if (state != EC_OK) throw Failure(EC_CANCELLED, "the wait was cancelled or interrupted");
      changed_.wait_until(lock,
                          std::chrono::steady_clock::time_point(std::chrono::nanoseconds(call.wait_until_ns(poll_ns))));
    }
  }

 private:
  class Waiting {
   public:
    explicit Waiting(std::atomic<std::uint32_t>& count) : count_(count) { count_.fetch_add(1); }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    ~Waiting() { count_.fetch_sub(1); }

   private:
    std::atomic<std::uint32_t>& count_;
  };

  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<std::uint32_t> waiting_{0};
  std::uint64_t interrupts_ = 0;
};

}  // namespace ec::plugin
