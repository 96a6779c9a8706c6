// JSON (RFC 8259) to values, straight into the fields, without a document in between.
//
//   std::vector<int> numbers;
//   const ec::Result<> read = ec::json::read("[1,2,3]", numbers);
//
// The types are those of json_write.hpp. Whole numbers are exact over all 64 bits. Strict: one value and nothing behind
// it, valid UTF-8, no member twice, no member missing but optional ones; members that nobody knows are passed over, so
// that an older program reads what a newer one wrote. An error says where and at which member.
#pragma once

#include <eventcore/error.hpp>
#include <eventcore/json_write.hpp>

#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

namespace ec::json {

class Reader {
 public:
  explicit Reader(std::string_view text) : begin_(text.data()), at_(text.data()), end_(text.data() + text.size()) {}

  template <class T>
  Result<> read_whole(T& value) {
    if (read(value) && (skip_space(), at_ == end_ || fail("there is text behind the value"))) return {};
    return std::unexpected(Error{Code::corrupt, std::move(problem_)});
  }

 private:
  static constexpr int deepest = 64;

  template <class T>
  bool read(T& value) {
    skip_space();
    if constexpr (std::same_as<T, bool>) {
      return read_bool(value);
    } else if constexpr (std::is_enum_v<T>) {
      std::underlying_type_t<T> number{};
      if (!read(number)) return false;
      value = static_cast<T>(number);
      return true;
    } else if constexpr (std::is_floating_point_v<T>) {
      return read_floating(value);
    } else if constexpr (std::is_integral_v<T>) {
      return read_whole_number(value);
    } else if constexpr (std::same_as<T, std::string>) {
      return read_string(value);
    } else if constexpr (std::same_as<T, StreamId>) {
      std::string text;
      if (!read_string(text)) return false;
      value = StreamId(std::move(text));
      return true;
    } else if constexpr (std::same_as<T, Raw>) {
      const char* begin = at_;
      if (!skip_value()) return false;
      value.text.assign(begin, at_);
      return true;
    } else if constexpr (detail::is_optional<T>) {
      if (take("null")) {
        value.reset();
        return true;
      }
      return read(value.emplace());
    } else if constexpr (detail::is_list<T>) {
      return read_list(value);
    } else if constexpr (detail::is_map<T>) {
      return read_map(value);
    } else if constexpr (ec::detail::Described<T>) {
      return read_struct(value);
    } else {
      static_assert(
          detail::never<T>,
          "eventcore: there is no JSON for this type: give its struct an EC_FIELDS line, or write an ec::Codec");
    }
  }

  // Only the first problem counts.
  bool fail(std::string_view what) {
    if (problem_.empty()) problem_ = "JSON, offset " + std::to_string(at_ - begin_) + ": " + std::string(what);
    return false;
  }

