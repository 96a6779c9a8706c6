#include "kinds.hpp"
#include "payload.hpp"

#include <array>

namespace bench {

namespace {

class AppendClient final : public Client {
 public:
  AppendClient(ec::Store& store, const Settings& settings, const std::string& prefix, std::size_t number)
      : store_(store) {
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
  std::array<std::vector<ec::NewEvent>, 64> appends_;  // made beforehand, used in turn
};

}  // namespace

std::unique_ptr<Workload> append_workload(ec::Store& store, const Settings& settings, const std::string& prefix) {
  return std::make_unique<SimpleWorkload<AppendClient>>(store, settings, prefix);
}

}  // namespace bench
