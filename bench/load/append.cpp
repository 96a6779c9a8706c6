#include "append_client.hpp"
#include "kinds.hpp"
#include "payload.hpp"

#include <algorithm>

namespace bench {

namespace {

// How many appends a client makes beforehand: of large events fewer.
std::size_t appends_of(const Settings& settings) {
  constexpr std::size_t most = 64;
  constexpr std::size_t most_bytes = 1U << 20U;
  return std::clamp<std::size_t>(most_bytes / (*settings.events * settings.payload_bytes), 1, most);
}

std::vector<ec::StreamId> streams_of(const Settings& settings, const std::string& prefix, std::size_t number) {
  std::vector<ec::StreamId> streams;
  for (std::size_t i = 0; i < settings.streams; ++i)
    streams.emplace_back(prefix + std::to_string(number) + "/" + std::to_string(i));
  return streams;
}

class AppendClient final : public AppendingClient<Appended> {
 public:
  AppendClient(ec::Store& store, const Settings& settings, const std::string& prefix, std::size_t number)
      : AppendingClient(store, streams_of(settings, prefix, number)), appends_(appends_of(settings)) {
    Payloads payloads(settings.payload_bytes, settings.seed + number);
    for (std::vector<ec::NewEvent>& events : appends_)
      for (std::size_t i = 0; i < *settings.events; ++i)
        events.push_back({.expect = i % settings.streams,
                          .type = std::string(ec::type_of<Appended>),
                          .payload = payloads.next(),
                          .encoding = EC_ENCODING_BYTES});
  }

  ec::Result<> operate() override {
    auto done = append(next());
    if (!done) return std::unexpected(std::move(done.error()));
    return {};
  }
  Task begin(Loop& loop, Told& told) override { return append(next(), loop, told); }

 private:
  const std::vector<ec::NewEvent>& next() const { return appends_[tally.operations % appends_.size()]; }

  std::vector<std::vector<ec::NewEvent>> appends_;  // made beforehand, used in turn
};

}  // namespace

std::unique_ptr<Workload> append_workload(ec::Store& store, const Settings& settings, const std::string& prefix) {
  return std::make_unique<SimpleWorkload<AppendClient>>(store, settings, prefix);
}

}  // namespace bench
