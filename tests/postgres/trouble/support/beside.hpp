// What tests do beside a store while it is in trouble: SQL in the store's schema, calls on a thread of their own, and the
// log.
#pragma once

#include "support.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
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

// Asks again and again until it is true; throws after a minute.
template <class Body>
void until(const char* what, Body&& body) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!body()) {
    if (std::chrono::steady_clock::now() > end) throw std::runtime_error(std::string("it never comes true: ") + what);
    std::this_thread::yield();
  }
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

// The library's log lines while it lives.
class Log {
 public:
  Log() { ec_set_log(&Log::take, this); }
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log() { ec_set_log(nullptr, nullptr); }

  std::string text() const {
    const std::scoped_lock lock(mutex_);
    return text_;
  }

 private:
  static void take(void* self, int level, ec_str message) {
    auto& log = *static_cast<Log*>(self);
    const std::scoped_lock lock(log.mutex_);
    log.text_ += std::to_string(level) + ": " + std::string(message.data, message.size) + '\n';
  }

  mutable std::mutex mutex_;
  std::string text_;
};

}  // namespace ec::postgres::test
