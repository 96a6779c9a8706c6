#include "migrations.hpp"
#include "sqlstate.hpp"

#include <algorithm>
#include <pqxx/except>
#include <pqxx/transaction>

namespace ec::postgres {

using plugin::Call;

namespace {

// What was run, 0 for nothing.
int newest_run(const Config& config, Connection& connection, const Call& call) {
  const Rows there =
      connection.run(statements::has_migrations, Parameters().bytes(config.schema), call, "looking for the schema");
  if (!there.boolean(0, 0)) return 0;
  const Rows rows = connection.run(statements::newest_migration, Parameters(), call, "looking at the schema");
  return rows.int4(0, 0);
}

void refuse_newer(const Config& config, int number) {
  const int known = migrations().back().number;
  if (number > known)
    throw config.wrong_schema("'" + config.schema + "' is of version " + std::to_string(number) +
                              ", this plugin knows versions up to " + std::to_string(known) + ": use a newer plugin");
}

// The others wait here for the one that comes first, and find it done.
void lock_migrations(pqxx::work& work, const Config& config, const Call& call) {
  constexpr std::uint64_t longest_ms = 60'000;
  const std::uint64_t now_ns = plugin::monotonic_ns();
  const std::uint64_t left_ms = call.deadline_ns() == 0 ? longest_ms
                                : call.deadline_ns() <= now_ns
                                    ? 1
                                    : std::min(longest_ms, (call.deadline_ns() - now_ns) / 1'000'000 + 1);
  work.exec("SET TRANSACTION ISOLATION LEVEL READ COMMITTED");
  work.exec_params(
      "SELECT set_config('statement_timeout', $1, true), set_config('eventcore.schema', $2, true), "
      "set_config('search_path', quote_ident($2) || ', pg_temp', true)",
      std::to_string(left_ms), config.schema);
  work.exec("SELECT pg_advisory_xact_lock(x'65766373'::integer, hashtext(current_setting('eventcore.schema')))");
}

void migrate(const Config& config, Session& session, const Call& call) {
  pqxx::work work(session);
  lock_migrations(work, config, call);
  work.exec(
      "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = current_setting('eventcore.schema')) THEN "
      "EXECUTE format('CREATE SCHEMA %I', current_setting('eventcore.schema')); END IF; END $$");
  work.exec(
      "CREATE TABLE IF NOT EXISTS migrations (number integer PRIMARY KEY, name text NOT NULL, "
      "applied_at timestamptz NOT NULL DEFAULT now())");
  const int found = work.exec1("SELECT coalesce(max(number), 0) FROM migrations")[0].as<int>();
  refuse_newer(config, found);
  for (const Migration& migration : migrations()) {
    if (migration.number <= found) continue;
    work.exec(migration.sql);
    work.exec_params0("INSERT INTO migrations (number, name) VALUES ($1, $2)", migration.number, migration.name);
  }
  // Whoever may use the schema may not yet write to the store.
  work.exec(
      "DO $$ BEGIN EXECUTE format('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA %I FROM PUBLIC', "
      "current_setting('eventcore.schema')); END $$");
  work.commit();
}

}  // namespace

void bring_up_to_date(const Config& config, Connection& connection, const Call& call) {
  const int newest = migrations().back().number;
  const int found = newest_run(config, connection, call);
  refuse_newer(config, found);
  if (found == newest) return;
  if (!config.create || config.read_only)
    throw config.wrong_schema((found == 0 ? "there is no store in '" + config.schema + "'"
                                          : "'" + config.schema + "' is of version " + std::to_string(found) + ", " +
                                                std::to_string(newest) + " is needed") +
                              "; open it once with 'create' as a role that may create schemas, or name another schema");
  constexpr std::string_view doing = "making the schema";
  try {
    migrate(config, connection.session(), call);
  } catch (const pqxx::insufficient_privilege& error) {  // libpqxx leaves its SQLSTATE out
    throw refusal("42501", config.location, doing, error.what());
  } catch (const pqxx::sql_error& error) {
    throw refusal(error.sqlstate(), config.location, doing, error.what());
  } catch (const pqxx::broken_connection& error) {
    throw refusal("08006", config.location, doing, error.what());
  } catch (const pqxx::in_doubt_error& error) {
    throw refusal("08007", config.location, doing, error.what());
  }
}

}  // namespace ec::postgres
