#include "append_request.hpp"
#include "raw_session.hpp"

#include <eventcore/plugin/append.hpp>

namespace ec::postgres::test {

RawSession::RawSession(const Schema& schema) : connection_(PQconnectdb(schema.dsn().c_str())) {
  if (PQstatus(connection_.get()) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(connection_.get()));
  run(statements::begin_session.sql, {schema.name(), "true"});
}

std::string RawSession::rows(PGresult* result) {
  const std::unique_ptr<PGresult, decltype(&PQclear)> owned(result, PQclear);
  const ExecStatusType status = PQresultStatus(result);
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) throw std::runtime_error(PQresultErrorMessage(result));
  std::string text;
  for (int row = 0; row < PQntuples(result); ++row) text.append(row > 0 ? "\n" : "").append(PQgetvalue(result, row, 0));
  return text;
}

std::string RawSession::run(const std::string& text) const { return rows(PQexec(connection_.get(), text.c_str())); }

std::string RawSession::run(const char* text, const std::vector<std::string>& parameters) const {
  std::vector<const char*> values;
  values.reserve(parameters.size());
  for (const std::string& each : parameters) values.push_back(each.c_str());
  return rows(PQexecParams(connection_.get(), text, static_cast<int>(values.size()), nullptr, values.data(), nullptr,
                           nullptr, 0));
}

std::size_t RawSession::append(const std::vector<Expect>& expects, const std::vector<NewEvent>& events, Uuid commit_id,
                               const Statement& statement) const {
  std::vector<ec_expect> raw_expects;
  for (const Expect& each : expects)
    raw_expects.push_back({detail::str(each.stream.str()), each.version, each.mode, 0});
  std::vector<ec_new_event> raw_events;
  std::string ids;
  for (const NewEvent& each : events) {
    const Uuid id = Uuid::make();
    ids += (ids.empty() ? "" : ",") + id.str();
    raw_events.push_back({static_cast<std::uint32_t>(each.expect), each.encoding, each.schema_version, 0, id.value,
                          each.recorded_at_us, detail::str(each.type), detail::bytes(each.payload),
                          detail::bytes(each.metadata)});
  }
  const ec_append raw{sizeof raw,          0,
                      commit_id.value,     raw_expects.data(),
                      expects.size(),      sizeof(ec_expect),
                      raw_events.data(),   raw_events.size(),
                      sizeof(ec_new_event)};
  ec_error error = EC_ERROR_INIT;
  ec_outcome outcome{sizeof outcome, EC_OK, 0, 0, {}, {}, nullptr, &error};
  const plugin::Appends appends(&raw, sizeof raw, &outcome, sizeof outcome, 1);
  AppendRequest request;
  request.build(appends, 0);
  const std::int64_t epoch = std::stoll(run("SELECT epoch FROM store"));
  const bool is_one = &statement == &statements::append_one;
  const Parameters parameters = is_one ? request.parameters_of_one(0, epoch) : request.parameters(0, epoch);
  rows(PQexecParams(connection_.get(), statement.sql, parameters.count(), nullptr, parameters.values(),
                    parameters.lengths(), parameters.formats(), 0));
  return std::stoul(run("SELECT count(*) FROM events WHERE id = ANY (('{' || $1::text || '}')::uuid[])", {ids}));
}

void RawSession::on_notice(std::function<void(const std::string&)> take) {
  take_notice_ = std::move(take);
  PQsetNoticeProcessor(
      connection_.get(), [](void* self, const char* text) { static_cast<RawSession*>(self)->take_notice_(text); },
      this);
}

}  // namespace ec::postgres::test
