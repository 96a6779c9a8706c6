// A session like one of the plugin's, with its settings and its statements, that a test goes through step by step: held
// between insert and commit, explained, put into a wrong transaction.
#pragma once

#include "statements.hpp"
#include "support.hpp"

#include <chrono>
#include <functional>
#include <future>
#include <libpq-fe.h>
#include <memory>
#include <string>
#include <vector>

namespace ec::postgres::test {

class RawSession {
 public:
  explicit RawSession(const Schema& schema);

  int process() const { return PQbackendPID(connection_.get()); }
  // The first column of all rows, one a line. Throws std::runtime_error with the server's words.
  std::string run(const std::string& text) const;
  std::string run(const char* text, const std::vector<std::string>& parameters) const;
  // How many events it stored: all or none. `statement`: append or append_one.
  std::size_t append(const std::vector<Expect>& expects, const std::vector<NewEvent>& events, Uuid commit_id = {},
                     const Statement& statement = statements::append) const;
  // Takes what the server says beside its answers, from now on.
  void on_notice(std::function<void(const std::string&)> take);

 private:
  struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };
  static std::string rows(PGresult* result);

  std::unique_ptr<PGconn, Finish> connection_;
  std::function<void(const std::string&)> take_notice_;
};

// Waits until some session waits for a lock that this process holds. Not when `done` is ready first.
template <class T>
testing::AssertionResult waits_for(const std::future<T>& done, const RawSession& holder, const Schema& schema) {
  pqxx::connection observer(schema.dsn());
  const std::string blocked = "SELECT count(*) FROM pg_stat_activity WHERE " + std::to_string(holder.process()) +
                              " = ANY (pg_blocking_pids(pid))";
  while (sql(observer, blocked) == "0")
    if (done.wait_for(std::chrono::milliseconds(1)) == std::future_status::ready)
      return testing::AssertionFailure() << "it did not wait";
  return testing::AssertionSuccess();
}

}  // namespace ec::postgres::test
