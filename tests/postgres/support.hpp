// What the tests of the Postgres plugin share: servers of their own, stores on them, and SQL beside the plugin.
#pragma once

#include "../support/log.hpp"
#include "../support/results.hpp"
#include "../unit/failure.hpp"
#include "../unit/files.hpp"

#include <eventcore/eventcore.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <memory>
#include <pqxx/pqxx>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace ec::postgres::test {

using ec::test::contains;
using ec::test::failure_of;
using ec::test::Log;
using ec::test::refusal;
using ec::test::TempFolder;
using ec::test::value;

using Options = std::vector<std::string>;  // lines "name: value" of a configuration

// ---- servers -----------------------------------------------------------------------------------------------------

// A server that scripts/postgres runs in a folder of its own, for tests that stop, break or configure it. Removed at
// the end. Throws std::runtime_error with the script's words.
class Server {
 public:
  explicit Server(const Options& settings = {});  // "name=value" of postgresql.conf
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  virtual ~Server();

  const std::string& dsn() const { return dsn_; }
  const std::filesystem::path& folder() const { return folder_; }
  int port() const;
  void stop(const std::string& mode = "immediate") const;  // fast, immediate (a crash), smart
  void start() const;                                      // again, on the same port
  void reload(const Options& settings) const;              // changes settings and makes the server read them
  // A server that follows this one; its application_name is its folder's name.
  std::unique_ptr<Server> make_standby(const Options& settings = {}) const;
  void promote() const;

 private:
  struct AsStandbyOf {
    const Server& primary;
  };
  Server(AsStandbyOf primary, const Options& settings);

  std::filesystem::path folder_;
  std::string dsn_;
};

// The server that the whole test run shares (EVENTCORE_TEST_POSTGRES names the file with its DSN).
std::string shared_dsn();

// The same connection string with another part: user, password, host, port, dbname.
std::string with(const std::string& dsn, const std::string& keyword, const std::string& value);

// ---- stores ------------------------------------------------------------------------------------------------------

// A schema name that no other test has; dropped at the end.
class Schema {
 public:
  explicit Schema(std::string dsn = shared_dsn());
  Schema(const Schema&) = delete;
  Schema& operator=(const Schema&) = delete;
  ~Schema();
  const std::string& name() const { return name_; }
  const std::string& dsn() const { return dsn_; }
  std::string quoted() const;  // for SQL

 private:
  std::string dsn_, name_;
};

std::string configuration(const std::string& dsn, const Options& options = {});
Result<Store> open(const std::string& dsn, const Options& options = {}, const Call& call = {});
Result<Store> open(const Schema& schema, Options options = {}, const Call& call = {});

// A stored event, copied out of its batch.
struct Seen {
  std::string stream;
  std::uint64_t version = 0;
  std::uint64_t position = 0;
  std::string payload;
  Uuid commit_id;

  friend bool operator==(const Seen&, const Seen&) = default;
};
void PrintTo(const Seen& seen, std::ostream* out);

std::vector<Seen> drain(Result<EventCursor> cursor);  // throws when it fails
std::vector<Seen> everything(Store& store);
std::vector<Seen> stream(Store& store, const std::string& name);
// Positions 1, 2, 3 ... and versions 1, 2, 3 ... in each stream, a test failure otherwise.
void check_order(const std::vector<Seen>& events);

NewEvent event(std::size_t expect, std::string payload);
Result<Appended> append(Store& store, const std::string& name, const std::vector<std::string>& payloads,
                        Uuid commit_id = {}, const Call& call = {});

// ---- runs ---------------------------------------------------------------------------------------------------------

// Whether this is the long run (EVENTCORE_LONG_TESTS).
bool is_long_run();

// Asks again and again until it is true; throws after a minute.
template <class Body>
void until(const std::string& what, Body&& body) {
  const auto end = Call::in(std::chrono::minutes(1));
  while (!body()) {
    if (std::chrono::steady_clock::now() > end) throw std::runtime_error("it never comes true: " + what);
    std::this_thread::yield();
  }
}

// ---- SQL ---------------------------------------------------------------------------------------------------------

// Runs one or more statements by themselves, outside a transaction; the first column of the last one's first row.
std::string sql(pqxx::connection& connection, const std::string& text);
std::string sql(const std::string& dsn, const std::string& text);

}  // namespace ec::postgres::test
