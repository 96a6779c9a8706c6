#include "follow.hpp"
#include "kinds.hpp"

#include <utility>

namespace bench {

namespace {

struct Counted {
  static constexpr std::string_view name = "bench-catch-up";
  static constexpr std::uint32_t version = 1;
  using Events = ec::Events<Filled>;

  void on(const ec::Recorded<Filled>&) { ++count; }

  std::uint64_t count = 0;
};

// From the start to the head, then again from the start, until somebody says enough.
class CatchUps {
 public:
  CatchUps(ec::Store& store, std::uint64_t save_every)
      : store_(store), thread_([this, save_every](const std::stop_token& stop) {
          options_.save_every = save_every;
          options_.save_interval = std::chrono::hours(1);  // by the count alone
          while (!stop.stop_requested() && once(stop)) {
          }
        }) {}

  void begin_measuring() { is_measured_ = true; }

  ec::Result<Found> stop() {
    thread_.request_stop();
    thread_.join();
    if (error_) return std::unexpected(std::move(*error_));
    return found_;
  }

 private:
  // False when it failed. One that was stopped counts no more than one that began before the measuring.
  bool once(const std::stop_token& stop) {
    const bool counts = is_measured_;
    const auto began = Clock::now();
    Counted counted;
    auto done = ec::remove_checkpoint(store_, ec::projection_id(Counted::name, Counted::version));
    if (done) {
      ec::Projector projector(store_, counted, options_);
      if (auto reached = projector.run_to_head({.stop = stop}); !reached) done = std::unexpected(reached.error());
    }
    if (stop.stop_requested()) return false;
    if (!done) error_ = std::move(done.error());
    if (!done || !counts) return done.has_value();
    found_.catch_ups = *found_.catch_ups + 1;
    found_.catch_up_events += counted.count;
    found_.catch_up_seconds += std::chrono::duration<double>(Clock::now() - began).count();
    return true;
  }

  ec::Store& store_;
  ec::ProjectionOptions options_{};
  std::atomic<bool> is_measured_{false};
  Found found_{.catch_ups = 0};
  std::optional<ec::Error> error_{};
  std::jthread thread_;
};

class CatchUpWhileWritingWorkload final : public Workload {
 public:
  CatchUpWhileWritingWorkload(ec::Store& store, const Settings& settings, std::string prefix)
      : store_(store), settings_(settings), prefix_(std::move(prefix)) {}

  ec::Result<std::unique_ptr<Client>> client(std::size_t number) override {
    if (!catch_ups_) {
      if (auto prepared = prepare(); !prepared) return std::unexpected(std::move(prepared.error()));
      catch_ups_.emplace(store_, settings_.save_every);
    }
    return std::make_unique<StampedAppends>(store_, settings_, prefix_, number);
  }

  void begin_measuring() override { catch_ups_->begin_measuring(); }
  ec::Result<Found> finish(std::uint64_t) override { return catch_ups_->stop(); }

 private:
  ec::Result<> prepare() {
    std::vector<ec::StreamId> streams;
    streams.reserve(settings_.streams);
    for (std::size_t i = 0; i < settings_.streams; ++i) streams.emplace_back(prefix_ + "there/" + std::to_string(i));
    prepared_events = *settings_.history * settings_.streams;
    return fill(store_, streams, *settings_.history, settings_);
  }

  ec::Store& store_;
  const Settings settings_;
  const std::string prefix_;
  std::optional<CatchUps> catch_ups_;
};

}  // namespace

std::unique_ptr<Workload> catch_up_while_writing_workload(ec::Store& store, const Settings& settings,
                                                          const std::string& prefix) {
  return std::make_unique<CatchUpWhileWritingWorkload>(store, settings, prefix);
}

}  // namespace bench
