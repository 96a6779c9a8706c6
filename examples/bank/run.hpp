// Carries out the transfers of a source, by a number of workers, or on one thread that keeps many under way.
#pragma once

#include "tally.hpp"

#include <chrono>
#include <cstdint>

namespace bank {

struct RunOptions {
  unsigned workers = 1;
  unsigned in_flight = 0;  // above 0: no workers, but so many transfers under way on this thread
  std::int64_t opening_balance = 0;
  ec::Position since;  // the head of the store before the run: what is above it, the run did
};

struct Run {
  Tally tally;
  std::chrono::nanoseconds time{};
};

// Until the source ends or stop is requested. What is neither done nor rejected is a failure of the store, and then
// the others stop too.
Run run(ec::Store& store, Source& source, Stop& stop, const RunOptions& options);

}  // namespace bank
