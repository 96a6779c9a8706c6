// The read models of examples/statement.hpp: what they make of a history, what they print, and what of it again.
#include "statement.hpp"

#include <eventcore/testing.hpp>

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace bank;
using ec::testing::event, ec::testing::given, ec::testing::Given;

const ec::StreamId alice("account/alice"), bob("account/bob"), alice2("account/alice-2");

Given history() {
  return given(event(alice, AccountOpened{100}), event(bob, AccountOpened{10}),
               event(alice, MoneyWithdrawn{30, "account/bob"}), event(bob, MoneyDeposited{30, "account/alice"}),
               event(alice2, AccountOpened{5}));
}

void transfer(ec::Store& store, std::int64_t amount) {
  const auto done = ec::execute(store, TransferMoney{bob, alice, amount});
  ASSERT_TRUE(done) << done.error().message;
}

struct Lines : std::vector<std::string> {
  Print printer() {
    return [this](const std::string& line) { push_back(line); };
  }
};
using Text = std::vector<std::string>;

TEST(Balances, AreTheSumOfTheHistory) {
  Balances balances;
  const auto verdict = history().when_projected(balances);
  EXPECT_TRUE(verdict) << verdict.why();
  EXPECT_EQ(balances.table(), (Balances::Table{{"account/alice", 70}, {"account/alice-2", 5}, {"account/bob", 40}}));
}

TEST(Balances, ArePrintedOnceTheyAreLive) {
  auto given = history();
  Balances balances;
  Lines lines;
  ec::Projector projector(given.store(), balances);
  ASSERT_TRUE(projector.run_to_head());
  balances.go_live(lines.printer());
  transfer(given.store(), 3);
  ASSERT_TRUE(projector.run_to_head());
  EXPECT_EQ(lines, (Text{"account/bob has 37", "account/alice has 73"}));
}

TEST(Balances, AreBuiltAnewByTheNextProcess) {
  auto given = history();
  for (int process = 0; process < 2; ++process) {
    Balances balances;
    ASSERT_TRUE(ec::Projector(given.store(), balances).run_to_head());
    EXPECT_EQ(balances.table().at("account/alice"), 70);
  }
}

TEST(Balances, GoBackToTheLastCheckpoint) {
  auto given = history();
  Balances balances;
  ASSERT_TRUE(ec::Projector(given.store(), balances).run_to_head());
  ec_event raw{};
  const MoneyDeposited deposited{3, "account/bob"};
  raw.stream = ec::detail::str("account/alice");
  balances.on(ec::Recorded<MoneyDeposited>(raw, deposited));
  EXPECT_EQ(balances.table().at("account/alice"), 73);
  balances.discard();
  EXPECT_EQ(balances.table().at("account/alice"), 70);
}

TEST(Statement, IsOfOneAccountAndSilentAboutWhatWasBefore) {
  auto given = history();
  Lines lines;
  Statement statement(lines.printer());
  ec::Projector projector(given.store(), statement);
  ASSERT_TRUE(projector.run_to_head());
  EXPECT_EQ(lines, Text{});
  EXPECT_EQ(statement.lines_before(), 2U);
  transfer(given.store(), 3);
  ASSERT_TRUE(projector.run_to_head());
  EXPECT_EQ(lines, Text{"line 3: +3 from account/bob"});
}

TEST(Statement, GoesOnWhereAnotherProcessEnded) {
  auto given = history();
  Lines lines;
  Statement first(lines.printer());
  ASSERT_TRUE(ec::Projector(given.store(), first).run_to_head());
  transfer(given.store(), 3);  // while none of them runs
  Statement second(lines.printer());
  ASSERT_TRUE(ec::Projector(given.store(), second).run_to_head());
  EXPECT_EQ(lines, Text{"line 3: +3 from account/bob"});
  EXPECT_EQ(second.lines_before(), 0U);
}

}  // namespace
