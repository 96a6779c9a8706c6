// How long a call waits for the lock of the store is the call's matter, and not that of the role it is made by.
#include "support.hpp"
#include "support/bookkeeping.hpp"
#include "support/raw_session.hpp"
#include "support/role.hpp"

namespace ec::postgres::test {
namespace {

using std::chrono::hours;

// Further away than the server's own settings reach.
TEST(PostgresDeadlines, AsFarAwayAsOneLikesAreTaken) {
  for (const auto away : {hours(24 * 30), hours(24 * 365 * 100)}) {
    const Schema schema;
    const Call call{.deadline = Call::in(away)};
    Store store = value(open(schema, {}, call));
    const Appended stored = value(append(store, "a", {"1"}, Uuid::make(), call));
    EXPECT_EQ(stored.first.lo, 1U);
    EXPECT_EQ(value(store.head(call)).lo, 1U);
    EXPECT_EQ(drain(store.read_all({}, {}, {}, call)).size(), 1U);
    EXPECT_EQ(value(store.wait({}, call)).lo, 1U);
  }
}

class PostgresRolesOwnTimeout : public testing::Test {
 protected:
  PostgresRolesOwnTimeout() {
    sql(shared_dsn(), "ALTER ROLE " + role.quoted() + " SUPERUSER");
    sql(shared_dsn(), "ALTER ROLE " + role.quoted() + " SET lock_timeout = '1ms'");
  }

  const Schema schema;
  const Store owner = value(open(schema));
  const Role role;
};

TEST_F(PostgresRolesOwnTimeout, DoesNotEndAnAppendWithoutADeadline) {
  Store store = value(open(role.dsn(), {"schema: " + schema.name()}));
  const RawSession holder(schema);
  holder.run("BEGIN");
  holder.run("SELECT lock_store(0)");
  auto waiting = std::async(std::launch::async, [&] { return append(store, "a", {"1"}); });
  ASSERT_TRUE(waits_for(waiting, holder, schema));
  holder.run("COMMIT");
  EXPECT_EQ(value(waiting.get()).first.lo, 1U);
}

TEST_F(PostgresRolesOwnTimeout, DoesNotEndALookUpWithoutADeadline) {
  Store store = value(open(role.dsn(), {"schema: " + schema.name()}));
  const RawSession holder(schema);
  holder.run("BEGIN");
  holder.run("SELECT lock_store(0)");
  auto waiting = std::async(std::launch::async, [&] { return look_up(store, Uuid::make()); });
  ASSERT_TRUE(waits_for(waiting, holder, schema));
  holder.run("COMMIT");
  EXPECT_EQ(waiting.get(), EC_NOT_FOUND);
}

}  // namespace
}  // namespace ec::postgres::test
