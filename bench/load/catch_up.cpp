#include "handled.hpp"
#include "kinds.hpp"
#include "shared.hpp"

#include <utility>

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

// Of the streams of these settings: the store may have others of their type.
ec::Filter events_of(const std::string& prefix) {
  return {.prefixes = {prefix}, .types = {std::string(ec::type_of<Filled>)}};
}

struct CaughtUp {
  static constexpr std::string_view name = "bench-catch-up";
  static constexpr std::uint32_t version = 1;
  using Events = ec::Events<Filled>;

  static ec::Filter filter() { return events_of(prefix); }
  void on(const ec::Recorded<Filled>& event) { sum.add(event->payload); }

  inline static std::string prefix;  // one client runs it, alone
  Sum sum;
};

class AllClient : public Client {
 public:
  AllClient(ec::Store& store, std::string prefix, const Settings& settings)
      : store_(store),
        prefix_(std::move(prefix)),
        events_(*settings.history * settings.streams),
        payload_bytes_(settings.payload_bytes) {}

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
  const std::string& prefix() const { return prefix_; }
  virtual ec::Result<> take_all(Sum& sum) = 0;

 private:
  ec::Store& store_;
  const std::string prefix_;
  const std::uint64_t events_;
  const std::size_t payload_bytes_;
};

// A projection from the start to the head, its checkpoints included.
class CatchUpClient final : public AllClient {
 public:
  CatchUpClient(ec::Store& store, std::string prefix, const Settings& settings)
      : AllClient(store, std::move(prefix), settings) {
    options_.save_every = settings.save_every;
    options_.save_interval = std::chrono::hours(1);  // by the count alone
  }

 private:
  ec::Result<> take_all(Sum& sum) override {
    if (auto forgotten = ec::remove_checkpoint(store(), ec::projection_id(CaughtUp::name, CaughtUp::version));
        !forgotten)
      return forgotten;
    CaughtUp::prefix = prefix();
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
    auto events = store().read_all(events_of(prefix()));
    if (!events) return std::unexpected(std::move(events.error()));
    while (events->next())
      for (const ec::RecordedEvent event : events->batch()) sum.add(event.payload());
    if (const auto& error = events->error()) return std::unexpected(*error);
    return {};
  }
};

// The streams are the same in each run with the same settings.
class AllWorkload final : public Workload {
 public:
  AllWorkload(ec::Store& store, const Settings& settings, bool is_projection)
      : store_(store), settings_(settings), is_projection_(is_projection) {}

  ec::Result<std::unique_ptr<Client>> client(std::size_t) override {
    auto shared = share_streams(store_, "all", settings_, settings_.streams, many_events);
    if (!shared) return std::unexpected(std::move(shared.error()));
    prepared_events = shared->written;
    if (is_projection_) return std::make_unique<CatchUpClient>(store_, std::move(shared->prefix), settings_);
    return std::make_unique<ReadAllClient>(store_, std::move(shared->prefix), settings_);
  }

 private:
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
