// The executor's state machine, driven step by step: no store, no thread, no clock.
#include "execution.hpp"

#include <eventcore/plugin/append.hpp>

#include <deque>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using ec::core::Execution;
using ec::plugin::str;
using ec::plugin::view;
using Step = Execution::Step;

// A command made of what a test sets.
struct FakeCommand {
  std::vector<std::string> declared{"account/a", "account/b"};
  std::function<std::vector<std::string>()> discovers;
  std::vector<std::pair<std::uint32_t, std::string>> writes;  // stream index, type
  std::string rejection;
  ec_status apply_status = EC_OK;

  std::vector<std::string> applied;  // index:stream@version
  std::size_t decisions = 0;
  std::vector<ec_commit> commits;
  std::vector<std::pair<std::string, std::uint64_t>> versions;

  std::vector<std::string> named;
  std::vector<ec_str> texts;
  std::vector<ec_new_event> events;

  ec_command table() {
    return {sizeof(ec_command), 0, this, streams, discovers ? discover : nullptr, apply, decide, committed, nullptr};
  }

  static FakeCommand& self(void* ctx) { return *static_cast<FakeCommand*>(ctx); }
  void give(std::vector<std::string> names, const ec_str** out, std::size_t* count) {
    named = std::move(names);
    texts.clear();
    for (const std::string& name : named) texts.push_back(str(name));
    *out = texts.data();
    *count = texts.size();
  }
  static ec_status streams(void* ctx, const ec_str** out, std::size_t* count, ec_error*) {
    self(ctx).give(self(ctx).declared, out, count);
    return EC_OK;
  }
  static ec_status discover(void* ctx, const ec_str** out, std::size_t* count, ec_error*) {
    self(ctx).give(self(ctx).discovers(), out, count);
    return EC_OK;
  }
  static ec_status apply(void* ctx, const ec_event* event, ec_error* error) {
    self(ctx).applied.push_back(std::to_string(event->stream_index) + ":" + std::string(view(event->stream)) + "@" +
                                std::to_string(event->version));
    return self(ctx).apply_status == EC_OK ? EC_OK : ec::plugin::set_error(error, self(ctx).apply_status, "bad event");
  }
  static ec_status decide(void* ctx, ec_decision* decision, ec_error* error) {
    FakeCommand& own = self(ctx);
    ++own.decisions;
    if (!own.rejection.empty()) return ec::plugin::set_error(error, EC_REJECTED, own.rejection);
    own.events.clear();
    for (const auto& [index, type] : own.writes) {
      ec_new_event event{};
      event.stream_index = index;
      event.type = str(type);
      own.events.push_back(event);
    }
    decision->events = own.events.data();
    decision->count = own.events.size();
    decision->stride = sizeof(ec_new_event);
    return EC_OK;
  }
  static void committed(void* ctx, const ec_commit* commit) {
    self(ctx).commits.push_back(*commit);
    for (std::size_t i = 0; i < commit->stream_count; ++i)
      self(ctx).versions.emplace_back(view(commit->streams[i].stream), commit->streams[i].version);
  }
};

class ExecutionTest : public testing::Test {
 protected:
  Step begin() {
    table_ = command.table();
    execution.reset(table_, options, info);
    return execution.begin();
  }

  // Answers the read with events, given as stream index and version, in this order.
  Step answer_read(const std::vector<std::pair<std::uint32_t, std::uint64_t>>& events) {
    const ec_read& request = execution.read_request();
    asked_.clear();
    std::deque<std::string> names;
    std::vector<ec_event> batch;
    for (std::size_t i = 0; i < request.stream_count; ++i)
      asked_.emplace_back(view(request.streams[i].stream), request.streams[i].after_version);
    for (const auto& [index, version] : events) {
      ec_event event{};
      event.stream = str(names.emplace_back(index < asked_.size() ? asked_[index].first : "?"));
      event.stream_index = index;
      event.version = version;
      batch.push_back(event);
    }
    const ec_batch lent{sizeof lent, EC_BATCH_END, batch.data(), batch.size(), sizeof(ec_event), {}, {}};
    return execution.read_done(execution.take(lent));
  }
  Step answer_append_ok() {
    ec_outcome& outcome = execution.outcome();
    outcome.status = EC_OK;
    const ec_append& append = execution.append_request();
    outcome.first = {0, append.event_count == 0 ? 0U : 41U};
    outcome.last = {0, append.event_count == 0 ? 0U : 40 + append.event_count};
    for (std::size_t i = 0; i < append.expect_count; ++i) outcome.versions[i] = append.expects[i].version;
    for (std::size_t i = 0; i < append.event_count; ++i) ++outcome.versions[append.events[i].stream_index];
    return execution.append_done();
  }
  Step answer_append(ec_status status, bool retryable = false) {
    ec::plugin::fail(execution.outcome(), status, "the backend says so", {}, retryable);
    return execution.append_done();
  }
  Step answer_conflict(std::size_t index, std::uint64_t actual) {
    ec::plugin::conflict(execution.outcome(), execution.append_request(), index, actual);
    return execution.append_done();
  }

