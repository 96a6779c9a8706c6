// A figure counts only when the store holds what the clients were told it holds.
#pragma once

#include "workload.hpp"

namespace bench {

struct Checked {
  std::uint64_t events = 0, streams = 0;
};

// Reads everything behind `start` and checks: positions rise (and are without gaps where the store promises it), the
// versions of each stream go 1, 2, 3 ..., there are exactly `expected` events, none was acknowledged behind the last of
// them, and the workload finds nothing wrong in them. The streams must be new since `start`. A stop ends it with
// Code::cancelled.
ec::Result<Checked> check_history(ec::Store& store, ec::Position start, std::uint64_t expected,
                                  ec::Position acknowledged, Workload& workload, const std::stop_token& stop = {});

}  // namespace bench
