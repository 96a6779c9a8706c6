// A read that began on the primary and would go on on a standby that lacks what it has shown already.
#include "support/beside.hpp"
#include "support/ledger.hpp"
#include "support/proxy.hpp"

namespace ec::postgres::test {
namespace {

constexpr std::uint64_t page = 1024, on_both = page + 476, on_primary = on_both + 500;

class PostgresLagging : public testing::Test {
 protected:
  void SetUp() override {
    Store writer = value(open(primary.dsn(), {"schema: " + schema.name()}));
    value(append(writer, "a", std::vector<std::string>(on_both, "x")));
    until("the standby has it", [&] {
      return sql(standby->dsn(), "SELECT pg_last_wal_replay_lsn() >= '" +
                                     sql(primary.dsn(), "SELECT pg_current_wal_lsn()") + "'") == "t";
    });
    sql(standby->dsn(), "SELECT pg_wal_replay_pause()");
    until("the standby pauses",
          [&] { return sql(standby->dsn(), "SELECT pg_get_wal_replay_pause_state()") == "paused"; });
    value(append(writer, "a", std::vector<std::string>(on_primary - on_both, "x")));
  }

  // Knows both, and takes the primary as long as it can.
  Store open_reader() const {
    const std::string ports = std::to_string(proxy.port()) + "," + std::to_string(standby->port());
    return value(open(with(with(primary.dsn(), "host", "127.0.0.1,127.0.0.1"), "port", ports),
                      {"schema: " + schema.name(), "read_only: true", "read_connections: 1"}));
  }
  void lose_primary() {
    proxy.refuse();
    proxy.cut_all(Proxy::Cut::close);
  }

  // The first page from the primary, then there is only the standby.
  void expect_an_error_behind_the_first_page(Result<EventCursor> made) {
    EventCursor cursor = value(std::move(made));
    ASSERT_TRUE(cursor.next());
    std::uint64_t shown = 0;
    for (const RecordedEvent event : cursor.batch()) shown = event.position().raw().lo;
    ASSERT_EQ(shown, page);
    ASSERT_EQ(cursor.head().raw().lo, on_primary);
    lose_primary();
    while (cursor.next())
      for (const RecordedEvent event : cursor.batch()) shown = event.position().raw().lo;
    ASSERT_TRUE(cursor.error()) << "it ends after " << shown << " of " << on_primary << " events";
    EXPECT_STREQ(name_of(cursor.error()->code), name_of(Code::unavailable)) << cursor.error()->message;
    EXPECT_TRUE(contains(cursor.error()->message, "behind")) << cursor.error()->message;
    EXPECT_TRUE(cursor.error()->retryable);
  }

  const Server primary;
  const std::unique_ptr<Server> standby = primary.make_standby();
  const Schema schema{primary.dsn()};
  Proxy proxy{primary.port()};
};

TEST_F(PostgresLagging, StandbyDoesNotEndWhatWasReadFromThePrimary) {
  Store reader = open_reader();
  expect_an_error_behind_the_first_page(reader.read_all({}, {}, {}, soon()));
}

TEST_F(PostgresLagging, StandbyDoesNotEndAStreamThatWasReadFromThePrimary) {
  Store reader = open_reader();
  expect_an_error_behind_the_first_page(reader.read({{StreamId("a")}}, {}, soon()));
}

// Another read may be behind the one before it, but it says so.
TEST_F(PostgresLagging, StandbyIsReadToItsOwnHead) {
  Store reader = open_reader();
  ASSERT_EQ(value(reader.head()).lo, on_primary);
  lose_primary();
  for (const std::uint64_t after : {on_primary, on_both + 100, on_both, on_both - 1}) {
    EventCursor cursor = value(reader.read_all({}, {0, after}, {}, soon()));
    std::uint64_t shown = 0;
    while (cursor.next())
      for (const RecordedEvent event : cursor.batch()) shown = event.position().raw().lo;
    ASSERT_FALSE(cursor.error()) << cursor.error()->message;
    EXPECT_EQ(shown, after < on_both ? on_both : 0U);
    EXPECT_EQ(cursor.head().raw().lo, on_both);
    EXPECT_EQ(cursor.through().raw().lo, on_both);
  }
}

}  // namespace
}  // namespace ec::postgres::test
