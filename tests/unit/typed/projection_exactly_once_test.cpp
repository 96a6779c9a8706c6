// Projections that keep their checkpoint themselves: whatever fails, and whenever, each event counts once.
#include "support.hpp"

#include <eventcore/projection.hpp>

#include <chrono>
#include <set>
#include <stop_token>
#include <thread>
#include <utility>

#include <rapidcheck/gtest.h>

namespace {

using namespace typed;
using namespace std::chrono_literals;
using ec::Position;
using ec::Reaction;

// A database with transactions, as far as it matters here.
struct Database {
  std::vector<std::int64_t> rows, uncommitted;
  Position position;
};

struct Kept {
  static constexpr std::string_view name = "kept";
  static constexpr std::uint32_t version = 1;
  using Events = ec::Events<Deposited>;

  explicit Kept(Database& database) : db(database) { discard(); }

  ec::Result<> on(const ec::Recorded<Deposited>& event) {
    db.uncommitted.push_back(event->amount);  // before it fails: half a handler must not count
    if (fails(event->amount)) return std::unexpected(ec::Error{ec::Code::invalid, "no"});
    return {};
  }
  bool fails(std::int64_t amount) { return bad.contains(amount) || failing_calls.contains(calls++); }
  Reaction on_failure(const ec::RecordedEvent&, const ec::Error&, std::uint32_t) {
    ++failures;
    return reaction;
  }

  ec::Result<std::optional<Position>> load_checkpoint() const { return std::optional(db.position); }
  ec::Result<> save_checkpoint(Position position, std::uint64_t fence) {
    fences.push_back(fence);
    if (failing_saves > 0) {
      --failing_saves;
      discard();  // as a database does when it cannot commit
      return std::unexpected(ec::Error{ec::Code::unavailable, "the disk is full"});
    }
    db.rows = db.uncommitted;
    db.position = position;
    return {};
  }
  void discard() { db.uncommitted = db.rows; }

