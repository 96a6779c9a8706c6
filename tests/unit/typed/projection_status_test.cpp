// The records of projections: which there are, how they do, what is asked of them; and what becomes of dead letters.
#include "support.hpp"

#include <eventcore/projection_status.hpp>

#include <chrono>
#include <thread>

namespace {

using namespace typed;
using namespace std::chrono_literals;
using ec::Build;
using ec::Position;
using ec::RequestKind;

constexpr Build first{1, 0}, again{1, 1}, second{2, 0};

void know(ec::Store& store, const Build& build, bool is_active) {
  ASSERT_TRUE(ec::detail::register_build(store, "book", build, {}).has_value());
  if (!is_active) return;
  ASSERT_TRUE(ec::detail::activate_build(store, "book", build, {}).has_value());
}

TEST(ProjectionStatus, BuildsAreListedAndTheActiveOneMovesForwardAlone) {
  ec::Store store = open_memory();
  EXPECT_TRUE(ec::list_projections(store).value().empty());
  EXPECT_FAILS(ec::active_build(store, "book"), ec::Code::not_found, "no projection 'book' ever ran");
  know(store, second, false);
  EXPECT_FAILS(ec::active_build(store, "book"), ec::Code::not_found, "no active build");
  know(store, first, true);
  know(store, again, false);
  know(store, first, false);
  EXPECT_EQ(ec::active_build(store, "book").value(), first);
  EXPECT_EQ(ec::detail::activate_build(store, "book", second, {}).value(), second);
  EXPECT_EQ(ec::detail::activate_build(store, "book", again, {}).value(), second) << "never back";
  ASSERT_TRUE(ec::detail::register_build(store, "alphabetical", first, {}).has_value());
  const auto all = ec::list_projections(store).value();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].name, "alphabetical");
  EXPECT_EQ(all[1].builds, (std::vector<Build>{first, again, second}));
}

TEST(ProjectionStatus, NamesOfBuildsKeepWhatTheyWereWithoutGenerations) {
  EXPECT_EQ(ec::projection_id("book", 2), "projection/book/2");
  EXPECT_EQ(ec::projection_id("book", second), "projection/book/2");
  EXPECT_EQ(ec::projection_id("book", again), "projection/book/1.1");
  EXPECT_LT(again, second);
}

// Many at once: each is kept.
TEST(ProjectionStatus, ThreadsThatRegisterAtOnceAllGetIn) {
  ec::Store store = open_memory();
  {
    std::vector<std::jthread> threads;
    for (std::uint32_t thread = 0; thread < 4; ++thread)
      threads.emplace_back([&store, thread] {
        for (std::uint32_t i = 0; i < 25; ++i) know(store, {thread, i}, true);
      });
  }
  EXPECT_EQ(ec::find_projection(store, "book").value().builds.size(), 100U);
  EXPECT_EQ(ec::active_build(store, "book").value(), (Build{3, 24}));
}

TEST(ProjectionStatus, ARequestStaysUntilItHasOneAnswer) {
  ec::Store store = open_memory();
  EXPECT_FAILS(ec::ask_projection(store, "book", {}), ec::Code::not_found, "ever ran");
  know(store, first, true);
  EXPECT_FAILS(ec::ask_projection(store, "book", {.build = second}), ec::Code::not_found, "no build 2");
  const auto asked = ec::ask_projection(store, "book", {.kind = RequestKind::reset, .to = {0, 7}}).value();
  EXPECT_EQ(asked.build, first);
  EXPECT_FAILS(ec::wait_for_answer(store, "book", asked.id, {.deadline = ec::Call::in(1ms)}), ec::Code::timeout,
               "the request stays");
  const auto later = ec::ask_projection(store, "book", {.kind = RequestKind::replay, .letters = {3}}).value();
  EXPECT_GT(later.id, asked.id);
  const auto all = ec::list_requests(store, "book").value();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].to, (Position{0, 7}));
  EXPECT_EQ(all[1].letters, std::vector<std::uint64_t>{3});
  const std::jthread answers([&] {
    EXPECT_TRUE(ec::detail::answer_request(store, "book", asked.id, {true, "so it is"}, {}).has_value());
    EXPECT_TRUE(ec::detail::answer_request(store, "book", asked.id, {false, "too late"}, {}).has_value());
  });
  EXPECT_EQ(ec::wait_for_answer(store, "book", asked.id, {.deadline = ec::Call::in(1min)}).value().text, "so it is");
  EXPECT_TRUE(ec::withdraw_request(store, "book", later.id).value());
  EXPECT_FALSE(ec::withdraw_request(store, "book", asked.id).value()) << "it has its answer";
  EXPECT_FAILS(ec::wait_for_answer(store, "book", later.id), ec::Code::not_found, "no request");
}

