#include "handled.hpp"
#include "kinds.hpp"

#include <algorithm>

namespace bench {

namespace {

// What each does with an event, however it gets it.
struct Sum {
  std::uint64_t count = 0, bytes = 0, looked_at = 0;

  void add(std::string_view payload) {
    ++count;
    bytes += payload.size();
    looked_at += static_cast<unsigned char>(payload.back());
  }
};

struct CaughtUp {
  static constexpr std::string_view name = "bench-catch-up";
  static constexpr std::uint32_t version = 1;
  using Events = ec::Events<Filled>;

  void on(const ec::Recorded<Filled>& event) { sum.add(event->payload); }

  Sum sum;
};

class AllClient : public Client {
 public:
  AllClient(ec::Store& store, std::uint64_t events, std::size_t payload_bytes)
      : store_(store), events_(events), payload_bytes_(payload_bytes) {}

  ec::Result<> operate() final {
    Sum sum;
    if (auto done = take_all(sum); !done) return done;
    if (sum.count != events_ || sum.bytes != events_ * payload_bytes_ || sum.looked_at == 0)
      return std::unexpected(ec::Error{ec::Code::corrupt, "of " + std::to_string(events_) + " events there were " +
                                                              std::to_string(sum.count) + ", or other bytes"});
    ++tally.operations;
    ++tally.attempts;
    tally.events_read += sum.count;
    return {};
  }

 protected:
  ec::Store& store() { return store_; }
  virtual ec::Result<> take_all(Sum& sum) = 0;

 private:
  ec::Store& store_;
  const std::uint64_t events_;
  const std::size_t payload_bytes_;
};

// A projection from the start to the head, its checkpoints included.
class CatchUpClient final : public AllClient {
 public:
  CatchUpClient(ec::Store& store, std::uint64_t events, std::size_t payload_bytes, std::uint64_t save_every)
      : AllClient(store, events, payload_bytes) {
    options_.save_every = save_every;
    options_.save_interval = std::chrono::hours(1);  // by the count alone
  }

 private:
  ec::Result<> take_all(Sum& sum) override {
    if (auto forgotten = ec::remove_checkpoint(store(), ec::projection_id(CaughtUp::name, CaughtUp::version));
        !forgotten)
      return forgotten;
    CaughtUp caught_up;
    ec::Projector projector(store(), caught_up, options_);
    if (auto done = projector.run_to_head(); !done) return std::unexpected(std::move(done.error()));
    sum = caught_up.sum;
    return {};
  }

  ec::ProjectionOptions options_;
};

class ReadAllClient final : public AllClient {
 public:
  using AllClient::AllClient;

 private:
  ec::Result<> take_all(Sum& sum) override {
    auto events = store().read_all({.types = {std::string(ec::type_of<Filled>)}});
    if (!events) return std::unexpected(std::move(events.error()));
    while (events->next())
      for (const ec::RecordedEvent event : events->batch()) sum.add(event.payload());
    if (const auto& error = events->error()) return std::unexpected(*error);
    return {};
  }
};

// The streams are the same in each run, and the store has no others of their type.
class AllWorkload final : public Workload {
 public:
  AllWorkload(ec::Store& store, const Settings& settings, bool is_projection)
      : store_(store), settings_(settings), is_projection_(is_projection) {}

  ec::Result<std::unique_ptr<Client>> client(std::size_t) override {
    if (auto prepared = prepare(); !prepared) return std::unexpected(std::move(prepared.error()));
    const std::uint64_t events = *settings_.history * settings_.streams;
    if (is_projection_)
      return std::make_unique<CatchUpClient>(store_, events, settings_.payload_bytes, settings_.save_every);
    return std::make_unique<ReadAllClient>(store_, events, settings_.payload_bytes);
  }

 private:
  ec::Result<> prepare() {
    auto there = store_.list_streams("all/");
    if (!there) return std::unexpected(std::move(there.error()));
    if (!there->empty()) return {};
    std::vector<ec::StreamId> streams;
    streams.reserve(settings_.streams);
    for (std::size_t i = 0; i < settings_.streams; ++i) streams.emplace_back("all/" + std::to_string(i));
    prepared_events = *settings_.history * settings_.streams;
    return fill(store_, streams, *settings_.history, settings_);
  }

  ec::Store& store_;
  const Settings settings_;
  const bool is_projection_;
};

}  // namespace

std::unique_ptr<Workload> catch_up_workload(ec::Store& store, const Settings& settings, const std::string&) {
  return std::make_unique<AllWorkload>(store, settings, true);
}

std::unique_ptr<Workload> read_all_workload(ec::Store& store, const Settings& settings, const std::string&) {
  return std::make_unique<AllWorkload>(store, settings, false);
}

}  // namespace bench
