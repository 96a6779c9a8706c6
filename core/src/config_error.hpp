// Errors of the configuration, all in one form: origin: what is wrong; what to do.
#pragma once

#include "config.hpp"

#include <eventcore/plugin/failure.hpp>

#include <string>
#include <string_view>

namespace ec::core {

plugin::Failure config_error(const Origin& origin, const std::string& what);

// A path for a message: control characters made visible, the middle left out of what is longer than `most` bytes, since
// its ends say the most.
std::string shortened(std::string_view path, std::size_t most);

// A key for messages. What comes after a = : @ / or a space is left out: it may be a value, and a secret one, of somebody
// who wrote 'dsn=postgresql://...'.
std::string shown_key(std::string_view key);

}  // namespace ec::core
