// The options that the plugin is opened with.
#pragma once

#include <eventcore/plugin/settings.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ec::postgres {

// What of a connection string is of interest here. Lists have an element a host; they may be shorter.
struct Hosts {
  std::vector<std::string> names, addresses, ports;
  std::string database;
  std::vector<std::string> unshown;  // the values of all other keywords, in ""

  // Throws std::invalid_argument, which says what is wrong with the connection string and quotes none of it.
  explicit Hosts(const std::string& dsn);
  std::size_t size() const;
  // What libpq says, without the values that it quotes: one of them may be a piece of the password.
  std::string redacted(std::string_view said) const;
  // The list with its first `count` elements moved behind the others, as libpq reads it.
  static std::string rotated(const std::vector<std::string>& list, std::size_t count);
};

struct Config {
  explicit Config(const plugin::Settings& settings);

  std::string dsn;  // secret: goes into no message
  std::string schema;
  bool create;
  bool read_only;
  bool durable;       // an append is acknowledged when the server says that it is on stable storage
  bool pooled;        // behind a pooler that gives each transaction another server connection
  bool wants_notify;  // LISTEN and NOTIFY, not polling alone
  std::uint64_t read_connections;
  std::uint64_t connect_timeout_ms;
  std::uint64_t commit_patience_ms;
  std::uint64_t poll_interval_ms;
  std::uint64_t max_payload_bytes;
  std::string dsn_origin;     // where the dsn was written
  std::string schema_origin;  // where the schema was written
  Hosts hosts;
  std::string location;  // host, port, database and schema, for messages

  // A wrong option, in words that name it and where it was written.
  plugin::Failure wrong_dsn(const std::string& what, std::string_view native_code = {}) const;
  plugin::Failure wrong_schema(const std::string& what, std::string_view native_code = {}) const;
};

}  // namespace ec::postgres
