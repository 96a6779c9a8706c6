#include "names.hpp"
#include "option_text.hpp"

#include <eventcore/plugin/strided.hpp>

#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace ec::core {

namespace {

using Unit = std::pair<std::string_view, std::uint64_t>;

constexpr std::array<Unit, 1> no_units{{{"", 1}}};
constexpr std::array<Unit, 10> size_units{{{"", 1},
                                           {"B", 1},
                                           {"KB", 1'000},
                                           {"MB", 1'000'000},
                                           {"GB", 1'000'000'000},
                                           {"TB", 1'000'000'000'000},
                                           {"KiB", 1ULL << 10U},
                                           {"MiB", 1ULL << 20U},
                                           {"GiB", 1ULL << 30U},
                                           {"TiB", 1ULL << 40U}}};
constexpr std::array<Unit, 5> duration_units{
    {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"min", 60'000}, {"h", 3'600'000}}};

struct Kind {
  const Unit* first;
  std::size_t count;
  const char* form;
};

Kind kind_of(std::uint32_t type) {
  if (type == EC_OPTION_SIZE) return {size_units.data(), size_units.size(), "a size such as 4096, 64KiB or 1GB"};
  if (type == EC_OPTION_DURATION)
    return {duration_units.data(), duration_units.size(), "a duration such as 250ms, 10s or 5m"};
  return {no_units.data(), no_units.size(), "a whole number"};
}

std::string shown(std::string_view text, bool secret) { return secret ? "***" : printable(text); }

}  // namespace

std::uint64_t parse_number(std::string_view text, std::uint32_t type, std::uint64_t min, std::uint64_t max,
                           const OptionError& error, bool secret) {
  const Kind kind = kind_of(type);
  const auto fail = [&](const std::string& why) { return error(why + ", is '" + shown(text, secret) + "'"); };
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem == std::errc::result_out_of_range) throw fail("is too large");
  if (problem != std::errc{}) throw fail(std::string("must be ") + kind.form);
  std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (unit.starts_with(' ')) unit.remove_prefix(1);
  std::uint64_t factor = 0;
  for (std::size_t i = 0; i < kind.count; ++i)
    if (kind.first[i].first == unit) factor = kind.first[i].second;
  if (factor == 0) throw fail(std::string("must be ") + kind.form);
  if (number > std::numeric_limits<std::uint64_t>::max() / factor) throw fail("is too large");
  number *= factor;
  const char* counted_in = type == EC_OPTION_SIZE ? " bytes" : type == EC_OPTION_DURATION ? " ms" : "";
  if (number < min) throw fail("must be at least " + std::to_string(min) + counted_in);
  if (max != 0 && number > max) throw fail("must be at most " + std::to_string(max) + counted_in);
  return number;
}

std::string normalize_option(std::string_view text, const ec_option& option, const OptionError& error) {
  const bool secret = (option.flags & EC_OPTION_SECRET) != 0;
  switch (option.type) {
    case EC_OPTION_BOOL: {
      for (const std::string_view yes : {"true", "yes", "on"})
        if (text == yes) return "true";
      for (const std::string_view no : {"false", "no", "off"})
        if (text == no) return "false";
      throw error("must be true or false, is '" + shown(text, secret) + "'");
    }
    case EC_OPTION_UINT:
    case EC_OPTION_SIZE:
    case EC_OPTION_DURATION:
      return std::to_string(parse_number(text, option.type, option.min, option.max, error, secret));
    case EC_OPTION_CHOICE: {
      std::string_view choices = plugin::view(option.choices);
      for (;;) {
        const std::size_t bar = choices.find('|');
        if (choices.substr(0, bar) == text) return std::string(text);
        if (bar == std::string_view::npos) break;
        choices.remove_prefix(bar + 1);
      }
      throw error("must be one of " + std::string(plugin::view(option.choices)) + ", is '" + shown(text, secret) + "'");
    }
    default: return std::string(text);
  }
}

}  // namespace ec::core
