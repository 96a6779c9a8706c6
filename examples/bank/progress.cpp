#include "progress.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <unistd.h>

namespace bank {

namespace {

std::uint64_t now_ns() {
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1));
}

}  // namespace

Progress::Progress(std::string what, std::uint64_t total) : what_(std::move(what)), total_(total), began_ns_(now_ns()) {
  if (total_ == 0 || isatty(STDERR_FILENO) == 0) return;
  painter_ = std::jthread([this](const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    while (!wake.wait_for(lock, stop, std::chrono::milliseconds(100), [&] { return stop.stop_requested(); }))
      draw(false);
    draw(true);
  });
}

Progress::~Progress() = default;

void Progress::draw(bool last) const {
  constexpr std::uint64_t width = 30;
  const std::uint64_t done = std::min(done_.load(std::memory_order_relaxed), total_);
  const std::uint64_t filled = done * width / total_;
  const double seconds = static_cast<double>(now_ns() - began_ns_) * 1e-9;
  const std::string bar(filled, '#');
  std::fprintf(stderr, "\r%s [%-30s] %3llu%%  %llu of %llu  %.0f/s%s", what_.c_str(), bar.c_str(),
               static_cast<unsigned long long>(done * 100 / total_), static_cast<unsigned long long>(done),
               static_cast<unsigned long long>(total_), static_cast<double>(done) / std::max(seconds, 1e-9),
               last ? "\n" : "");
  std::fflush(stderr);
}

}  // namespace bank
