// The stores that the benchmarks run on, and what they share.
#pragma once

#include <eventcore/eventcore.hpp>

#include <string>
#include <vector>

#include <benchmark/benchmark.h>

namespace bench {

struct Backend {
  std::string name;    // the plugin's
  std::string config;  // path of the YAML file; empty: memory with its defaults

  ec::Result<ec::Store> open() const {
    return config.empty() ? ec::Store::open_text("plugin: memory") : ec::Store::open(config);
  }
};

// Takes `--config FILE` (any number) off the arguments; without one: memory. An error when a store cannot be opened.
ec::Result<std::vector<Backend>> take_backends(int& argc, char** argv);

// Ends the benchmark, and the program with exit status 1.
void fail(benchmark::State& state, const std::string& why);
bool anything_failed();

// How often this thread has asked for memory so far, in whatever library.
std::uint64_t allocations();

// The benchmarks by topic.
void register_abi(const std::vector<Backend>& backends);
void register_workloads(const std::vector<Backend>& backends);

}  // namespace bench
