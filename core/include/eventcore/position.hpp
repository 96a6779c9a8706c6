// A place in a store's one total order. Ordered, and otherwise opaque.
//
//   static_assert(ec::Position{} < ec::Position{0, 1});
#pragma once

#include <eventcore/abi/base.h>
#include <eventcore/event.hpp>

#include <compare>
#include <cstdint>
#include <string>

namespace ec {

// {0, 0} is before the first event.
struct Position {
  std::uint64_t hi = 0;
  std::uint64_t lo = 0;

  friend auto operator<=>(const Position&, const Position&) = default;

  // For people: "17", or "3.17" where the upper half is in use.
  std::string str() const { return (hi == 0 ? "" : std::to_string(hi) + ".") + std::to_string(lo); }

  static Position from(ec_position position) { return {position.hi, position.lo}; }
  ec_position raw() const { return {hi, lo}; }
};
EC_FIELDS(Position, hi, lo)

}  // namespace ec
