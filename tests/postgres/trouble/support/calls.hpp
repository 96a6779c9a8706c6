// Every kind of call that goes to the server.
#pragma once

#include "support.hpp"

#include <functional>
#include <string>
#include <vector>

namespace ec::postgres::test {

struct Kind {
  std::string name;
  std::function<Result<>(Store&, const Call&)> make;  // succeeds on a store that works
};
std::vector<Kind> every_kind_of_call();

// Why it failed; empty when it did not.
std::string refused(const Result<>& result);

}  // namespace ec::postgres::test
