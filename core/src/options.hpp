// The options of a configuration, checked against a plugin's schema and put into the form that the plugin gets.
#pragma once

#include <eventcore/abi/plugin.h>

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "config.hpp"

namespace ec::core {

// Owns what its settings point to.
class OpenSettings {
 public:
  const ec_setting* data() const { return settings_.data(); }
  std::size_t size() const { return settings_.size(); }

  // The message with every secret value in it replaced by ***.
  std::string redact(std::string_view message) const;

  void add(std::string key, std::string value, std::string origin, bool secret);

 private:
  std::deque<std::string> texts_;  // a deque: settings point into it
  std::vector<ec_setting> settings_;
  std::vector<std::string_view> secrets_;
};

// Throws plugin::Failure (EC_CONFIG) with file:line:column: an unknown option (the nearest one is offered), a value of
// the wrong type or out of range, a required one that is missing. A secret's value is in none of them.
OpenSettings check_options(const Config& config, const ec_plugin& plugin);

}  // namespace ec::core
