// Runs the clients of a workload. In a closed loop a client sends its next operation when the last one is answered; in
// an open one operations are due at a rate, whatever the store does, and are counted from when they were due.
//
// An operation in flight is a thread of its own: a client with four of them is four lanes. What a lane does stands in
// runner.cpp alone.
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
