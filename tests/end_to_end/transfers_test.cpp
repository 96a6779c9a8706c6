#include "bank/streams.hpp"
#include "bank/transfers.hpp"

#include <gtest/gtest.h>

namespace {

std::string why_not(std::string_view line) {
  const auto transfer = bank::parse_transfer(line);
  return transfer ? "it is one" : transfer.error();
}

TEST(Transfers, ALineIsRead) {
  const auto transfer = bank::parse_transfer("t-1,alice,bob,9223372036854775807");
  ASSERT_TRUE(transfer) << transfer.error();
  EXPECT_EQ(transfer->id, "t-1");
  EXPECT_EQ(transfer->from, "alice");
  EXPECT_EQ(transfer->to, "bob");
  EXPECT_EQ(transfer->amount, INT64_MAX);
}

TEST(Transfers, QuotedFieldsHoldCommasAndQuotes) {
  const auto transfer = bank::parse_transfer(R"("t,1","say ""a""",b,"7")");
  ASSERT_TRUE(transfer) << transfer.error();
  EXPECT_EQ(transfer->id, "t,1");
  EXPECT_EQ(transfer->from, R"(say "a")");
  EXPECT_EQ(transfer->to, "b");
  EXPECT_EQ(transfer->amount, 7);
}

TEST(Transfers, WrongQuotesAreToldApart) {
  EXPECT_EQ(why_not(R"("t,a,b,1)"), "a quote is not closed");
  EXPECT_EQ(why_not(R"(t,a,b,")"), "a quote is not closed");
  EXPECT_EQ(why_not(R"("t"x,a,b,1)"), "there is text behind a closing quote");
  EXPECT_EQ(why_not(R"(t"x",a,b,1)"), "there is a quote inside a field that does not begin with one");
}

TEST(Transfers, EachPartIsChecked) {
  EXPECT_EQ(why_not(""), "the line is empty");
  EXPECT_EQ(why_not(std::string(bank::longest_line + 1, 'x')), "the line has more than 4096 bytes");
  EXPECT_EQ(why_not("t,a,b,1,"), "4 fields are needed (id,from,to,amount), here are 5");
  EXPECT_EQ(why_not(",a,b,1"), "the id is missing");
  EXPECT_EQ(why_not(std::string(256, 'i') + ",a,b,1"), "the id has more than 255 bytes");
  EXPECT_EQ(why_not("t,,b,1"), "an account is missing");
  EXPECT_EQ(why_not("t,a,,1"), "an account is missing");
  EXPECT_NE(why_not("t,a,[b],1"), "it is one");
  EXPECT_NE(why_not("t,a," + std::string(250, 'b') + ",1"), "it is one");  // with account/ too long for a stream id
  EXPECT_EQ(why_not("t,a,b,"), "the amount '' is not a whole number");
  EXPECT_EQ(why_not("t,a,b,1.5"), "the amount '1.5' is not a whole number");
  EXPECT_EQ(why_not("t,a,b,+1"), "the amount '+1' is not a whole number");
  EXPECT_EQ(why_not("t,a,b,9223372036854775808"), "the amount '9223372036854775808' is too large");
  EXPECT_EQ(why_not("t,a,b,-1"), "the amount is -1, it must be above 0");
}

TEST(Transfers, WhatIsShownSteersNoTerminal) {
  EXPECT_EQ(bank::quoted("a\x1b[2J\n"), "'a?[2J?'");
  EXPECT_EQ(bank::quoted(std::string(100, 'x')), "'" + std::string(60, 'x') + "...'");
}

// Stores remember these ids: they must be the same for ever.
TEST(CommitIds, NeverChange) {
  EXPECT_EQ(bank::commit_id_of("transfer", "t-000001").str(), "0207ac2a-5a1e-8529-9acd-2e66e5576267");
  EXPECT_NE(bank::commit_id_of("transfer", "t-000001"), bank::commit_id_of("transfer", "t-000002"));
  EXPECT_NE(bank::commit_id_of("transfer", "a"), bank::commit_id_of("open", "a"));
}

TEST(CommitIds, AreUuidsOfVersion8) {
  const std::string id = bank::commit_id_of("transfer", "t-000001").str();
  EXPECT_EQ(id[14], '8') << id;
  EXPECT_NE(std::string_view("89ab").find(id[19]), std::string_view::npos) << id;
}

}  // namespace
