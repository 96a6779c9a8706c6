// A program that runs a projection, for tests that look at it with the command line:
//   projection_host CONFIG [HOLDER [plain]]    plain: one build alone, which cannot be built anew
// Of each event of the type "noted" it says "handled TEXT". The text says what comes of it: "poison" cannot be handled
// and becomes a dead letter, until the line "mend" came in; "skip" is skipped; of "wait" it says "waits", and handles it
// when the line "go" came in. It ends with its input.
#include <eventcore/builds.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <memory>
#include <mutex>
#include <semaphore>
#include <stop_token>
#include <string>
#include <thread>

namespace {

std::counting_semaphore<> may_go(0);
std::atomic<bool> is_mended{false};

void say(const std::string& text) {
  std::printf("%s\n", text.c_str());
  std::fflush(stdout);
}

struct Noted {
  std::string text;
};
EC_EVENT(Noted, "noted", text)

struct Notes {
  static constexpr std::string_view name = "notes";
  static constexpr std::uint32_t version = 1;
  using Events = ec::Events<Noted>;

  ec::Result<> on(const ec::Recorded<Noted>& event) {
    if (event->text == "wait") {
      say("waits");
      may_go.acquire();
    }
    if (event->text == "skip" || (event->text == "poison" && !is_mended))
      return std::unexpected(ec::Error{ec::Code::invalid, "no \x1b[2J\tfor \xc2\x9b" + event->text});
    say("handled " + event->text);
    return {};
  }
  ec::Reaction on_failure(const ec::RecordedEvent& event, const ec::Error&, std::uint32_t) {
    const auto noted = event.as<Noted>();
    return noted && noted->text == "skip" ? ec::Reaction::skip : ec::Reaction::dead_letter;
  }
  ec::Result<> reset(ec::Position to) {
    say("reset " + to.str());
    return {};
  }
};

}  // namespace

int main(int argc, char** argv) {
  auto store = ec::Store::open(argv[1]);
  if (!store) return std::fprintf(stderr, "%s\n", store.error().message.c_str()), 1;
  say("runs");
  const std::jthread runner([&](const std::stop_token& stop) {
    ec::ProjectionOptions options{.save_every = 1,
                                  .lease_time = std::chrono::milliseconds(1'000),
                                  .status_interval = std::chrono::milliseconds(50)};
    if (argc > 2) options.holder = argv[2];
    Notes notes;
    const auto make = [](const ec::Build&) { return std::make_unique<Notes>(); };
    const auto done = argc > 3 ? ec::Projector(*store, notes, options).run({.stop = stop})
                               : ec::run_builds(*store, make, options, {.stop = stop});
    say(done ? "ended" : "failed: " + done.error().message);
  });
  for (std::string line; std::getline(std::cin, line);) {
    if (line == "go") may_go.release();
    if (line == "mend") is_mended = true;
  }
  return 0;
}
