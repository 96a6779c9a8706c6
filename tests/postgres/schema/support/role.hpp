// A login role that owns nothing and may nothing; dropped at the end, with all that was granted to it.
#pragma once

#include "support.hpp"

#include <string>

namespace ec::postgres::test {

class Role {
 public:
  Role() : name_("test_" + Uuid::make().str()) {
    sql(shared_dsn(), "CREATE ROLE " + quoted() + " LOGIN PASSWORD 'secret'");
  }
  Role(const Role&) = delete;
  Role& operator=(const Role&) = delete;
  ~Role() {
    try {
      sql(shared_dsn(), "DROP OWNED BY " + quoted() + " CASCADE");
      sql(shared_dsn(), "DROP ROLE " + quoted());
    } catch (const std::exception& failure) {
      std::fprintf(stderr, "%s\n", failure.what());
    }
  }

  std::string quoted() const { return '"' + name_ + '"'; }
  // The shared server's, for this role.
  std::string dsn() const { return with(with(shared_dsn(), "user", name_), "password", "secret"); }

 private:
  std::string name_;
};

}  // namespace ec::postgres::test
