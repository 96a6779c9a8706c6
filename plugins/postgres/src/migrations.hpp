// The schema: made when it is missing, brought up to date when it is older, refused when it is newer.
#pragma once

#include "connection.hpp"

#include <cstdint>
#include <span>

namespace ec::postgres {

struct Migration {
  int number;
  const char* name;
  const char* sql;
};

// In order; made from the files in migrations/ when the plugin is built.
std::span<const Migration> migrations();

// Any number of processes may do this at once: one does the work, under a lock, in one transaction; the others find it
// done. Throws a Failure; the connection is of no use then.
void bring_up_to_date(const Config& config, Connection& connection, const plugin::Call& call);

}  // namespace ec::postgres
