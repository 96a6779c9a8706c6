// What the bookkeeping of every backend says in the same words.
//
//   ec_position checked(const ec_position* found, std::string_view name) {
//     if (found == nullptr) throw ec::plugin::no_checkpoint(name);
//     return *found;
//   }
#pragma once

#include <eventcore/plugin/failure.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace ec::plugin {

inline Failure no_checkpoint(std::string_view name) {
  return {EC_NOT_FOUND, "there is no checkpoint '" + std::string(name) + "'"};
}
inline Failure no_snapshot(std::string_view name) {
  return {EC_NOT_FOUND, "there is no snapshot '" + std::string(name) + "'"};
}

inline Failure fenced(std::string_view name, std::uint64_t fence) {
  return {EC_FENCED, "lease '" + std::string(name) + "': fence " + std::to_string(fence) +
                         " is no longer valid; stop, and acquire the lease again"};
}
inline Failure lease_held(std::string_view name, std::string_view holder, std::uint64_t left_ms) {
  return {EC_CONFLICT,
          "lease '" + std::string(name) + "' is held by '" + std::string(holder) + "' for another " +
              std::to_string(left_ms) + " ms",
          {},
          true};
}

// A checkpoint must not be ahead of the store. For backends with positions {0, n}.
inline void check_not_above(std::string_view name, ec_position position, std::uint64_t head) {
  if (position.hi != 0 || position.lo > head)
    throw Failure(EC_INVALID, "checkpoint '" + std::string(name) + "': position " + std::to_string(position.lo) +
                                  " is above the store's head, " + std::to_string(head));
}

// `etag` is the present one, 0 where there is no snapshot.
inline void check_etag(std::string_view name, std::uint64_t etag, std::uint64_t expected_etag) {
  if (etag != expected_etag)
    throw Failure(EC_CONFLICT, "snapshot '" + std::string(name) + "' has etag " + std::to_string(etag) +
                                   ", expected was " + std::to_string(expected_etag));
}

}  // namespace ec::plugin
