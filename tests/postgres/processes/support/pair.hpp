// Two servers: a primary and its synchronous standby, and one connection string for both.
#pragma once

#include "support.hpp"

#include <memory>
#include <string>

namespace ec::postgres::test {

class Pair {
 public:
  // Returns when what the primary acknowledges is on the standby, too.
  Pair();

  Server primary;
  std::unique_ptr<Server> standby;
  // Names both, and wants the one that takes writes.
  std::string dsn() const;
  void wait_until_synchronous() const;
};

}  // namespace ec::postgres::test
