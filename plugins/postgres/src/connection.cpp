#include "connection.hpp"
#include "sqlstate.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
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
  ec_call setting_up{sizeof(ec_call), 0, until_ns, nullptr, nullptr, {nullptr, 0}};
  run(statements::begin_session, Parameters().bytes(config.schema).flag(config.durable), Call(&setting_up),
      "setting a session up");
}

Rows Connection::run(const Statement& statement, const Parameters& parameters, const Call& call, std::string_view doing,
                     Patience patience) {
  call.check();
  if (!config_.pooled && *statement.name != '\0' && !prepared_.contains(statement.name)) prepare(statement, call);
  unfinished_ = true;
  unreplicated_ = false;
  sent_ns_ = plugin::monotonic_ns();
  if (config_.pooled)
    send_pooled(statement, parameters);
  else
    send(statement, parameters);
  std::uint64_t until_ns = deadline_of(call);
  if (patience == Patience::commit && until_ns != never_ns) until_ns += config_.commit_patience_ms * 1'000'000;
  // A write that is under way is not given up because its caller has lost interest.
  const Call waiting = patience == Patience::commit ? Call(nullptr) : call;
  flush(waiting, until_ns, doing);
  Rows rows = receive(waiting, until_ns, doing);
  if (unreplicated_)
    throw Lost(EC_IN_DOUBT,
               config_.location + ", " + std::string(doing) +
                   ": the server has stopped waiting for its standby: what it has committed can be lost in a failover");
  return rows;
}

void Connection::prepare(const Statement& statement, const Call& call) {
  unfinished_ = true;
  sent_ns_ = plugin::monotonic_ns();
  if (PQsendPrepare(handle(), statement.name, statement.sql, 0, nullptr) == 0) lost("preparing a statement");
  flush(call, deadline_of(call), "preparing a statement");
  receive(call, deadline_of(call), "preparing a statement");
  prepared_.insert(statement.name);
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
  const Parameters settings = Parameters().bytes(config_.schema).flag(config_.durable);
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

void Connection::flush(const Call& call, std::uint64_t until_ns, std::string_view doing) {
  for (;;) {
    const int left = PQflush(handle());
    if (left == 0) return;
    if (left < 0) lost(doing);
    if (!wait_for_socket(handle(), POLLIN | POLLOUT, call, until_ns)) give_up(call, doing);
    if (PQconsumeInput(handle()) == 0) lost(doing);
  }
}

// To the end, which is where the server has committed: an error can still come behind the rows.
Rows Connection::receive(const Call& call, std::uint64_t until_ns, std::string_view doing) {
  Rows rows, refusal;
  for (;;) {
    Rows result(next_result(call, until_ns, doing));
    if (result.raw() == nullptr) {
      if (PQstatus(handle()) == CONNECTION_BAD) lost(doing);
      if (!config_.pooled) break;
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
  if (config_.pooled) PQexitPipelineMode(handle());
  if (refusal.raw() != nullptr) throw failure_of(refusal.raw(), config_.location, doing);
  return rows;
}

// An error that ended the session, or, without a SQLSTATE, one of libpq's own that could not take the answer.
void Connection::check_alive(const Rows& error, std::string_view doing) {
  const bool from_server = PQresultErrorField(error.raw(), PG_DIAG_SQLSTATE) != nullptr;
  if (from_server && !is_fatal(error.raw()) && PQstatus(handle()) != CONNECTION_BAD) return;
  lost_ = true;
  const Failure said = failure_of(error.raw(), config_.location, doing);
  throw Lost(EC_UNAVAILABLE, said.what(), said.native_code(), true);
}

PGresult* Connection::next_result(const Call& call, std::uint64_t until_ns, std::string_view doing) {
  while (PQisBusy(handle()) != 0) {
    if (!wait_for_socket(handle(), POLLIN, call, until_ns)) give_up(call, doing);
    if (PQconsumeInput(handle()) == 0) lost(doing);
  }
  return PQgetResult(handle());
}

// The answer may still come, and is thrown away then.
void Connection::give_up(const Call& call, std::string_view doing) const {
  if (call.cancelled()) call.check();
  const std::string said = config_.location + ", " + std::string(doing) + ": no answer in time";
  if (call.expired()) throw Failure(EC_TIMEOUT, said);
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
  const std::uint64_t patience_ns = sent_ns_ + config_.connect_timeout_ms * 1'000'000;
  try {
    flush(call, std::min(patience_ns, deadline_of(call)), "finishing an earlier statement");
    receive(call, std::min(patience_ns, deadline_of(call)), "finishing an earlier statement");
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

void Connection::take_notice(void* self, const PGresult* notice) {
  auto& connection = *static_cast<Connection*>(self);
  const auto field = [notice](int code) {
    const char* value = PQresultErrorField(notice, code);
    return std::string_view(value == nullptr ? "" : value);
  };
  if (field(PG_DIAG_SOURCE_FUNCTION) == "SyncRepWaitForLSN") connection.unreplicated_ = true;
  if (field(PG_DIAG_SEVERITY_NONLOCALIZED) == "WARNING")
    connection.host_.log(EC_LOG_WARNING,
                         connection.config_.location + ": " + std::string(field(PG_DIAG_MESSAGE_PRIMARY)));
}

}  // namespace ec::postgres
