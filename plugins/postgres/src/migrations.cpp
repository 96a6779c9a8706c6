#include "migrations.hpp"

namespace ec::postgres {

using plugin::Call;

namespace {

constexpr const char* prepare_schema = R"(
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = current_setting('eventcore.schema')) THEN
    EXECUTE format('CREATE SCHEMA %I', current_setting('eventcore.schema'));
  END IF;
END
$$;
CREATE TABLE IF NOT EXISTS migrations (
  number integer PRIMARY KEY,
  name text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
))";

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

// In one transaction, which ends with the connection when something fails. The others wait at the lock for the one that
// comes first, and find it done.
void migrate(const Config& config, Connection& connection, const Call& call) {
  constexpr std::string_view doing = "making the schema";
  connection.run_script("BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED READ WRITE", call, doing);
  connection.run(statements::begin_migration, Parameters().bytes(config.schema), call, doing);
  connection.run(statements::lock_migrations, Parameters(), call, doing);
  const Rows schema = connection.run(statements::look_at_schema, Parameters().bytes(config.schema), call, doing);
  if (!schema.boolean(0, 0) && schema.boolean(0, 1))
    throw config.wrong_schema("'" + config.schema + "' is there and holds something else; name another one");
  connection.run_script(prepare_schema, call, doing);
  const int found = connection.run(statements::newest_migration, Parameters(), call, doing).int4(0, 0);
  refuse_newer(config, found);
  for (const Migration& migration : migrations()) {
    if (migration.number <= found) continue;
    connection.run_script(migration.sql, call, doing);
    connection.run(statements::note_migration, Parameters().number(migration.number).bytes(migration.name), call,
                   doing);
  }
  connection.run_script("COMMIT", call, doing);
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
  migrate(config, connection, call);
}

}  // namespace ec::postgres
