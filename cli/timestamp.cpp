#include "timestamp.hpp"

#include <array>
#include <chrono>
#include <cstdio>

namespace cli {

namespace {

using Days = std::chrono::sys_days;
using Microseconds = std::chrono::microseconds;

// Takes `count` digits.
std::optional<unsigned> take_number(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  unsigned value = 0;
  for (const char c : text.substr(0, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

// The digits behind the point.
std::optional<unsigned> take_fraction(std::string_view& text) {
  if (!take(text, '.')) return 0;
  unsigned value = 0;
  std::size_t count = 0;
  for (; count < 6 && !text.empty() && text.front() >= '0' && text.front() <= '9'; ++count)
    value = value * 10 + *take_number(text, 1);
  if (count == 0) return std::nullopt;
  for (; count < 6; ++count) value *= 10;
  return value;
}

}  // namespace

std::optional<std::string> write_time(std::int64_t microseconds) {
  const std::chrono::sys_time<Microseconds> time{Microseconds(microseconds)};
  constexpr Days first = std::chrono::year{1} / 1 / 1;
  constexpr Days behind = std::chrono::year{10000} / 1 / 1;
  if (time < first || time >= behind) return std::nullopt;
  const Days day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss<Microseconds> clock(time - day);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return text.data();
}

std::optional<std::int64_t> read_time(std::string_view text) {
  const auto year = take_number(text, 4);
  const auto month = year && take(text, '-') ? take_number(text, 2) : std::nullopt;
  const auto day = month && take(text, '-') ? take_number(text, 2) : std::nullopt;
  const auto hour = day && take(text, 'T') ? take_number(text, 2) : std::nullopt;
  const auto minute = hour && take(text, ':') ? take_number(text, 2) : std::nullopt;
  const auto second = minute && take(text, ':') ? take_number(text, 2) : std::nullopt;
  const auto fraction = second ? take_fraction(text) : std::nullopt;
  if (!fraction || text != "Z" || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  const auto date = std::chrono::year{static_cast<int>(*year)} / std::chrono::month{*month} / std::chrono::day{*day};
  if (!date.ok()) return std::nullopt;
  const auto time = Days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
                    std::chrono::seconds(*second) + Microseconds(*fraction);
  return time.time_since_epoch().count();
}

}  // namespace cli
