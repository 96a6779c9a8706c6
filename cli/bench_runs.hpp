// What `eventcore bench` is to do: the runs of a file, and what the command line says of all of them.
#pragma once

#include "options.hpp"
#include "settings.hpp"

#include <string>
#include <vector>

namespace cli {

struct BenchRun {
  std::string name;    // as given; empty: the store's and the workload's
  std::string varied;  // what tells it from others of the same name
  std::string config;  // of the store
  bench::Settings settings;
};

// In the order of the file; a list of values makes a run of each. What the command line says counts more than the file.
// Throws Failure, with file and line.
std::vector<BenchRun> bench_runs(const Options& options);

}  // namespace cli
