#include "connection.hpp"
#include "promises.hpp"
#include "sqlstate.hpp"

#include <eventcore/plugin/sized.hpp>

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>
#include <poll.h>

namespace ec::postgres {

using plugin::Call;
using plugin::Failure;

namespace {

constexpr std::uint64_t never_ns = std::numeric_limits<std::uint64_t>::max();
constexpr int binary = 1;

std::uint64_t deadline_of(const Call& call) { return call.deadline_ns() == 0 ? never_ns : call.deadline_ns(); }

}  // namespace

Connection::Connection(const Config& config, const plugin::Host& host, const Call& call, std::uint64_t until_ns,
                       std::size_t attempt)
    : config_(config), host_(host), session_(config, call, until_ns, attempt) {
  PQsetNoticeReceiver(handle(), take_notice, this);
  if (config.pooled) return;  // each transaction sets up its own
  set_up(call, config.hosts.size() > 1 ? std::min(until_ns, plugin::monotonic_ns() + one_host_ns) : until_ns);
}

void Connection::set_up(const Call& call, std::uint64_t until_ns) {
  constexpr std::string_view doing = "setting a session up";
  ec_call raw = call.raw() == nullptr ? ec_call{} : plugin::known(*call.raw());
  raw.struct_size = sizeof raw;
  raw.deadline_ns = until_ns;
  try {
    run(statements::begin_session, Parameters().bytes(config_.schema).flag(config_.durable && keeps(Promise::sync)),
        Call(&raw), doing);
  } catch (const Failure& failure) {
    if (failure.status() != EC_TIMEOUT) throw;
    throw Failure(EC_UNAVAILABLE, failure.what(), failure.native_code(), true);  // another host may answer
  }
}

Rows Connection::run(const Statement& statement, const Parameters& parameters, const Call& call, std::string_view doing,
                     Patience patience) {
  call.check();
  prepare(statement, call);
  unfinished_ = true;
  unreplicated_ = false;
  sent_ns_ = plugin::monotonic_ns();
  if (config_.pooled)
    send_pooled(statement, parameters);
  else
    send(statement, parameters);
  Waiting waiting{call, deadline_of(call), 0};
  if (patience == Patience::commit) {
    waiting.patience_ns = config_.commit_patience_ms * 1'000'000;
    waiting.until_ns = std::max(waiting.until_ns, waiting.until_ns + waiting.patience_ns);  // for ever stays for ever
  }
  flush(waiting, doing);
  Rows rows = receive(waiting, doing, config_.pooled);
  if (unreplicated_)
    throw Lost(EC_IN_DOUBT,
               config_.location + ", " + std::string(doing) +
                   ": the server has stopped waiting for its standby: what it has committed can be lost in a failover");
  return rows;
}

void Connection::prepare(const Statement& statement, const Call& call) {
  if (config_.pooled || *statement.name == '\0' || prepared_.contains(statement.name)) return;
  constexpr std::string_view doing = "preparing a statement";
  Waiting waiting{call, deadline_of(call), 0};
  unfinished_ = true;
  sent_ns_ = plugin::monotonic_ns();
  if (PQsendPrepare(handle(), statement.name, statement.sql, 0, nullptr) == 0) lost(doing);
  try {
    flush(waiting, doing);
    receive(waiting, doing, false);
  } catch (...) {
    lost_ = lost_ || unfinished_;  // it may yet be prepared, and a second time is an error
    throw;
  }
  prepared_.insert(statement.name);
}

void Connection::run_script(const char* sql, const Call& call, std::string_view doing) {
  call.check();
  Waiting waiting{call, deadline_of(call), 0};
  unfinished_ = true;
  sent_ns_ = plugin::monotonic_ns();
  if (PQsendQuery(handle(), sql) == 0) lost(doing);
  flush(waiting, doing);
  receive(waiting, doing, false);
}

void Connection::send(const Statement& statement, const Parameters& parameters) {
  const bool prepared = *statement.name != '\0';
  const int sent = prepared
                       ? PQsendQueryPrepared(handle(), statement.name, parameters.count(), parameters.values(),
                                             parameters.lengths(), parameters.formats(), binary)
                       : PQsendQueryParams(handle(), statement.sql, parameters.count(), nullptr, parameters.values(),
                                           parameters.lengths(), parameters.formats(), binary);
  if (sent == 0) lost("sending a statement");
}

// Up to the Sync all of it is one transaction, and goes over one server connection.
void Connection::send_pooled(const Statement& statement, const Parameters& parameters) {
  const Parameters settings = Parameters().bytes(config_.schema).flag(config_.durable && keeps(Promise::sync));
  const auto add = [this](const char* sql, const Parameters& each) {
    return PQsendQueryParams(handle(), sql, each.count(), nullptr, each.values(), each.lengths(), each.formats(),
                             binary) != 0;
  };
  const bool sent = PQenterPipelineMode(handle()) != 0 &&
                    add("SET transaction_isolation TO 'read committed'", Parameters()) &&
                    add(statements::begin_transaction.sql, settings) && add(statement.sql, parameters) &&
                    PQpipelineSync(handle()) != 0;
  if (!sent) lost("sending a statement");
}

void Connection::flush(Waiting& waiting, std::string_view doing) {
  for (;;) {
    const int left = PQflush(handle());
    if (left == 0) return;
    if (left < 0) lost(doing);
    await(POLLIN | POLLOUT, waiting, doing);
  }
}

// And takes what has come.
void Connection::await(short events, Waiting& waiting, std::string_view doing) {
  bool ready = wait_for_socket(handle(), events, waiting.call, waiting.until_ns);
  if (!ready && waiting.patience_ns != 0 && waiting.call.cancelled()) {
    waiting.until_ns = std::min(waiting.until_ns, plugin::monotonic_ns() + waiting.patience_ns);
    waiting.call = Call(nullptr);
    ready = wait_for_socket(handle(), events, waiting.call, waiting.until_ns);
  }
  if (!ready) give_up(waiting, doing);
  if (PQconsumeInput(handle()) == 0) lost(doing);
}

// To the end, which is where the server has committed: an error can still come behind the rows.
Rows Connection::receive(Waiting& waiting, std::string_view doing, bool pipelined) {
  Rows rows, refusal;
  for (;;) {
    Rows result(next_result(waiting, doing));
    if (result.raw() == nullptr) {
      if (PQstatus(handle()) == CONNECTION_BAD) lost(doing);
      if (!pipelined) break;
      continue;
    }
    const ExecStatusType status = PQresultStatus(result.raw());
    if (status == PGRES_PIPELINE_SYNC) break;
    if (status == PGRES_TUPLES_OK) {
      rows = std::move(result);
    } else if (status != PGRES_COMMAND_OK && status != PGRES_PIPELINE_ABORTED) {
      check_alive(result, doing);
      if (refusal.raw() == nullptr) refusal = std::move(result);
    }
  }
  unfinished_ = false;
  if (pipelined) PQexitPipelineMode(handle());
  if (refusal.raw() != nullptr) throw failure_of(refusal.raw(), config_.location, doing);
  return rows;
}

// An error that ended the session, one that says that the outcome is unknown, or, without a SQLSTATE, one of libpq's own:
// it could not take the answer.
void Connection::check_alive(const Rows& error, std::string_view doing) {
  const char* sqlstate = PQresultErrorField(error.raw(), PG_DIAG_SQLSTATE);
  const bool says_unknown =
      sqlstate != nullptr && (sqlstate == std::string_view("08007") || sqlstate == std::string_view("40003"));
  if (sqlstate != nullptr && !says_unknown && !is_fatal(error.raw()) && PQstatus(handle()) != CONNECTION_BAD) return;
  lost_ = true;
  const Failure said = failure_of(error.raw(), config_.location, doing);
  throw Lost(EC_UNAVAILABLE, said.what(), said.native_code(), true);
}

PGresult* Connection::next_result(Waiting& waiting, std::string_view doing) {
  while (PQisBusy(handle()) != 0) await(POLLIN, waiting, doing);
  return PQgetResult(handle());
}

// The answer may still come, and is thrown away then.
void Connection::give_up(const Waiting& waiting, std::string_view doing) const {
  const std::string said = config_.location + ", " + std::string(doing) + ": no answer in time";
  if (waiting.patience_ns != 0) throw Lost(EC_TIMEOUT, said);
  if (waiting.call.cancelled()) waiting.call.check();
  if (waiting.call.expired()) throw Failure(EC_TIMEOUT, said);
  throw Lost(EC_TIMEOUT, said);
}

void Connection::lost(std::string_view doing) {
  lost_ = true;
  const std::string_view said = PQerrorMessage(handle());
  throw Lost(EC_UNAVAILABLE,
             config_.location + ", " + std::string(doing) +
                 ": the connection was lost: " + std::string(said.substr(0, said.find('\n'))),
             "08006", true);
}

bool Connection::usable(const Call& call) {
  if (lost_ || PQstatus(handle()) == CONNECTION_BAD) return false;
  if (!unfinished_) return consume();
  constexpr std::string_view doing = "finishing an earlier statement";
  const std::uint64_t longest_ns = sent_ns_ + config_.connect_timeout_ms * 1'000'000;
  Waiting waiting{call, std::min(longest_ns, deadline_of(call)), 0};
  try {
    flush(waiting, doing);
    receive(waiting, doing, PQpipelineStatus(handle()) != PQ_PIPELINE_OFF);
  } catch (const Lost&) {
    return false;
  } catch (const Failure&) {
    if (unfinished_) throw;  // otherwise it was what the earlier statement ended in
  }
  return true;
}

bool Connection::consume() {
  pollfd socket{PQsocket(handle()), POLLIN, 0};
  // Until there is no more: behind the last words of a server that stops comes the end of the connection.
  do {
    lost_ = lost_ || PQconsumeInput(handle()) == 0 || PQstatus(handle()) == CONNECTION_BAD;
  } while (!lost_ && poll(&socket, 1, 0) > 0);
  return !lost_;
}

void Connection::take_notice(void* self, const PGresult* notice) { static_cast<Connection*>(self)->hear(notice); }

// Called by libpq, which no exception may cross.
void Connection::hear(const PGresult* notice) noexcept {
  const auto field = [notice](int code) {
    const char* value = PQresultErrorField(notice, code);
    return std::string_view(value == nullptr ? "" : value);
  };
  if (field(PG_DIAG_SOURCE_FUNCTION) == "SyncRepWaitForLSN") unreplicated_ = true;
  if (field(PG_DIAG_SEVERITY_NONLOCALIZED) != "WARNING") return;
  try {
    host_.log(EC_LOG_WARNING, config_.location + ": " + std::string(field(PG_DIAG_MESSAGE_PRIMARY)));
  } catch (const std::bad_alloc&) {
    return;  // it is a warning
  }
}

}  // namespace ec::postgres
