#include "progress.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <string>
#include <unistd.h>

namespace bank {

Progress::Progress(const Source& source) : source_(source) {
  if (isatty(STDERR_FILENO) == 0) return;
  painter_ = std::jthread([this](const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    while (!wake.wait_for(lock, stop, std::chrono::milliseconds(100), [&] { return stop.stop_requested(); })) draw("");
    draw("\n");
  });
}

void Progress::draw(const char* end) const {
  constexpr std::uint64_t width = 30;
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
  const std::uint64_t done = done_.load(std::memory_order_relaxed);
  std::string bar;
  if (const std::uint64_t size_bytes = source_.size_bytes(); size_bytes > 0) {
    const std::uint64_t taken_bytes = std::min(source_.taken_bytes(), size_bytes);
    const std::string filled(static_cast<std::size_t>(taken_bytes * width / size_bytes), '#');
    bar = "[" + filled + std::string(width - filled.size(), ' ') + "] " +
          std::to_string(taken_bytes * 100 / size_bytes) + "%  ";
  }
  // Over what was drawn before, and to the end of the line.
  std::fprintf(stderr, "\r%s%llu transfers  %.0f/s\033[K%s", bar.c_str(), static_cast<unsigned long long>(done),
               static_cast<double>(done) / std::max(seconds, 1e-9), end);
  std::fflush(stderr);
}

}  // namespace bank
