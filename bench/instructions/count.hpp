// Counts what a path executes, while the program runs under callgrind.
#pragma once

#include <eventcore/eventcore.hpp>

#include <cstdint>
#include <cstdio>
#include <string>
#include <valgrind/callgrind.h>

namespace bench {

// Calls `operate` so often, and has callgrind write what that executed into a file of its own. The line that is printed
// says of how many operations: `units` in each call.
template <class Operate>
ec::Result<> count(const std::string& path, std::uint64_t calls, std::uint64_t units, Operate&& operate) {
  CALLGRIND_START_INSTRUMENTATION;
  CALLGRIND_ZERO_STATS;
  CALLGRIND_TOGGLE_COLLECT;
  ec::Result<> done;
  for (std::uint64_t i = 0; done && i < calls; ++i) done = operate(i);
  CALLGRIND_TOGGLE_COLLECT;
  CALLGRIND_DUMP_STATS_AT(path.c_str());
  CALLGRIND_STOP_INSTRUMENTATION;
  if (!done) return std::unexpected(ec::Error{done.error().code, path + ": " + done.error().message});
  std::printf("path: %s %s\n", path.c_str(), std::to_string(calls * units).c_str());
  return {};
}

// The paths by topic, each on a new store in memory.
ec::Result<> count_commands();
ec::Result<> count_events();
ec::Result<> count_codec();

}  // namespace bench
