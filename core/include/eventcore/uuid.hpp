// 128 bits that name an event or a commit.
//
//   const ec::Uuid commit_id = ec::Uuid::make();
//   const std::string text = commit_id.str();
#pragma once

#include <eventcore/abi/eventcore.h>

#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace ec {

struct Uuid {
  ec_uuid value{};

  // A new UUIDv7: ordered by time, random otherwise.
  static Uuid make() {
    Uuid uuid;
    ec_uuid_make(&uuid.value);
    return uuid;
  }

  // From 8-4-4-4-12 hexadecimal digits; nothing for any other text.
  static std::optional<Uuid> parse(std::string_view text) {
    if (text.size() != 36) return std::nullopt;
    Uuid uuid;
    std::size_t digit = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (i == 8 || i == 13 || i == 18 || i == 23) {
        if (text[i] != '-') return std::nullopt;
        continue;
      }
      const char c = text[i];
      const int nibble = c >= '0' && c <= '9'   ? c - '0'
                         : c >= 'a' && c <= 'f' ? c - 'a' + 10
                         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                : -1;
      if (nibble < 0) return std::nullopt;
      auto& byte = uuid.value.bytes[digit / 2];
      byte = static_cast<std::uint8_t>(byte << 4U | nibble);
      ++digit;
    }
    return uuid;
  }

  bool is_zero() const { return *this == Uuid{}; }

  std::string str() const {
    constexpr const char* digits = "0123456789abcdef";
    std::string text;
    for (std::size_t i = 0; i < 16; ++i) {
      if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
      text += digits[value.bytes[i] >> 4U];
      text += digits[value.bytes[i] & 15U];
    }
    return text;
  }

  friend bool operator==(const Uuid& a, const Uuid& b) { return std::memcmp(&a.value, &b.value, sizeof a.value) == 0; }
};

}  // namespace ec
