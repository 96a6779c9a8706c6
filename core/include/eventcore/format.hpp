// Texts with values in them, for messages: each {} stands for the next value. Whether there are as many values as {} is
// checked when it is compiled.
//
//   const std::string text = ec::format("available={}, requested={}", 3, 10);
#pragma once

#include <eventcore/stream_id.hpp>
#include <eventcore/uuid.hpp>

#include <array>
#include <charconv>
#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>

namespace ec {

namespace detail {

template <class T>
void append_text(std::string& out, const T& value) {
  if constexpr (std::same_as<T, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (std::same_as<T, char>) {
    out += value;
  } else if constexpr (std::is_arithmetic_v<T>) {
    std::array<char, 64> digits{};
    const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    out.append(digits.data(), written.ptr);
  } else if constexpr (std::is_enum_v<T>) {
    append_text(out, static_cast<std::underlying_type_t<T>>(value));
  } else if constexpr (std::convertible_to<const T&, std::string_view>) {
    out += std::string_view(value);
  } else {
    out += value.str();  // StreamId, Uuid, Position, or a type of yours that has str()
  }
}

consteval std::size_t count_places(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i + 1 < text.size(); ++i)
    if (text[i] == '{' && text[i + 1] == '}') ++count;
  return count;
}

// Declared only: how many they are, without looking at them.
template <class... Values>
std::integral_constant<std::size_t, sizeof...(Values)> count_values(const Values&...);

// Not constexpr on purpose: to get here at compile time is the error, and its name is the message.
inline void eventcore_the_number_of_values_is_not_the_number_of_braces_in_the_text() {}

}  // namespace detail

template <class... Values>
class FormatText {
 public:
  template <std::convertible_to<std::string_view> Text>
  consteval FormatText(const Text& text) : text_(text) {  // NOLINT(google-explicit-constructor): literals come in here
    if (detail::count_places(text_) != sizeof...(Values))
      detail::eventcore_the_number_of_values_is_not_the_number_of_braces_in_the_text();
  }
  std::string_view get() const { return text_; }

 private:
  std::string_view text_;
};

template <class... Values>
std::string format(FormatText<std::type_identity_t<Values>...> text, const Values&... values) {
  std::string out;
  std::string_view rest = text.get();
  [[maybe_unused]] const auto place = [&](const auto& value) {
    const std::size_t at = rest.find("{}");
    out += rest.substr(0, at);
    detail::append_text(out, value);
    rest.remove_prefix(at + 2);
  };
  (place(values), ...);
  return out.append(rest);
}

}  // namespace ec
