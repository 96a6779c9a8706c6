// Log lines of the library and its plugins, on their way to the host.
#pragma once

#include "secrets.hpp"

#include <eventcore/abi/plugin.h>

#include <string_view>
#include <utility>

namespace ec::core {

void log(int level, std::string_view message);

// What a plugin is given: its log lines come here, and go on without its secrets. Outlives the backend.
class PluginHost {
 public:
  explicit PluginHost(Secrets secrets) : secrets_(std::move(secrets)) {}
  PluginHost(const PluginHost&) = delete;
  PluginHost& operator=(const PluginHost&) = delete;

  const ec_host& table() const { return table_; }
  const Secrets& secrets() const { return secrets_; }

 private:
  static void take_line(void* ctx, int level, ec_str message);

  const Secrets secrets_;
  const ec_host table_{sizeof(ec_host), 0, this, take_line};
};

}  // namespace ec::core
