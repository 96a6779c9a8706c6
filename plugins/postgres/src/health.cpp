#include "health.hpp"
#include "migrations.hpp"

namespace ec::postgres {

using plugin::Failure;

namespace {

constexpr int oldest_server = 13'00'00;  // gen_random_uuid without an extension

}  // namespace

Health check_health(const Config& config, const plugin::Host& host, Connection& connection, const plugin::Call& call) {
  const Rows server = connection.run(statements::look_at_server, Parameters(), call, "looking at the server");
  const bool is_utf8 = server.boolean(0, 0), syncs = server.boolean(0, 1), writes_pages = server.boolean(0, 2),
             recovers = server.boolean(0, 3);
  const std::int32_t version = server.int4(0, 4);
  if (version < oldest_server)
    throw Failure(EC_UNSUPPORTED, config.location + ": the server's version is " + std::to_string(version / 10'000) +
                                      ", at least 13 is needed");
  if (!is_utf8)
    throw config.wrong_dsn("the database is not encoded in UTF8; create one with ENCODING 'UTF8' TEMPLATE template0");
  if (recovers && !config.read_only)
    throw Failure(EC_READ_ONLY,
                  config.location +
                      ": the server is a standby, which takes no writes; name the primary in the option 'dsn' (with "
                      "several hosts: target_session_attrs=read-write), or set 'read_only'",
                  "25006", true);
  bring_up_to_date(config, connection, call);
  if (!syncs || !writes_pages)
    host.log(EC_LOG_WARNING, config.location + ": the server runs with " + (syncs ? "full_page_writes" : "fsync") +
                                 " off: acknowledged events may be lost, and the database damaged, in a crash");
  if (!config.durable)
    host.log(EC_LOG_WARNING, config.location + ": acknowledged events may be lost in a crash, as 'durability' says");
  const Rows store = connection.run(statements::look_at_store, Parameters(), call, "looking at the store");
  if (store.size() != 1) throw config.wrong_schema("its table 'store' is empty: it is not one that this plugin made");
  return {syncs && writes_pages && config.durable, store.uuid(0, 0)};
}

}  // namespace ec::postgres
