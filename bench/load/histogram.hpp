// Latencies, counted in buckets that widen with the value. Recording allocates nothing and shares nothing, so each
// client has its own; they are added up at the end.
//
//   Histogram latencies;
//   latencies.record(1'530);
//   const std::uint64_t p99_ns = latencies.percentile(99);  // at least the true one, at most 1/128 of it above
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace bench {

class Histogram {
 public:
  Histogram() : counts_(bucket_count) {}

  // A percentile is at most this part of the true value above it.
  static constexpr double error_bound = 1.0 / 128;
  static constexpr std::uint64_t longest_ns = (std::uint64_t{1} << 40U) - 1;  // 18 minutes; what is longer counts as it

  void record(std::uint64_t ns) {
    ns = std::min(ns, longest_ns);
    ++counts_[bucket_of(ns)];
    ++count_;
    sum_ns_ += ns;
    max_ns_ = std::max(max_ns_, ns);
  }

  void add(const Histogram& other) {
    for (std::size_t i = 0; i < bucket_count; ++i) counts_[i] += other.counts_[i];
    count_ += other.count_;
    sum_ns_ += other.sum_ns_;
    max_ns_ = std::max(max_ns_, other.max_ns_);
  }

  std::uint64_t count() const { return count_; }
  std::uint64_t max() const { return max_ns_; }
  double mean() const { return count_ == 0 ? 0 : static_cast<double>(sum_ns_) / static_cast<double>(count_); }

  void clear() { *this = Histogram(std::move(counts_)); }

  // Of each bucket that is not empty: the largest value that counts in it, and how many there are.
  template <class Visit>
  void each(Visit&& visit) const {
    for (std::size_t i = 0; i < bucket_count; ++i)
      if (counts_[i] > 0) visit(end_of(i), counts_[i]);
  }

  // Of `count` values in their order, from 1: which one is that percentile. Percents have three decimals at most, and in
  // whole numbers 99.9 of 1'000 are 999 and no more.
  static std::uint64_t rank(double percent, std::uint64_t count) {
    constexpr std::uint64_t whole = 100'000;
    const auto part = static_cast<std::uint64_t>(std::llround(percent * 1'000));
    return count / whole * part + (count % whole * part + whole - 1) / whole;
  }

  // The smallest value that `percent` of the recorded ones do not exceed, rounded up to its bucket's end.
  std::uint64_t percentile(double percent) const {
    const std::uint64_t wanted = rank(percent, count_);
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < bucket_count; ++i) {
      seen += counts_[i];
      if (seen > 0 && seen >= wanted) return std::min(end_of(i), max_ns_);
    }
    return max_ns_;
  }

 private:
  // Values below 2^7 have a bucket each; from there on each power of two is cut into 2^7 of equal width.
  static constexpr unsigned cut_bits = 7;
  static constexpr std::size_t cuts = std::size_t{1} << cut_bits;
  static constexpr std::size_t bucket_count = (40 - cut_bits + 1) * cuts;

  static std::size_t bucket_of(std::uint64_t ns) {
    if (ns < cuts) return ns;
    const auto shift = static_cast<unsigned>(std::bit_width(ns)) - 1 - cut_bits;
    return (shift + 1) * cuts + (ns >> shift) - cuts;
  }
  static std::uint64_t end_of(std::size_t bucket) {
    if (bucket < cuts) return bucket;
    const std::size_t shift = bucket / cuts - 1;
    return ((bucket % cuts + cuts + 1) << shift) - 1;
  }

  // The room is kept.
  explicit Histogram(std::vector<std::uint64_t>&& room) : counts_(std::move(room)) { std::ranges::fill(counts_, 0); }

  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  std::uint64_t sum_ns_ = 0;
  std::uint64_t max_ns_ = 0;
};

}  // namespace bench
