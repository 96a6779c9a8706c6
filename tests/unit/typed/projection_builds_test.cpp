// A build beside another: it catches up while the old one is read and written to, takes over once, and the old one ends.
#include "building.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <thread>

namespace {

using namespace typed;

// What writes all the while, though not for ever should nobody stop it.
class Writer {
 public:
  explicit Writer(ec::Store& store)
      : thread_([this, &store](const std::stop_token& stop) {
          for (; !stop.stop_requested() && sum < 300'000; sum += sum % 7 + 1) deposit(store, sum % 7 + 1);
        }) {}
  std::int64_t stop() {
    thread_.request_stop();
    thread_.join();
    return sum;
  }

 private:
  std::int64_t sum = 0;
  std::jthread thread_;
};

class Builds : public BuildsOnEachStore {};

TEST_P(Builds, ANewVersionTakesOverFromTheOldOneWhileWritersGoOn) {
  Writer writer(store);
  Sums<1> old(db, first);
  Sums<2> next(db, second);
  ec::Projector projector(store, old, lively());
  ec::Projector successor(store, next, lively());
  std::jthread runs([&](const std::stop_token& stop) { EXPECT_TRUE(projector.run({.stop = stop}).has_value()); });
  wait_until_active(first);
  wait_for_all();
  std::jthread succeeds([&](const std::stop_token& stop) { EXPECT_TRUE(successor.run({.stop = stop}).has_value()); });
  wait_until_active(second);
  runs.join();  // without a stop
  EXPECT_TRUE(projector.progress().superseded);
  EXPECT_EQ(ec::load_status(store, "sums", first).value()->state, ec::ProjectionState::superseded);
  const std::int64_t sum = writer.stop();
  wait_for_all();
  succeeds.request_stop();
  succeeds.join();
  EXPECT_EQ(db.at(second).sum, sum);
  EXPECT_EQ(db.at(second).taken, 1);
  EXPECT_EQ(db.at(first).taken, 1) << "the first one was active at once";
  // Started again, the old one ends at once, and nothing goes back.
  const int count = db.at(first).count;
  EXPECT_TRUE(projector.run(patient()).has_value());
  EXPECT_TRUE(projector.progress().superseded);
  EXPECT_EQ(db.at(first).count, count);
  EXPECT_EQ(active(), second);
}

TEST_P(Builds, AnOldVersionRunsOnWhereItIsToldTo) {
  deposit(store, 1);
  Sums<2> next(db, second);
  ASSERT_TRUE(ec::Projector(store, next, lively()).run_to_head().has_value());
  Sums<1> old(db, first);
  ec::ProjectionOptions options = lively();
  options.runs_superseded = true;
  ec::Projector projector(store, old, options);
  ASSERT_TRUE(projector.run_to_head().has_value());
  EXPECT_FALSE(projector.progress().superseded);
  EXPECT_EQ(db.at(first).count, 1);
  EXPECT_EQ(active(), second);
}

TEST_P(Builds, WhatWasAskedOfAnOlderOneIsRefusedByTheOneThatTookOver) {
  Sums<1> old(db, first);
  ASSERT_TRUE(ec::Projector(store, old, lively()).run_to_head().has_value());
  const auto asked = ec::ask_projection(store, "sums", {.kind = RequestKind::reset}).value();
  Sums<2> next(db, second);
  ASSERT_TRUE(ec::Projector(store, next, lively()).run_to_head().has_value());
  EXPECT_FAILS(ec::wait_for_answer(store, "sums", asked.id, {.deadline = ec::Call::in(0s)}), ec::Code::timeout,
               "the request stays");
  ASSERT_TRUE(ec::Projector(store, next, lively()).run_to_head().has_value());
  const auto answer = ec::wait_for_answer(store, "sums", asked.id, patient());
  ASSERT_TRUE(answer.has_value());
  EXPECT_FALSE(answer->is_done);
  EXPECT_EQ(answer->text, "build 2 took over from the one that this was asked of; ask again");
}

TEST_P(Builds, OneThatWasReplacedDoesNothingItIsAskedAnyMore) {
  deposit(store, 1);
  Sums<1> old(db, first);
  ASSERT_TRUE(ec::Projector(store, old, lively()).run_to_head().has_value());
  ASSERT_TRUE(ec::ask_projection(store, "sums", {.kind = RequestKind::reset}).has_value());
  ASSERT_TRUE(ec::detail::register_build(store, "sums", second, {}).has_value());
  ASSERT_TRUE(ec::detail::activate_build(store, "sums", second, {}).has_value());
  ASSERT_TRUE(ec::Projector(store, old, lively()).run_to_head().has_value());
  EXPECT_FALSE(old.reset_to.has_value());
}

TEST_P(Builds, ARebuildThatAToolAsksForReplacesTheOldOne) {
  Writer writer(store);
  Host host(store, db);
  wait_until_active(first);
  const auto answer = rebuild(store);
  EXPECT_TRUE(answer.is_done) << answer.text;
  EXPECT_EQ(answer.build, again);
  wait_until_active(again);
  const auto other = rebuild(store);
  EXPECT_EQ(other.build, (Build{1, 2})) << "and once more";
  wait_until_active({1, 2});
  const std::int64_t sum = writer.stop();
  wait_for_all();
  host.stop();
  EXPECT_TRUE(host.done.has_value()) << host.done.error().message;
  EXPECT_EQ(db.at({1, 2}).sum, sum);
  EXPECT_EQ(db.at(again).taken, 1);
  EXPECT_EQ(db.alive, 0);
}

TEST_P(Builds, ARebuildThatWasInterruptedGoesOnWhereItWas) {
  for (int i = 1; i <= 20; ++i) deposit(store, i);
  std::atomic<bool> is_stuck{false};
  {
    Host host(store, db, [&](const Build& build, std::int64_t amount) -> ec::Result<> {
      if (build == again && amount == 11) {
        is_stuck = true;
        return std::unexpected(ec::Error{ec::Code::invalid, "not now"});
      }
      return {};
    });
    wait_until_active(first);
    wait_for_all();
    EXPECT_EQ(rebuild(store).build, again);
    while (!is_stuck) std::this_thread::yield();
    host.stop();
    EXPECT_TRUE(host.done.has_value()) << "the one that is read is well";
  }
  EXPECT_EQ(active(), first);
  EXPECT_EQ(db.at(again).count, 10) << "and it is kept";
  Host host(store, db);
  wait_until_active(again);
  host.stop();
  EXPECT_EQ(db.at(again).count, 20);
  EXPECT_EQ(db.at(again).sum, 210);
}

TEST_P(Builds, AskedTwiceWhileItIsUnderWayItIsTheSameOne) {
  deposit(store, 1);
  std::atomic<bool> may_go{false};
  Host host(store, db, [&](const Build& build, std::int64_t) -> ec::Result<> {
    while (build == again && !may_go) std::this_thread::yield();
    return {};
  });
  wait_until_active(first);
  EXPECT_EQ(rebuild(store).build, again);
  EXPECT_EQ(rebuild(store).build, again);
  may_go = true;
  wait_until_active(again);
}

// Two that run all builds, as two processes do: each build has one leader, and counts each event once.
TEST_P(Builds, OfTwoHostsOneLeadsEachBuild) {
  for (int i = 1; i <= 10; ++i) deposit(store, i);
  // The new build is led by one, and waited for by the other, before it comes to its end.
  const auto once_both_have_it = [&](const Build& build, std::int64_t) -> ec::Result<> {
    while (build == again && db.made_of(again) < 2) std::this_thread::yield();
    return {};
  };
  Host one(store, db, once_both_have_it, "one"), two(store, db, once_both_have_it, "two");
  wait_until_active(first);
  EXPECT_EQ(rebuild(store).build, again);
  wait_until_active(again);
  deposit(store, 45);
  wait_for_all();
  const bool is_one = ec::load_status(store, "sums", again).value()->holder == "one";
  (is_one ? one : two).stop();
  deposit(store, 100);
  wait_for_all();
  EXPECT_EQ(ec::load_status(store, "sums", again).value()->holder, is_one ? "two" : "one");
  (is_one ? two : one).stop();
  EXPECT_TRUE(one.done && two.done);
  EXPECT_EQ(db.at(again).sum, 200);
  EXPECT_EQ(db.at(again).taken, 1) << "and the second leader found it active";
}

TEST_P(Builds, TheHookComesBeforeReadersAreToldAndAfterEverythingIsKept) {
  for (int i = 1; i <= 5; ++i) deposit(store, i);
  Sums<1> old(db, first);
  ASSERT_TRUE(ec::Projector(store, old, lively()).run_to_head().has_value());
  Sums<2> next(db, second);
  next.on_take_over = [&]() -> ec::Result<> {
    EXPECT_EQ(active(), first);
    EXPECT_EQ(ec::saved_position(store, "sums", second).value(), store.head().value());
    return std::unexpected(ec::Error{ec::Code::invalid, "no such table"});
  };
  ec::ProjectionOptions options = lively();
  options.save_interval = 1h;
  EXPECT_FAILS(ec::Projector(store, next, options).run_to_head(), ec::Code::invalid, "no such table");
  EXPECT_EQ(active(), first) << "it stays what is read";
  next.on_take_over = nullptr;
  ASSERT_TRUE(ec::Projector(store, next, options).run_to_head().has_value());
  EXPECT_EQ(active(), second);
  EXPECT_EQ(db.at(second).count, 5) << "nothing was built twice";
}

// The new one takes away what the old one writes to: that one ends well, though its handler fails.
TEST_P(Builds, AnOldOneThatFailsBecauseItWasReplacedWasReplaced) {
  deposit(store, 1);
  Sums<1> old(db, first, [&](const Build&, std::int64_t amount) -> ec::Result<> {
    if (amount == 1) return {};
    return std::unexpected(ec::Error{ec::Code::invalid, "the table is gone"});
  });
  ec::ProjectionOptions options = lively();
  options.status_interval = 1h;  // it does not look by itself
  ec::Projector projector(store, old, options);
  std::jthread runs([&] { EXPECT_TRUE(projector.run(patient()).has_value()); });
  wait_until_active(first);
  ASSERT_TRUE(projector.wait_for({0, 1}, patient()).has_value());
  Sums<2> next(db, second);
  ASSERT_TRUE(ec::Projector(store, next, lively()).run_to_head().has_value());
  deposit(store, 2);
  runs.join();
  EXPECT_TRUE(projector.progress().superseded);
}

TEST_P(Builds, WaitingForAnotherProcessFollowsTheOneThatIsRead) {
  EXPECT_FAILS(ec::wait_for(store, "sums", {0, 1}), ec::Code::not_found, "no projection 'sums' ever ran");
  ASSERT_TRUE(ec::detail::register_build(store, "sums", first, {}).has_value());
  EXPECT_FAILS(ec::wait_for(store, "sums", {}, {.deadline = ec::Call::in(5ms)}), ec::Code::timeout, "in time");
  deposit(store, 1);
  Sums<1> old(db, first);
  ASSERT_TRUE(ec::Projector(store, old, lively()).run_to_head().has_value());
  EXPECT_EQ(ec::wait_for(store, "sums", {0, 1}).value(), first);
  EXPECT_TRUE(ec::wait_for(store, "sums", first, {0, 1}).has_value());
  EXPECT_FAILS(ec::wait_for(store, "sums", second, {0, 1}), ec::Code::not_found, "no build 2");
  deposit(store, 2);
  EXPECT_FAILS(ec::wait_for(store, "sums", {0, 2}, {.deadline = ec::Call::in(5ms)}), ec::Code::timeout,
               "did not come to 2 in time: build 1 is at 1");
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FAILS(ec::wait_for(store, "sums", {0, 2}, {.stop = stop.get_token()}), ec::Code::cancelled, "");
  std::jthread waits([&] { EXPECT_EQ(ec::wait_for(store, "sums", {0, 2}, patient()).value(), second); });
  Sums<2> next(db, second);
  ASSERT_TRUE(ec::Projector(store, next, lively()).run_to_head().has_value());
}

INSTANTIATE_TEST_SUITE_P(On, Builds, each_store(), name_of_store);

TEST(RunBuilds, SaysWhatItNeeds) {
  ec::Store store = open_memory();
  Database db;
  const auto make = [&](const Build& build) { return std::make_unique<Sums<1>>(db, build); };
  EXPECT_FAILS(ec::run_builds(store, make, {.status_interval = 0ms}), ec::Code::invalid, "needs a status_interval");
  const auto none = [](const Build&) { return std::unique_ptr<Sums<1>>(); };
  EXPECT_FAILS(ec::run_builds(store, none), ec::Code::invalid, "nothing was made for build 1");
  const auto throws = [](const Build&) -> std::unique_ptr<Sums<1>> { throw std::runtime_error("no disk"); };
  EXPECT_FAILS(ec::run_builds(store, throws), ec::Code::internal, "making build 1 threw: no disk");
  deposit(store, 7);
  const auto fails = [&](const Build& build) {
    return std::make_unique<Sums<1>>(db, build, [](const Build&, std::int64_t) -> ec::Result<> {
      return std::unexpected(ec::Error{ec::Code::invalid, "poison"});
    });
  };
  EXPECT_FAILS(ec::run_builds(store, fails, {.status_interval = 1ms}), ec::Code::invalid, "poison");
  const auto vanishes = [&](const Build& build) {
    return std::make_unique<Sums<1>>(db, build, [&](const Build&, std::int64_t) -> ec::Result<> {
      auto registry = ec::detail::load_record<ec::detail::Registry>(store, ec::detail::registry_name, {}).value();
      registry.value.find("sums")->builds = {second};
      EXPECT_TRUE(ec::detail::save_record(store, ec::detail::registry_name, registry.value, registry.etag, {}));
      return std::unexpected(ec::Error{ec::Code::invalid, "taken away"});
    });
  };
  EXPECT_FAILS(ec::run_builds(store, vanishes, {.status_interval = 1ms}), ec::Code::invalid, "taken away");
  Sums<2> next(db, second);
  ASSERT_TRUE(ec::Projector(store, next).run_to_head().has_value());
  EXPECT_TRUE(ec::run_builds(store, make).has_value()) << "a newer version is active, so there is nothing to run";
}

}  // namespace
