// Whether a plugin's constant can be worked with.
#pragma once

#include <eventcore/abi/plugin.h>

#include <string>

namespace ec::core {

// What is wrong with it; empty when nothing is.
std::string why_not_usable(const ec_plugin& plugin);

}  // namespace ec::core
