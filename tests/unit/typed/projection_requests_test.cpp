// What a projection tells of itself while it runs, and what it does when it is asked: reset, another try for its dead
// letters.
#include "asking.hpp"

namespace {

using namespace asking;

TEST(ProjectionReport, SaysHowFarItIsAndHowItEnded) {
  ec::Store store = open_memory();
  Sums sums;
  sums.bad = {2};
  for (int i = 1; i <= 3; ++i) deposit(store, i);
  ASSERT_TRUE(ec::Projector(store, sums).run_to_head().has_value());
  auto status = status_of(store);
  EXPECT_EQ(status.state, ProjectionState::stopped);
  EXPECT_EQ(status.saved, (Position{0, 3}));
  EXPECT_EQ(status.replay_end, (Position{0, 3}));
  EXPECT_EQ(status.handled, 2U);
  EXPECT_EQ(status.dead_letters, 1U);
  EXPECT_NE(status.error.find("position 2"), std::string::npos) << status.error;
  EXPECT_GT(status.written_us, status.began_us - 1);
  EXPECT_EQ(ec::active_build(store, "sums").value(), build) << "the first one is active at once";
  // Another run: totals go on, and what ends it is told.
  const auto began = status.began_us;
  sums.bad = {5};
  sums.reaction = ec::Reaction::stop;
  deposit(store, 4);
  deposit(store, 5);
  EXPECT_FALSE(ec::Projector(store, sums).run_to_head().has_value());
  status = status_of(store);
  EXPECT_EQ(status.state, ProjectionState::failed);
  EXPECT_EQ(status.handled, 3U);
  EXPECT_EQ(status.dead_letters, 1U);
  EXPECT_EQ(status.began_us, began);
  EXPECT_NE(status.error.find("cannot count"), std::string::npos) << status.error;
}

TEST(ProjectionReport, IsWrittenWhileItRunsAndWhileItIdles) {
  ec::Store store = open_memory();
  deposit(store, 1);
  Sums sums;
  Running running(store, sums, {.holder = "here", .status_interval = 1ms});
  const auto until = [&](auto&& holds) {
    auto status = status_of(store);
    while (!holds(status)) status = status_of(store);
    return status;
  };
  auto status = until([](const auto& each) { return each.position == Position{0, 1}; });
  EXPECT_EQ(status.state, ProjectionState::live);
  EXPECT_EQ(status.holder, "here");
  EXPECT_NE(status.fence, 0U);
  EXPECT_TRUE(ec::is_running(status));
  const auto before = status.written_us;
  until([&](const auto& each) { return each.written_us > before; });
  deposit(store, 2);
  status = until([](const auto& each) { return each.handled == 2; });
  EXPECT_GT(status.last_event_us, 0);
  running.stop();
  EXPECT_EQ(status_of(store).state, ProjectionState::stopped);
}

TEST(ProjectionReport, ALeaderOfLongAgoDoesNotWriteOverTheNextOne) {
  ec::Store store = open_memory();
  Sums sums;
  Running running(store, sums, {.holder = "old", .lease_time = 1h, .status_interval = 1ms});
  while (status_of(store).fence == 0) std::this_thread::yield();
  auto record = ec::detail::load_record<ec::ProjectionStatus>(store, std::string(id) + "/status", {}).value();
  for (bool is_written = false; !is_written;) {
    record = ec::detail::load_record<ec::ProjectionStatus>(store, std::string(id) + "/status", {}).value();
    record.value.fence += 1;
    record.value.holder = "new";
    is_written = ec::detail::save_record(store, std::string(id) + "/status", record.value, record.etag, {}).has_value();
  }
  running.stop();
  EXPECT_EQ(status_of(store).holder, "new");
  EXPECT_NE(status_of(store).state, ProjectionState::stopped);
}

TEST(ProjectionReport, ADamagedStatusIsWrittenAnew) {
  ec::Store store = open_memory();
  ASSERT_TRUE(ec::detail::save_record(store, std::string(id) + "/status", std::string("rubbish"), 0, {}).has_value());
  Sums sums;
  ASSERT_TRUE(ec::Projector(store, sums).run_to_head().has_value());
  EXPECT_EQ(status_of(store).state, ProjectionState::stopped);
}

TEST(ProjectionReport, DamagedRequestsAreToldAndKeepNobodyFromWork) {
  ec::Store store = open_memory();
  deposit(store, 1);
  ASSERT_TRUE(ec::detail::save_record(store, "projection/sums/requests", std::string("rubbish"), 0, {}).has_value());
  Sums sums;
  ASSERT_TRUE(ec::Projector(store, sums).run_to_head().has_value());
  EXPECT_EQ(sums.told.size(), 1U);
  EXPECT_NE(status_of(store).error.find("record 'projection/sums/requests'"), std::string::npos);
}

TEST(ProjectionReport, IsNoneWithoutAnInterval) {
  ec::Store store = open_memory();
  Sums sums;
  ASSERT_TRUE(ec::Projector(store, sums, {.status_interval = 0ms}).run_to_head().has_value());
  EXPECT_TRUE(ec::list_projections(store).value().empty());
  EXPECT_FALSE(ec::load_status(store, "sums", build).value().has_value());
}

TEST(ProjectionRequests, AResetGoesBackAndNothingCountsTwice) {
  ec::Store store = open_memory();
  deposit(store, 1);
  Resettable sums;
  Running running(store, sums);
  ASSERT_TRUE(running.projector.wait_for({0, 1}, patient()).has_value());
  deposit(store, 2);
  ASSERT_TRUE(running.projector.wait_for({0, 2}, patient()).has_value());
  EXPECT_TRUE(asked(store, {.kind = RequestKind::reset}).is_done);
  ASSERT_TRUE(running.projector.wait_for({0, 2}, patient()).has_value());
  deposit(store, 3);
  ASSERT_TRUE(running.projector.wait_for({0, 3}, patient()).has_value());
  const auto refused = asked(store, {.kind = RequestKind::reset, .to = {0, 1}});
  EXPECT_FALSE(refused.is_done);
  EXPECT_EQ(refused.text, "only to the start");
  EXPECT_FALSE(asked(store, {.kind = RequestKind::reset, .to = {0, 9}}).is_done) << "that would be forward";
  running.stop();
  EXPECT_TRUE(running.done.has_value());
  EXPECT_EQ(sums.told, (std::vector<std::int64_t>{1, 2, 3}));
  const auto& deliveries = sums.deliveries;
  ASSERT_EQ(deliveries.size(), 5U);
  EXPECT_FALSE(deliveries[1].is_replay);
  EXPECT_TRUE(deliveries[2].is_replay);
  EXPECT_TRUE(deliveries[3].is_replay) << "it had come before, so no mail the second time";
  EXPECT_FALSE(deliveries[4].is_replay);
}

TEST(ProjectionRequests, AreSeenByTheNextRunWhenNobodyRunsIt) {
  ec::Store store = open_memory();
  deposit(store, 1);
  Resettable sums;
  ASSERT_TRUE(ec::Projector(store, sums).run_to_head().has_value());
  const auto made = ec::ask_projection(store, "sums", {.kind = RequestKind::reset}).value();
  ASSERT_TRUE(ec::Projector(store, sums).run_to_head().has_value());
  EXPECT_TRUE(ec::wait_for_answer(store, "sums", made.id).value().is_done);
  EXPECT_EQ(sums.told, std::vector<std::int64_t>{1});
  EXPECT_EQ(sums.deliveries.size(), 2U);
}

TEST(ProjectionRequests, WhatItCannotDoIsRefusedWithWhatToDo) {
  ec::Store store = open_memory();
  deposit(store, 1);
  Sums sums;
  Running running(store, sums);
  ASSERT_TRUE(running.projector.wait_for({0, 1}, patient()).has_value());
  auto answer = asked(store, {.kind = RequestKind::reset});
  EXPECT_FALSE(answer.is_done);
  EXPECT_NE(answer.text.find("has no reset(ec::Position)"), std::string::npos) << answer.text;
  answer = asked(store, {.kind = RequestKind::rebuild});
  EXPECT_FALSE(answer.is_done);
  EXPECT_NE(answer.text.find("ec::run_builds()"), std::string::npos) << answer.text;
  running.stop();
  EXPECT_EQ(sums.told.size(), 1U) << "it went on where it was";
}

TEST(ProjectionRequests, DeadLettersAreHandledAgain) {
  ec::Store store = open_memory();
  for (int i = 1; i <= 5; ++i) deposit(store, i);
  Sums sums;
  sums.bad = {2, 3, 4};
  ASSERT_TRUE(ec::Projector(store, sums).run_to_head().has_value());
  ASSERT_EQ(ec::dead_letters(store, id).value().size(), 3U);
  sums.bad = {3};
  Running running(store, sums);
  const auto one = asked(store, {.kind = RequestKind::replay, .letters = {3}});
  EXPECT_TRUE(one.is_done) << one.text;
  EXPECT_EQ(one.text, "1 handled");
  const auto all = asked(store, {.kind = RequestKind::replay});
  EXPECT_FALSE(all.is_done);
  EXPECT_EQ(all.text, "1 handled; letter 2 failed again: cannot count");
  const auto gone = asked(store, {.kind = RequestKind::replay, .letters = {1}});
  EXPECT_FALSE(gone.is_done);
  EXPECT_EQ(gone.text, "0 handled; there is no letter 1 that is left");
  running.stop();
  EXPECT_EQ(sums.told, (std::vector<std::int64_t>{1, 5, 4, 2}));
  EXPECT_TRUE(sums.deliveries.back().is_dead_letter);
  EXPECT_TRUE(sums.deliveries.back().is_replay);
  EXPECT_FALSE(sums.deliveries.front().is_dead_letter);
  const auto left = ec::dead_letters(store, id).value();
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].number, 2U);
  EXPECT_EQ(left[0].attempts, 2U);
  EXPECT_EQ(left[0].error, "cannot count");
  EXPECT_EQ(status_of(store).handled, 4U);
}

