// eventcore_bench: what single calls cost, with Google Benchmark and its flags, on the stores of `--config FILE ...`.
#include "stores.hpp"

#include <atomic>
#include <cstdio>
#include <cstring>
#include <utility>

namespace bench {

namespace {

std::atomic<bool> failed{false};

}  // namespace

ec::Result<std::vector<Backend>> take_backends(int& argc, char** argv) {
  std::vector<Backend> backends;
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--config") != 0) {
      argv[kept++] = argv[i];
    } else if (i + 1 == argc) {
      return std::unexpected(ec::Error{ec::Code::invalid, "--config needs a file"});
    } else {
      backends.push_back({{}, argv[++i]});
    }
  }
  argc = kept;
  if (backends.empty()) backends.emplace_back();
  for (Backend& backend : backends) {
    auto store = backend.open();
    if (!store) return std::unexpected(std::move(store.error()));
    backend.name = ec::detail::view(ec_store_plugin(store->raw())->name);
  }
  return backends;
}

void fail(benchmark::State& state, const std::string& why) {
  failed = true;
  state.SkipWithError(why.c_str());
}

bool anything_failed() { return failed; }

}  // namespace bench

int main(int argc, char** argv) {
  const auto backends = bench::take_backends(argc, argv);
  if (!backends) {
    std::fprintf(stderr, "eventcore_bench: %s\n", backends.error().message.c_str());
    return 1;
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  bench::register_abi(*backends);
  bench::register_workloads(*backends);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return bench::anything_failed() ? 1 : 0;
}
