// Runs the clients of a workload, one thread each, in a closed loop: a client sends its next operation when the last
// one is answered. So there are as many in flight as there are clients.
#pragma once

#include "histogram.hpp"
#include "workload.hpp"

#include <chrono>
#include <vector>

namespace bench {

struct Duration {
  std::chrono::nanoseconds warm_up{};
  std::chrono::nanoseconds measured{};
  std::uint64_t operations = 0;  // of each client; not 0: instead of the times, with a tenth of it for the warm-up
};

struct Measurement {
  double seconds = 0;
  Histogram latencies;
  Tally tally;                           // of the measured operations
  std::uint64_t events_written = 0;      // the warm-up's included
  std::vector<std::uint64_t> by_client;  // operations of each
};

// The first client that fails ends the run with its error.
ec::Result<Measurement> run(Workload& workload, std::size_t clients, const Duration& duration);

}  // namespace bench
