#include "config.hpp"
#include "loader.hpp"

#include <eventcore/abi/eventcore.h>
#include <eventcore/plugin/failure.hpp>
#include <eventcore/plugin/strided.hpp>

ec_status ec_plugins_list(const char* config,
                          void (*found)(void* ctx, ec_str file, const ec_plugin* plugin, ec_str why), void* ctx,
                          ec_error* error) {
  return ec::plugin::guard(error, [&] {
    const ec::core::Config searched = config != nullptr ? ec::core::read_config_file(config) : ec::core::Config{};
    ec::core::list_plugins(searched,
                           [&](const std::filesystem::path& file, const ec_plugin* plugin, const std::string& why) {
                             found(ctx, ec::plugin::str(file.native()), plugin, ec::plugin::str(why));
                           });
  });
}
