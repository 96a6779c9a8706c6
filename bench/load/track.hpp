// What the threads of a run share, and what each of them records.
#pragma once

#include "timeline.hpp"
#include "usage.hpp"
#include "workload.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <stop_token>

namespace bench {

struct Track {
  explicit Track(const Settings& of, Workload& run) : settings(of), workload(run) {}

  // The first thread that is warm begins it for all.
  void begin_measuring(Clock::time_point at) {
    std::call_once(once, [&] {
      began = at;
      before = Usage::now();
      workload.begin_measuring();
    });
  }

  const Settings& settings;
  Workload& workload;
  std::stop_source stop;  // somebody asked for it, or an operation failed
  std::once_flag once;
  Clock::time_point began{};
  Usage before{};
  Timeline timeline;
};

// Latencies of one thread, by the second in which they were over.
class Recording {
 public:
  explicit Recording(Track& track) : track_(track) {}

  void begin(Clock::time_point at) {
    track_.begin_measuring(at);
    second_ = 1;
    second_ends_ = track_.began + std::chrono::seconds(1);
  }

  // An operation that is over, also one that was refused or given up: somebody has waited for that answer, too. Gives
  // when the next one may begin.
  Clock::time_point record(Clock::time_point now, Clock::duration latency, bool succeeded) {
    bool flushed = false;
    if (now >= second_ends_) {
      flush();
      flushed = true;
      second_ = static_cast<std::uint64_t>(std::chrono::floor<std::chrono::seconds>(now - track_.began).count()) + 1;
      second_ends_ = track_.began + std::chrono::seconds(second_);
    }
    latencies_.record(static_cast<std::uint64_t>(std::max(latency, Clock::duration::zero()).count()));
    if (succeeded) ++succeeded_;
    return flushed ? Clock::now() : now;
  }

  void flush() {
    if (latencies_.count() == 0) return;
    track_.timeline.add(second_, latencies_, succeeded_);
    succeeded_ = 0;
    latencies_.clear();
  }

 private:
  Track& track_;
  Histogram latencies_;  // of this second
  std::uint64_t second_ = 1;
  Clock::time_point second_ends_{};
  std::uint64_t succeeded_ = 0;  // of them
};

}  // namespace bench
