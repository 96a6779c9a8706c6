// The workloads of the load program, one at a time: `execute` on memory, appends, reads, group commit and a hot stream
// on each store.
#include "stores.hpp"
#include "workload.hpp"

#include <memory>

namespace bench {

namespace {

// Opened by the first thread of a benchmark and used by all of them: Google Benchmark lets nobody begin before the
// first one is ready, nor the first one go on before all are done.
struct Stage {
  std::optional<ec::Store> store;
  std::unique_ptr<Workload> workload;
  std::vector<std::unique_ptr<Client>> clients;

  ec::Result<> set(const Backend& backend, const Settings& settings) {
    auto opened = backend.open();
    if (!opened) return std::unexpected(std::move(opened.error()));
    store.emplace(std::move(*opened));
    auto made = make_workload(*store, settings);
    if (!made) return std::unexpected(std::move(made.error()));
    workload = std::move(*made);
    for (std::size_t i = 0; i < settings.clients; ++i) {
      auto client = workload->client(i);
      if (!client) return std::unexpected(std::move(client.error()));
      clients.push_back(std::move(*client));
    }
    return {};
  }
  void clear() {
    clients.clear();
    workload.reset();
    store.reset();
  }
};
Stage stage;

void run(benchmark::State& state, const Backend& backend, Settings settings) {
  const auto number = static_cast<std::size_t>(state.thread_index());
  settings.clients = static_cast<std::size_t>(state.threads());
  if (number == 0)
    if (auto set = stage.set(backend, settings); !set) {
      fail(state, set.error().message);
      stage.clear();
    }
  std::uint64_t before = 0;
  bool first = true;
  for (auto _ : state) {
    if (std::exchange(first, false)) before = allocations();
    if (number >= stage.clients.size()) {
      fail(state, "the store could not be prepared");
      break;
    }
    if (auto done = stage.clients[number]->operate(); !done) {
      fail(state, done.error().message);
      break;
    }
  }
  const auto operations = static_cast<double>(state.iterations());
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
  if (operations > 0)
    state.counters["allocations"] =
        benchmark::Counter(static_cast<double>(allocations() - before) / operations, benchmark::Counter::kAvgThreads);
  if (number == 0) stage.clear();
}

benchmark::internal::Benchmark* add(const Backend& backend, const std::string& name, const Settings& settings) {
  return benchmark::RegisterBenchmark((name + "/" + backend.name).c_str(), run, backend, settings)->UseRealTime();
}

// A number of executions that is fixed and small, so that a history grows by two percent at most.
void register_execute(const Backend& backend) {
  for (const std::string workload : {"deposit", "disjoint-transfer"}) {
    const std::string name = workload == "deposit" ? "execute/one_stream/" : "execute/two_streams/";
    add(backend, name + "cold", {.workload = workload, .accounts = 50'000})->Iterations(50'000);
    for (const std::uint64_t history : {10U, 100U, 1'000U}) {
      const std::size_t accounts = 50'000 / history;
      add(backend, name + std::to_string(history), {.workload = workload, .accounts = accounts, .history = history})
          ->Iterations(static_cast<std::int64_t>(accounts * std::max<std::uint64_t>(history / 100, 1)));
    }
  }
  add(backend, "execute/disjoint", {.workload = "disjoint-transfer", .accounts = 25'000})
      ->Iterations(25'000)
      ->Threads(1)
      ->Threads(4);
}

}  // namespace

void register_workloads(const std::vector<Backend>& backends) {
  register_execute({"memory", {}});
  for (const Backend& backend : backends) {
    add(backend, "append", {.workload = "append"})->ThreadRange(1, 64);
    add(backend, "read/1000", {.workload = "read", .streams = 10, .history = 1'000})->Threads(1)->Threads(2);
    add(backend, "hot", {.workload = "hot", .events = 1, .history = 200})->Threads(1)->Threads(16);
  }
}

}  // namespace bench
