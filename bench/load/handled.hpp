// Events whose bytes are lent as they are stored, so that what is measured is the way to a handler and no codec.
#pragma once

#include <eventcore/codec.hpp>
#include <eventcore/event.hpp>

#include <string>
#include <string_view>

namespace bench {

struct Filled {
  std::string_view payload;
};
EC_EVENT(Filled, "filled")

struct Appended : Filled {};
EC_EVENT(Appended, "appended")

}  // namespace bench

template <>
struct ec::Codec<bench::Filled> {
  static constexpr std::uint32_t encoding = EC_ENCODING_BYTES;
  static void encode(const bench::Filled& event, std::string& out) { out += event.payload; }
  static ec::Result<> decode(std::string_view bytes, std::uint32_t, bench::Filled& event) {
    event.payload = bytes;
    return {};
  }
};
template <>
struct ec::Codec<bench::Appended> : ec::Codec<bench::Filled> {};
