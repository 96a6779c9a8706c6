// A projection for tests with processes:
//   follower CONFIG HOLDER    runs it; of each event it says "handle POSITION FENCE", and goes on when a line comes in
//   follower CONFIG           says how far the checkpoint is
//   follower CONFIG wait POSITION    says "waits", until another process has handled that, and "there POSITION"
#include <eventcore/projection.hpp>
#include <eventcore/wait_for.hpp>

#include <chrono>
#include <cstdio>
#include <iostream>
#include <string>

namespace {

struct Noted {};
EC_EVENT(Noted, "noted")

struct Follower {
  static constexpr std::string_view name = "follower";
  static constexpr std::uint32_t version = 1;
  using Events = ec::Events<Noted>;

  void on(const ec::Recorded<Noted>& event, const ec::Delivery& delivery) {
    std::printf("handle %s %llu\n", event.position().str().c_str(), static_cast<unsigned long long>(delivery.fence));
    std::fflush(stdout);
    std::string line;
    std::getline(std::cin, line);
  }
};

int fail(const ec::Error& error) { return std::fprintf(stderr, "%s\n", error.message.c_str()), 1; }

}  // namespace

int main(int argc, char** argv) {
  auto store = ec::Store::open(argv[1]);
  if (!store) return fail(store.error());
  if (argc == 2) {
    const auto position = ec::load_checkpoint(*store, ec::projection_id(Follower::name, Follower::version));
    if (!position) return fail(position.error());
    return std::printf("%s\n", position->value_or(ec::Position{}).str().c_str()), 0;
  }
  if (argv[2] == std::string("wait")) {
    const ec::Call call{.deadline = ec::Call::in(std::chrono::minutes(1))};
    std::puts("waits");
    std::fflush(stdout);
    const auto there = ec::wait_for(*store, Follower::name, {0, std::stoull(argv[3])}, call);
    if (!there) return fail(there.error());
    const auto saved = ec::saved_position(*store, Follower::name, *there);
    return saved ? (std::printf("there %s\n", saved->str().c_str()), 0) : fail(saved.error());
  }
  Follower follower;
  ec::Projector projector(*store, follower,
                          {.save_every = 1, .holder = argv[2], .lease_time = std::chrono::milliseconds(1'000)});
  const auto done = projector.run();
  return done ? 0 : fail(done.error());
}
