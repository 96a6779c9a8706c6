// Errors of the configuration, all in one form: origin: what is wrong; what to do.
#pragma once

#include <eventcore/plugin/failure.hpp>

#include <string>

#include "config.hpp"

namespace ec::core {

inline plugin::Failure config_error(const Origin& origin, const std::string& what) {
  return {EC_CONFIG, origin.text() + ": " + what};
}

}  // namespace ec::core