TEST(ProjectionStatus, OldAnswersMakeRoom) {
  ec::Store store = open_memory();
  know(store, first, true);
  const auto open = ec::ask_projection(store, "book", {}).value();
  for (int i = 0; i < 50; ++i) {
    const auto asked = ec::ask_projection(store, "book", {}).value();
    ASSERT_TRUE(ec::detail::answer_request(store, "book", asked.id, {}, {}).has_value());
  }
  const auto left = ec::list_requests(store, "book").value();
  EXPECT_EQ(left.size(), 21U);
  EXPECT_EQ(left.front().id, open.id) << "what has no answer stays";
  EXPECT_EQ(left.back().id, 51U);
}

TEST(ProjectionStatus, ARecordThatIsDamagedIsAnErrorAndNotNone) {
  ec::Store store = open_memory();
  ASSERT_TRUE(ec::detail::save_record(store, "projections", std::string("rubbish"), 0, {}).has_value());
  EXPECT_FAILS(ec::list_projections(store), ec::Code::corrupt, "record 'projections'");
  EXPECT_FAILS(ec::detail::register_build(store, "book", first, {}), ec::Code::corrupt, "record 'projections'");
}

TEST(ProjectionStatus, SaysWhetherSomebodyRunsIt) {
  const ec::Time now{std::chrono::hours(1)};
  ec::ProjectionStatus status{.state = ec::ProjectionState::live, .interval_ms = 1'000};
  status.written_us = (now - 4s).time_since_epoch() / 1us;
  EXPECT_TRUE(ec::is_running(status, now));
  status.written_us = (now - 6s).time_since_epoch() / 1us;
  EXPECT_FALSE(ec::is_running(status, now)) << "nobody writes it any more";
  status.written_us = now.time_since_epoch() / 1us;
  status.state = ec::ProjectionState::stopped;
  EXPECT_FALSE(ec::is_running(status, now));
}

// What is left of the dead letters of a projection, told by what was written about them.
TEST(DeadLetters, AreResolvedOrFailAgain) {
  ec::Store store = open_memory();
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(store.append({ec::Expect::any(ec::StreamId("a"))}, {ec::NewEvent::of(0, Deposited{i})}).has_value());
  const auto bury = [&](std::uint64_t version, const char* why) {
    auto events = store.read({{ec::StreamId("a"), version - 1}}, {.limit = 1});
    ASSERT_TRUE(events && events->next());
    const ec::RecordedEvent event = *events->batch().begin();
    ASSERT_TRUE(ec::keep_dead_letter(store, "p", event, {ec::Code::invalid, why}, 1).has_value());
  };
  bury(1, "one");
  bury(2, "two");
  bury(1, "one once more");  // as after a crash
  ASSERT_TRUE(ec::keep_failure(store, "p", 2, {ec::Code::invalid, "still two"}).has_value());
  auto left = ec::dead_letters(store, "p").value();
  ASSERT_EQ(left.size(), 2U) << "an event has one letter";
  EXPECT_EQ(left[0].number, 1U);
  EXPECT_EQ(left[0].error, "one once more");
  EXPECT_EQ(left[1].number, 2U);
  EXPECT_EQ(left[1].error, "still two");
  EXPECT_EQ(left[1].attempts, 2U);
  ASSERT_TRUE(ec::resolve_dead_letters(store, "p", {1, 99}).has_value());
  left = ec::dead_letters(store, "p").value();
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].number, 2U);
  bury(1, "after all");
  EXPECT_EQ(ec::dead_letters(store, "p").value().size(), 2U) << "another letter about it";
  const auto all = ec::all_dead_letters(store, "p").value();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_TRUE(all[0].is_resolved);
  EXPECT_GT(all[2].number, 2U);
}

}  // namespace
