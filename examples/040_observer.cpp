// What a metrics library hangs on: an observer that is told of each attempt, conflict, retry and end.
//   040_observer config/memory.yaml
#include <eventcore/eventcore.hpp>

#include <atomic>
#include <cstdio>
#include <thread>

namespace {

struct Incremented {};
EC_EVENT(Incremented, "incremented")

struct Increment {
  ec::StreamId counter;

  using Streams = ec::StreamSet<&Increment::counter>;
  using Events = ec::Events<Incremented>;
  struct State {};

  void apply(State&, const ec::Recorded<Incremented>&) const {}
  ec::Result<> decide(const State&, ec::Decision<Increment>& out) const {
    out.write<&Increment::counter>(Incremented{});
    return {};
  }
};

// One for all threads, so it counts with atomics.
struct Metrics : ec::Observer {
  std::atomic<std::uint64_t> attempts{0}, conflicts{0}, retries{0}, commits{0}, failures{0}, commit_ns{0};

  void attempt(const Attempt&) override { ++attempts; }
  void conflict(const Conflict&) override { ++conflicts; }
  void retry(const Retry&) override { ++retries; }
  void finished(const Finished& f) override {
    ++(f.error ? failures : commits);
    commit_ns += static_cast<std::uint64_t>(f.total.count());
  }
};

}  // namespace

int main(int argc, char** argv) {
  auto store = ec::Store::open(argc > 1 ? argv[1] : "config/memory.yaml");
  if (!store) return std::fprintf(stderr, "%s\n", store.error().message.c_str()), 1;

  Metrics metrics;
  ec::ExecuteOptions options;
  options.observer = &metrics;
  options.max_attempts = 100;
  const Increment command{ec::StreamId("counter/" + ec::Uuid::make().str())};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] {
        for (int n = 0; n < 100; ++n)
          if (const auto done = ec::execute(*store, command, options); !done)
            std::fprintf(stderr, "%s\n", done.error().message.c_str());
      });
  }
  std::printf("commits %llu, failures %llu, mean %.1f us\n", static_cast<unsigned long long>(metrics.commits),
              static_cast<unsigned long long>(metrics.failures),
              static_cast<double>(metrics.commit_ns) / 1e3 / static_cast<double>(metrics.commits + metrics.failures));
  std::printf("attempts %llu, conflicts %llu, retries %llu\n", static_cast<unsigned long long>(metrics.attempts),
              static_cast<unsigned long long>(metrics.conflicts), static_cast<unsigned long long>(metrics.retries));
  return metrics.commits == 400 ? 0 : 1;
}