  // Mostly there is none, and then no call either.
  void skip_space() {
    if (at_ != end_ && static_cast<unsigned char>(*at_) <= ' ') skip_some_space();
  }
  [[gnu::noinline]] void skip_some_space() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) ++at_;
  }
  bool take(char c) {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  bool take(std::string_view word) {
    if (static_cast<std::size_t>(end_ - at_) < word.size() || std::memcmp(at_, word.data(), word.size()) != 0)
      return false;
    at_ += word.size();
    return true;
  }
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }

  bool read_bool(bool& value) {
    if (take("true")) return value = true;
    if (take("false")) return !(value = false);
    return fail("true or false is needed here");
  }

  // The end of the number at at_ by JSON's grammar; null, and the problem, when there is none.
  const char* number_end(bool& whole) {
    const char* p = at_;
    whole = true;
    if (p != end_ && *p == '-') ++p;
    if (p == end_ || !is_digit(*p)) return fail("a number is needed here"), nullptr;
    if (*p == '0' && p + 1 != end_ && is_digit(p[1])) return fail("a number must not begin with 0"), nullptr;
    while (p != end_ && is_digit(*p)) ++p;
    if (p != end_ && *p == '.') {
      whole = false;
      if (++p == end_ || !is_digit(*p)) return fail("a digit is needed behind the point"), nullptr;
      while (p != end_ && is_digit(*p)) ++p;
    }
    if (p != end_ && (*p == 'e' || *p == 'E')) {
      whole = false;
      if (++p != end_ && (*p == '+' || *p == '-')) ++p;
      if (p == end_ || !is_digit(*p)) return fail("a digit is needed in the exponent"), nullptr;
      while (p != end_ && is_digit(*p)) ++p;
    }
    return p;
  }

  template <class T>
  bool read_whole_number(T& value) {
    bool whole = true;
    const char* last = number_end(whole);
    if (last == nullptr) return false;
    if (!whole) return fail("a whole number is needed here");
    if (std::is_unsigned_v<T> && *at_ == '-') return fail("a number that is not negative is needed here");
    if (std::from_chars(at_, last, value).ec != std::errc{}) return fail("the number is out of range");
    at_ = last;
    return true;
  }

  template <class T>
  bool read_floating(T& value) {
    if (take("null")) {
      value = std::numeric_limits<T>::quiet_NaN();
      return true;
    }
    bool whole = true;
    const char* last = number_end(whole);
    if (last == nullptr) return false;
    if (std::from_chars(at_, last, value).ec != std::errc{}) return fail("the number is out of range");
    at_ = last;
    return true;
  }

  bool read_string(std::string& value) {
    if (!take('"')) return fail("a string is needed here");
    const char* begin = at_;
    unsigned char high = skip_plain();
    while (at_ != end_ && *at_ != '"' && *at_ != '\\') {
      const auto c = static_cast<unsigned char>(*at_);
      if (c < 0x20) return fail("a control character in a string must be escaped");
      high |= c;
      ++at_;
    }
    value.assign(begin, at_);
    if (at_ != end_ && *at_ == '\\' && !read_escapes(value, high)) return false;
    if (!take('"')) return fail("a string is not closed");
    if (high >= 0x80 && ec_utf8_check(ec::detail::str(value)) == 0) return fail("a string is not valid UTF-8");
    return true;
  }

  // Passes over what stands for itself, eight bytes at a time; up to seven such bytes may be left. Gives the bits that
  // were set in any of them.
  unsigned char skip_plain() {
    constexpr std::uint64_t each = 0x0101010101010101U;
    constexpr std::uint64_t top = each * 0x80U;
    // The top bits of the bytes below the limit; behind the first such byte there may be wrong ones.
    const auto below = [](std::uint64_t bytes, std::uint64_t limit) { return (bytes - each * limit) & ~bytes & top; };
    std::uint64_t seen = 0;
    for (std::uint64_t bytes = 0; end_ - at_ >= 8; at_ += 8) {
      std::memcpy(&bytes, at_, sizeof bytes);
      const std::uint64_t stops = below(bytes, 0x20) | below(bytes ^ each * '"', 1) | below(bytes ^ each * '\\', 1);
      if (stops != 0) {
        if constexpr (std::endian::native == std::endian::little) {
          seen |= bytes & ((stops & -stops) - 1);
          at_ += std::countr_zero(stops) / 8;
        }
        break;
      }
      seen |= bytes;
    }
    return (seen & top) != 0 ? 0x80U : 0U;
  }

  // From the first backslash to the closing quote.
  bool read_escapes(std::string& value, unsigned char& high) {
    while (at_ != end_ && *at_ != '"') {
      const auto c = static_cast<unsigned char>(*at_);
      if (c < 0x20) return fail("a control character in a string must be escaped");
      ++at_;
      if (c != '\\') {
        value += static_cast<char>(c);
        high |= c;
        continue;
      }
      if (at_ == end_) return fail("a string is not closed");
      const char escape = *at_++;
      switch (escape) {
        case '"':
        case '\\':
        case '/': value += escape; break;
        case 'b': value += '\b'; break;
        case 'f': value += '\f'; break;
        case 'n': value += '\n'; break;
        case 'r': value += '\r'; break;
        case 't': value += '\t'; break;
        case 'u':
          if (!read_code_point(value)) return false;
          break;
        default: --at_; return fail("this escape is not JSON");
      }
    }
    return true;
  }

  bool read_four_digits(std::uint32_t& value) {
    if (end_ - at_ < 4) return fail("four hexadecimal digits are needed behind \\u");
    const auto [last, problem] = std::from_chars(at_, at_ + 4, value, 16);
    if (problem != std::errc{} || last != at_ + 4 || *at_ == '-')
      return fail("four hexadecimal digits are needed behind \\u");
    at_ += 4;
    return true;
  }

  bool read_code_point(std::string& value) {
    std::uint32_t point = 0;
    if (!read_four_digits(point)) return false;
    if (point >= 0xD800 && point < 0xE000) {
      std::uint32_t low = 0;
      if (point >= 0xDC00 || !take("\\u")) return fail("half of a surrogate pair");
      if (!read_four_digits(low)) return false;
      if (low < 0xDC00 || low >= 0xE000) return fail("half of a surrogate pair");
      point = 0x10000 + ((point - 0xD800) << 10U) + (low - 0xDC00);
    }
    const auto tail = [&](unsigned shift) { value += static_cast<char>(0x80U | ((point >> shift) & 0x3FU)); };
    if (point < 0x80) {
      value += static_cast<char>(point);
    } else if (point < 0x800) {
      value += static_cast<char>(0xC0U | (point >> 6U));
      tail(0);
    } else if (point < 0x10000) {
      value += static_cast<char>(0xE0U | (point >> 12U));
      tail(6);
      tail(0);
    } else {
      value += static_cast<char>(0xF0U | (point >> 18U));
      tail(12);
      tail(6);
      tail(0);
    }
    return true;
  }

  bool enter() { return ++depth_ <= deepest || fail("the value is nested too deeply"); }

  // `item` reads one; both brackets are taken care of here.
  template <class Item>
  bool read_items(char open, char close, Item&& item) {
    if (!take(open)) return fail(open == '[' ? "a list is needed here" : "an object is needed here");
    if (!enter()) return false;
    skip_space();
    if (!take(close)) {
      do {
        if (!item()) return false;
        skip_space();
      } while (take(','));
      if (!take(close)) return fail(close == ']' ? "a comma or ] is needed here" : "a comma or } is needed here");
    }
    --depth_;
    return true;
  }

  template <class T>
  bool read_list(T& list) {
    if constexpr (requires { list.clear(); }) {
      list.clear();
      return read_items('[', ']', [&] {
        typename T::value_type item{};
        if (!read(item)) return false;
        list.push_back(std::move(item));
        return true;
      });
    } else {
      std::size_t count = 0;
      const bool good = read_items(
          '[', ']', [&] { return count == list.size() ? fail("the list is too long") : read(list[count++]); });
      return good && (count == list.size() || fail("the list is too short"));
    }
  }

  bool read_key(std::string& key) {
    skip_space();
    if (!read_string(key)) return false;
    skip_space();
    return take(':') || fail("a colon is needed here");
  }

  // "name": without an escape or a space.
  bool take_key(std::string_view name) {
    const std::size_t size = name.size() + 3;
    if (static_cast<std::size_t>(end_ - at_) < size || *at_ != '"' || at_[size - 2] != '"' || at_[size - 1] != ':' ||
        std::memcmp(at_ + 1, name.data(), name.size()) != 0)
      return false;
    at_ += size;
    return true;
  }

  template <class T>
  bool read_map(T& map) {
    map.clear();
    return read_items('{', '}', [&] {
      std::string key;
      if (!read_key(key)) return false;
      const auto [place, is_new] = map.try_emplace(std::move(key));
      return is_new ? read(place->second) : fail("the member '" + place->first + "' stands here twice");
    });
  }

  template <class T>
  bool read_struct(T& value) {
    static constexpr auto& fields = ec::detail::description<T>.fields;
    constexpr std::size_t count = std::tuple_size_v<std::remove_cvref_t<decltype(fields)>>;
    static_assert(count <= 64, "eventcore: an event can have 64 fields; group some in a struct of their own");
    std::uint64_t seen = 0;
    const bool good = read_items('{', '}', [&] { return read_member(value, seen, std::make_index_sequence<count>{}); });
    return good && check_missing(value, seen, std::make_index_sequence<count>{});
  }

  template <class T, std::size_t... I>
  bool read_member(T& value, std::uint64_t& seen, std::index_sequence<I...>) {
    static constexpr auto& fields = ec::detail::description<T>.fields;
    skip_space();
    bool known = false;
    bool good = true;
    [[maybe_unused]] const auto read_field = [&](std::size_t index, const auto& field) {
      known = true;
      const std::uint64_t bit = std::uint64_t{1} << index;
      good = (seen & bit) == 0 ? read(value.*field.member) : fail("the member stands here twice");
      if (!good && problem_.find("member '") == std::string::npos)
        problem_ += " (member '" + std::string(field.name) + "')";
      seen |= bit;
      return true;
    };
    // As our own writer puts it, the name can be compared where it is.
    if (((take_key(std::get<I>(fields).name) && read_field(I, std::get<I>(fields))) || ...)) return good;
    std::string name;
    if (!read_key(name)) return false;
    (void)((std::get<I>(fields).name == name && read_field(I, std::get<I>(fields))) || ...);
    return known ? good : skip_value();
  }

  // A missing member is an error, an optional one is empty.
  template <class T, std::size_t... I>
  bool check_missing([[maybe_unused]] T& value, [[maybe_unused]] std::uint64_t seen, std::index_sequence<I...>) {
    static constexpr auto& fields = ec::detail::description<T>.fields;
    [[maybe_unused]] const auto there = [&](std::size_t index, const auto& field) {
      if ((seen >> index & 1U) != 0) return true;
      auto& member = value.*field.member;
      if constexpr (detail::is_optional<std::remove_cvref_t<decltype(member)>>) {
        member.reset();
        return true;
      } else {
        return fail("the member '" + std::string(field.name) + "' is missing");
      }
    };
    return (there(I, std::get<I>(fields)) && ...);
  }

  bool skip_value() {
    skip_space();
    if (at_ == end_) return fail("a value is needed here");
    std::string text;
    switch (*at_) {
      case '"': return read_string(text);
      case '{': return read_items('{', '}', [&] { return read_key(text) && skip_value(); });
      case '[': return read_items('[', ']', [&] { return skip_value(); });
      case 't': return take("true") || fail("a value is needed here");
      case 'f': return take("false") || fail("a value is needed here");
      case 'n': return take("null") || fail("a value is needed here");
      default: break;
    }
    bool whole = true;
    const char* last = number_end(whole);
    if (last == nullptr) return false;
    at_ = last;
    return true;
  }

  const char* begin_;
  const char* at_;
  const char* end_;
  int depth_ = 0;
  std::string problem_;
};

// Reads `text` into `value`; after an error `value` holds anything.
template <class T>
Result<> read(std::string_view text, T& value) {
  return Reader(text).read_whole(value);
}

}  // namespace ec::json
