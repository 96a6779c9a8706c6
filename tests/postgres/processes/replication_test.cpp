// A commit that has not reached the synchronous standby is acknowledged by nobody: not when its wait is broken off, and
// not when it is asked for again.
#include "support/history.hpp"
#include "support/pair.hpp"

#include <chrono>
#include <future>

namespace ec::postgres::test {
namespace {

class PostgresReplication : public testing::Test {
 protected:
  void SetUp() override {
    store = std::make_unique<Store>(value(open(pair.dsn())));
    another = std::make_unique<Store>(value(open(pair.dsn())));
    value(append(*store, "s", {"replicated"}));
  }

  // Appends without a standby that could confirm it, and breaks the wait for it off.
  Result<Appended> append_and_break_off(const std::string& by) {
    auto appended = std::async(std::launch::async, [this] { return append(*store, "s", {"alone"}, commit_id); });
    pqxx::connection connection(pair.primary.dsn());
    const std::string waiting = "FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    until("an append waits for the standby", [&] { return sql(connection, "SELECT count(*) " + waiting) == "1"; });
    EXPECT_EQ(appended.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
    EXPECT_EQ(sql(connection, "SELECT " + by + "(pid) " + waiting), "t");
    return appended.get();
  }

  Result<Appended> again(Store& asked, std::chrono::milliseconds time) {
    return append(asked, "s", {"alone"}, commit_id, {.deadline = Call::in(time)});
  }

  void expect_in_doubt_until_the_standby_is_back(const std::string& by) {
    pair.standby->stop("fast");
    refusal(append_and_break_off(by), Code::in_doubt);
    for (Store* asked : {another.get(), store.get(), another.get()}) {
      const auto unconfirmed = again(*asked, std::chrono::milliseconds(500));
      ASSERT_FALSE(unconfirmed) << "what no standby has was acknowledged";
      const Code code = unconfirmed.error().code;
      // Who was told of the doubt is not told "nothing is stored" as long as it lasts.
      const bool knows_of_it = asked == store.get();
      EXPECT_TRUE(code == Code::in_doubt || (!knows_of_it && (code == Code::timeout || code == Code::unavailable)))
          << unconfirmed.error().message;
    }
    pair.standby->start();
    const Appended confirmed = value(again(*store, std::chrono::minutes(1)));
    EXPECT_TRUE(confirmed.repeated);
    EXPECT_EQ(confirmed.first, (Position{0, 2}));
    const auto events = stream(*store, "s");
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[1].payload, "alone");
  }

  const Pair pair;
  std::unique_ptr<Store> store, another;
  const Uuid commit_id = Uuid::make();
};

TEST_F(PostgresReplication, WaitThatIsCancelledLeavesTheAppendInDoubt) {
  expect_in_doubt_until_the_standby_is_back("pg_cancel_backend");
}

TEST_F(PostgresReplication, WaitThatIsTerminatedLeavesTheAppendInDoubt) {
  expect_in_doubt_until_the_standby_is_back("pg_terminate_backend");
}

// A role that wants to hear of errors alone would not hear of the wait that was broken off.
TEST_F(PostgresReplication, WaitThatIsCancelledForARoleWithoutWarningsLeavesTheAppendInDoubt) {
  sql(pair.primary.dsn(), "ALTER ROLE eventcore SET client_min_messages TO error");
  store = std::make_unique<Store>(value(open(pair.dsn())));
  expect_in_doubt_until_the_standby_is_back("pg_cancel_backend");
}

TEST_F(PostgresReplication, WhatWasInDoubtIsGoneAfterTheFailoverAndStoredByAskingAgain) {
  pair.standby->stop("fast");
  refusal(append_and_break_off("pg_cancel_backend"), Code::in_doubt);
  pair.primary.stop("immediate");
  pair.standby->start();
  pair.standby->promote();
  EXPECT_EQ(stream(*store, "s").size(), 1U);
  const Appended stored = value(again(*store, std::chrono::minutes(1)));
  EXPECT_FALSE(stored.repeated);
  EXPECT_EQ(stored.first, (Position{0, 2}));
  EXPECT_EQ(stream(*store, "s").size(), 2U);
}

}  // namespace
}  // namespace ec::postgres::test
