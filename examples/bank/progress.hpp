// A progress bar on standard error, and only there where it is a terminal.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

namespace bank {

class Progress {
 public:
  Progress(std::string what, std::uint64_t total);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  // One more is done. Any thread.
  void step() { done_.fetch_add(1, std::memory_order_relaxed); }

 private:
  void draw(bool last) const;

  const std::string what_;
  const std::uint64_t total_;
  const std::uint64_t began_ns_;
  std::atomic<std::uint64_t> done_{0};
  std::jthread painter_;
};

}  // namespace bank
