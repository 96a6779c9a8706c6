// The values of secret options, and messages without them.
#pragma once

#include <eventcore/abi/base.h>

#include <string>
#include <string_view>
#include <vector>

namespace ec::core {

class Secrets {
 public:
  // An empty one is ignored.
  void add(const std::string& secret);

  // The message with every secret in it replaced by ***, also one that was cut off at the end of an ec_error.
  std::string redact(std::string_view message) const;
  // The same in place, with a NUL at the end where a plugin forgot it.
  void redact(ec_error& error) const noexcept;

 private:
  std::vector<std::string> secrets_;  // longest first: one may be part of another
};

}  // namespace ec::core
