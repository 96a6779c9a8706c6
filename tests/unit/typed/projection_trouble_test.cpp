// What befalls a projection that is asked something: errors, damaged records, a lease that is lost in the middle of it.
#include "asking.hpp"

#include <atomic>

namespace {

using namespace asking;

// What others wrote into the records is read back by everybody who asks.
TEST(ProjectionRequests, AnAnswerIsReadableWhateverTheErrorQuotes) {
  ec::Store store = open_memory();
  deposit(store, 1);
  Resettable sums;
  sums.bad = {1};
  sums.why = "no: \xFF\xFE";
  ASSERT_TRUE(ec::Projector(store, sums).run_to_head().has_value());
  const auto asked_for = ec::ask_projection(store, "sums", {.kind = RequestKind::replay}).value();
  ASSERT_TRUE(ec::Projector(store, sums).run_to_head().has_value());
  const auto answer = ec::wait_for_answer(store, "sums", asked_for.id, patient());
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  EXPECT_FALSE(answer->is_done);
  EXPECT_NE(answer->text.find("failed again"), std::string::npos) << answer->text;
  EXPECT_FAILS(ec::detail::save_record(store, "x", std::string("\xFF"), 0, {}), ec::Code::invalid, "UTF-8");
}

struct Flushing : Resettable {
  ec::Result<> flush() {
    if (std::exchange(fails, false)) return std::unexpected(ec::Error{ec::Code::limit, "disk full"});
    return {};
  }
  bool fails = false;
};

TEST(ProjectionRequests, AResetThatIsHalfDoneEndsTheRunAndIsDoneByTheNext) {
  ec::Store store = open_memory();
  for (int i = 1; i <= 3; ++i) deposit(store, i);
  Flushing sums;
  ASSERT_TRUE(ec::Projector(store, sums).run_to_head().has_value());
  const auto reset = ec::ask_projection(store, "sums", {.kind = RequestKind::reset}).value();
  sums.fails = true;
  EXPECT_FAILS(ec::Projector(store, sums).run_to_head(), ec::Code::limit, "disk full");
  deposit(store, 4);
  ASSERT_TRUE(ec::Projector(store, sums).run_to_head().has_value());
  EXPECT_TRUE(ec::wait_for_answer(store, "sums", reset.id, patient()).value().is_done);
  EXPECT_EQ(sums.told, (std::vector<std::int64_t>{1, 2, 3, 4}));
}

// The stream of letters is an ordinary one.
TEST(ProjectionRequests, ALetterThatCannotBeReadEndsNoRun) {
  ec::Store store = open_memory();
  deposit(store, 1);
  Resettable sums;
  ASSERT_TRUE(ec::Projector(store, sums).run_to_head().has_value());
  ASSERT_TRUE(store
                  .append({ec::Expect::any(ec::dead_letter_stream(id))},
                          {{.expect = 0, .type = std::string(ec::type_of<ec::DeadLetter>), .payload = "[]"}})
                  .has_value());
  const auto replay = ec::ask_projection(store, "sums", {.kind = RequestKind::replay}).value();
  const auto reset = ec::ask_projection(store, "sums", {.kind = RequestKind::reset}).value();
  ASSERT_TRUE(ec::Projector(store, sums).run_to_head().has_value());
  EXPECT_FALSE(ec::wait_for_answer(store, "sums", replay.id, patient()).value().is_done);
  const auto done = ec::wait_for_answer(store, "sums", reset.id, patient()).value();
  EXPECT_TRUE(done.is_done);
  EXPECT_NE(done.text.find("cannot be settled"), std::string::npos) << done.text;
  EXPECT_EQ(sums.told, (std::vector<std::int64_t>{1}));
}

TEST(ProjectionRequests, WaitForAnAnswerUpToALimit) {
  ec::Store store = open_memory();
  Sums sums;
  ASSERT_TRUE(ec::Projector(store, sums).run_to_head().has_value());
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(ec::ask_projection(store, "sums", {.kind = RequestKind::replay}));
  EXPECT_FAILS(ec::ask_projection(store, "sums", {.kind = RequestKind::replay}), ec::Code::limit, "100 requests wait");
}

// The lease goes while something is asked, and is free again at once.
TEST(ProjectionRequests, ThatComeWhileTheLeaseIsLostAreDoneByTheNextLead) {
  ec::Store store = open_memory();
  deposit(store, 1);
  Resettable sums;
  std::atomic<std::uint64_t> reset{0};  // its id
  sums.before = [&] {
    if (reset != 0) return;
    reset = ec::ask_projection(store, "sums", {.kind = RequestKind::reset}).value().id;
    // A beat looks for requests before it writes, so the second one behind this has seen it.
    for (int beats = 0; beats < 3; ++beats) {
      const auto before = status_of(store).written_us;
      while (status_of(store).written_us == before) std::this_thread::yield();
    }
    EXPECT_TRUE(ec::Lease::acquire(store, id, "first", 1min).has_value());
  };
  Running running(store, sums, {.holder = "first", .lease_time = 1min, .status_interval = 1ms});
  const auto until = std::chrono::steady_clock::now() + 1min;
  while (reset == 0 && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  const auto answer = ec::wait_for_answer(store, "sums", reset, patient());
  running.stop();
  ASSERT_TRUE(running.done.has_value()) << running.done.error().message;
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  EXPECT_TRUE(answer->is_done);
}

TEST(ProjectionReport, OneThatLostItsLeaseInTheMiddleOfAnEventCommitsNothing) {
  constexpr auto lease_time = 40ms;
  ec::Store store = open_memory();
  deposit(store, 1);
  Kept kept;
  std::uint64_t usurper_fence = 0;
  kept.before = [&] {
    if (usurper_fence != 0) return;
    auto usurper = ec::Lease::acquire(store, id, "first", 1min);
    ASSERT_TRUE(usurper.has_value()) << usurper.error().message;
    usurper_fence = usurper->fence();
    // Nothing can be renewed from here on, so it is over then.
    const auto over = std::chrono::steady_clock::now() + lease_time;
    while (std::chrono::steady_clock::now() < over) std::this_thread::yield();
  };
  ec::Projector projector(store, kept,
                          {.save_every = 1, .save_interval = 1ms, .holder = "first", .lease_time = lease_time});
  ASSERT_TRUE(projector.run_to_head(patient()).has_value());
  EXPECT_EQ(kept.rows, (std::vector<std::int64_t>{1}));
  for (const std::uint64_t fence : kept.fences) EXPECT_GT(fence, usurper_fence);
}

struct SumsTwo : Resettable {
  static constexpr std::uint32_t version = 2;
};

TEST(ProjectionReport, TellsWhetherItIsTheBuildThatIsRead) {
  ec::Store store = open_memory();
  deposit(store, 1);
  Sums one;
  ASSERT_TRUE(ec::Projector(store, one).run_to_head().has_value());
  EXPECT_TRUE(one.deliveries.back().is_active);
  SumsTwo two;
  two.bad = {1};
  two.reaction = ec::Reaction::stop;
  ASSERT_FALSE(ec::Projector(store, two).run_to_head().has_value());
  two.bad.clear();
  deposit(store, 2);  // behind where its replay ends
  ASSERT_TRUE(ec::Projector(store, two).run_to_head().has_value());
  ASSERT_EQ(two.deliveries.size(), 2U);
  EXPECT_FALSE(two.deliveries[0].is_active);
  EXPECT_FALSE(two.deliveries[1].is_replay);
  EXPECT_FALSE(two.deliveries[1].is_active) << "the other build has that event, too";
  deposit(store, 3);
  ASSERT_TRUE(ec::Projector(store, two).run_to_head().has_value());
  EXPECT_TRUE(two.deliveries.back().is_active);
}

}  // namespace
