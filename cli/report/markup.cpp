#include "markup.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace cli::report {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

bool is_within_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

}  // namespace

std::string escaped(std::string_view text) {
  std::string made;
  for (const char c : text) {
    switch (c) {
      case '&': made += "&amp;"; break;
      case '<': made += "&lt;"; break;
      case '>': made += "&gt;"; break;
      case '"': made += "&quot;"; break;
      case '\'': made += "&#39;"; break;
      case '\t':
      case '\n':
      case '\r': made += ' '; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
          made += replacement;
        else
          made += c;
    }
  }
  return made;
}

std::string shortened(std::string_view text, std::size_t characters) {
  std::size_t count = 0, last = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_within_character(text[i])) continue;
    if (++count == characters) last = i;
  }
  return count <= characters ? std::string(text) : std::string(text.substr(0, last)) + "…";
}

std::string label(std::string_view text, std::size_t characters) { return escaped(shortened(text, characters)); }

std::string coordinate(double value) {
  std::array<char, 64> text{};
  const double rounded = std::isfinite(value) ? std::round(value * 10) / 10 : 0;
  const auto written = std::to_chars(text.data(), text.data() + text.size(), rounded);
  return {text.data(), written.ptr};
}

std::string percent(double share) {
  std::array<char, 64> text{};
  const double rounded = std::isfinite(share) ? std::round(share * 1e4) / 1e2 : 0;
  const auto written = std::to_chars(text.data(), text.data() + text.size(), rounded);
  return std::string(text.data(), written.ptr) + "%";
}

}  // namespace cli::report
