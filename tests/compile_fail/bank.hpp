// What the cases share.
#pragma once

#include <eventcore/eventcore.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

struct Deposited {
  std::int64_t amount;
};
struct Renamed {
  std::string name;
};
EC_EVENT(Deposited, "deposited", amount)
EC_EVENT(Renamed, "renamed", name)
