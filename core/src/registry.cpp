#include "names.hpp"
#include "registry.hpp"
#include "usable.hpp"

#include <eventcore/abi/eventcore.h>
#include <eventcore/plugin/failure.hpp>
#include <eventcore/plugin/strided.hpp>

#include <mutex>
#include <string>

namespace ec::core {

namespace {

using plugin::Failure;

class Registry {
 public:
  void add(const ec_plugin& plugin) {
    const std::scoped_lock lock(mutex_);
    if (const ec_plugin* other = find(plugin::view(plugin.name)); other == nullptr)
      plugins_.push_back(&plugin);
    else if (other != &plugin)
      throw Failure(EC_CONFIG, "a plugin '" + printable(plugin::view(plugin.name)) +
                                   "' is registered already, and it is another one; link and register one of them");
  }

  const ec_plugin* find_locked(std::string_view name) const {
    const std::scoped_lock lock(mutex_);
    return find(name);
  }

  std::vector<const ec_plugin*> all() const {
    const std::scoped_lock lock(mutex_);
    return plugins_;
  }

 private:
  const ec_plugin* find(std::string_view name) const {
    for (const ec_plugin* plugin : plugins_)
      if (plugin::view(plugin->name) == name) return plugin;
    return nullptr;
  }

  mutable std::mutex mutex_;
  std::vector<const ec_plugin*> plugins_;
};

// Made at the first use, for plugins are registered before main begins, and leaks on purpose, for they may be used while
// the process ends.
Registry& registry() {
  static Registry& only = *new Registry;
  return only;
}

void register_plugin(const ec_plugin* plugin) {
  if (plugin == nullptr) throw Failure(EC_INVALID, "there is no plugin to register: the pointer is NULL");
  if (const std::string why = why_not_usable(*plugin); !why.empty())
    throw Failure(EC_CONFIG, "the plugin cannot be registered: " + why);
  const std::string_view name = plugin::view(plugin->name);
  check_name(name, "plugin name");
  if (name.find('/') != std::string_view::npos)
    throw Failure(EC_CONFIG, "the plugin '" + printable(name) + "' cannot be registered: a name with '/' is a path");
  registry().add(*plugin);
}

}  // namespace

const ec_plugin* registered_plugin(std::string_view name) { return registry().find_locked(name); }

std::vector<const ec_plugin*> registered_plugins() { return registry().all(); }

}  // namespace ec::core

ec_status ec_plugin_register(const ec_plugin* plugin, ec_error* error) {
  return ec::plugin::guard(error, [&] { ec::core::register_plugin(plugin); });
}
