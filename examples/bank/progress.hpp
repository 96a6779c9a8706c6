// A progress bar on standard error, and only there where it is a terminal. How far it is comes from the bytes of the
// input, since nobody knows the number of lines before the end; without a size it only counts.
#pragma once

#include "source.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>

namespace bank {

class Progress {
 public:
  // The source must outlive it.
  explicit Progress(const Source& source);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() = default;  // draws once more

  // One more transfer is done. Any thread.
  void step() { done_.fetch_add(1, std::memory_order_relaxed); }

 private:
  void draw(const char* end) const;

  const Source& source_;
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::atomic<std::uint64_t> done_{0};
  std::jthread painter_;
};

}  // namespace bank
