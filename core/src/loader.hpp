// Finds a plugin, makes sure that it may be loaded, loads it and looks at what it says of itself.
#pragma once

#include "config.hpp"

#include <eventcore/abi/plugin.h>

#include <filesystem>
#include <functional>
#include <string>

namespace ec::core {

// The constant of the configuration's plugin; good for ever, since libraries are never unloaded. An absolute path is
// taken as it is; a name is a registered plugin's (registry.hpp), or else it is looked for as eventcore_plugin_NAME.so in
// the configuration's plugin_path, in EVENTCORE_PLUGIN_PATH, beside libeventcore, in the install folder; never in the
// working directory. Throws plugin::Failure (EC_CONFIG) that says what is wrong with it, or each place tried and why not.
// Any number of threads.
const ec_plugin& load_plugin(const Config& config);

// The registered ones, without a file; then every file in those folders that has a plugin's name, in the order of the
// search: its constant, or why it cannot be used.
using Found = std::function<void(const std::filesystem::path& file, const ec_plugin* plugin, const std::string& why)>;
void list_plugins(const Config& config, const Found& found);

}  // namespace ec::core