  Database& db;
  std::set<std::int64_t> bad;   // amounts that never work
  std::set<int> failing_calls;  // that do not work this once
  int calls = 0, failures = 0, failing_saves = 0;
  Reaction reaction = Reaction::stop;
  std::vector<std::uint64_t> fences;
};

void fill(ec::Store& store, int count) {
  for (int i = 1; i <= count; ++i)
    ASSERT_TRUE(store.append({ec::Expect::any(ec::StreamId("a"))}, {ec::NewEvent::of(0, Deposited{i})}).has_value());
}

std::vector<std::int64_t> all_but(int count, const std::set<std::int64_t>& bad) {
  std::vector<std::int64_t> rows;
  for (int i = 1; i <= count; ++i)
    if (!bad.contains(i)) rows.push_back(i);
  return rows;
}

TEST(ExactlyOnce, AnEventThatFailsTakesNothingElseWithIt) {
  ec::Store store = open_memory();
  fill(store, 6);
  Database db;
  Kept kept(db);
  kept.bad = {3, 4};
  kept.reaction = Reaction::skip;
  ASSERT_TRUE(ec::Projector(store, kept).run_to_head().has_value());
  EXPECT_EQ(db.rows, (std::vector<std::int64_t>{1, 2, 5, 6}));
  EXPECT_EQ(db.position, (Position{0, 6}));
  EXPECT_FALSE(ec::load_checkpoint(store, "projection/kept/1").value().has_value()) << "the store keeps none";
}

TEST(ExactlyOnce, WhatCameBeforeAStopIsKept) {
  ec::Store store = open_memory();
  fill(store, 5);
  Database db;
  {
    Kept kept(db);
    kept.bad = {4};
    EXPECT_FAILS(ec::Projector(store, kept).run_to_head(), ec::Code::invalid, "position 4");
  }
  EXPECT_EQ(db.rows, all_but(3, {}));
  EXPECT_EQ(db.position, (Position{0, 3}));
  Kept mended(db);
  ASSERT_TRUE(ec::Projector(store, mended).run_to_head().has_value());
  EXPECT_EQ(db.rows, all_but(5, {}));
}

TEST(ExactlyOnce, EventsThatFailInARowAreEachReactedToOnce) {
  ec::Store store = open_memory();
  fill(store, 8);
  Database db;
  Kept kept(db);
  kept.bad = {2, 3, 4, 5, 7};
  kept.reaction = Reaction::dead_letter;
  ec::Projector projector(store, kept);
  ASSERT_TRUE(projector.run_to_head().has_value());
  EXPECT_EQ(db.rows, (std::vector<std::int64_t>{1, 6, 8}));
  EXPECT_EQ(kept.failures, 5);
  EXPECT_EQ(ec::dead_letters(store, "projection/kept/1").value().size(), 5U);
}

TEST(ExactlyOnce, ASaveThatFailedIsNotMadeUpForByAnother) {
  ec::Store store = open_memory();
  fill(store, 5);
  Database db;
  Kept kept(db);
  kept.failing_saves = 1;
  ec::Projector projector(store, kept, {.save_every = 2});
  EXPECT_FAILS(projector.run_to_head(), ec::Code::unavailable, "the disk is full");
  EXPECT_EQ(db.position, Position{}) << "a checkpoint without the rows would lose them";
  EXPECT_EQ(projector.progress().position, Position{});
  ASSERT_TRUE(projector.run_to_head().has_value());
  EXPECT_EQ(db.rows, all_but(5, {}));
}

// While it idles, too, where the save is due.
TEST(ExactlyOnce, ASaveThatFailsWhileItFollowsEndsIt) {
  ec::Store store = open_memory();
  fill(store, 2);
  Database db;
  Kept kept(db);
  kept.failing_saves = 1;
  EXPECT_FAILS(ec::Projector(store, kept, {.save_interval = 1ms}).run({.deadline = ec::Call::in(1min)}),
               ec::Code::unavailable, "the disk is full");
  EXPECT_EQ(db.position, Position{});
}

TEST(ExactlyOnce, WhoeverWaitsForAPositionFindsItCommitted) {
  ec::Store store = open_memory();
  Database db;
  Kept kept(db);
  ec::Projector projector(store, kept, {.save_interval = 50ms});
  const std::jthread runner(
      [&](const std::stop_token& stop) { EXPECT_TRUE(projector.run({.stop = stop}).has_value()); });
  for (std::uint64_t i = 1; i <= 3; ++i) {
    fill(store, 1);
    ASSERT_TRUE(projector.wait_for({0, i}, {.deadline = ec::Call::in(1min)}).has_value());
    EXPECT_GE(projector.progress().saved, (Position{0, i}));
  }
}

// A store that was put back from an old copy, say: what comes now would be taken for what was handled long ago.
TEST(ExactlyOnce, ACheckpointAboveTheHeadIsAnError) {
  ec::Store store = open_memory();
  fill(store, 2);
  Database db;
  db.position = {0, 3};
  Kept kept(db);
  EXPECT_FAILS(ec::Projector(store, kept).run_to_head(), ec::Code::invalid, "3, is above the store's head, 2");
}

// Handlers fail here and there, the process "dies" (what is not committed is gone) and begins anew.
RC_GTEST_PROP(ExactlyOnceProperty, EachEventCountsOnce, ()) {
  const int count = *rc::gen::inRange(1, 20);
  const auto bad = *rc::gen::container<std::set<std::int64_t>>(rc::gen::inRange<std::int64_t>(1, 100));
  const auto deaths = *rc::gen::inRange(0, 4);
  const auto save_every = *rc::gen::inRange<std::uint64_t>(1, 12);
  ec::Store store = open_memory();
  fill(store, count);
  Database db;
  const ec::ProjectionOptions options{.save_every = save_every, .retry_base = 0ms, .subscription = {.page = 5}};
  for (int life = 0; life < deaths; ++life) {
    Kept kept(db);
    kept.bad = {*rc::gen::inRange<std::int64_t>(1, 21)};  // where it ends
    (void)ec::Projector(store, kept, options).run_to_head();
  }
  struct Skips : Kept {
    using Kept::Kept;
    Reaction on_failure(const ec::RecordedEvent&, const ec::Error&, std::uint32_t attempt) const {
      return attempt < 90 ? Reaction::retry : Reaction::skip;
    }
  } last(db);
  last.bad = bad;
  last.failing_calls = *rc::gen::container<std::set<int>>(rc::gen::inRange(0, 80));
  const auto done = ec::Projector(store, last, options).run_to_head();
  RC_ASSERT(done.has_value());
  std::vector<std::int64_t> expected;
  for (int i = 1; i <= count; ++i)
    if (!bad.contains(i) || std::ranges::find(db.rows, i) != db.rows.end()) expected.push_back(i);
  RC_ASSERT(db.rows == expected);
  RC_ASSERT(std::set<std::int64_t>(db.rows.begin(), db.rows.end()).size() == db.rows.size());
}

}  // namespace
