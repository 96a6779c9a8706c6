// The border to a plugin's functions. Nothing may come out of them but a status; where an exception does all the same,
// it ends here, and the host lives.
#pragma once

#include <eventcore/plugin/failure.hpp>

#include <exception>
#include <new>
#include <string>

namespace ec::core {

// The exception under way, which a plugin let out. Call it inside a catch block.
inline ec_status set_error_from_plugin(ec_error* error) noexcept {
  constexpr const char* accusation = "the plugin let an exception out of a C function, which is a bug in it";
  try {
    try {
      throw;
    } catch (const std::exception& exception) {
      return plugin::set_error(error, EC_INTERNAL, std::string(accusation) + ": " + exception.what());
    }
  } catch (...) {
    return plugin::set_error(error, EC_INTERNAL, accusation);
  }
}

// Runs `body`, which calls a plugin and gives a status. A Failure and a lack of memory are the core's own.
template <class Body>
ec_status guard_plugin(ec_error* error, Body&& body) noexcept {
  try {
    return body();
  } catch (const plugin::Failure&) {
    return plugin::set_error_from_exception(error);
  } catch (const std::bad_alloc&) {
    return plugin::set_error_from_exception(error);
  } catch (...) {
    return set_error_from_plugin(error);
  }
}

}  // namespace ec::core
