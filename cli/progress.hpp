// How far it is, on standard error, and only there where it is a terminal.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>

namespace cli {

class Progress {
 public:
  // "comparing", of so many; 0: nobody knows how many. Not shown where it would stand between the program's output.
  Progress(std::string what, std::uint64_t total, bool shown = true);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() = default;  // draws once more

  // `done` is in the measure of the total; events are what the rate is about. Any thread.
  void set(std::uint64_t done, std::uint64_t events) {
    done_.store(done, std::memory_order_relaxed);
    events_.store(events, std::memory_order_relaxed);
  }

 private:
  void draw(const char* end) const;

  const std::string what_;
  const std::uint64_t total_;
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::atomic<std::uint64_t> done_{0}, events_{0};
  std::jthread painter_;
};

}  // namespace cli
