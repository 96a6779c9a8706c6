// Many appends in one call: each for itself, in their order, none lost when something stops them half-way.
#include "support.hpp"

#include <atomic>

namespace {

using namespace typed;
using ec::Append;
using ec::Expect;
using ec::NewEvent;
using ec::StreamId;

Append deposit(const char* stream, std::uint64_t expected, ec::Uuid commit_id = {}) {
  return {{Expect::exact(StreamId(stream), expected)}, {NewEvent::of(0, Deposited{1})}, commit_id};
}

TEST(AppendAll, KeepsTheOrderAndALaterOneSeesAnEarlierOne) {
  // Three a call, so that the order holds from call to call, too.
  ec::Store store = open_store("{plugin: memory, group_commit: {max_appends: 3}}");
  std::vector<Append> appends;
  for (std::uint64_t version = 0; version < 10; ++version) appends.push_back(deposit("a", version));
  const auto outcomes = store.append_all(appends);
  ASSERT_EQ(outcomes.size(), 10U);
  for (std::uint64_t i = 0; i < 10; ++i) {
    ASSERT_TRUE(outcomes[i].has_value()) << outcomes[i].error().message;
    EXPECT_EQ(outcomes[i]->first, (ec::Position{0, i + 1}));
    EXPECT_EQ(outcomes[i]->versions, (std::vector<std::uint64_t>{i + 1}));
  }
}

TEST(AppendAll, ManyBytesGoInSeveralCalls) {
  ec::Store store = open_store("{plugin: memory, group_commit: {max_bytes: 1KiB}}");
  std::vector<Append> appends;
  for (std::uint64_t version = 0; version < 5; ++version) {
    appends.push_back(deposit("a", version));
    appends.back().events.front().payload.assign(2000, 'x');
  }
  for (const auto& outcome : store.append_all(appends)) EXPECT_TRUE(outcome.has_value());
  EXPECT_EQ(store.head().value(), (ec::Position{0, 5}));
}

TEST(AppendAll, EachHasAnOutcomeOfItsOwn) {
  ec::Store store = open_memory();
  const ec::Uuid commit_id = ec::Uuid::make();
  const auto outcomes = store.append_all(
      {deposit("a", 0, commit_id), deposit("a", 5), deposit("b", 0), deposit("a", 0, commit_id), deposit("a", 1)});
  EXPECT_TRUE(outcomes[0].has_value());
  EXPECT_FAILS(outcomes[1], ec::Code::conflict, "stream 'a' has version 1, expected was version 5");
  EXPECT_TRUE(outcomes[2].has_value());
  ASSERT_TRUE(outcomes[3].has_value());
  EXPECT_TRUE(outcomes[3]->repeated);
  EXPECT_EQ(outcomes[3]->first, outcomes[0]->first);
  ASSERT_TRUE(outcomes[4].has_value());
  EXPECT_EQ(outcomes[4]->versions, (std::vector<std::uint64_t>{2}));
}

TEST(AppendAll, NothingIsSentWhenOneOfThemIsNoAppend) {
  ec::Store store = open_memory();
  const auto outcomes = store.append_all({deposit("a", 0), {{}, {NewEvent::of(0, Deposited{1})}, {}}, deposit("b", 0)});
  for (const auto& outcome : outcomes) EXPECT_FAILS(outcome, ec::Code::invalid, "at least one expectation");
  EXPECT_EQ(store.head().value(), ec::Position{});
}

TEST(AppendAll, OfNoneIsNone) { EXPECT_TRUE(open_memory().append_all({}).empty()); }

// A cancellation between the calls: what was carried out says so, and the rest is not there.
TEST(AppendAll, WhatWasCarriedOutBeforeAStopKeepsItsOutcome) {
  ec::Store store = open_store("{plugin: memory, group_commit: {max_appends: 1}}");
  constexpr std::size_t count = 20;
  std::vector<ec_expect> expects(count, {EC_LIT("a"), 0, EC_EXPECT_ANY, 0});
  const ec_new_event event{0, EC_ENCODING_BYTES, 1, 0, {}, 0, EC_LIT("opened"), {}, {}};
  std::vector<ec_append> appends;
  std::vector<ec_error> errors(count, EC_ERROR_INIT);
  std::vector<ec_outcome> outcomes;
  for (std::size_t i = 0; i < count; ++i) {
    appends.push_back({sizeof(ec_append), 0, {}, &expects[i], 1, sizeof(ec_expect), &event, 1, sizeof event});
    outcomes.push_back({sizeof(ec_outcome), EC_INTERNAL, 0, 0, {}, {}, nullptr, &errors[i]});
  }
  int questions = 0;
  ec_call call{};
  call.struct_size = sizeof call;
  call.cancel_ctx = &questions;
  call.cancelled = [](void* asked) { return ++*static_cast<int*>(asked) > 9 ? 1 : 0; };
  ec_error error = EC_ERROR_INIT;
  EXPECT_EQ(ec_store_append_all(store.raw(), appends.data(), sizeof(ec_append), outcomes.data(), sizeof(ec_outcome),
                                count, &call, &error),
            EC_CANCELLED);
  std::size_t done = 0;
  while (done < count && outcomes[done].status == EC_OK) ++done;
  EXPECT_GT(done, 0U);
  EXPECT_LT(done, count);
  for (std::size_t i = done; i < count; ++i) {
    EXPECT_EQ(outcomes[i].status, EC_CANCELLED);
    EXPECT_STREQ(errors[i].message, error.message);
  }
  EXPECT_EQ(store.head().value(), (ec::Position{0, done}));
}

TEST(AppendAll, AnOutcomeWithoutAnErrorIsRefused) {
  ec::Store store = open_memory();
  const ec_expect expect{EC_LIT("a"), 0, EC_EXPECT_ANY, 0};
  const ec_append append{sizeof append, 0, {}, &expect, 1, sizeof expect, nullptr, 0, sizeof(ec_new_event)};
  ec_outcome outcome{sizeof outcome, EC_OK, 0, 0, {}, {}, nullptr, nullptr};
  ec_error error = EC_ERROR_INIT;
  EXPECT_EQ(ec_store_append_all(store.raw(), &append, sizeof append, &outcome, sizeof outcome, 1, nullptr, &error),
            EC_INVALID);
  EXPECT_STREQ(error.message, "ec_store_append_all: an outcome has no error");
  EXPECT_EQ(ec_store_append_all(store.raw(), &append, sizeof append - 1, &outcome, sizeof outcome, 1, nullptr, &error),
            EC_INVALID);
}

}  // namespace
