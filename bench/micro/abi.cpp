// What the waist costs: a call through a plugin's table, the same through libeventcore, an event that is lent, and one
// that is copied into strings of one's own.
#include "stores.hpp"
#include "workload.hpp"

namespace bench {

namespace {

// The plugin's own table, as libeventcore calls it.
class OpenBackend {
 public:
  explicit OpenBackend(const ec_plugin& plugin) : api_(*plugin.api) {
    const ec_setting settings[] = {{EC_LIT("max_payload"), EC_LIT("16777216"), EC_LIT("default")}};
    const ec_host host{sizeof(ec_host), 0, nullptr, [](void*, int, ec_str) {}};
    plugin.open(settings, std::size(settings), sizeof(ec_setting), &host, nullptr, &backend_, &error_);
  }
  OpenBackend(const OpenBackend&) = delete;
  OpenBackend& operator=(const OpenBackend&) = delete;
  ~OpenBackend() {
    if (backend_ != nullptr) api_.close(backend_);
  }
  bool opened() const { return backend_ != nullptr; }
  ec_status head(ec_position& head) { return api_.head(backend_, nullptr, &head, &error_); }

 private:
  const ec_store_api& api_;
  ec_backend* backend_ = nullptr;
  ec_error error_ = EC_ERROR_INIT;
};

// Only memory can be opened without its options being read by libeventcore.
void table_call(benchmark::State& state) {
  auto store = Backend{}.open();
  if (!store) return fail(state, store.error().message);
  OpenBackend backend(*ec_store_plugin(store->raw()));
  if (!backend.opened()) return fail(state, "the memory plugin cannot be opened by its table");
  ec_position head{};
  for (auto _ : state) {
    if (backend.head(head) != EC_OK) return fail(state, "head failed");
    benchmark::DoNotOptimize(head);
  }
}

void library_call(benchmark::State& state) {
  auto store = Backend{}.open();
  if (!store) return fail(state, store.error().message);
  ec_error error = EC_ERROR_INIT;
  ec_position head{};
  for (auto _ : state) {
    if (ec_store_head(store->raw(), nullptr, &head, &error) != EC_OK) return fail(state, error.message);
    benchmark::DoNotOptimize(head);
  }
}

struct Lent {
  std::uint64_t sum = 0;
  void take(const ec::RecordedEvent& event) {
    sum += event.stream().size() + event.type().size() + event.payload().size() + event.version();
  }
};

struct Copied {
  struct Event {
    std::string stream, type, payload, metadata;
    std::uint64_t version;
  };
  std::vector<Event> events;
  void take(const ec::RecordedEvent& event) {
    events.push_back({std::string(event.stream()), std::string(event.type()), std::string(event.payload()),
                      std::string(event.raw_metadata()), event.version()});
  }
};

// The whole stream of state.range(0) events of 256 bytes; the time of one event stands beside that of the read.
template <class Taker>
void read(benchmark::State& state, const Backend& backend) {
  constexpr std::size_t payload_bytes = 256;
  const auto count = static_cast<std::uint64_t>(state.range(0));
  auto store = backend.open();
  if (!store) return fail(state, store.error().message);
  auto start = store->head();
  if (!start) return fail(state, start.error().message);
  const ec::StreamId stream("abi/" + start->str());
  if (auto filled = fill(*store, {stream}, count, {.payload_bytes = payload_bytes}); !filled)
    return fail(state, filled.error().message);
  const std::uint64_t before = allocations();
  for (auto _ : state) {
    Taker taker;
    auto events = store->read({{stream}});
    if (!events) return fail(state, events.error().message);
    while (events->next())
      for (const ec::RecordedEvent event : events->batch()) taker.take(event);
    benchmark::DoNotOptimize(taker);
  }
  const auto reads = static_cast<double>(state.iterations());
  state.counters["per_event"] =
      benchmark::Counter(reads * static_cast<double>(count), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["allocations"] = static_cast<double>(allocations() - before) / reads;
}

}  // namespace

void register_abi(const std::vector<Backend>& backends) {
  benchmark::RegisterBenchmark("abi/head/plugin_table", table_call);
  benchmark::RegisterBenchmark("abi/head/libeventcore", library_call);
  for (const Backend& backend : backends) {
    benchmark::RegisterBenchmark(("abi/read/lent/" + backend.name).c_str(), read<Lent>, backend)->Arg(10)->Arg(1'000);
    benchmark::RegisterBenchmark(("abi/read/copied/" + backend.name).c_str(), read<Copied>, backend)
        ->Arg(10)
        ->Arg(1'000);
  }
}

}  // namespace bench
