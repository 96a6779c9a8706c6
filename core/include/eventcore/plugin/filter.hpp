// The filter of read_all, with one meaning on every backend: prefixes, patterns, types (the rules stand at
// ec_read_all).
//
//   bool passes(const ec_read_all& request, const ec_event& event) {
//     const ec::plugin::Filter filter(request);  // throws EC_INVALID for a pattern that is not closed
//     return filter.passes(ec::plugin::view(event.stream), ec::plugin::view(event.type));
//   }
#pragma once

#include <eventcore/abi/event_store.h>
#include <eventcore/plugin/failure.hpp>
#include <eventcore/plugin/strided.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace ec::plugin {

namespace detail {

// The code point at the beginning of `text`, which is valid UTF-8 and not empty; takes it off.
inline char32_t take_code_point(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead < 0x80U ? 1 : lead < 0xE0U ? 2 : lead < 0xF0U ? 3 : 4;
  char32_t point = size == 1 ? lead : lead & (0x3FU >> (size - 1));
  for (std::size_t i = 1; i < size && i < text.size(); ++i)
    point = (point << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  text.remove_prefix(std::min(size, text.size()));
  return point;
}

// `set` begins behind the '['. Takes the set off, its ']' included. False in `closed` when there is no ']'.
inline bool take_set(std::string_view& set, char32_t point, bool& closed) {
  bool inverted = false;
  if (!set.empty() && (set.front() == '!' || set.front() == '^')) {
    inverted = true;
    set.remove_prefix(1);
  }
  bool found = false;
  bool first = true;
  closed = false;
  while (!set.empty()) {
    if (set.front() == ']' && !first) {
      set.remove_prefix(1);
      closed = true;
      break;
    }
    first = false;
    const char32_t low = take_code_point(set);
    char32_t high = low;
    if (set.size() >= 2 && set[0] == '-' && set[1] != ']') {
      set.remove_prefix(1);
      high = take_code_point(set);
    }
    found = found || (low <= point && point <= high);
  }
  return found != inverted;
}

}  // namespace detail

// Every '[' has its ']'.
inline bool glob_is_closed(std::string_view pattern) {
  while (!pattern.empty()) {
    const bool opens = pattern.front() == '[';
    pattern.remove_prefix(1);
    if (!opens) continue;
    bool closed = false;
    detail::take_set(pattern, 0, closed);
    if (!closed) return false;
  }
  return true;
}

// Whether the pattern matches the whole text. Linear but for '*', which goes back at most to the last one.
inline bool glob_matches(std::string_view pattern, std::string_view text) {
  std::string_view retry_pattern;
  std::string_view retry_text;
  bool can_retry = false;
  while (!text.empty() || !pattern.empty()) {
    if (!pattern.empty() && pattern.front() == '*') {
      pattern.remove_prefix(1);
      retry_pattern = pattern;
      retry_text = text;
      can_retry = true;
      continue;
    }
    if (!pattern.empty() && !text.empty()) {
      std::string_view rest = text;
      const char32_t point = detail::take_code_point(rest);
      std::string_view next = pattern;
      bool matches = false;
      if (next.front() == '[') {
        next.remove_prefix(1);
        bool closed = false;
        matches = detail::take_set(next, point, closed) && closed;
      } else if (next.front() == '?') {
        next.remove_prefix(1);
        matches = true;
      } else {
        matches = detail::take_code_point(next) == point;
      }
      if (matches) {
        pattern = next;
        text = rest;
        continue;
      }
    }
    if (!can_retry || retry_text.empty()) return false;
    detail::take_code_point(retry_text);
    text = retry_text;
    pattern = retry_pattern;
  }
  return true;
}

class Filter {
 public:
  // Keeps copies: the request need not outlive the call.
  explicit Filter(const ec_read_all& request)
      : prefixes_(copy(request.prefixes, request.prefix_count)),
        patterns_(copy(request.patterns, request.pattern_count)),
        types_(copy(request.types, request.type_count)) {
    for (const std::string& pattern : patterns_)
      if (!glob_is_closed(pattern))
        throw Failure(EC_INVALID, "the pattern '" + pattern + "' has a '[' without its ']'");
  }

  bool passes_everything() const { return prefixes_.empty() && patterns_.empty() && types_.empty(); }

  bool passes(std::string_view stream, std::string_view type) const {
    if (!types_.empty() && std::find(types_.begin(), types_.end(), type) == types_.end()) return false;
    if (prefixes_.empty() && patterns_.empty()) return true;
    return std::any_of(prefixes_.begin(), prefixes_.end(), [&](const auto& p) { return stream.starts_with(p); }) ||
           std::any_of(patterns_.begin(), patterns_.end(), [&](const auto& p) { return glob_matches(p, stream); });
  }

 private:
  static std::vector<std::string> copy(const ec_str* texts, std::size_t count) {
    std::vector<std::string> result;
    result.reserve(count);
    for (std::size_t i = 0; i < count; ++i) result.emplace_back(view(texts[i]));
    return result;
  }

  std::vector<std::string> prefixes_;
  std::vector<std::string> patterns_;
  std::vector<std::string> types_;
};

}  // namespace ec::plugin
