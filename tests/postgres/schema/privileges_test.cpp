// Who may do what, once the owner has made the schema.
#include "support.hpp"
#include "support/bookkeeping.hpp"
#include "support/role.hpp"

#include <future>

namespace ec::postgres::test {
namespace {

class PostgresPrivileges : public testing::Test {
 protected:
  PostgresPrivileges() { value(append(owner, "a", {"1", "2"})); }

  void grant(const std::string& what) const { sql(schema.dsn(), "GRANT " + what + " TO " + role.quoted()); }
  void grant_reading() const {
    grant("USAGE ON SCHEMA " + schema.quoted());
    grant("SELECT ON ALL TABLES IN SCHEMA " + schema.quoted());
  }
  void grant_writing() const {
    grant_reading();
    grant("EXECUTE ON ALL FUNCTIONS IN SCHEMA " + schema.quoted());
  }
  Result<Store> open_as_role(Options options = {}) const {
    options.push_back("schema: " + schema.name());
    return open(role.dsn(), options);
  }
  // What the server says to a statement of the role; empty, and a test failure, when it is carried out.
  std::string refused(const std::string& statement) const {
    pqxx::connection connection(role.dsn());
    sql(connection, "SET search_path TO " + schema.quoted());
    try {
      sql(connection, statement);
    } catch (const pqxx::insufficient_privilege& refusal) {
      return refusal.what();
    }
    ADD_FAILURE() << "carried out: " << statement;
    return {};
  }

