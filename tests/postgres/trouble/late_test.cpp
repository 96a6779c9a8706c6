// Appends that reach the server late: whoever was told that a commit id is not stored must not find it stored after all.
#include "support/beside.hpp"
#include "support/ledger.hpp"
#include "support/proxy.hpp"

namespace ec::postgres::test {
namespace {

using Way = Proxy::Way;
using std::chrono::milliseconds;

class PostgresLate : public testing::Test {
 protected:
  PostgresLate() {
    value(append(slow, "other", {"first"}));
    // Whose statement was the last append is the writer; the open one has only looked at the store.
    writer = sql(schema.dsn(), "SELECT pid FROM pg_stat_activity WHERE application_name = " + quoted_name() +
                                   " AND query LIKE '%append_one(%'");
  }

  std::string quoted_name() const { return "'" + schema.name() + "'"; }
  std::string epoch() const { return sql(schema.dsn(), "SELECT epoch FROM " + schema.quoted() + ".store"); }

  // The slow store's append, given up with its request held back by the proxy.
  void give_an_append_up() {
    proxy.freeze(Way::to_server);
    refusal(append(slow, "late", {"a", "b"}, commit_id, {.deadline = Call::in(milliseconds(500))}), Code::in_doubt);
    proxy.wait_until_held(Way::to_server);
  }

  // The server takes what was held back, finds the connection closed behind it and ends the session.
  void let_it_arrive() {
    proxy.pass();
    until("the writer's session ends",
          [&] { return sql(schema.dsn(), "SELECT count(*) FROM pg_stat_activity WHERE pid = " + writer) == "0"; });
  }

  const Schema schema;
  const std::string& dsn = schema.dsn();
  Proxy proxy{std::stoi(dsn.substr(dsn.rfind(':') + 1))};
  Store direct = value(open(schema));
  Store slow = value(open(with(with(dsn, "port", std::to_string(proxy.port())), "application_name", schema.name()),
                          {"schema: " + schema.name(), "notify: false", "commit_patience: 10ms"}));
  const Uuid commit_id = Uuid::make();
  std::string writer;
};

TEST_F(PostgresLate, AnAppendThatALookupDidNotFindIsNotStoredAfterwards) {
  ASSERT_FALSE(writer.empty());
  give_an_append_up();
  refusal(lookup(direct, commit_id), Code::not_found);
  let_it_arrive();
  EXPECT_EQ(everything(direct).size(), 1U);
  refusal(lookup(direct, commit_id), Code::not_found);
  // The store is none the worse: asked again, the append is an append like any other.
  EXPECT_FALSE(value(append(slow, "late", {"a", "b"}, commit_id)).repeated);
  EXPECT_TRUE(value(append(direct, "late", {"a", "b"}, commit_id)).repeated);
  EXPECT_EQ(stream(direct, "late").size(), 2U);
  check_order(everything(direct));
}

// It is the epoch that shuts it out: with the old one put back by hand, the very same append is stored.
TEST_F(PostgresLate, TheEpochIsWhatKeepsItOut) {
  ASSERT_FALSE(writer.empty());
  const std::string before = epoch();
  give_an_append_up();
  refusal(lookup(direct, commit_id), Code::not_found);
  EXPECT_NE(epoch(), before);
  sql(schema.dsn(), "UPDATE " + schema.quoted() + ".store SET epoch = " + before);
  let_it_arrive();
  EXPECT_EQ(stream(direct, "late").size(), 2U);
}

TEST_F(PostgresLate, AnAppendThatIsStillWaitedForIsSentAgainAndHasOneEffect) {
  proxy.freeze(Way::to_server);
  auto waiting = beside([&] { return append(slow, "late", {"a", "b"}, commit_id); });
  proxy.wait_until_held(Way::to_server);
  refusal(lookup(direct, commit_id), Code::not_found);
  proxy.pass();
  const Appended stored = value(ended(std::move(waiting)));
  EXPECT_FALSE(stored.repeated);
  const Appended found = value(lookup(direct, commit_id));
  EXPECT_EQ(found.first, stored.first);
  EXPECT_EQ(found.last, stored.last);
  EXPECT_EQ(stream(direct, "late").size(), 2U);
  check_order(everything(direct));
}

// Its own store goes on over a new connection, and shuts out first what may still come over the old one.
TEST_F(PostgresLate, AnAppendThatWasGivenUpAndAskedForAgainHasOneEffect) {
  ASSERT_FALSE(writer.empty());
  give_an_append_up();
  auto again = beside([&] { return append(slow, "late", {"a", "b"}, commit_id); });
  let_it_arrive();
  const Appended stored = value(ended(std::move(again)));
  EXPECT_EQ(value(lookup(direct, commit_id)).first, stored.first);
  EXPECT_EQ(stream(direct, "late").size(), 2U);
  check_order(everything(direct));
}

}  // namespace
}  // namespace ec::postgres::test
