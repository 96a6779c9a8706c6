// Waiting that a stop ends, and a deadline.
#pragma once

#include <eventcore/call.hpp>
#include <eventcore/error.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

namespace ec::detail {

// Sleeps, or shorter when a stop is requested or the deadline passes.
inline void pause(std::chrono::steady_clock::duration time, const Call& call) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any wake;
  const auto until = std::chrono::steady_clock::now() + time;
  wake.wait_until(lock, call.stop, call.deadline ? std::min(*call.deadline, until) : until, [] { return false; });
}

inline bool is_over(const Call& call) {
  return call.stop.stop_requested() || (call.deadline && std::chrono::steady_clock::now() >= *call.deadline);
}

// Of a store that is down, say. For what can be asked again, so that doubt is no end either.
inline bool can_wait_for(const Error& error) {
  return error.code == Code::unavailable || error.code == Code::in_doubt || error.retryable;
}

// The waits between looking and looking again: the first ones short, then longer ones.
class Patience {
 public:
  void wait(const Call& call) {
    pause(next_, call);
    next_ = std::min(2 * next_, longest);
  }

 private:
  static constexpr std::chrono::milliseconds longest{100};
  std::chrono::milliseconds next_{2};
};

}  // namespace ec::detail