  FakeCommand command;
  ec_execute_options options{};
  ec_info info = [] {
    ec_info limits{};
    limits.max_payload = limits.max_metadata = limits.max_bytes_per_append = 1000;
    limits.max_events_per_append = 10;
    return limits;
  }();
  Execution execution;
  std::vector<std::pair<std::string, std::uint64_t>> asked_;

 private:
  ec_command table_{};
};

using Versions = std::vector<std::pair<std::string, std::uint64_t>>;

TEST_F(ExecutionTest, ReadsDecidesAndAppendsWithEachStreamAsAnExpectation) {
  command.writes = {{0, "withdrawn"}};
  ASSERT_EQ(begin(), Step::read);
  ASSERT_EQ(answer_read({{0, 1}, {1, 1}, {0, 2}}), Step::append);
  EXPECT_EQ(command.applied, (std::vector<std::string>{"0:account/a@1", "1:account/b@1", "0:account/a@2"}));
  const ec_append& append = execution.append_request();
  ASSERT_EQ(append.expect_count, 2U);
  EXPECT_EQ(append.expects[0].version, 2U);
  EXPECT_EQ(append.expects[1].version, 1U) << "a read-only participant is an expectation too";
  EXPECT_EQ(append.expects[1].mode, std::uint32_t{EC_EXPECT_EXACT});
  EXPECT_FALSE(ec::plugin::is_zero(append.commit_id));
  EXPECT_FALSE(ec::plugin::is_zero(append.events[0].id));
  ASSERT_EQ(answer_append_ok(), Step::done);
  EXPECT_EQ(execution.status(), EC_OK);
  ASSERT_EQ(command.commits.size(), 1U);
  EXPECT_EQ(command.commits[0].attempts, 1U);
  EXPECT_EQ(command.versions, (Versions{{"account/a", 3}, {"account/b", 1}}));
}

TEST_F(ExecutionTest, ADecisionWithoutEventsIsStillChecked) {
  begin();
  ASSERT_EQ(answer_read({}), Step::append);
  EXPECT_EQ(execution.append_request().event_count, 0U);
  EXPECT_EQ(execution.append_request().expect_count, 2U);
  ASSERT_EQ(answer_conflict(1, 1), Step::queue);
}

TEST_F(ExecutionTest, EqualStreamsAreOne) {
  command.declared = {"account/a", "account/a", "account/b"};
  command.writes = {{0, "out"}, {1, "in"}, {2, "other"}};
  begin();
  ASSERT_EQ(answer_read({{0, 1}, {1, 1}}), Step::append);
  EXPECT_EQ(command.applied, (std::vector<std::string>{"0:account/a@1", "2:account/b@1"}))
      << "an event carries the lowest index the command knows its stream by";
  const ec_append& append = execution.append_request();
  ASSERT_EQ(append.expect_count, 2U);
  EXPECT_EQ(append.events[0].stream_index, 0U);
  EXPECT_EQ(append.events[1].stream_index, 0U);
  EXPECT_EQ(append.events[2].stream_index, 1U);
}

TEST_F(ExecutionTest, RejectedStoresNothing) {
  command.rejection = "insufficient funds";
  begin();
  ASSERT_EQ(answer_read({}), Step::done);
  EXPECT_EQ(execution.status(), EC_REJECTED);
  EXPECT_STREQ(execution.error().message, "insufficient funds");
  EXPECT_TRUE(command.commits.empty());
}

