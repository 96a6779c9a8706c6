#include "names.hpp"

#include <eventcore/plugin/failure.hpp>

#include <array>
#include <cstdint>
#include <cstring>
#include <string>

namespace ec::core {

using plugin::Failure;

namespace {

enum ByteClass : unsigned char { plain = 0, control = 1, pattern = 2, high = 4 };

constexpr std::array<ByteClass, 256> make_classes() {
  std::array<ByteClass, 256> classes{};
  for (std::size_t byte = 0; byte < 256; ++byte)
    classes[byte] = byte < 0x20 || byte == 0x7F ? control : byte >= 0x80 ? high : plain;
  for (const char c : {'*', '?', '[', ']'}) classes[static_cast<unsigned char>(c)] = pattern;
  return classes;
}
constexpr std::array<ByteClass, 256> classes = make_classes();

ByteClass class_of(char c) { return classes[static_cast<unsigned char>(c)]; }
unsigned byte_at(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

// Bytes of the well-formed character at `i`; 0 when it is none.
std::size_t character_size(std::string_view text, std::size_t i) {
  const unsigned lead = byte_at(text, i);
  if (lead < 0x80) return 1;
  const std::size_t size = lead >= 0xC2 && lead < 0xE0   ? 2
                           : lead >= 0xE0 && lead < 0xF0 ? 3
                           : lead >= 0xF0 && lead < 0xF5 ? 4
                                                         : 0;
  if (size == 0 || i + size > text.size()) return 0;
  for (std::size_t k = 1; k < size; ++k)
    if ((byte_at(text, i + k) & 0xC0U) != 0x80U) return 0;
  const unsigned second = byte_at(text, i + 1);
  if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second >= 0xA0)) return 0;
  if ((lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second >= 0x90)) return 0;
  return size;
}

constexpr std::uint64_t every_byte(unsigned byte) { return 0x0101010101010101U * byte; }
constexpr std::uint64_t high_bits = every_byte(0x80);

std::uint64_t eight_at(std::string_view text, std::size_t i) {
  std::uint64_t eight = 0;
  std::memcpy(&eight, text.data() + i, sizeof eight);
  return eight;
}

// Whether `is` says so of all bytes, which it is given by eight: the last ones twice, or with others that are given as
// 'a', where there are fewer.
template <class Is>
bool all_bytes(std::string_view text, Is&& is) {
  constexpr std::size_t together = sizeof(std::uint64_t);
  if (text.size() < together) {
    std::uint64_t eight = every_byte('a');
    if (!text.empty()) std::memcpy(&eight, text.data(), text.size());
    return is(eight);
  }
  for (std::size_t i = 0; i + together < text.size(); i += together)
    if (!is(eight_at(text, i))) return false;
  return is(eight_at(text, text.size() - together));
}

// Whether all eight are ASCII that every name may have. Subtracting sets the high bit of a byte that is below what is
// subtracted; of one above such a byte it may, too, which changes nothing: there is one.
bool is_plain(std::uint64_t eight) {
  const auto has = [eight](unsigned byte) {
    const std::uint64_t zero_where_equal = eight ^ every_byte(byte);
    return (zero_where_equal - every_byte(1)) & ~zero_where_equal;
  };
  const std::uint64_t below_space = (eight - every_byte(0x20)) & ~eight;
  return ((eight | below_space | has(0x7F) | has('*') | has('?') | has('[') | has(']')) & high_bits) == 0;
}

bool is_ascii(std::string_view text) {
  return all_bytes(text, [](std::uint64_t eight) { return (eight & high_bits) == 0; });
}

// Past the ASCII at `i`, eight bytes at a time. It may stop short of its end.
std::size_t skip_ascii(std::string_view text, std::size_t i) {
  while (i + sizeof(std::uint64_t) <= text.size() && (eight_at(text, i) & high_bits) == 0) i += sizeof(std::uint64_t);
  return i;
}

bool has_c1_control(std::string_view text) {
  for (std::size_t i = 0; i + 1 < text.size(); ++i)
    if (byte_at(text, i) == 0xC2 && byte_at(text, i + 1) < 0xA0) return true;
  return false;
}

[[noreturn]] void refuse(const char* what, std::string_view text, const std::string& why,
                         ec_status status = EC_INVALID) {
  throw Failure(status, std::string(what) + " '" + printable(text) + "': " + why);
}

void check_text(std::string_view text, const char* what, std::size_t max, bool patterns_allowed) {
  if (text.empty())
    throw Failure(EC_INVALID, std::string(what) + ": is empty; it needs 1 to " + std::to_string(max) + " bytes");
  if (text.size() > max)
    refuse(what, text, "has " + std::to_string(text.size()) + " bytes, at most " + std::to_string(max) + " are allowed",
           EC_LIMIT);
  if (all_bytes(text, is_plain)) return;
  unsigned seen = plain;
  for (const char c : text) seen |= class_of(c);
  if (seen == plain) return;
  for (const char c : text) {
    if (class_of(c) == control) refuse(what, text, "has a control character");
    if (class_of(c) == pattern && !patterns_allowed)
      refuse(what, text, std::string("has a '") + c + "'; * ? [ ] are kept for patterns");
  }
  if ((seen & high) == 0) return;
  if (!is_utf8(text)) refuse(what, text, "is not valid UTF-8");
  if (has_c1_control(text)) refuse(what, text, "has a control character");
}

void check_identifier(std::string_view text, const char* what, std::size_t max) {
  check_text(text, what, max, false);
  if (text.front() == '$') refuse(what, text, "begins with '$', which is kept for the store itself");
}

}  // namespace

void check_stream_id(std::string_view id) { check_identifier(id, "stream id", EC_MAX_STREAM_ID); }
void check_event_type(std::string_view type) { check_identifier(type, "event type", EC_MAX_EVENT_TYPE); }
void check_name(std::string_view name, const char* what) { check_text(name, what, EC_MAX_NAME, true); }
void check_filter_text(std::string_view text, const char* what) { check_text(text, what, 4 * EC_MAX_STREAM_ID, true); }

bool is_utf8(std::string_view text) {
  if (is_ascii(text)) return true;  // most are
  for (std::size_t i = skip_ascii(text, 0); i < text.size(); i = skip_ascii(text, i)) {
    const std::size_t size = character_size(text, i);
    if (size == 0) return false;
    i += size;
  }
  return true;
}

std::string printable(std::string_view text) {
  constexpr std::size_t longest = 80;
  constexpr const char* digits = "0123456789abcdef";
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    if (result.size() >= longest) return result + "...";
    const std::size_t size = character_size(text, i);
    const bool c1 = size == 2 && byte_at(text, i) == 0xC2 && byte_at(text, i + 1) < 0xA0;
    if (size == 0 || c1 || class_of(text[i]) == ByteClass::control) {
      const unsigned byte = byte_at(text, i);
      result += "\\x";
      result += digits[byte >> 4U];
      result += digits[byte & 15U];
      ++i;
    } else {
      result.append(text.substr(i, size));
      i += size;
    }
  }
  return result;
}

}  // namespace ec::core
