#include "base64.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace cli {

namespace {

constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t no_digit = 64;

constexpr std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(no_digit);
  std::uint8_t value = 0;
  for (const char digit : digits) values[static_cast<unsigned char>(digit)] = value++;
  return values;
}
constexpr std::array<std::uint8_t, 256> values = make_values();

}  // namespace

void append_base64(std::string& out, std::string_view bytes) {
  const auto at = [&](std::size_t i) {
    return i < bytes.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])) : 0U;
  };
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::uint32_t three = at(i) << 16U | at(i + 1) << 8U | at(i + 2);
    out += digits[three >> 18U];
    out += digits[three >> 12U & 63U];
    out += i + 1 < bytes.size() ? digits[three >> 6U & 63U] : '=';
    out += i + 2 < bytes.size() ? digits[three & 63U] : '=';
  }
}

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const std::size_t given = i + 4 == text.size() ? 4 - padding : 4;
    std::uint32_t three = 0;
    for (std::size_t digit = 0; digit < 4; ++digit) {
      const std::uint8_t value = digit < given ? values[static_cast<unsigned char>(text[i + digit])] : 0;
      if (value == no_digit) return std::nullopt;
      three = three << 6U | value;
    }
    for (std::size_t byte = 0; byte < 3; ++byte, three = three << 8U & 0xFFFFFFU) {
      if (byte < given - 1)
        bytes += static_cast<char>(three >> 16U);
      else if (three >> 16U != 0)
        return std::nullopt;
    }
  }
  return bytes;
}

}  // namespace cli
