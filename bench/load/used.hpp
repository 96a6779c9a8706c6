// Which settings mean something to a run: what it ignores is refused, and is in no result.
#pragma once

#include "settings.hpp"

#include <string_view>

namespace bench {

// Whether another value of the setting makes another run. Settings that complete() has seen.
bool uses(const Settings& settings, std::string_view setting);

// Whether its value is true of the run: also of what the workload has fixed, as the two streams of a transfer.
bool is_fact(const Settings& settings, std::string_view setting);

}  // namespace bench
