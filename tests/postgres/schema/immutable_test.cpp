// What is stored stays as it is: the database says so itself, to its owner and to superusers as well.
#include "support.hpp"

namespace ec::postgres::test {
namespace {

class PostgresImmutable : public testing::Test {
 protected:
  PostgresImmutable() {
    value(append(store, "a", {"1", "2"}, Uuid::make()));
    sql(connection, "SET search_path TO " + schema.quoted());
    before = contents();
  }
  std::string contents() {
    return sql(connection,
               "SELECT md5(string_agg(e::text, '|' ORDER BY position)) || "
               "(SELECT md5(string_agg(c::text, '|')) FROM commits AS c) FROM events AS e");
  }
  // What the database says to it; empty, and a test failure, when it is carried out.
  std::string refused(const std::string& statement) {
    try {
      sql(connection, statement);
    } catch (const pqxx::sql_error& refusal) {
      return refusal.what();
    }
    ADD_FAILURE() << "carried out: " << statement;
    return {};
  }

  const Schema schema;
  Store store = value(open(schema));
  pqxx::connection connection{schema.dsn()};
  std::string before;
};

TEST_F(PostgresImmutable, EventsAndCommitsAreNeitherChangedNorDeleted) {
  ASSERT_EQ(sql(connection, "SHOW is_superuser"), "on");
  for (const char* statement :
       {"UPDATE events SET payload = ''", "UPDATE events SET position = position + 1 WHERE version = 2",
        "UPDATE events SET payload = payload WHERE false", "DELETE FROM events", "DELETE FROM events WHERE false",
        "TRUNCATE events", "TRUNCATE events CASCADE", "TRUNCATE store, events, commits",
        "UPDATE commits SET digest = 0", "DELETE FROM commits", "TRUNCATE commits", "UPDATE event_log SET version = 7",
        "DELETE FROM event_log",
        "INSERT INTO events SELECT * FROM events ON CONFLICT (position) DO UPDATE SET payload = ''",
        "MERGE INTO events USING store ON true WHEN MATCHED THEN UPDATE SET payload = ''",
        "MERGE INTO events USING store ON true WHEN MATCHED THEN DELETE",
        "WITH gone AS (DELETE FROM events RETURNING *) SELECT count(*) FROM gone"})
    EXPECT_TRUE(contains(refused(statement), "what an event store has stored never changes")) << statement;
  EXPECT_EQ(contents(), before);
  value(append(store, "a", {"3"}));
  check_order(everything(store));
}

TEST_F(PostgresImmutable, ASecondEventInOnePlaceIsRefused) {
  const std::string columns = "recorded_at_us, encoding, schema_version, id, commit_id, type, payload, metadata";
  EXPECT_TRUE(contains(refused("INSERT INTO events (position, version, stream, " + columns + ") SELECT 3, 2, stream, " +
                               columns + " FROM events WHERE position = 1"),
                       "unique constraint"));
  EXPECT_TRUE(contains(refused("INSERT INTO events (position, version, stream, " + columns + ") SELECT 1, 3, stream, " +
                               columns + " FROM events WHERE position = 1"),
                       "unique constraint"));
  EXPECT_TRUE(contains(refused("INSERT INTO commits SELECT * FROM commits"), "unique constraint"));
  EXPECT_TRUE(contains(refused("INSERT INTO store DEFAULT VALUES"), "unique constraint"));
  EXPECT_EQ(contents(), before);
}

TEST_F(PostgresImmutable, ThereIsAlwaysOneStore) {
  EXPECT_TRUE(contains(refused("INSERT INTO store (only_row) VALUES (false)"), "check constraint"));
  EXPECT_EQ(sql(connection, "SELECT count(*) FROM store"), "1");
}

}  // namespace
}  // namespace ec::postgres::test
