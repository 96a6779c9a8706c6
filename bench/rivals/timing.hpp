// The same figures for every rival, as one line of JSON.
#pragma once

#include "histogram.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

namespace bench {

using Clock = std::chrono::steady_clock;

struct Timed {
  Histogram latencies{};
  Clock::time_point began{}, ended{};
  bool good = true;
};

// Calls `operate` for a quarter of the time unmeasured, then for `seconds`. Not good as soon as it says false.
template <class Operate>
Timed time_calls(double seconds, Operate&& operate) {
  Timed timed;
  const auto duration = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  const auto call = [&] { return timed.good = timed.good && operate(); };
  for (const auto until = Clock::now() + duration / 4; Clock::now() < until && call();) continue;
  timed.began = timed.ended = Clock::now();
  while (timed.ended < timed.began + duration && call()) {
    const auto now = Clock::now();
    timed.latencies.record(static_cast<std::uint64_t>((now - timed.ended).count()));
    timed.ended = now;
  }
  return timed;
}

// The same on so many threads at a time; `make_operate` gives each, by its number, what it calls.
template <class MakeOperate>
Timed time_threads(double seconds, std::size_t count, MakeOperate&& make_operate) {
  std::vector<Timed> each(count);
  {
    std::vector<std::jthread> threads;
    threads.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
      threads.emplace_back([&, i] { each[i] = time_calls(seconds, make_operate(i)); });
  }
  Timed all = each.front();
  for (std::size_t i = 1; i < count; ++i) {
    all.latencies.add(each[i].latencies);
    all.began = std::min(all.began, each[i].began);
    all.ended = std::max(all.ended, each[i].ended);
    all.good = all.good && each[i].good;
  }
  return all;
}

// `more` goes to the end of the line: `, "name": value`.
inline void print(const Timed& timed, const std::string& more = {}) {
  const auto us = [&](double percent) { return static_cast<double>(timed.latencies.percentile(percent)) / 1'000; };
  std::printf(
      R"({"operations": %s, "seconds": %.6f, "per_second": %.1f, "mean_us": %.3f, "p50_us": %.3f, )"
      R"("p90_us": %.3f, "p99_us": %.3f, "p99_9_us": %.3f, "max_us": %.3f%s})"
      "\n",
      std::to_string(timed.latencies.count()).c_str(), std::chrono::duration<double>(timed.ended - timed.began).count(),
      static_cast<double>(timed.latencies.count()) / std::chrono::duration<double>(timed.ended - timed.began).count(),
      timed.latencies.mean() / 1'000, us(50), us(90), us(99), us(99.9),
      static_cast<double>(timed.latencies.max()) / 1'000, more.c_str());
}

// One thread. False, and nothing is printed, as soon as `operate` says false.
template <class Operate>
bool time_and_print(double seconds, Operate&& operate) {
  const Timed timed = time_calls(seconds, operate);
  if (timed.good) print(timed);
  return timed.good;
}

}  // namespace bench
