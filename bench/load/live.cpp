#include "handled.hpp"
#include "kinds.hpp"
#include "payload.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <optional>
#include <stop_token>
#include <thread>

namespace bench {

namespace {

using Clock = std::chrono::steady_clock;

std::uint64_t now_ns() {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch()).count());
}

// Notes how long it is since the event's writer looked at the clock, right before its append.
struct Live {
  static constexpr std::string_view name = "bench-live";
  static constexpr std::uint32_t version = 1;
  using Events = ec::Events<Filled>;

  void on(const ec::Recorded<Filled>& event) {
    std::uint64_t sent_ns = 0;
    if (event->payload.size() >= sizeof sent_ns) std::memcpy(&sent_ns, event->payload.data(), sizeof sent_ns);
    took_ns = now_ns() - sent_ns;
  }

  std::atomic<std::uint64_t> took_ns{0};
};

// A projection that follows on a thread of its own.
class Follower {
 public:
  explicit Follower(ec::Store& store)
      : projector_(store, live_), thread_([this](const std::stop_token& stop) {
          if (auto done = projector_.run({.stop = stop}); !done) {
            error_ = std::move(done.error());
            failed_.request_stop();
          }
        }) {}

  // Until it has handled that position; gives what the last event took.
  ec::Result<std::uint64_t> wait_for(ec::Position position) {
    auto there =
        projector_.wait_for(position, {.deadline = ec::Call::in(std::chrono::minutes(1)), .stop = failed_.get_token()});
    if (failed_.stop_requested()) return std::unexpected(*error_);
    if (!there) return std::unexpected(std::move(there.error()));
    return live_.took_ns.load();
  }

 private:
  Live live_;
  ec::Projector<Live> projector_;
  std::optional<ec::Error> error_;
  std::stop_source failed_;
  std::jthread thread_;
};

// Appends one event at a fixed rate. What it measures ends with the answer or, where somebody follows, in the handler.
class PacedClient final : public Client {
 public:
  PacedClient(ec::Store& store, const Settings& settings, const std::string& prefix, std::size_t number,
              Follower* follower)
      : store_(store),
        follower_(follower),
        expect_(ec::Expect::exact(ec::StreamId(prefix + std::to_string(number)), 0)),
        pause_(std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1 / settings.rate))),
        next_(Clock::now()),
        event_{.type = std::string(ec::type_of<Filled>),
               .payload = Payloads(std::max(settings.payload_bytes, sizeof(std::uint64_t))).next(),
               .encoding = EC_ENCODING_BYTES} {}

  ec::Result<> operate() override {
    std::this_thread::sleep_until(next_);
    next_ = std::max(next_ + pause_, Clock::now());
    const std::uint64_t sent_ns = now_ns();
    std::memcpy(event_.payload.data(), &sent_ns, sizeof sent_ns);
    auto appended = store_.append({expect_}, {event_}, ec::Uuid::make());
    if (!appended) return std::unexpected(std::move(appended.error()));
    took_ns = now_ns() - sent_ns;
    if (follower_ != nullptr) {
      auto handled = follower_->wait_for(appended->last);
      if (!handled) return std::unexpected(std::move(handled.error()));
      took_ns = *handled;
    }
    ++expect_.version;
    ++tally.operations;
    ++tally.attempts;
    ++tally.events_written;
    return {};
  }

 private:
  ec::Store& store_;
  Follower* const follower_;
  ec::Expect expect_;
  const Clock::duration pause_;
  Clock::time_point next_;
  ec::NewEvent event_;
};

class LiveWorkload final : public Workload {
 public:
  LiveWorkload(ec::Store& store, const Settings& settings, std::string prefix)
      : store_(store), settings_(settings), prefix_(std::move(prefix)) {}

  ec::Result<std::unique_ptr<Client>> client(std::size_t number) override {
    if (settings_.clients > 1) return std::unexpected(ec::Error{ec::Code::invalid, "live is for one client"});
    auto info = store_.info();
    if (!info) return std::unexpected(std::move(info.error()));
    // As in another process, where the backend can be shared.
    if ((info->capabilities & EC_CAP_SHARED) != 0 && !settings_.config.empty()) {
      auto opened = ec::Store::open(settings_.config);
      if (!opened) return std::unexpected(std::move(opened.error()));
      own_.emplace(std::move(*opened));
    }
    follower_.emplace(own_ ? *own_ : store_);
    return std::make_unique<PacedClient>(store_, settings_, prefix_, number, &*follower_);
  }

 private:
  ec::Store& store_;
  const Settings settings_;
  const std::string prefix_;
  std::optional<ec::Store> own_;
  std::optional<Follower> follower_;
};

class PacedWorkload final : public Workload {
 public:
  PacedWorkload(ec::Store& store, const Settings& settings, std::string prefix)
      : store_(store), settings_(settings), prefix_(std::move(prefix)) {}

  ec::Result<std::unique_ptr<Client>> client(std::size_t number) override {
    return std::make_unique<PacedClient>(store_, settings_, prefix_, number, nullptr);
  }

 private:
  ec::Store& store_;
  const Settings settings_;
  const std::string prefix_;
};

}  // namespace

std::unique_ptr<Workload> live_workload(ec::Store& store, const Settings& settings, const std::string& prefix) {
  return std::make_unique<LiveWorkload>(store, settings, prefix);
}

std::unique_ptr<Workload> paced_workload(ec::Store& store, const Settings& settings, const std::string& prefix) {
  return std::make_unique<PacedWorkload>(store, settings, prefix);
}

}  // namespace bench
