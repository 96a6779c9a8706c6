#include "commands.hpp"
#include "kinds.hpp"
#include "payload.hpp"

#include <algorithm>

namespace bench {

namespace {

class HotClient final : public CommandClient {
 public:
  HotClient(ec::Store& store, const Settings& settings, const std::string& prefix, std::size_t)
      : CommandClient(store, StreamsOf::all),
        prefix_(prefix),
        length_(std::max<std::uint64_t>(*settings.history, 1)),
        note_{{}, text_of(settings), *settings.events} {
    move_on();
  }

  ec::Result<> operate() override { return settle(execute(note_, note_.events)); }

  Task begin(Loop& loop, Told& told) override {
    auto execution = execute_async(note_, loop);
    auto outcome = co_await execution;
    told.over(settle(count<Note>(std::move(outcome), note_.events)));
  }

 private:
  // Everybody sees the length reached by the next command at the latest, so nobody needs to be told.
  ec::Result<> settle(Done&& done) {
    if (!done) return std::unexpected(std::move(done.error()));
    if (*done && (*done)->versions.front().version >= length_) move_on();
    return {};
  }

  static std::string text_of(const Settings& settings) {
    constexpr std::size_t around = sizeof R"({"text":""})" - 1;
    return Payloads(settings.payload_bytes - std::min(settings.payload_bytes, around), settings.seed).next();
  }
  void move_on() { note_.stream = ec::StreamId(prefix_ + std::to_string(place_++)); }

  const std::string prefix_;
  const std::uint64_t length_;
  Note note_;
  std::size_t place_ = 0;
};

}  // namespace

std::unique_ptr<Workload> hot_workload(ec::Store& store, const Settings& settings, const std::string& prefix) {
  return std::make_unique<SimpleWorkload<HotClient>>(store, settings, prefix);
}

}  // namespace bench
