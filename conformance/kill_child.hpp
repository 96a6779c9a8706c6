// The process that is killed: this program again, with a hidden flag. It appends from several threads and writes each
// acknowledgement down a pipe.
#pragma once

#include <eventcore/eventcore.hpp>

#include <cstdint>
#include <string>

namespace ec::conformance {

struct KillChild {
  int pipe = -1;  // where acknowledgements go; below 0: this is not the child
  std::string prefix;
};

// One acknowledged append, as it goes through the pipe; far below PIPE_BUF, so that no two are mixed.
struct Acknowledged {
  ec_uuid commit_id;
  ec_position first, last;
  std::uint64_t versions[2];
};

inline constexpr std::size_t kill_threads = 4;
// Each append writes this many events, in turn to its two streams.
inline constexpr std::size_t events_per_kill_append = 3;

// Appends until it is killed, or its parent is gone.
int run_kill_child(const KillChild& child);

}  // namespace ec::conformance
