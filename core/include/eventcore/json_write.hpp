// Values to JSON (RFC 8259), straight from the fields, without a document in between.
//
//   std::string out;
//   ec::json::write(out, std::vector<int>{1, 2, 3});  // [1,2,3]
//
// Written are: bool, whole numbers, floating point (the shortest text that reads back the same; there is no text for
// infinity and NaN, they become null), std::string, StreamId, enums (as numbers), std::optional (null when empty),
// std::vector, std::array, std::map with string keys, structs with an EC_EVENT or EC_FIELDS line, and Raw.
#pragma once

#include <eventcore/event.hpp>
#include <eventcore/stream_id.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

namespace ec::json {

// Any value, kept as its text: to hand JSON on to the byte. Written as it is; whoever made it answers for it. Read, it
// has been checked, and no space stands around it.
struct Raw {
  std::string text;
};

namespace detail {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
inline constexpr bool is_list = false;
template <class T>
inline constexpr bool is_list<std::vector<T>> = true;
template <class T, std::size_t N>
inline constexpr bool is_list<std::array<T, N>> = true;

template <class T>
inline constexpr bool is_map = false;
template <class T>
inline constexpr bool is_map<std::map<std::string, T>> = true;

template <class T>
inline constexpr bool never = false;

// On this thread, since somebody who asks had set it to false.
inline thread_local bool wrote_not_finite = false;

inline void write_escaped(std::string& out, unsigned char c) {
  constexpr const char* digits = "0123456789abcdef";
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  out += "\\u00";
  out += digits[c >> 4U];
  out += digits[c & 15U];
}

inline void write_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, plain, i - plain);
    write_escaped(out, c);
    plain = i + 1;
  }
  out.append(text, plain);
  out += '"';
}

template <class Number>
void write_number(std::string& out, Number value) {
  std::array<char, 32> digits;  // NOLINT(cppcoreguidelines-pro-type-member-init): written before it is read
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out.append(digits.data(), written.ptr);
}

}  // namespace detail

// Adds the value to `out`. Strings must be UTF-8; they are not checked here.
template <class T>
void write(std::string& out, const T& value) {
  if constexpr (std::same_as<T, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (std::is_enum_v<T>) {
    detail::write_number(out, static_cast<std::underlying_type_t<T>>(value));
  } else if constexpr (std::is_floating_point_v<T>) {
    if (std::isfinite(value)) {
      detail::write_number(out, value);
    } else {
      out += "null";
      detail::wrote_not_finite = true;
    }
  } else if constexpr (std::is_integral_v<T>) {
    detail::write_number(out, value);
  } else if constexpr (std::same_as<T, Raw>) {
    out += value.text;
  } else if constexpr (std::same_as<T, StreamId>) {
    detail::write_string(out, value.str());
  } else if constexpr (std::convertible_to<const T&, std::string_view>) {
    detail::write_string(out, value);
  } else if constexpr (detail::is_optional<T>) {
    if (value)
      write(out, *value);
    else
      out += "null";
  } else if constexpr (detail::is_list<T>) {
    out += '[';
    bool first = true;
    for (const auto& item : value) {
      if (!std::exchange(first, false)) out += ',';
      write(out, item);
    }
    out += ']';
  } else if constexpr (detail::is_map<T>) {
    out += '{';
    bool first = true;
    for (const auto& [key, item] : value) {
      if (!std::exchange(first, false)) out += ',';
      detail::write_string(out, key);
      out += ':';
      write(out, item);
    }
    out += '}';
  } else if constexpr (ec::detail::Described<T>) {
    out += '{';
    bool first = true;
    const auto member = [&](const auto& field) {
      out.append(std::exchange(first, false) ? "\"" : ",\"");
      out.append(field.name);
      out.append("\":");
      write(out, value.*field.member);
    };
    std::apply([&](const auto&... fields) { (member(fields), ...); }, ec::detail::description<T>.fields);
    out += '}';
  } else {
    static_assert(
        detail::never<T>,
        "eventcore: there is no JSON for this type: give its struct an EC_FIELDS line, or write an ec::Codec");
  }
}

}  // namespace ec::json
