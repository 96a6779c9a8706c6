// Why the database's functions are written as they are: the schedules of schedules_test.cpp, gone through with designs
// that look right. Each test shows the design failing; were one of them to pass its schedule, the schedule would prove
// nothing.
#include "support.hpp"
#include "support/raw_session.hpp"

namespace ec::postgres::test {
namespace {

class PostgresOtherDesigns : public testing::Test {
 protected:
  PostgresOtherDesigns() {
    value(open(schema));
    RawSession(schema).run(
        "CREATE TABLE events_elsewhere (position bigserial, stream text, version bigint, "
        "transaction xid8 DEFAULT pg_current_xact_id(), PRIMARY KEY (stream, version));"
        "CREATE FUNCTION is_at(name text, expected bigint) RETURNS boolean LANGUAGE sql STABLE AS "
        "$$ SELECT coalesce(max(version), 0) = expected FROM events_elsewhere WHERE stream = name $$;");
  }
  std::string count(const std::string& where) const {
    return RawSession(schema).run("SELECT count(*) FROM events_elsewhere WHERE " + where);
  }
  // Positions behind the checkpoint, one a line, of the rows that the reader dares to take.
  std::string news(const RawSession& reader, const std::string& checkpoint, const std::string& dares = "true") const {
    return reader.run("SELECT position FROM events_elsewhere WHERE position > " + checkpoint + " AND " + dares +
                      " ORDER BY position");
  }

  const Schema schema;
  const std::string lock = "pg_advisory_xact_lock('events_elsewhere'::regclass::oid::bigint)";
  const std::string write_x = "INSERT INTO events_elsewhere (stream, version) VALUES ('x', 1)";
};

// y is written although x, which the decision had read, has changed while it waited.
TEST_F(PostgresOtherDesigns, LockingAndCheckingInOneStatementMissesAConflict) {
  const RawSession holder(schema), second(schema);
  holder.run("BEGIN; SELECT " + lock + "; " + write_x);
  auto done = std::async(std::launch::async, [&] {
    return second.run("WITH locked AS MATERIALIZED (SELECT " + lock +
                      ") INSERT INTO events_elsewhere (stream, version) SELECT 'y', 1 FROM locked "
                      "WHERE is_at('x', 0) AND is_at('y', 0)");
  });
  ASSERT_TRUE(waits_for(done, holder, schema));
  holder.run("COMMIT");
  done.get();
  EXPECT_EQ(count("stream = 'x'"), "1");
  EXPECT_EQ(count("stream = 'y'"), "1") << "the conflict was noticed";
}

TEST_F(PostgresOtherDesigns, RepeatableReadWithTheLockFirstMissesAConflict) {
  const RawSession holder(schema), second(schema);
  holder.run("BEGIN; SELECT " + lock + "; " + write_x);
  auto done = std::async(std::launch::async, [&] {
    second.run("BEGIN ISOLATION LEVEL REPEATABLE READ");
    second.run("SELECT " + lock);
    return second.run("SELECT is_at('x', 0)");
  });
  ASSERT_TRUE(waits_for(done, holder, schema));
  holder.run("COMMIT");
  EXPECT_EQ(done.get(), "t") << "the conflict was noticed";
}

TEST_F(PostgresOtherDesigns, ReadCommittedWithTheLockFirstNoticesIt) {
  const RawSession holder(schema), second(schema);
  holder.run("BEGIN; SELECT " + lock + "; " + write_x);
  auto done = std::async(std::launch::async, [&] {
    second.run("BEGIN ISOLATION LEVEL READ COMMITTED");
    second.run("SELECT " + lock);
    return second.run("SELECT is_at('x', 0)");
  });
  ASSERT_TRUE(waits_for(done, holder, schema));
  holder.run("COMMIT");
  EXPECT_EQ(done.get(), "f");
}

TEST_F(PostgresOtherDesigns, PositionsOfASequenceLetAReaderPassALateCommitter) {
  const RawSession late(schema), second(schema), reader(schema);
  late.run("BEGIN; " + write_x);
  second.run("INSERT INTO events_elsewhere (stream, version) VALUES ('y', 1)");
  EXPECT_EQ(news(reader, "0"), "2");
  late.run("COMMIT");
  EXPECT_EQ(news(reader, "2"), "") << "the reader saw the late one";
  EXPECT_EQ(count("position = 1"), "1");
}

// Only what is older than every transaction under way is taken, but the checkpoint is a position.
TEST_F(PostgresOtherDesigns, AnXminFilterWithAPositionAsItsCheckpointPassesALateCommitter) {
  const RawSession older(schema), younger(schema), reader(schema);
  for (const RawSession* each : {&older, &younger}) each->run("BEGIN; SELECT pg_current_xact_id()");
  younger.run("INSERT INTO events_elsewhere (stream, version) VALUES ('y', 1)");
  older.run(write_x);
  older.run("COMMIT");
  // Transactions of other tests may be older still.
  std::string seen;
  while (seen.empty()) seen = news(reader, "0", "transaction < pg_snapshot_xmin(pg_current_snapshot())");
  EXPECT_EQ(seen, "2");
  younger.run("COMMIT");
  EXPECT_EQ(news(reader, "2"), "") << "the reader saw the late one";
  EXPECT_EQ(count("position = 1"), "1");
}

}  // namespace
}  // namespace ec::postgres::test