  const Schema schema;
  const Role role;
  Store owner = value(open(schema));
};

TEST_F(PostgresPrivileges, ARoleThatMayExecuteTheFunctionsRunsAStore) {
  grant_writing();
  Store store = value(open_as_role());
  const Uuid commit_id = Uuid::make();
  const Appended appended = value(append(store, "a", {"3"}, commit_id));
  EXPECT_EQ(appended.first.lo, 3U);
  EXPECT_TRUE(value(append(store, "a", {"3"}, commit_id)).repeated);
  EXPECT_TRUE(contains(refusal(store.append({Expect::absent(StreamId("a"))}, {event(0, "4")}), Code::conflict), "'a'"));
  check_order(everything(store));
  EXPECT_EQ(stream(store, "a").size(), 3U);
  EXPECT_EQ(value(store.list_streams()).size(), 1U);
  EXPECT_EQ(value(store.head()).lo, 3U);
  EXPECT_EQ(look_up(store, commit_id), EC_OK);
  EXPECT_EQ(look_up(store, Uuid::make()), EC_NOT_FOUND);

  Bookkeeping(store).go_through("reader");

  auto waiting = std::async(std::launch::async, [&] { return store.wait({0, 3}); });
  value(append(owner, "a", {"from another session"}));
  EXPECT_EQ(value(waiting.get()).lo, 4U);
}

TEST_F(PostgresPrivileges, ARoleThatMayExecuteTheFunctionsChangesNoTableByItself) {
  grant_writing();
  for (const char* table : {"events", "commits", "store", "checkpoints", "leases", "snapshots", "migrations"}) {
    const std::string name(table);
    EXPECT_TRUE(contains(refused("INSERT INTO " + name + " DEFAULT VALUES"), "permission denied"));
    EXPECT_TRUE(contains(refused("DELETE FROM " + name), "permission denied"));
    EXPECT_TRUE(contains(refused("TRUNCATE " + name), "permission denied"));
    refused("DROP TABLE " + name);
  }
  refused("UPDATE events SET payload = ''");
  refused("UPDATE store SET epoch = epoch + 1");
  refused("ALTER TABLE events DISABLE TRIGGER ALL");
  refused("SET session_replication_role = replica");
  refused("CREATE TABLE another (column_of_it integer)");
  refused("SELECT nextval('snapshot_etags')");
  EXPECT_EQ(everything(owner).size(), 2U);
}

// A function of the owner's rights must not find somebody else's table or operator before its own.
TEST_F(PostgresPrivileges, ARolesOwnTablesDoNotGetIntoTheOwnersFunctions) {
  grant_writing();
  pqxx::connection connection(role.dsn());
  sql(connection, "CREATE TEMPORARY TABLE store (epoch bigint)");
  sql(connection, "CREATE TEMPORARY TABLE checkpoints (name text PRIMARY KEY, position bigint)");
  sql(connection, "SELECT " + schema.quoted() + ".save_checkpoint('reader', 1, 0)");
  EXPECT_EQ(sql(connection, "SELECT count(*) FROM pg_temp.checkpoints"), "0");
  EXPECT_EQ(sql(schema.dsn(), "SELECT position FROM " + schema.quoted() + ".checkpoints WHERE name = 'reader'"), "1");
}

TEST_F(PostgresPrivileges, ARoleThatMayOnlySelectReads) {
  grant_reading();
  Store store = value(open_as_role({"read_only: true"}));
  EXPECT_EQ(everything(store).size(), 2U);
  EXPECT_EQ(stream(store, "a").size(), 2U);
  EXPECT_EQ(value(store.list_streams()).size(), 1U);
  refusal(append(store, "a", {"3"}), Code::read_only);
  auto waiting = std::async(std::launch::async, [&] { return store.wait({0, 2}); });
  value(append(owner, "a", {"3"}));
  EXPECT_EQ(value(waiting.get()).lo, 3U);
}

TEST_F(PostgresPrivileges, ARoleThatMayOnlySelectLooksCommitsUp) {
  const Uuid commit_id = Uuid::make();
  value(append(owner, "a", {"3", "4"}, commit_id));
  grant_reading();
  Store store = value(open_as_role({"read_only: true"}));
  EXPECT_EQ(look_up(store, commit_id), EC_OK);
  EXPECT_EQ(look_up(store, Uuid::make()), EC_NOT_FOUND);
  refusal(append(store, "a", {"3", "4"}, commit_id), Code::read_only);
}

TEST_F(PostgresPrivileges, ARoleThatMayOnlySelectAppendsNothing) {
  grant_reading();
  Store store = value(open_as_role());
  const auto appended = append(store, "a", {"3"});
  ASSERT_FALSE(appended);
  const std::string message = refusal(appended, Code::config);
  EXPECT_TRUE(contains(message, "permission denied for function append"));
  EXPECT_TRUE(contains(message, "Privileges"));
  EXPECT_EQ(appended.error().native_code, "42501");
  EXPECT_EQ(Bookkeeping(store).save_checkpoint("reader", {0, 1}), EC_CONFIG);
  std::uint64_t number = 0;
  EXPECT_EQ(Bookkeeping(store).acquire("lease", "holder", number), EC_CONFIG);
  EXPECT_EQ(Bookkeeping(store).save_snapshot("snapshot", "bytes", 0, number), EC_CONFIG);
  EXPECT_EQ(everything(owner).size(), 2U);
}

TEST_F(PostgresPrivileges, ARoleThatMayOnlyUseTheSchemaIsAStranger) {
  grant("USAGE ON SCHEMA " + schema.quoted());
  EXPECT_TRUE(contains(refusal(open_as_role(), Code::config), "permission denied for table"));
  const std::string every = "SELECT proname::text FROM pg_proc WHERE pronamespace = '" + schema.quoted() +
                            "'::regnamespace AND has_function_privilege('" + role.quoted().substr(1, 41) +
                            "', oid, 'EXECUTE') LIMIT 1";
  EXPECT_EQ(sql(schema.dsn(), every), "");
  EXPECT_TRUE(contains(refused("SELECT advance_epoch(0)"), "permission denied for function"));
}

TEST_F(PostgresPrivileges, ARoleWithoutAnyIsToldWhatToGrant) {
  const std::string message = refusal(open_as_role(), Code::config);
  EXPECT_TRUE(contains(message, "permission denied for schema"));
  EXPECT_TRUE(contains(message, "Privileges"));
}

TEST_F(PostgresPrivileges, ARoleThatMayMakeNoSchemaIsToldSo) {
  const std::string message = refusal(open(role.dsn(), {"schema: " + schema.name() + "_missing"}), Code::config);
  EXPECT_TRUE(contains(message, "permission denied for database"));
}

// An owner who is nobody special.
TEST_F(PostgresPrivileges, ARoleThatMayMakeSchemasNeedsNothingElse) {
  grant("CREATE ON DATABASE eventcore");
  const std::string name = schema.name() + "_own";
  {
    Store store = value(open(role.dsn(), {"schema: " + name}));
    value(append(store, "a", {"1"}));
    Bookkeeping(store).go_through("reader");
    check_order(everything(store));
  }
  sql(schema.dsn(), "DROP SCHEMA \"" + name + "\" CASCADE");
}

}  // namespace
}  // namespace ec::postgres::test
