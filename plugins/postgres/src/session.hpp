// A connection as libpqxx keeps it, made within a deadline. libpqxx 6 connects through a policy; this one drives libpq's
// state machine itself, because the policies that come with it wait for as long as the network likes.
#pragma once

#include "config.hpp"

#include <eventcore/plugin/call.hpp>
#include <eventcore/plugin/failure.hpp>

#include <cstdint>
#include <libpq-fe.h>
#include <pqxx/connection_base>
#include <pqxx/connectionpolicy>

namespace ec::postgres {

// Until `until_ns` (CLOCK_MONOTONIC), or when the call is cancelled or its deadline passes, waits for the socket to be
// readable, or writable. False: the time is over.
bool wait_for_socket(const PGconn* connection, short events, const plugin::Call& call, std::uint64_t until_ns);

// For one of several hosts, which may neither answer nor refuse.
inline constexpr std::uint64_t one_host_ns = 3'000'000'000;

class ConnectWithin final : public pqxx::connectionpolicy {
 public:
  // `attempt`: of several hosts the first is another one each time, for one may neither answer nor refuse.
  ConnectWithin(const Config& config, const plugin::Call& call, std::uint64_t until_ns, std::size_t attempt);
  // Throws a Failure.
  handle do_startconnect(handle present) override;

  handle connected() const { return connected_; }

 private:
  handle start() const;
  plugin::Failure failure(const PGconn* connection) const;

  const Config& config_;
  const plugin::Call& call_;
  const std::uint64_t until_ns_;
  const std::size_t attempt_;
  handle connected_ = nullptr;
};

class Session final : public pqxx::connection_base {
 public:
  // Throws a Failure. The call is not used after construction.
  Session(const Config& config, const plugin::Call& call, std::uint64_t until_ns, std::size_t attempt);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() { close(); }

  PGconn* handle() const { return policy_.connected(); }

 private:
  ConnectWithin policy_;
};

}  // namespace ec::postgres
