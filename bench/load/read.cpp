#include "kinds.hpp"
#include "shared.hpp"

namespace bench {

namespace {

class ReadClient final : public Client {
 public:
  ReadClient(ec::Store& store, std::vector<std::vector<ec::ReadFrom>> streams, std::uint64_t history,
             std::size_t payload_bytes, std::size_t first)
      : store_(store),
        streams_(std::move(streams)),
        history_(history),
        payload_bytes_(payload_bytes),
        next_(first % streams_.size()) {}

  ec::Result<> operate() override {
    auto events = store_.read(streams_[next_]);
    if (!events) return std::unexpected(std::move(events.error()));
    std::uint64_t count = 0;
    std::uint64_t bytes = 0;
    std::uint64_t looked_at = 0;
    while (events->next())
      for (const ec::RecordedEvent event : events->batch()) {
        const std::string_view payload = event.payload();
        ++count;
        bytes += payload.size();
        looked_at += static_cast<unsigned char>(payload.back());
      }
    if (const auto& error = events->error()) return std::unexpected(*error);
    if (count != history_ || bytes != history_ * payload_bytes_ || looked_at == 0)
      return std::unexpected(ec::Error{ec::Code::corrupt, "stream '" + streams_[next_].front().stream.str() +
                                                              "' gave " + std::to_string(count) + " events of " +
                                                              std::to_string(history_) + ", or other bytes"});
    next_ = next_ + 1 == streams_.size() ? 0 : next_ + 1;
    ++tally.operations;
    ++tally.attempts;
    tally.events_read += count;
    return {};
  }

 private:
  ec::Store& store_;
  const std::vector<std::vector<ec::ReadFrom>> streams_;
  const std::uint64_t history_;
  const std::size_t payload_bytes_;
  std::size_t next_;
};

class ReadWorkload final : public Workload {
 public:
  ReadWorkload(ec::Store& store, const Settings& settings) : store_(store), settings_(settings) {}

  ec::Result<std::unique_ptr<Client>> client(std::size_t number) override {
    if (streams_.empty())
      if (auto prepared = prepare(); !prepared) return std::unexpected(std::move(prepared.error()));
    return std::make_unique<ReadClient>(store_, streams_, *settings_.history, settings_.payload_bytes, number);
  }

 private:
  ec::Result<> prepare() {
    auto shared = share_streams(store_, "read", settings_, settings_.interleaved, *settings_.events);
    if (!shared) return std::unexpected(std::move(shared.error()));
    prepared_events = shared->written;
    for (std::size_t i = 0; i < settings_.streams; ++i)
      streams_.push_back({{ec::StreamId(shared->prefix + std::to_string(i)), 0}});
    return {};
  }

  ec::Store& store_;
  const Settings settings_;
  std::vector<std::vector<ec::ReadFrom>> streams_;
};

}  // namespace

std::unique_ptr<Workload> read_workload(ec::Store& store, const Settings& settings, const std::string&) {
  return std::make_unique<ReadWorkload>(store, settings);
}

}  // namespace bench
