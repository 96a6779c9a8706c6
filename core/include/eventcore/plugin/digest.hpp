// A digest of what the contract calls an append's content: two appends with the same commit id are the same append when
// it is equal. Needs xxhash.h (libxxhash-dev) at build time, and nothing at run time.
//
//   bool is_repeat(const ec_append& append, std::uint64_t stored_digest) {
//     return ec::plugin::content_digest(append) == stored_digest;
//   }
#pragma once

#include <eventcore/plugin/append.hpp>

#ifndef XXH_INLINE_ALL
#define XXH_INLINE_ALL
#endif
#include <xxhash.h>

namespace ec::plugin {

// 64 bits: it tells a mistaken reuse of an id, it is no defence against someone who looks for a collision.
inline std::uint64_t content_digest(const ec_append& append) {
  std::uint64_t digest = XXH3_64bits(nullptr, 0);
  const auto mix = [&digest](std::string_view part) {
    digest = XXH3_64bits_withSeed(part.data(), part.size(), digest + part.size());
  };
  for (const ec_expect& expect : expects_of(append)) mix(view(expect.stream));
  for (const ec_new_event& event : events_of(append)) {
    const std::uint32_t numbers[3] = {event.stream_index, event.encoding, event.schema_version};
    mix({reinterpret_cast<const char*>(numbers), sizeof numbers});
    mix(view(event.type));
    mix(view(event.payload));
    mix(view(event.metadata));
  }
  return digest;
}

}  // namespace ec::plugin
