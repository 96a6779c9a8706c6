// The plugins that are part of the program: see ec_plugin_register.
#pragma once

#include <eventcore/abi/plugin.h>

#include <string_view>
#include <vector>

namespace ec::core {

// Null when there is none of that name. Any thread.
const ec_plugin* registered_plugin(std::string_view name);

// In the order of their registration. Any thread.
std::vector<const ec_plugin*> registered_plugins();

}  // namespace ec::core
