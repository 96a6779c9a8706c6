// Runs the clients of a workload. In a closed loop a client sends its next operation when the last one is answered; in
// an open one operations are due at a rate, whatever the store does, and are counted from when they were due.
//
// A client is a thread. With one operation in flight it calls and waits; with more of them it has as many lanes, each with
// an operation under way by ec::execute_async, which go on where its thread runs a loop.
#pragma once

#include "timeline.hpp"
#include "usage.hpp"
#include "workload.hpp"

#include <vector>

namespace bench {

struct Measurement {
  double seconds = 0;
  Histogram latencies;
  std::vector<Second> over_time;
  Tally tally;                           // of the measured operations
  std::uint64_t events_written = 0;      // the warm-up's included
  ec::Position acknowledged;             // the last of them
  std::uint64_t unfinished = 0;          // open loop: due, and not begun by the end
  std::vector<std::uint64_t> by_client;  // operations of each
  Usage usage;
  bool interrupted = false;
};

// The first client that fails ends the run with its error; a stop ends it early.
ec::Result<Measurement> run(Workload& workload, const Settings& settings);

}  // namespace bench
