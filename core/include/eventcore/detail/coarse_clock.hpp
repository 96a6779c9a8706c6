// The time for what is asked with each event: a few nanoseconds a look, at most some milliseconds late.
#pragma once

#include <chrono>
#include <ctime>

namespace ec::detail {

// On the clock of steady_clock.
inline std::chrono::steady_clock::time_point coarse_now() {
#ifdef CLOCK_MONOTONIC_COARSE
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return std::chrono::steady_clock::time_point(std::chrono::seconds(now.tv_sec) +
                                               std::chrono::nanoseconds(now.tv_nsec));
#else
  return std::chrono::steady_clock::now();
#endif
}

}  // namespace ec::detail
