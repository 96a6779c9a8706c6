// How an event becomes bytes and comes back. The default is JSON; specialise ec::Codec for an event that is stored in
// another way, and nothing else changes.
//
//   struct Ticked { std::uint8_t count; };
//   EC_EVENT(Ticked, "ticked")
//   template <>
//   struct ec::Codec<Ticked> {
//     static constexpr std::uint32_t encoding = EC_ENCODING_BYTES;
//     static void encode(const Ticked& event, std::string& out) { out += static_cast<char>(event.count); }
//     static ec::Result<> decode(std::string_view bytes, std::uint32_t, Ticked& event) {
//       if (bytes.size() != 1) return std::unexpected(ec::Error{ec::Code::corrupt, "one byte is needed"});
//       event.count = static_cast<std::uint8_t>(bytes[0]);
//       return {};
//     }
//   };
#pragma once

#include <eventcore/json_read.hpp>
#include <eventcore/json_write.hpp>

#include <string>
#include <string_view>

namespace ec {

template <class E>
struct Codec {
  static constexpr std::uint32_t encoding = EC_ENCODING_JSON;
  // May be left out: decode leaves nothing of what the event held before, so one object can take one event after the
  // other and keep its memory.
  static constexpr bool overwrites = true;

  // Adds the bytes to `out`.
  static void encode(const E& event, std::string& out) { json::write(out, event); }

  // `schema_version` is what was stored with the bytes.
  static Result<> decode(std::string_view bytes, std::uint32_t schema_version, E& event) {
    if (schema_version > schema_version_of<E>)
      return std::unexpected(Error{
          Code::unsupported, "schema version " + std::to_string(schema_version) + " is newer than this program's, " +
                                 std::to_string(schema_version_of<E>) + "; update the program"});
    return json::read(bytes, event);
  }
};

}  // namespace ec
