// The text of an option as a plugin's schema wants it: numbers, sizes, durations, choices.
#pragma once

#include <eventcore/abi/plugin.h>
#include <eventcore/plugin/failure.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace ec::core {

// Makes the error; gets what is wrong with the value ("must be ..., is '12 furlongs'").
using OptionError = std::function<plugin::Failure(const std::string& what)>;

// Of EC_OPTION_UINT, SIZE (bytes) or DURATION (milliseconds); max 0 = no bound. `secret` keeps the text out of the
// error.
std::uint64_t parse_number(std::string_view text, std::uint32_t type, std::uint64_t min, std::uint64_t max,
                           const OptionError& error, bool secret = false);

// The form in which the plugin gets it (see EC_OPTION_*); PATH is left as it is.
std::string normalize_option(std::string_view text, const ec_option& option, const OptionError& error);

}  // namespace ec::core
