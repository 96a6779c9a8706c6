// Numbers of variable length: seven bits a byte, the lowest first, the high bit set on all but the last.
#pragma once

#include <eventcore/plugin/failure.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace ec::rocks {

inline void put_varint(std::string& out, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7U) out += static_cast<char>(number | 0x80U);
  out += static_cast<char>(number);
}

// Small negative numbers become small.
inline std::uint64_t zigzag(std::int64_t number) {
  return static_cast<std::uint64_t>(number) << 1U ^ static_cast<std::uint64_t>(number >> 63U);
}
inline std::int64_t unzigzag(std::uint64_t number) {
  return static_cast<std::int64_t>(number >> 1U ^ (0 - (number & 1U)));
}

inline void put_bytes(std::string& out, std::string_view bytes) {
  put_varint(out, bytes.size());
  out += bytes;
}

// Takes one thing after the other off the front; EC_CORRUPT when it is not there.
class Parser {
 public:
  Parser(std::string_view bytes, const char* what) : rest_(bytes), what_(what) {}

  std::uint64_t varint() {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      number |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return number;
    }
    throw broken();
  }
  std::string_view take(std::uint64_t size) {
    if (size > rest_.size()) throw broken();
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::string_view bytes() { return take(varint()); }
  std::string_view rest() const { return rest_; }

  plugin::Failure broken() const {
    return {EC_CORRUPT, std::string(what_) + " cannot be read: the database is damaged; restore it from a backup"};
  }

 private:
  std::string_view rest_;
  const char* what_;
};

}  // namespace ec::rocks
