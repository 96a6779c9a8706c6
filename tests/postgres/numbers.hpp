// A projection that keeps the numbers that it is told, in their order.
#pragma once

#include <eventcore/projection.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace ec::postgres::test {

struct Counted {
  std::int64_t number = 0;
};
EC_EVENT(Counted, "counted", number)

struct Numbers {
  static constexpr std::string_view name = "numbers";
  static constexpr std::uint32_t version = 1;
  using Events = ec::Events<Counted>;
  void on(const Recorded<Counted>& event) { told.push_back(event->number); }
  std::vector<std::int64_t> told;
};

}  // namespace ec::postgres::test