// After a reset their events come again, and would count twice were they handled again as well.
TEST(ProjectionRequests, AResetSettlesTheDeadLettersBehindIt) {
  ec::Store store = open_memory();
  deposit(store, 1);
  deposit(store, 2);
  Resettable sums;
  sums.bad = {2};
  ASSERT_TRUE(ec::Projector(store, sums).run_to_head().has_value());
  ASSERT_EQ(ec::dead_letters(store, id).value().size(), 1U);
  sums.bad.clear();
  Running running(store, sums);
  EXPECT_TRUE(asked(store, {.kind = RequestKind::reset}).is_done);
  EXPECT_TRUE(asked(store, {.kind = RequestKind::replay}).is_done);
  ASSERT_TRUE(running.projector.wait_for({0, 3}, patient()).has_value());
  running.stop();
  EXPECT_EQ(sums.told, (std::vector<std::int64_t>{1, 2}));
  EXPECT_TRUE(ec::dead_letters(store, id).value().empty());
}

TEST(ProjectionRequests, OneThatKeepsItsCheckpointCommitsAResetWithIt) {
  ec::Store store = open_memory();
  for (int i = 1; i <= 3; ++i) deposit(store, i);
  Kept kept;
  kept.bad = {2};
  ASSERT_TRUE(ec::Projector(store, kept).run_to_head().has_value());
  const auto failing = ec::ask_projection(store, "sums", {.kind = RequestKind::reset}).value();
  kept.fails_to_commit = true;
  ASSERT_TRUE(ec::Projector(store, kept).run_to_head().has_value());
  EXPECT_EQ(ec::wait_for_answer(store, "sums", failing.id).value().text, "disk full");
  EXPECT_EQ(kept.rows, (std::vector<std::int64_t>{1, 3})) << "all or nothing";
  kept.bad.clear();
  const auto again = ec::ask_projection(store, "sums", {.kind = RequestKind::replay}).value();
  ASSERT_TRUE(ec::Projector(store, kept).run_to_head().has_value());
  EXPECT_TRUE(ec::wait_for_answer(store, "sums", again.id).value().is_done);
  EXPECT_EQ(kept.rows, (std::vector<std::int64_t>{1, 3, 2}));
  const auto reset = ec::ask_projection(store, "sums", {.kind = RequestKind::reset}).value();
  ASSERT_TRUE(ec::Projector(store, kept).run_to_head().has_value());
  EXPECT_TRUE(ec::wait_for_answer(store, "sums", reset.id).value().is_done);
  EXPECT_EQ(kept.rows, (std::vector<std::int64_t>{1, 2, 3}));
}

// A handler that is tried again and again does not keep a tool waiting, nor does being asked end the run: not in the wait
// between two attempts, and not in the middle of one.
TEST(ProjectionRequests, AreHeardWhileAnEventIsTriedAgain) {
  for (const auto wait : {std::chrono::milliseconds(1h), 0ms}) {
    ec::Store store = open_memory();
    deposit(store, 1);
    Resettable sums;
    sums.bad = {1};
    sums.reaction = ec::Reaction::retry;
    sums.before = [&] {
      const auto works_until = std::chrono::steady_clock::now() + 3ms;
      while (wait == 0ms && std::chrono::steady_clock::now() < works_until) {
      }
    };
    Running running(store, sums, {.retry_base = wait, .retry_cap = wait, .status_interval = 1ms});
    while (status_of(store).retries == 0) std::this_thread::yield();
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(asked(store, {.kind = RequestKind::reset}).is_done);
    EXPECT_NE(status_of(store).error.find("cannot count"), std::string::npos);
    running.stop();
    EXPECT_TRUE(running.done.has_value()) << running.done.error().message;
  }
}

}  // namespace
