#include "output.hpp"
#include "progress.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <unistd.h>
#include <utility>

namespace cli {

Progress::Progress(std::string what, std::uint64_t total, bool shown) : what_(std::move(what)), total_(total) {
  if (!shown || !is_terminal(STDERR_FILENO)) return;
  painter_ = std::jthread([this](const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    while (!wake.wait_for(lock, stop, std::chrono::milliseconds(100), [&] { return stop.stop_requested(); })) draw("");
    draw("\n");
  });
}

void Progress::draw(const char* end) const {
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
  const auto events = events_.load(std::memory_order_relaxed);
  std::string share;
  if (total_ > 0)
    share = std::to_string(std::min(done_.load(std::memory_order_relaxed), total_) * 100 / total_) + "%  ";
  // Over what was drawn before, and to the end of the line.
  std::fprintf(stderr, "\r%s  %s%llu events  %.0f/s\033[K%s", what_.c_str(), share.c_str(),
               static_cast<unsigned long long>(events), static_cast<double>(events) / std::max(seconds, 1e-9), end);
  std::fflush(stderr);
}

}  // namespace cli
