// The schema that the plugin makes and brings up to date, and what it refuses.
#include "support.hpp"

#include <future>

namespace ec::postgres::test {
namespace {

std::string store_id(Store& store) { return Uuid{value(store.info()).store_id}.str(); }

class PostgresOpen : public testing::Test {
 protected:
  std::string ask(const std::string& text) const { return sql(schema.dsn(), text); }
  bool exists() const {
    return ask("SELECT count(*) FROM pg_namespace WHERE nspname = '" + schema.name() + "'") == "1";
  }

  const Schema schema;
};

TEST_F(PostgresOpen, MakesTheSchemaAndKeepsWhatIsInIt) {
  std::string id;
  {
    Store store = value(open(schema));
    id = store_id(store);
    EXPECT_EQ(value(store.head()).lo, 0U);
    value(append(store, "a", {"1", "2"}));
  }
  for (const char* option : {"create: true", "create: false", "read_only: true"}) {
    Store store = value(open(schema, {option}));
    EXPECT_EQ(everything(store).size(), 2U);
    check_order(everything(store));
    EXPECT_EQ(store_id(store), id);
  }
}

TEST_F(PostgresOpen, OfAMissingSchemaIsRefusedWhenNoneIsToBeMade) {
  for (const char* option : {"create: false", "read_only: true"}) {
    const std::string message = refusal(open(schema, {option}), Code::config);
    EXPECT_TRUE(contains(message, "test.yaml:6:"));
    EXPECT_TRUE(contains(message, "there is no store in '" + schema.name() + "'"));
    EXPECT_TRUE(contains(message, "open it once with 'create'"));
    EXPECT_FALSE(exists());
  }
}

TEST_F(PostgresOpen, TakesAnEmptySchemaThatSomebodyMade) {
  ask("CREATE SCHEMA " + schema.quoted());
  refusal(open(schema, {"create: false"}), Code::config);
  Store store = value(open(schema));
  value(append(store, "a", {"1"}));
}

TEST_F(PostgresOpen, OfSomebodysTablesIsRefusedAndLeavesThemAsTheyWere) {
  ask("CREATE SCHEMA " + schema.quoted());
  ask("CREATE TABLE " + schema.quoted() + ".events (theirs text)");
  ask("INSERT INTO " + schema.quoted() + ".events VALUES ('their data')");
  EXPECT_TRUE(contains(refusal(open(schema), Code::config), "holds something else"));
  EXPECT_EQ(ask("SELECT theirs FROM " + schema.quoted() + ".events"), "their data");
  EXPECT_EQ(ask("SELECT count(*) FROM pg_class WHERE relnamespace = '" + schema.quoted() + "'::regnamespace"), "1");
}

TEST_F(PostgresOpen, SaysWhichMigrationsRan) {
  value(open(schema));
  const std::string migrations = schema.quoted() + ".migrations";
  EXPECT_EQ(ask("SELECT string_agg(number::text, ',' ORDER BY number) FROM " + migrations),
            ask("SELECT string_agg(n::text, ',') FROM generate_series(1, (SELECT max(number) FROM " + migrations +
                ")) AS n"));
  EXPECT_EQ(ask("SELECT name FROM " + migrations + " WHERE number = 1"), "store");
  const std::string when = ask("SELECT max(applied_at) FROM " + migrations);
  value(open(schema));
  EXPECT_EQ(ask("SELECT max(applied_at) FROM " + migrations), when);
}

TEST_F(PostgresOpen, OfANewerSchemaIsRefused) {
  value(open(schema));
  ask("INSERT INTO " + schema.quoted() + ".migrations (number, name) VALUES (999, 'of the future')");
  for (const char* option : {"create: true", "create: false", "read_only: true"}) {
    const std::string message = refusal(open(schema, {option}), Code::config);
    EXPECT_TRUE(contains(message, "is of version 999"));
    EXPECT_TRUE(contains(message, "use a newer plugin"));
  }
}

TEST_F(PostgresOpen, BringsAnOlderSchemaUpToDate) {
  {
    Store store = value(open(schema));
    value(append(store, "a", {"1"}));
  }
  const std::string view = "SELECT count(*) FROM " + schema.quoted() + ".event_log";
  ask("DROP VIEW " + schema.quoted() + ".event_log");
  ask("DROP FUNCTION " + schema.quoted() + ".as_json");
  ask("DROP FUNCTION " + schema.quoted() + ".append_one");
  ask("DELETE FROM " + schema.quoted() + ".migrations WHERE number >= 4");
  for (const char* option : {"create: false", "read_only: true"})
    EXPECT_TRUE(contains(refusal(open(schema, {option}), Code::config), "is of version 3, "));
  Store store = value(open(schema));
  EXPECT_EQ(ask(view), "1");
  value(append(store, "a", {"2"}));
  check_order(everything(store));
}

TEST_F(PostgresOpen, WhoseMigrationFailsLeavesWhatWasThere) {
  value(open(schema));
  // The third finds its functions already made.
  ask("DELETE FROM " + schema.quoted() + ".migrations WHERE number >= 3");
  EXPECT_TRUE(contains(refusal(open(schema), Code::config), "already exists"));
  EXPECT_EQ(ask("SELECT max(number) FROM " + schema.quoted() + ".migrations"), "2");
}

TEST_F(PostgresOpen, ThatWaitsForAnotherOneEndsAtItsDeadline) {
  pqxx::connection other(schema.dsn());
  sql(other, "SELECT pg_advisory_lock(x'65766373'::integer, hashtext('" + schema.name() + "'))");
  const auto opened = open(schema, {}, Call{.deadline = Call::in(std::chrono::milliseconds(300))});
  refusal(opened, Code::timeout);
  EXPECT_FALSE(exists());
  sql(other, "SELECT pg_advisory_unlock_all()");
  value(open(schema));
}

TEST_F(PostgresOpen, ThatWaitsForAnotherOneEndsWhenItIsCancelled) {
  pqxx::connection other(schema.dsn());
  const std::string key = "hashtext('" + schema.name() + "')";
  sql(other, "SELECT pg_advisory_lock(x'65766373'::integer, " + key + ")");
  std::stop_source stop;
  auto opened =
      std::async(std::launch::async, [&, token = stop.get_token()] { return open(schema, {}, Call{.stop = token}); });
  const std::string waiting =
      "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid::bigint = " + key +
      "::bigint & 4294967295";
  while (sql(other, waiting) == "0")
    ASSERT_EQ(opened.wait_for(std::chrono::milliseconds(1)), std::future_status::timeout) << "it does not wait";
  stop.request_stop();
  refusal(opened.get(), Code::cancelled);
  EXPECT_FALSE(exists());
  sql(other, "SELECT pg_advisory_unlock_all()");
  value(open(schema));
}

TEST_F(PostgresOpen, OfAnEmptiedStoreTableIsRefused) {
  value(open(schema));
  ask("DELETE FROM " + schema.quoted() + ".store");
  EXPECT_TRUE(contains(refusal(open(schema), Code::config), "its table 'store' is empty"));
}

TEST_F(PostgresOpen, TwoSchemasOfOneDatabaseAreTwoStores) {
  const Schema beside;
  Store one = value(open(schema)), two = value(open(beside));
  EXPECT_NE(store_id(one), store_id(two));
  const Uuid commit_id = Uuid::make();
  EXPECT_EQ(value(append(one, "a", {"1", "2"}, commit_id)).last.lo, 2U);
  const Appended in_two = value(append(two, "a", {"another"}, commit_id));
  EXPECT_EQ(in_two.last.lo, 1U);
  EXPECT_FALSE(in_two.repeated);
  EXPECT_EQ(everything(one).size(), 2U);
  EXPECT_EQ(everything(two).size(), 1U);
}

}  // namespace
}  // namespace ec::postgres::test
