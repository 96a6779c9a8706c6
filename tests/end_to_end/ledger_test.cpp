// What the bank's check finds: each rule is broken once, by events written past the commands.
#include "bank/ledger.hpp"
#include "bank/streams.hpp"
#include "transfer.hpp"

#include <gtest/gtest.h>

namespace {

using bank::AccountOpened;
using bank::MoneyDeposited;
using bank::MoneyWithdrawn;

class Ledger : public testing::Test {
 protected:
  // One append: each event with its account.
  template <class... E>
  void write(const std::pair<const char*, E>&... entries) {
    std::vector<ec::Expect> expects;
    std::vector<ec::NewEvent> events;
    const auto add = [&](const char* account, const auto& event) {
      expects.push_back(ec::Expect::any(bank::stream_of(account)));
      events.push_back(ec::NewEvent::of(expects.size() - 1, event));
    };
    (add(entries.first, entries.second), ...);
    const auto appended = store->append(expects, events, ec::Uuid::make());
    ASSERT_TRUE(appended) << appended.error().message;
    last = appended->last;
  }
  void open(const char* account, std::int64_t balance) { write(std::pair(account, AccountOpened{balance})); }
  void transfer(const char* from, const char* to, std::int64_t amount) {
    write(std::pair(from, MoneyWithdrawn{amount, bank::stream_of(to).str()}),
          std::pair(to, MoneyDeposited{amount, bank::stream_of(from).str()}));
  }

  void check() {
    auto replayed = bank::replay(*store, since, findings);
    ASSERT_TRUE(replayed) << replayed.error().message;
    ledger = std::move(*replayed);
    const auto compared = bank::compare_streams(*store, ledger, findings);
    ASSERT_TRUE(compared) << compared.error().message;
  }
  void expect_findings(const std::vector<std::string>& expected) {
    check();
    EXPECT_EQ(findings.first(), expected);
    EXPECT_EQ(findings.count(), expected.size());
  }

  ec::Result<ec::Store> store = ec::Store::open_text("plugin: memory");
  ec::Position last, since;
  bank::Ledger ledger;
  bank::Findings findings;
};

TEST_F(Ledger, OfAnHonestBankHasNoFindings) {
  open("a", 100);
  open("b", 100);
  transfer("a", "b", 100);
  since = last;
  transfer("b", "a", 50);
  expect_findings({});
  EXPECT_EQ(ledger.opened, 200);
  EXPECT_EQ(ledger.balance, 200);
  EXPECT_EQ(ledger.events, 6U);
  EXPECT_EQ(ledger.transfers, 2U);
  EXPECT_EQ(ledger.transfers_since, 1U);
  EXPECT_EQ(ledger.accounts.at("account/a").balance, 50);
  EXPECT_EQ(ledger.accounts.at("account/b").balance, 150);
}

TEST_F(Ledger, OfAnEmptyStoreIsEmpty) {
  expect_findings({});
  EXPECT_EQ(ledger.events, 0U);
}

TEST_F(Ledger, IsComparedWithTheStreamsAsTheyWereWhenItWasMade) {
  open("a", 100);
  open("b", 100);
  transfer("a", "b", 40);
  check();
  open("c", 100);  // by another process
  transfer("b", "c", 10);
  ASSERT_TRUE(bank::compare_streams(*store, ledger, findings));
  EXPECT_EQ(findings.first(), std::vector<std::string>{});
  ledger.accounts.at("account/b").balance += 1;
  ledger.accounts.erase("account/a");
  ledger.accounts["account/nobody"] = {};
  ASSERT_TRUE(bank::compare_streams(*store, ledger, findings));
  EXPECT_EQ(findings.first(),
            (std::vector<std::string>{
                "account/a is listed, and the replay did not meet it",
                "account/b: the replay gives 141 in 2 events, its stream 140 in 2, the list says 3 events",
                "the store lists 1 of the 2 accounts that the replay met"}));
}

TEST_F(Ledger, LeavesOtherStreamsAlone) {
  open("a", 100);
  ASSERT_TRUE(store->append({ec::Expect::any(ec::StreamId("audit"))}, {ec::NewEvent{0, "noted", "{}"}}));
  expect_findings({});
}

TEST_F(Ledger, FindsMoneyThatAppeared) {
  open("a", 100);
  write(std::pair("a", MoneyDeposited{5, "account/b"}));
  expect_findings({"the commit up to position 2: 5 was deposited to account/a and not withdrawn from account/b",
                   "100 came in and 105 is there: 5 appeared"});
}

TEST_F(Ledger, FindsMoneyThatVanished) {
  open("a", 100);
  open("b", 100);
  write(std::pair("a", MoneyWithdrawn{5, "account/b"}));
  write(std::pair("b", MoneyDeposited{4, "account/a"}));
  expect_findings({"the commit up to position 3: 5 was withdrawn from account/a and not deposited to account/b",
                   "the commit up to position 4: 4 was deposited to account/b and not withdrawn from account/a",
                   "200 came in and 199 is there: 1 vanished"});
}

TEST_F(Ledger, FindsATransferInTwoCommits) {
  open("a", 100);
  open("b", 100);
  write(std::pair("a", MoneyWithdrawn{5, "account/b"}));
  write(std::pair("b", MoneyDeposited{5, "account/a"}));
  check();
  EXPECT_EQ(findings.count(), 2U);
}

TEST_F(Ledger, FindsAnOverdraft) {
  open("a", 100);
  open("b", 100);
  transfer("a", "b", 101);
  expect_findings({"position 3, account/a version 2: the balance is -1, below zero"});
}

TEST_F(Ledger, FindsAnAccountThatWasNeverOpened) {
  open("a", 100);
  transfer("a", "b", 1);
  expect_findings({"position 3, account/b version 1: the account was not opened"});
}

TEST_F(Ledger, FindsAnAccountThatWasOpenedTwice) {
  open("a", 100);
  open("a", 100);
  expect_findings({"position 2, account/a version 2: the account was opened before"});
}

TEST_F(Ledger, FindsEventsThatAreNotTheBanks) {
  open("a", 100);
  ASSERT_TRUE(store->append({ec::Expect::any(bank::stream_of("a"))}, {ec::NewEvent{0, "renamed", "{}"}}));
  ASSERT_TRUE(store->append({ec::Expect::any(bank::stream_of("a"))}, {ec::NewEvent{0, "money-deposited", "{"}}));
  check();
  EXPECT_EQ(findings.count(), 2U);
}

TEST_F(Ledger, FindsAmountsThatAreNoAmounts) {
  open("a", 100);
  open("b", 100);
  transfer("a", "b", -5);
  check();
  EXPECT_EQ(findings.count(), 2U);
  EXPECT_EQ(findings.first().at(0), "position 3, account/a version 2: -5 was moved, it must be above 0");
}

TEST_F(Ledger, FindsASumBeyondAllBounds) {
  open("a", INT64_MAX);
  open("b", 1);
  transfer("b", "a", 1);
  check();
  ASSERT_GE(findings.count(), 2U);
  EXPECT_EQ(findings.first()[0], "what came in up to position 2 is beyond all bounds");
  EXPECT_EQ(findings.first()[1], "position 4, account/a version 2: the balance is beyond all bounds");
}

TEST(Findings, KeepTheFirstAndCountTheRest) {
  bank::Findings findings;
  for (int i = 0; i < 100; ++i) findings.add(std::to_string(i));
  EXPECT_EQ(findings.count(), 100U);
  EXPECT_EQ(findings.first().size(), 20U);
  EXPECT_EQ(findings.first().back(), "19");
}

}  // namespace
