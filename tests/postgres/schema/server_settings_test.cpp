// Servers, databases and roles that are set up in a way that would break a promise.
#include "support.hpp"
#include "support/role.hpp"

#include <future>

namespace ec::postgres::test {
namespace {

TEST(PostgresServerSettings, ADatabaseThatIsNotInUtf8IsRefused) {
  const std::string name = "test_" + Uuid::make().str();
  sql(shared_dsn(), "CREATE DATABASE \"" + name + "\" ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0");
  const std::string message = refusal(open(with(shared_dsn(), "dbname", name)), Code::config);
  EXPECT_TRUE(contains(message, "test.yaml:4:"));
  EXPECT_TRUE(contains(message, "not encoded in UTF8"));
  sql(shared_dsn(), "DROP DATABASE \"" + name + "\"");
}

// Two threads decide on each other's streams, again and again: if both ever win, the level was not overruled.
TEST(PostgresServerSettings, AnyDefaultIsolationLevelKeepsAppendsRight) {
  for (const std::string level : {"serializable", "repeatable read", "read uncommitted"}) {
    const Schema schema;
    const Role role;
    sql(shared_dsn(), "ALTER ROLE " + role.quoted() + " SUPERUSER");
    sql(shared_dsn(), "ALTER ROLE " + role.quoted() + " SET default_transaction_isolation = '" + level + "'");
    ASSERT_EQ(sql(role.dsn(), "SHOW transaction_isolation"), level);
    const Options options{"schema: " + schema.name()};
    Store one = value(open(role.dsn(), options)), two = value(open(role.dsn(), options));
    for (std::uint64_t round = 0; round < 50; ++round) {
      const StreamId x("x" + std::to_string(round)), y("y" + std::to_string(round));
      auto other = std::async(std::launch::async, [&] {
        return one.append({Expect::absent(x), Expect::absent(y)}, {event(0, "1")}).has_value();
      });
      const bool done = two.append({Expect::absent(y), Expect::absent(x)}, {event(0, "1")}).has_value();
      EXPECT_NE(other.get(), done) << level;
    }
    EXPECT_EQ(everything(one).size(), 50U);
    check_order(everything(one));
  }
}

TEST(PostgresServerSettings, AServerThatDoesNotSyncIsWarnedOfAndPromisesNothing) {
  for (const std::string setting : {"fsync", "full_page_writes"}) {
    const Server server({setting + "=off"});
    const Log log;
    Store store = value(open(server.dsn()));
    EXPECT_TRUE(contains(log.warnings(), "the server runs with " + setting + " off")) << setting;
    EXPECT_EQ(value(store.info()).capabilities & EC_CAP_DURABLE, 0U) << setting;
  }
}

TEST(PostgresServerSettings, AServerThatSyncsIsNotWarnedOf) {
  const Schema schema;
  const Log log;
  Store store = value(open(schema));
  EXPECT_EQ(log.warnings(), "");
  EXPECT_NE(value(store.info()).capabilities & EC_CAP_DURABLE, 0U);
}

TEST(PostgresServerSettings, WhatTheConfigurationGivesUpIsWarnedOf) {
  const Schema schema;
  const Log log;
  Store store = value(open(schema, {"durability: acknowledged_events_may_be_lost_in_a_crash"}));
  EXPECT_TRUE(contains(log.warnings(), "acknowledged events may be lost in a crash"));
  EXPECT_EQ(value(store.info()).capabilities & EC_CAP_DURABLE, 0U);
}

// A synchronous_commit of `off` would acknowledge what is not on the disk yet.
TEST(PostgresServerSettings, ARoleWithoutSynchronousCommitsStillHasThem) {
  const Schema schema;
  const Role role;
  sql(shared_dsn(), "ALTER ROLE " + role.quoted() + " SUPERUSER");
  sql(shared_dsn(), "ALTER ROLE " + role.quoted() + " SET synchronous_commit = off");
  Store store = value(open(role.dsn(), {"schema: " + schema.name()}));
  // The append tells what its session has.
  sql(shared_dsn(), "CREATE FUNCTION " + schema.quoted() +
                        ".tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                        "INSERT INTO " +
                        schema.quoted() +
                        ".told VALUES (current_setting('synchronous_commit')); "
                        "RETURN NULL; END $$");
  sql(shared_dsn(), "CREATE TABLE " + schema.quoted() + ".told (setting text)");
  sql(shared_dsn(), "CREATE TRIGGER tell AFTER INSERT ON " + schema.quoted() + ".events EXECUTE FUNCTION " +
                        schema.quoted() + ".tell()");
  value(append(store, "a", {"1"}));
  EXPECT_EQ(sql(shared_dsn(), "SELECT setting FROM " + schema.quoted() + ".told"), "on");
}

}  // namespace
}  // namespace ec::postgres::test
