// The same figures for every rival, as one line of JSON.
#pragma once

#include "histogram.hpp"

#include <chrono>
#include <cstdio>

namespace bench {

using Clock = std::chrono::steady_clock;

// Calls `operate` for a quarter of the time unmeasured, then for `seconds`. False as soon as it says false.
template <class Operate>
bool time_and_print(double seconds, Operate&& operate) {
  Histogram latencies;
  const auto duration = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  for (const auto until = Clock::now() + duration / 4; Clock::now() < until;)
    if (!operate()) return false;
  const auto began = Clock::now();
  auto last = began;
  while (last < began + duration) {
    if (!operate()) return false;
    const auto now = Clock::now();
    latencies.record(static_cast<std::uint64_t>((now - last).count()));
    last = now;
  }
  const auto us = [&](double percent) { return static_cast<double>(latencies.percentile(percent)) / 1'000; };
  std::printf(R"({"operations": %llu, "per_second": %.1f, "mean_us": %.3f, "p50_us": %.3f, "p99_us": %.3f, )"
              R"("p99_9_us": %.3f, "max_us": %.3f})"
              "\n",
              static_cast<unsigned long long>(latencies.count()),
              static_cast<double>(latencies.count()) / std::chrono::duration<double>(last - began).count(),
              latencies.mean() / 1'000, us(50), us(99), us(99.9), static_cast<double>(latencies.max()) / 1'000);
  return true;
}

}  // namespace bench
