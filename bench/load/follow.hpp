// A projection that follows the store on a thread of its own, and appends that carry the time from which their way to
// its handler counts.
#pragma once

#include "append_client.hpp"
#include "handled.hpp"
#include "payload.hpp"
#include "workload.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace bench {

inline std::uint64_t nanoseconds_of(Clock::time_point time) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count());
}

// One event an append, to a stream of the client's own.
class StampedAppends : public AppendingClient<Filled> {
 public:
  StampedAppends(ec::Store& store, const Settings& settings, const std::string& prefix, std::size_t number)
      : AppendingClient(store, {ec::StreamId(prefix + std::to_string(number))}),
        events_{{.type = std::string(ec::type_of<Filled>),
                 .payload = Payloads(std::max(settings.payload_bytes, sizeof(std::uint64_t)), settings.seed).next(),
                 .encoding = EC_ENCODING_BYTES}} {}

  ec::Result<> operate() override {
    stamp();
    auto done = append(events_);
    if (!done) return std::unexpected(std::move(done.error()));
    return then(*done);
  }
  Task begin(Loop& loop, Told& told) override {
    stamp();
    return append(events_, loop, told);
  }

 private:
  void stamp() {
    const std::uint64_t due_ns = nanoseconds_of(due);
    std::memcpy(events_.front().payload.data(), &due_ns, sizeof due_ns);
  }
  // What else belongs to it, where it is waited for.
  virtual ec::Result<> then(ec::Position) { return {}; }

  std::vector<ec::NewEvent> events_;  // the one
};

// Notes when events of the run came, and how long they took; those of earlier runs on the same store are passed over.
class Follower {
 public:
  Follower(ec::Store& store, std::string prefix)
      : handler_(std::move(prefix)), projector_(store, handler_), thread_([this](const std::stop_token& stop) {
          if (auto done = projector_.run({.stop = stop}); !done) {
            error_ = std::move(done.error());
            failed_.request_stop();
          }
        }) {}

  // Until it is at that position, however long it takes, as long as it gets on: one that has not moved for the time of
  // our patience, nor for as long again, is an error. False: it was stopped before.
  ec::Result<bool> catch_up(ec::Position position, const std::stop_token& stop = {},
                            std::chrono::milliseconds patience = std::chrono::minutes(1)) {
    std::stop_source over;
    const std::stop_callback on_failure(failed_.get_token(), [&] { over.request_stop(); });
    const std::stop_callback on_stop(stop, [&] { over.request_stop(); });
    std::optional<ec::Position> before;
    for (;;) {
      auto there = projector_.wait_for(position, {.deadline = ec::Call::in(patience), .stop = over.get_token()});
      if (failed_.stop_requested()) return std::unexpected(*error_);
      if (there) return true;
      if (stop.stop_requested()) return false;
      if (there.error().code != ec::Code::timeout) return std::unexpected(std::move(there.error()));
      const ec::ProjectionProgress progress = projector_.progress();
      if (before == progress.position)
        return std::unexpected(ec::Error{ec::Code::timeout, "the projection stands still at position " +
                                                                progress.position.str() + ", and is to come to " +
                                                                position.str() + ": " + progress.last_error});
      before = progress.position;
    }
  }

  // Events of the run, and when the last of them was.
  std::uint64_t handled() const { return handler_.handled; }
  Clock::time_point handled_at() const { return Clock::time_point(std::chrono::nanoseconds(handler_.handled_ns)); }

  // The lag of what is due from now on counts.
  void begin_measuring() { handler_.from_ns = nanoseconds_of(Clock::now()); }

  // Ends it. What it had not handled by then has no lag.
  Histogram stop() {
    thread_.request_stop();
    thread_.join();
    return std::move(handler_.lag);
  }

 private:
  struct Handler {
    static constexpr std::string_view name = "bench-live";
    static constexpr std::uint32_t version = 1;
    using Events = ec::Events<Filled>;

    explicit Handler(std::string of) : prefix(std::move(of)) {}
    void on(const ec::Recorded<Filled>& event) {
      if (!event.stream().starts_with(prefix) || event->payload.size() < sizeof(std::uint64_t)) return;
      const std::uint64_t now_ns = nanoseconds_of(Clock::now());
      std::uint64_t due_ns = 0;
      std::memcpy(&due_ns, event->payload.data(), sizeof due_ns);
      if (due_ns >= from_ns && due_ns <= now_ns) lag.record(now_ns - due_ns);
      handled_ns = static_cast<std::int64_t>(now_ns);
      ++handled;
    }

    const std::string prefix;
    std::atomic<std::uint64_t> from_ns{~std::uint64_t{0}};
    std::atomic<std::int64_t> handled_ns{0};
    std::atomic<std::uint64_t> handled{0};
    Histogram lag;
  };

  Handler handler_;
  ec::Projector<Handler> projector_;
  std::optional<ec::Error> error_;
  std::stop_source failed_;
  std::jthread thread_;
};

}  // namespace bench
