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

class AppendClient final : public Client {
 public:
  AppendClient(ec::Store& store, const Settings& settings, const std::string& prefix, std::size_t number)
      : store_(store), appends_(appends_of(settings)) {
    for (std::size_t i = 0; i < settings.streams; ++i)
      expects_.push_back(ec::Expect::exact(ec::StreamId(prefix + std::to_string(number) + "/" + std::to_string(i)), 0));
    Payloads payloads(settings.payload_bytes, settings.seed + number);
    for (std::vector<ec::NewEvent>& events : appends_)
      for (std::size_t i = 0; i < *settings.events; ++i)
        events.push_back({.expect = i % settings.streams,
                          .type = "appended",
                          .payload = payloads.next(),
                          .encoding = EC_ENCODING_BYTES});
  }

  ec::Result<> operate() override {
    const std::vector<ec::NewEvent>& events = appends_[tally.operations % appends_.size()];
    auto appended = store_.append(expects_, events, ec::Uuid::make());
    if (!appended) return std::unexpected(std::move(appended.error()));
    if (auto risen = acknowledge(appended->first, appended->last); !risen) return risen;
    for (std::size_t i = 0; i < expects_.size(); ++i) expects_[i].version = appended->versions[i];
    ++tally.operations;
    ++tally.attempts;
    tally.events_written += events.size();
    return {};
  }

 private:
  ec::Store& store_;
  std::vector<ec::Expect> expects_;
  std::vector<std::vector<ec::NewEvent>> appends_;  // made beforehand, used in turn
};

}  // namespace

std::unique_ptr<Workload> append_workload(ec::Store& store, const Settings& settings, const std::string& prefix) {
  return std::make_unique<SimpleWorkload<AppendClient>>(store, settings, prefix);
}

}  // namespace bench
