// The options of a configuration, checked against a plugin's schema and put into the form that the plugin gets.
#pragma once

#include "config.hpp"
#include "secrets.hpp"

#include <eventcore/abi/plugin.h>

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace ec::core {

// Owns what its settings point to.
class OpenSettings {
 public:
  const ec_setting* data() const { return settings_.data(); }
  std::size_t size() const { return settings_.size(); }

  // The values among them that no message may show.
  Secrets& secrets() { return secrets_; }
  const Secrets& secrets() const { return secrets_; }

  // One setting; texts are copied.
  void add(const std::string& key, const std::string& value, const std::string& origin);

 private:
  std::deque<std::string> texts_;  // a deque: settings point into it
  std::vector<ec_setting> settings_;
  Secrets secrets_;
};

// Throws plugin::Failure (EC_CONFIG) with file:line:column: an unknown option (the nearest one is offered), a value of
// the wrong type or out of range, a required one that is missing. A secret's value is in none of them. The settings
// stand in the order of the schema; an optional one that is neither given nor has a default is left out.
OpenSettings check_options(const Config& config, const ec_plugin& plugin);

// The same configuration with the option read_only: true, where the plugin has a switch of that name.
Config made_read_only(Config config, const ec_plugin& plugin);

}  // namespace ec::core
