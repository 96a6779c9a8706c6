// The id that tells a store from its restored or emptied twin (ec_info.store_id).
//
//   const ec_uuid id = ec::plugin::make_store_id();
#pragma once

#include <eventcore/abi/base.h>

#include <cstdint>
#include <random>

namespace ec::plugin {

inline ec_uuid make_store_id() {
  std::random_device random;
  ec_uuid id{};
  for (std::uint8_t& byte : id.bytes) byte = static_cast<std::uint8_t>(random());
  return id;
}

}  // namespace ec::plugin
