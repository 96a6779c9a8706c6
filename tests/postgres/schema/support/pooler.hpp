// A PgBouncer in transaction mode in front of the shared server.
#pragma once

#include "support.hpp"

#include <string>
#include <sys/types.h>

namespace ec::postgres::test {

class Pooler {
 public:
  static bool is_installed();

  // `sessions`: how many it has with the server, whatever comes from its clients.
  explicit Pooler(int sessions);
  Pooler(const Pooler&) = delete;
  Pooler& operator=(const Pooler&) = delete;
  ~Pooler();

  const std::string& dsn() const { return dsn_; }

 private:
  const TempFolder folder_;
  std::string dsn_;
  pid_t process_ = -1;
};

}  // namespace ec::postgres::test
