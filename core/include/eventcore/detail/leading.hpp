// What the engine of projections needs while it leads: the lease that is kept alive, and patience with the store.
#pragma once

#include <eventcore/detail/pause.hpp>
#include <eventcore/lease.hpp>
#include <eventcore/projection_options.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <thread>
#include <utility>

namespace ec::detail {

// The lease, kept alive by a thread. Losing it requests a stop of what is led.
class Leadership {
 public:
  // `asked`: when the lease was asked for.
  Leadership(Lease lease, std::chrono::milliseconds time_to_live, std::chrono::steady_clock::time_point asked)
      : lease_(std::move(lease)),
        fence_(lease_.fence()),
        time_to_live_(time_to_live),
        until_(asked + time_to_live),
        keeper_([this](const std::stop_token& stop) { keep(stop); }) {}
  std::uint64_t fence() const { return fence_; }
  std::stop_token lost() const { return lost_.get_token(); }
  // By this process's own clock: one that was paused knows it before it hears it.
  bool holds() const { return Clock::now() < until_.load() && !lost_.stop_requested(); }

 private:
  using Clock = std::chrono::steady_clock;

  void keep(const std::stop_token& stop) {
    while (!lost_.stop_requested()) {
      pause(time_to_live_ / 3, {.stop = stop});
      if (stop.stop_requested()) return;
      const auto asked = Clock::now();
      // What fails otherwise may go well the next time, while the lease still runs.
      const auto renewed = lease_.renew(time_to_live_, {.deadline = until_.load(), .stop = stop});
      if (renewed)
        until_ = asked + time_to_live_;
      else if (renewed.error().code == Code::fenced || Clock::now() >= until_.load())
        lost_.request_stop();
    }
  }

  Lease lease_;
  const std::uint64_t fence_;
  const std::chrono::milliseconds time_to_live_;
  std::atomic<Clock::time_point> until_;
  std::stop_source lost_;
  std::jthread keeper_;
};

// Asks again and again while the store is down.
class Patiently {
 public:
  Patiently(std::chrono::milliseconds base, std::chrono::milliseconds cap, std::function<void()> on_failure)
      : base_(base), cap_(cap), on_failure_(std::move(on_failure)) {}

  template <class Body>
  auto operator()(const Call& call, Body&& body) const -> decltype(body()) {
    for (auto wait = base_;; wait = std::min(2 * wait, cap_)) {
      auto done = body();
      if (done || !can_wait_for(done.error()) || is_over(call)) return done;
      on_failure_();
      pause(wait, call);
    }
  }

 private:
  std::chrono::milliseconds base_, cap_;
  std::function<void()> on_failure_;
};

}  // namespace ec::detail
