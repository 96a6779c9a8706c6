// When operations of an open loop are due: at equal distances, or at those of a Poisson process. It looks at no clock.
#pragma once

#include "choice.hpp"

#include <chrono>
#include <cmath>
#include <cstdint>
#include <mutex>
#include <optional>

namespace bench {

// The queue that all clients take from: whoever is free takes the next one, be it late.
class Arrivals {
 public:
  // All of them are before `end`.
  Arrivals(double rate, bool poisson, std::uint64_t seed, std::chrono::nanoseconds end)
      : rate_(rate), poisson_(poisson), end_(end), random_(seed) {}

  // When the next one is due, from the start on. Any thread; each is given once.
  std::optional<std::chrono::nanoseconds> take() {
    const std::lock_guard lock(mutex_);
    return next();
  }

  // How many are due before that moment and nobody has taken; they are taken by it.
  std::uint64_t drain(std::chrono::nanoseconds until) {
    const std::lock_guard lock(mutex_);
    std::uint64_t count = 0;
    for (auto due = next(); due && *due < until; due = next()) ++count;
    return count;
  }

 private:
  std::optional<std::chrono::nanoseconds> next() {
    double due_s = 0;
    if (poisson_)
      due_s = passed_s_ += -std::log1p(-random_.unit()) / rate_;
    else
      due_s = static_cast<double>(taken_) / rate_;
    ++taken_;
    const auto due = std::chrono::nanoseconds(static_cast<std::int64_t>(due_s * 1e9));
    return due < end_ ? std::optional(due) : std::nullopt;
  }

  const double rate_;
  const bool poisson_;
  const std::chrono::nanoseconds end_;
  std::mutex mutex_;
  Random random_;
  std::uint64_t taken_ = 0;
  double passed_s_ = 0;
};

}  // namespace bench
