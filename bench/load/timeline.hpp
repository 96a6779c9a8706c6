// The latencies of a run by the second in which they were over, those of answers that were a no among them. Clients add to it once a second each.
#pragma once

#include "histogram.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace bench {

struct Second {
  std::uint64_t second = 0;  // from 1
  std::uint64_t operations = 0;
  std::optional<std::uint64_t> p50_ns{}, p99_ns{};  // none: there was no answer
};

class Timeline {
 public:
  // `operations`: how many of these did what they were to do.
  void add(std::uint64_t second, const Histogram& latencies, std::uint64_t operations) {
    const std::lock_guard lock(mutex_);
    total_.add(latencies);
    Part& part = seconds_[second];
    part.operations += operations;
    latencies.each([&](std::uint64_t ns, std::uint64_t count) {
      part.counts[ns] += count;
      part.answers += count;
    });
  }

  const Histogram& total() const { return total_; }

  // Each from the first to the last, those in which nothing was over among them.
  std::vector<Second> seconds() const {
    std::vector<Second> all;
    for (const auto& [second, part] : seconds_) {
      while (all.size() + 1 < second) all.push_back({.second = all.size() + 1});
      all.push_back({second, part.operations, percentile(part.counts, part.answers, 50),
                     percentile(part.counts, part.answers, 99)});
    }
    return all;
  }

 private:
  using Counts = std::map<std::uint64_t, std::uint64_t>;  // by the ends of buckets: few of them are in use

  struct Part {
    Counts counts;
    std::uint64_t answers = 0, operations = 0;
  };

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
  std::map<std::uint64_t, Part> seconds_;
};

}  // namespace bench
