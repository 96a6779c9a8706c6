// A figure counts only when the store holds what the clients were told it holds.
#pragma once

#include "workload.hpp"

namespace bench {

// Reads everything behind `start` and checks: positions rise (and are without gaps where the store promises it), the
// versions of each stream go 1, 2, 3 ... and there are exactly `expected` events. The streams must be new since
// `start`.
ec::Result<> check_history(ec::Store& store, ec::Position start, std::uint64_t expected);

}  // namespace bench
