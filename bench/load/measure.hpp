// One run from an open store to a checked result.
#pragma once

#include "check.hpp"
#include "runner.hpp"

#include <cstdint>
#include <optional>

namespace bench {

struct Outcome {
  Measurement measured;
  Found found;
  Checked checked;
  std::uint64_t memory_before = 0, memory_peak = 0;  // bytes that are resident; before: the clients, too
  std::optional<std::uint64_t> store_growth;         // bytes of the folder that the store lies in, where it is one
};

// Settings that complete() has seen. What the store got wrong is an error with Code::corrupt.
ec::Result<Outcome> measure(ec::Store& store, const Settings& settings);

}  // namespace bench
