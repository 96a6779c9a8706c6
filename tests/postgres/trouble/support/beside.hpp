// What tests do beside a store while it is in trouble: SQL in the store's schema, and calls on a thread of their own.
#pragma once

#include "support.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <stdexcept>
#include <string>
#include <utility>

namespace ec::postgres::test {

// A call on a thread of its own.
template <class Body>
auto beside(Body&& body) {
  return std::async(std::launch::async, std::forward<Body>(body));
}

// What it gives. Safety net: a call that has not ended in a minute hangs, which ends the test program.
template <class T>
T ended(std::future<T> call) {
  if (call.wait_for(std::chrono::minutes(1)) == std::future_status::ready) return call.get();
  std::fputs("a call hangs\n", stderr);
  std::abort();
}

// A session of SQL in the store's schema, with a transaction open from the start until end().
class Transaction {
 public:
  Transaction(const std::string& dsn, const Schema& schema) : connection_(dsn) {
    sql(connection_, "SET search_path TO " + schema.quoted());
    sql(connection_, "BEGIN");
  }
  std::string run(const std::string& text) { return sql(connection_, text); }
  void end() { sql(connection_, "ROLLBACK"); }

 private:
  pqxx::connection connection_;
};

}  // namespace ec::postgres::test
