// The latencies of a run by the second in which they were over. Clients add to it once a second each.
#pragma once

#include "histogram.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace bench {

struct Second {
  std::uint64_t second = 0;  // from 1
  std::uint64_t operations = 0;
  std::uint64_t p50_ns = 0, p99_ns = 0;
};

class Timeline {
 public:
  void add(std::uint64_t second, const Histogram& latencies) {
    const std::lock_guard lock(mutex_);
    total_.add(latencies);
    auto& counts = seconds_[second];
    latencies.each([&](std::uint64_t ns, std::uint64_t count) { counts[ns] += count; });
  }

  const Histogram& total() const { return total_; }

  // Each from the first to the last, those in which nothing was over among them.
  std::vector<Second> seconds() const {
    std::vector<Second> all;
    for (const auto& [second, counts] : seconds_) {
      while (all.size() + 1 < second) all.push_back({.second = all.size() + 1});
      Second& one = all.emplace_back(Second{.second = second});
      for (const auto& [ns, count] : counts) one.operations += count;
      one.p50_ns = percentile(counts, one.operations, 50);
      one.p99_ns = percentile(counts, one.operations, 99);
    }
    return all;
  }

 private:
  using Counts = std::map<std::uint64_t, std::uint64_t>;  // by the ends of buckets: few of them are in use

  std::uint64_t percentile(const Counts& counts, std::uint64_t all, std::uint64_t percent) const {
    std::uint64_t seen = 0;
    for (const auto& [ns, count] : counts) {
      seen += count;
      if (seen * 100 >= all * percent) return std::min(ns, total_.max());
    }
    return 0;
  }

  std::mutex mutex_;
  Histogram total_;
  std::map<std::uint64_t, Counts> seconds_;
};

}  // namespace bench
