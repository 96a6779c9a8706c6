// Streams that runs with the same settings share: a second one on the same store finds what the first has written.
#pragma once

#include "workload.hpp"

#include <string>

namespace bench {

struct Shared {
  std::string prefix;         // of their names; a number from 0 follows
  std::uint64_t written = 0;  // events that were not there before
};

// `streams` of `history` events, each append of `events_an_append` to `together` of them. Other settings have other
// names. What an interrupted run has left is passed over, and made anew under a further name.
ec::Result<Shared> share_streams(ec::Store& store, const std::string& kind, const Settings& settings,
                                 std::size_t together, std::size_t events_an_append);

}  // namespace bench