TEST_F(ExecutionTest, AConflictReadsOnlyWhatCameSinceAndDecidesAgain) {
  command.writes = {{0, "withdrawn"}};
  begin();
  answer_read({{0, 1}, {0, 2}});
  ASSERT_EQ(answer_conflict(0, 3), Step::queue);
  EXPECT_EQ(execution.conflict_stream(), "account/a");
  ASSERT_EQ(execution.waited(EC_OK), Step::read);
  ASSERT_EQ(answer_read({{0, 3}}), Step::append);
  EXPECT_EQ(asked_, (Versions{{"account/a", 2}, {"account/b", 0}}));
  EXPECT_EQ(command.decisions, 2U);
  ASSERT_EQ(answer_append_ok(), Step::done);
  EXPECT_EQ(command.commits.at(0).attempts, 2U);
}

TEST_F(ExecutionTest, TheSecondConflictWaitsWithJitterUnderTheCap) {
  options.max_attempts = 60;
  options.backoff_base_us = 100;
  options.backoff_cap_us = 3'000;
  begin();
  answer_read({});
  ASSERT_EQ(answer_conflict(0, 1), Step::queue);
  std::uint64_t longest_ns = 0;
  for (std::uint64_t i = 0; i < 58; ++i) {
    execution.waited(EC_OK);
    ASSERT_EQ(answer_read({}), Step::append);
    ASSERT_EQ(answer_conflict(0, 1), Step::sleep);
    const std::uint64_t window_us = i < 5 ? std::uint64_t{100} << i : 3'000;
    EXPECT_LE(execution.sleep_ns(), window_us * 1'000);
    longest_ns = std::max(longest_ns, execution.sleep_ns());
  }
  EXPECT_GT(longest_ns, 1'500'000U) << "53 draws from [0, 3 ms] and none in the upper half";
  execution.waited(EC_OK);
  answer_read({});
  ASSERT_EQ(answer_conflict(0, 1), Step::done);
  EXPECT_EQ(execution.status(), EC_CONFLICT);
  EXPECT_EQ(execution.attempts(), 60U);
  EXPECT_EQ(execution.error().actual_version, 1U);
  EXPECT_NE(std::string(execution.error().message).find("60 attempts"), std::string::npos);
}

TEST_F(ExecutionTest, DiscoveredStreamsAreReadTogetherWithTheTailOfTheOthers) {
  command.declared = {"order/1"};
  command.discovers = [this] {
    return command.applied.empty() ? std::vector<std::string>{} : std::vector<std::string>{"order/1", "stock/x"};
  };
  command.writes = {{1, "reserved"}};
  begin();
  ASSERT_EQ(answer_read({{0, 1}}), Step::read);
  ASSERT_EQ(answer_read({{1, 1}, {0, 2}}), Step::append);
  EXPECT_EQ(asked_, (Versions{{"order/1", 1}, {"stock/x", 0}}));
  EXPECT_EQ(execution.append_request().expects[1].version, 1U);
  EXPECT_EQ(execution.append_request().events[0].stream_index, 1U);
}

TEST_F(ExecutionTest, DiscoveryIsBoundedInRounds) {
  options.max_rounds = 3;
  std::size_t round = 0;
  command.discovers = [&] { return std::vector<std::string>{"more/" + std::to_string(round++)}; };
  ASSERT_EQ(begin(), Step::read);
  for (int i = 0; i < 3; ++i) ASSERT_EQ(answer_read({}), Step::read);
  ASSERT_EQ(answer_read({}), Step::done);
  EXPECT_EQ(execution.status(), EC_LIMIT);
  EXPECT_NE(std::string(execution.error().message).find("more/3"), std::string::npos);
}

TEST_F(ExecutionTest, DiscoveryIsBoundedInStreams) {
  options.max_streams = 50;
  command.discovers = [] {
    std::vector<std::string> many;
    for (int i = 0; i < 49; ++i) many.push_back("item/" + std::to_string(i));
    return many;
  };
  begin();
  ASSERT_EQ(answer_read({}), Step::done);
  EXPECT_EQ(execution.status(), EC_LIMIT);
}

TEST_F(ExecutionTest, ManyStreamsKeepTheirPlaces) {
  command.declared.clear();
  for (int i = 0; i < 200; ++i) command.declared.push_back("item/" + std::to_string(i));
  command.declared.push_back("item/150");
  command.writes = {{200, "counted"}, {199, "counted"}};
  begin();
  ASSERT_EQ(answer_read({{150, 1}, {199, 1}}), Step::append);
  EXPECT_EQ(execution.append_request().expect_count, 200U);
  EXPECT_EQ(execution.append_request().events[0].stream_index, 150U);
  EXPECT_EQ(execution.append_request().events[1].stream_index, 199U);
}

TEST_F(ExecutionTest, InDoubtAsksAgainWithTheSameAppend) {
  command.writes = {{0, "withdrawn"}};
  begin();
  answer_read({});
  const ec_uuid commit_id = execution.append_request().commit_id;
  const ec_uuid event_id = execution.append_request().events[0].id;
  ASSERT_EQ(answer_append(EC_IN_DOUBT), Step::sleep);
  ASSERT_EQ(execution.waited(EC_OK), Step::append);
  EXPECT_EQ(std::memcmp(&commit_id, &execution.append_request().commit_id, sizeof commit_id), 0);
  EXPECT_EQ(std::memcmp(&event_id, &execution.append_request().events[0].id, sizeof event_id), 0);
  EXPECT_EQ(command.decisions, 1U);
  ASSERT_EQ(answer_append_ok(), Step::done);
  EXPECT_EQ(execution.status(), EC_OK);
}

TEST_F(ExecutionTest, InDoubtStaysInDoubtWhenNobodyAnswers) {
  options.max_attempts = 3;
  begin();
  answer_read({});
  ASSERT_EQ(answer_append(EC_IN_DOUBT), Step::sleep);
  execution.waited(EC_OK);
  ASSERT_EQ(answer_append(EC_UNAVAILABLE), Step::sleep);
  execution.waited(EC_OK);
  ASSERT_EQ(answer_append(EC_UNAVAILABLE), Step::done);
  EXPECT_EQ(execution.status(), EC_IN_DOUBT) << "an earlier try may have been stored";
  EXPECT_NE(std::string(execution.error().message).find("commit id "), std::string::npos);
}

TEST_F(ExecutionTest, InDoubtThenReadOnlyIsStillInDoubt) {
  begin();
  answer_read({});
  answer_append(EC_IN_DOUBT);
  execution.waited(EC_OK);
  ASSERT_EQ(answer_append(EC_READ_ONLY), Step::done);
  EXPECT_EQ(execution.status(), EC_IN_DOUBT);
}

TEST_F(ExecutionTest, InDoubtThenADeadlineIsStillInDoubt) {
  begin();
  answer_read({});
  answer_append(EC_IN_DOUBT);
  ASSERT_EQ(execution.waited(EC_TIMEOUT), Step::done);
  EXPECT_EQ(execution.status(), EC_IN_DOUBT);
}

TEST_F(ExecutionTest, InDoubtThenConflictIsResolved) {
  begin();
  answer_read({});
  answer_append(EC_IN_DOUBT);
  execution.waited(EC_OK);
  ASSERT_EQ(answer_conflict(0, 1), Step::queue);
  execution.waited(EC_OK);
  command.rejection = "no longer";
  ASSERT_EQ(answer_read({{0, 1}}), Step::done);
  EXPECT_EQ(execution.status(), EC_REJECTED);
}

TEST_F(ExecutionTest, WhatIsNotRetryableEndsItAtOnce) {
  begin();
  answer_read({});
  ASSERT_EQ(answer_append(EC_CORRUPT), Step::done);
  EXPECT_EQ(execution.status(), EC_CORRUPT);
  EXPECT_EQ(execution.attempts(), 1U);
}

TEST_F(ExecutionTest, WhatIsRetryableIsTriedAgain) {
  begin();
  answer_read({});
  ASSERT_EQ(answer_append(EC_INTERNAL, true), Step::sleep);
  EXPECT_EQ(execution.waited(EC_OK), Step::append);
}

TEST_F(ExecutionTest, AReadThatFailsForNowIsTriedAgainFromWhereItCame) {
  begin();
  ec_event event{};
  event.version = 1;
  execution.read_request();
  EXPECT_EQ(execution.take({sizeof(ec_batch), 0, &event, 1, sizeof event, {}, {}}), EC_OK);
  ec::plugin::set_error(&execution.error(), EC_UNAVAILABLE, "restarting");
  ASSERT_EQ(execution.read_done(EC_UNAVAILABLE), Step::sleep);
  ASSERT_EQ(execution.waited(EC_OK), Step::read);
  ASSERT_EQ(answer_read({{0, 2}}), Step::append);
  EXPECT_EQ(asked_[0].second, 1U);
  EXPECT_EQ(command.applied.size(), 2U);
}

TEST_F(ExecutionTest, ADeadlineWhileWaitingSaysWhatItWaitedFor) {
  begin();
  answer_read({});
  answer_conflict(0, 7);
  ASSERT_EQ(execution.waited(EC_TIMEOUT), Step::done);
  EXPECT_EQ(execution.status(), EC_TIMEOUT);
  EXPECT_NE(std::string(execution.error().message).find("version 7"), std::string::npos);
}

TEST_F(ExecutionTest, AGivenCommitIdIsLookedUpBeforeAnythingIsDecided) {
  options.commit_id.bytes[0] = 1;
  ASSERT_EQ(begin(), Step::append);
  EXPECT_EQ(execution.append_request().flags, EC_APPEND_LOOKUP);
  ASSERT_EQ(answer_append(EC_NOT_FOUND), Step::read);
  ASSERT_EQ(answer_read({}), Step::append);
  EXPECT_EQ(execution.append_request().commit_id.bytes[0], 1);
  ASSERT_EQ(answer_append_ok(), Step::done);
  EXPECT_EQ(command.commits.at(0).attempts, 1U);
}

TEST_F(ExecutionTest, AStoredCommitIdGivesTheFirstOutcomeUndecided) {
  options.commit_id.bytes[0] = 1;
  begin();
  execution.outcome().status = EC_OK;
  execution.outcome().flags = EC_OUTCOME_REPEATED;
  execution.outcome().first = {5, 0};
  execution.outcome().last = {5, 1};
  ASSERT_EQ(execution.append_done(), Step::read_group);
  EXPECT_EQ(execution.group_request().after.hi, 4U) << "the position right before {5,0}";
  EXPECT_EQ(execution.group_request().after.lo, std::numeric_limits<std::uint64_t>::max());
  const std::string names[] = {"account/a", "account/b", "account/c"};
  std::vector<ec_event> events(3);
  for (std::size_t i = 0; i < 3; ++i) {
    events[i].stream = str(names[i]);
    events[i].position = {5, i};
    events[i].version = 10 + i;
  }
  EXPECT_TRUE(execution.take_group({sizeof(ec_batch), 0, events.data(), 3, sizeof(ec_event), {}, {}}));
  ASSERT_EQ(execution.group_done(EC_OK), Step::done);
  EXPECT_EQ(command.decisions, 0U);
  ASSERT_EQ(command.commits.size(), 1U);
  EXPECT_EQ(command.commits[0].flags, EC_OUTCOME_REPEATED);
  EXPECT_EQ(command.commits[0].attempts, 0U);
  EXPECT_EQ(command.versions, (Versions{{"account/a", 10}, {"account/b", 11}})) << "what follows is another's";
}

TEST_F(ExecutionTest, ACommitIdTakenMeanwhileIsLookedUp) {
  options.commit_id.bytes[0] = 1;
  begin();
  answer_append(EC_NOT_FOUND);
  answer_read({});
  ASSERT_EQ(answer_append(EC_DUPLICATE), Step::append);
  EXPECT_EQ(execution.append_request().flags, EC_APPEND_LOOKUP);
}

TEST_F(ExecutionTest, ALyingBackendIsFoundOut) {
  begin();
  ASSERT_EQ(answer_read({{0, 1}, {0, 3}}), Step::done);
  EXPECT_EQ(execution.status(), EC_CORRUPT);
  begin();
  ASSERT_EQ(answer_read({{2, 1}}), Step::done);
  EXPECT_EQ(execution.status(), EC_INTERNAL);
}

TEST_F(ExecutionTest, ACommandThatFailsToApplyEndsIt) {
  command.apply_status = EC_UNAVAILABLE;
  begin();
  ASSERT_EQ(answer_read({{0, 1}}), Step::done);
  EXPECT_EQ(execution.status(), EC_UNAVAILABLE);
}

TEST_F(ExecutionTest, BadStreamsAndEventsAreRefusedInWords) {
  command.declared = {"account/*"};
  ASSERT_EQ(begin(), Step::done);
  EXPECT_EQ(execution.status(), EC_INVALID);
  EXPECT_NE(std::string(execution.error().message).find("account/*"), std::string::npos);
  command.declared = {};
  ASSERT_EQ(begin(), Step::done);
  command.declared = {"account/a"};
  command.writes = {{1, "withdrawn"}};
  ASSERT_EQ(begin(), Step::read);
  ASSERT_EQ(answer_read({}), Step::done);
  EXPECT_EQ(execution.status(), EC_INVALID);
  command.writes = {{0, ""}};
  begin();
  ASSERT_EQ(answer_read({}), Step::done);
  EXPECT_EQ(execution.status(), EC_INVALID);
}

}  // namespace
