// bench_bare_query: the events of a stream by one prepared query through libpq, with binary rows: the limit of every
// read of a stream on Postgres. It reads what eventcore bench's workload `read` has written.
#include "timing.hpp"

#include <CLI/CLI.hpp>
#include <cstring>
#include <libpq-fe.h>
#include <memory>
#include <string>
#include <vector>

namespace {

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Rows = std::unique_ptr<PGresult, decltype(&PQclear)>;

constexpr int binary = 1;
constexpr int payload_column = 8;

bool complain(PGconn* connection, const char* doing) {
  std::fprintf(stderr, "bench_bare_query: %s: %s", doing, PQerrorMessage(connection));
  return false;
}

bool prepare(PGconn* connection, const std::string& schema) {
  const char* values[] = {schema.c_str()};
  const Rows set(PQexecParams(connection,
                              "SELECT set_config('search_path', quote_ident($1), false), set_config('enable_seqscan', "
                              "'off', false), set_config('plan_cache_mode', 'force_generic_plan', false)",
                              1, nullptr, values, nullptr, nullptr, 0),
                 PQclear);
  const Rows prepared(PQprepare(connection, "read",
                                "SELECT position, version, recorded_at_us, encoding, schema_version, id, commit_id, "
                                "type, payload, metadata FROM events WHERE stream = $1 ORDER BY version",
                                0, nullptr),
                      PQclear);
  return (PQresultStatus(set.get()) == PGRES_TUPLES_OK && PQresultStatus(prepared.get()) == PGRES_COMMAND_OK) ||
         complain(connection, "preparing");
}

std::vector<std::string> streams_of(PGconn* connection, const std::string& events) {
  const char* values[] = {events.c_str()};
  const Rows rows(PQexecParams(connection, "SELECT stream FROM events WHERE version = $1::bigint", 1, nullptr, values,
                               nullptr, nullptr, 0),
                  PQclear);
  std::vector<std::string> streams;
  for (int row = 0; row < PQntuples(rows.get()); ++row) streams.emplace_back(PQgetvalue(rows.get(), row, 0));
  return streams;
}

// Each row is looked at.
bool read(PGconn* connection, const std::string& stream, int events, int bytes) {
  const char* values[] = {stream.c_str()};
  const Rows rows(PQexecPrepared(connection, "read", 1, values, nullptr, nullptr, binary), PQclear);
  if (PQntuples(rows.get()) != events) return complain(connection, "reading");
  unsigned looked_at = 0;
  for (int row = 0; row < events; ++row) {
    if (PQgetlength(rows.get(), row, payload_column) != bytes) return complain(connection, "looking at payloads");
    looked_at += static_cast<unsigned char>(PQgetvalue(rows.get(), row, payload_column)[bytes - 1]);
  }
  return looked_at > 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Reads streams by one query through libpq, over and over; prints one line of JSON");
  std::string dsn;
  std::string schema;
  int events = 1'000;
  int bytes = 256;
  double seconds = 2;
  app.add_option("--dsn", dsn, "of the database; without it libpq's environment tells: PGHOST, PGPASSWORD, ...");
  app.add_option("--schema", schema, "that eventcore bench has written to")->required();
  app.add_option("--events", events, "of each stream that is read")->capture_default_str();
  app.add_option("--bytes", bytes, "of a payload")->capture_default_str();
  app.add_option("--seconds", seconds, "of measuring")->check(CLI::PositiveNumber)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const Connection connection(PQconnectdb(dsn.c_str()), PQfinish);
  if (PQstatus(connection.get()) != CONNECTION_OK) return complain(connection.get(), "connecting") ? 0 : 1;
  if (!prepare(connection.get(), schema)) return 1;
  const std::vector<std::string> streams = streams_of(connection.get(), std::to_string(events));
  if (streams.empty()) {
    std::fprintf(stderr, "bench_bare_query: there is no stream of %d events in %s\n", events, schema.c_str());
    return 1;
  }
  std::size_t next = 0;
  const auto once = [&] { return read(connection.get(), streams[next++ % streams.size()], events, bytes); };
  return bench::time_and_print(seconds, once) ? 0 : 1;
}
