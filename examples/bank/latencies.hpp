// How long things took: a histogram of fixed size whose cells are 1/32 of their value wide, so that a percentile is
// right to 3 % however many there are.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace bank {

class Latencies {
 public:
  void add(std::chrono::nanoseconds time) {
    const auto ns = static_cast<std::uint64_t>(std::max(time.count(), std::chrono::nanoseconds::rep{0}));
    ++cells_[cell_of(ns)];
    ++count_;
    max_ns_ = std::max(max_ns_, ns);
  }

  void add(const Latencies& other) {
    for (std::size_t i = 0; i < cells_.size(); ++i) cells_[i] += other.cells_[i];
    count_ += other.count_;
    max_ns_ = std::max(max_ns_, other.max_ns_);
  }

  std::uint64_t count() const { return count_; }
  std::uint64_t max_ns() const { return max_ns_; }

  // The time that this share of them, 0 to 1, did not exceed.
  std::uint64_t percentile_ns(double share) const {
    const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(count_));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      seen += cells_[i];
      if (seen >= wanted && seen > 0) return std::min(end_of(i), max_ns_);
    }
    return max_ns_;
  }

 private:
  static constexpr unsigned fine_bits = 5;
  static constexpr std::uint64_t fine = 1U << fine_bits;

  // Values below `fine` have a cell each; above, each power of two has `fine` cells.
  static std::size_t cell_of(std::uint64_t ns) {
    if (ns < fine) return ns;
    const auto shift = static_cast<unsigned>(std::bit_width(ns)) - 1 - fine_bits;
    return (shift + 1) * fine + (ns >> shift) - fine;
  }
  // The largest value of the cell.
  static std::uint64_t end_of(std::size_t cell) {
    if (cell < fine) return cell;
    const std::uint64_t shift = cell / fine - 1;
    return ((cell % fine + fine + 1) << shift) - 1;
  }

  std::array<std::uint64_t, (64 - fine_bits + 1) * fine> cells_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ns_ = 0;
};

}  // namespace bank
