// Calls on a store that need no memory on this side of the C functions.
#pragma once

#include "../support.hpp"

#include <cstdint>

namespace ec::rocks::test {

// One event to each of "a" and "b".
ec_status append_pair(Store& store, const Uuid& commit_id, bool* repeated = nullptr);
// The same as a command, which reads both streams first.
ec_status execute_pair(Store& store, const Uuid& commit_id, bool* repeated = nullptr);
// EC_OK: stored; EC_NOT_FOUND: not stored.
ec_status look_up(Store& store, const Uuid& commit_id);

// To the end of each; how many events or streams there were.
ec_status read_pair(Store& store, std::uint64_t& count);
ec_status read_all(Store& store, std::uint64_t& count);
ec_status list_streams(Store& store, std::uint64_t& count);

}  // namespace ec::rocks::test
