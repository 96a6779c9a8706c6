// Promises that tests/twins breaks on purpose, one a build, to see which test notices. Everywhere else they are kept,
// and the compiler knows it: nothing of this is left in a plugin that is shipped, and no option reaches it.
#pragma once

#include <eventcore/plugin/append.hpp>

#include <cstddef>

namespace ec::postgres {

enum class Promise { read_only_checks, commit_ids, filter_before_limit, sync };

#ifdef EVENTCORE_TWIN_BREAKS
consteval bool keeps(Promise promise) { return promise != Promise::EVENTCORE_TWIN_BREAKS; }
#else
consteval bool keeps(Promise) { return true; }
#endif

// For a twin that leaves out the expectations of streams that an append only reads.
inline bool is_looked_at(const ec_append& append, std::size_t expect) {
  if constexpr (keeps(Promise::read_only_checks)) return true;
  bool writes = append.event_count == 0;
  for (const ec_new_event& event : plugin::events_of(append)) writes = writes || event.stream_index == expect;
  return writes;
}

}  // namespace ec::postgres
