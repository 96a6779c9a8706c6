#include "streams.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace bank {

ec::Uuid commit_id_of(std::string_view kind, std::string_view name) {
  const std::string text = "eventcore bank/" + std::string(kind) + "/" + std::string(name);
  XXH128_canonical_t digest;
  XXH128_canonicalFromHash(&digest, XXH3_128bits(text.data(), text.size()));
  ec::Uuid id;
  static_assert(sizeof digest.digest == sizeof id.value.bytes);
  std::memcpy(id.value.bytes, digest.digest, sizeof digest.digest);
  id.value.bytes[6] = static_cast<std::uint8_t>((id.value.bytes[6] & 0x0FU) | 0x80U);  // version 8
  id.value.bytes[8] = static_cast<std::uint8_t>((id.value.bytes[8] & 0x3FU) | 0x80U);  // variant of the RFC
  return id;
}

}  // namespace bank
