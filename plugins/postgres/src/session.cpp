#include "session.hpp"
#include "sqlstate.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <poll.h>

namespace ec::postgres {

using plugin::Call;
using plugin::Failure;

namespace {

constexpr std::uint64_t slice_ns = 20'000'000;  // how late a cancelled call may be noticed

struct Finish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};

}  // namespace

bool wait_for_socket(const PGconn* connection, short events, const Call& call, std::uint64_t until_ns) {
  for (;;) {
    const std::uint64_t now_ns = plugin::monotonic_ns();
    if (now_ns >= until_ns || call.cancelled()) return false;
    const std::uint64_t left_ns = std::min(until_ns - now_ns, slice_ns);
    const timespec left{0, static_cast<long>(left_ns)};
    pollfd socket{PQsocket(connection), events, 0};
    const int ready = ppoll(&socket, 1, &left, nullptr);
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return true;  // libpq says what is wrong with it
  }
}

ConnectWithin::ConnectWithin(const Config& config, const Call& call, std::uint64_t until_ns, std::size_t attempt)
    : connectionpolicy(""), config_(config), call_(call), until_ns_(until_ns), attempt_(attempt) {}

// What stands before the connection string is a default, what stands behind it has the last word.
ConnectWithin::handle ConnectWithin::start() const {
  const Hosts& hosts = config_.hosts;
  const bool rotates = hosts.size() > 1 && attempt_ % hosts.size() != 0;
  const std::size_t by = rotates ? attempt_ % hosts.size() : 0;
  const std::string names = Hosts::rotated(hosts.names, by), addresses = Hosts::rotated(hosts.addresses, by),
                    ports = Hosts::rotated(hosts.ports, hosts.ports.size() > 1 ? by : 0);
  const char* keywords[] = {"fallback_application_name",
                            "keepalives_idle",
                            "keepalives_interval",
                            "keepalives_count",
                            "tcp_user_timeout",
                            "dbname",
                            "client_encoding",
                            "host",
                            "hostaddr",
                            "port",
                            nullptr};
  const char* values[] = {"eventcore",
                          "10",
                          "5",
                          "3",
                          "30000",
                          config_.dsn.c_str(),
                          "UTF8",
                          rotates ? names.c_str() : nullptr,
                          rotates ? addresses.c_str() : nullptr,
                          rotates ? ports.c_str() : nullptr,
                          nullptr};
  return PQconnectStartParams(keywords, values, 1);
}

plugin::Failure ConnectWithin::failure(const PGconn* connection) const {
  return connect_failure(config_.hosts.redacted(PQerrorMessage(connection)), config_.location);
}

ConnectWithin::handle ConnectWithin::do_startconnect(handle present) {
  if (present != nullptr) return present;
  std::unique_ptr<PGconn, Finish> owned(start());
  PGconn* connection = owned.get();
  if (connection == nullptr) throw std::bad_alloc();
  PQsetErrorVerbosity(connection, PQERRORS_VERBOSE);  // so that the SQLSTATE is in the text
  // libpq's own would print to stderr; a session that is set up has another.
  PQsetNoticeProcessor(connection, [](void*, const char*) {}, nullptr);
  const bool several = config_.hosts.size() > 1;
  const std::uint64_t until_ns = several ? std::min(until_ns_, plugin::monotonic_ns() + one_host_ns) : until_ns_;
  PostgresPollingStatusType state =
      PQstatus(connection) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
  while (state == PGRES_POLLING_READING || state == PGRES_POLLING_WRITING) {
    if (!wait_for_socket(connection, state == PGRES_POLLING_READING ? POLLIN : POLLOUT, call_, until_ns)) {
      if (call_.cancelled()) call_.check();
      throw Failure(EC_UNAVAILABLE, config_.location + ", connecting: no answer; is the server running, and reachable?",
                    {}, true);
    }
    state = PQconnectPoll(connection);
  }
  if (state != PGRES_POLLING_OK) throw failure(connection);
  PQsetErrorVerbosity(connection, PQERRORS_DEFAULT);
  if (PQsetnonblocking(connection, 1) != 0) throw failure(connection);
  connected_ = connection;
  return owned.release();
}

Session::Session(const Config& config, const Call& call, std::uint64_t until_ns, std::size_t attempt)
    : connection_base(policy_), policy_(config, call, until_ns, attempt) {
  init();
}

}  // namespace ec::postgres
