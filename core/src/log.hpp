// Log lines of the library and its plugins, on their way to the host.
#pragma once

#include <eventcore/abi/plugin.h>

#include <string_view>

namespace ec::core {

void log(int level, std::string_view message);

// What plugins are given; lives for ever.
const ec_host& host();

}  // namespace ec::core
