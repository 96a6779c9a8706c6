// A build that fails: the one that is read goes on, and another can be asked for, however it failed.
#include "building.hpp"

#include <atomic>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace typed;

class FailingBuilds : public BuildsOnEachStore {};

// What is told of the second build's end; nothing when it has not failed.
std::string failure(ec::Store& store) {
  const auto status = ec::load_status(store, "sums", again).value();
  return status && status->state == ec::ProjectionState::failed ? status->error : "";
}

TEST_P(FailingBuilds, ANewBuildThatFailsLeavesTheOldOneBeAndAnotherCanBeAskedFor) {
  for (int i = 1; i <= 3; ++i) deposit(store, i);
  Host host(store, db, [&](const Build& build, std::int64_t amount) -> ec::Result<> {
    return build == again && amount == 2 ? std::unexpected(ec::Error{ec::Code::invalid, "poison"}) : ec::Result<>();
  });
  wait_until_active(first);
  EXPECT_EQ(rebuild(store).build, again);
  while (failure(store).empty()) std::this_thread::yield();
  deposit(store, 4);
  wait_for_all();
  EXPECT_EQ(active(), first);
  EXPECT_EQ(db.at(first).sum, 10);
  EXPECT_EQ(rebuild(store).build, (Build{1, 2}));
  wait_until_active({1, 2});
  host.stop();
  EXPECT_EQ(db.at({1, 2}).sum, 10);
}

// Nor when it is started again, where the one that cannot be made is tried once more.
TEST_P(FailingBuilds, ANewBuildThatCannotBeMadeLeavesTheOldOneBeAndAnotherCanBeAskedFor) {
  deposit(store, 1);
  {
    Host host(store, db, {}, {}, [](const Build& build) {
      if (build == again) throw std::runtime_error("no disk");
    });
    wait_until_active(first);
    EXPECT_EQ(rebuild(store).build, again);
    while (failure(store).empty() && !host.has_ended) std::this_thread::yield();
    EXPECT_EQ(failure(store), "making build 1.1 threw: no disk");
    deposit(store, 2);
    wait_for_all();
    host.stop();
    EXPECT_TRUE(host.done.has_value()) << host.done.error().message;
  }
  Host host(store, db, {}, "host", [](const Build& build) {
    if (build == again) throw 42;
  });
  deposit(store, 3);
  wait_for_all();
  while (failure(store) == "making build 1.1 threw: no disk" && !host.has_ended) std::this_thread::yield();
  EXPECT_EQ(failure(store), "making build 1.1 threw what is no std::exception");
  EXPECT_EQ(db.at(first).sum, 6);
  EXPECT_EQ(rebuild(store).build, (Build{1, 2}));
  wait_until_active({1, 2});
  host.stop();
  EXPECT_TRUE(host.done.has_value()) << host.done.error().message;
}

TEST_P(FailingBuilds, RequestsThatCannotBeReadEndNothingAndAreReadWhenTheyCan) {
  deposit(store, 1);
  const std::string requests = "projection/sums/requests";
  const auto damaged = ec::detail::save_record(store, requests, std::string("rubbish"), 0, {});
  ASSERT_TRUE(damaged.has_value());
  Host host(store, db);
  wait_until_active(first);
  wait_for_all();
  ASSERT_TRUE(ec::detail::save_record(store, requests, ec::detail::Requests{}, *damaged, {}).has_value());
  EXPECT_EQ(rebuild(store).build, again);
  wait_until_active(again);
  host.stop();
  EXPECT_TRUE(host.done.has_value()) << host.done.error().message;
}

// The registry is damaged for a while: what runs goes on, and what was to begin then has failed, though it could not say so.
TEST_P(FailingBuilds, OneThatEndsBeforeItCanSayThatItFailedIsNotUnderWay) {
  deposit(store, 1);
  ec::detail::Record<ec::detail::Registry> registry;
  const std::string name = ec::detail::registry_name;
  std::atomic<bool> is_damaged{false};
  Host host(store, db, {}, {}, [&](const Build& build) {
    if (build != again) return;
    registry = ec::detail::load_record<ec::detail::Registry>(store, name, {}).value();
    registry.etag = ec::detail::save_record(store, name, std::string("rubbish"), registry.etag, {}).value();
    is_damaged = true;
  });
  wait_until_active(first);
  EXPECT_EQ(rebuild(store).build, again);
  while (!is_damaged || (failure(store).empty() && !host.has_ended)) std::this_thread::yield();
  EXPECT_NE(failure(store).find("record 'projections'"), std::string::npos) << failure(store);
  ASSERT_TRUE(ec::detail::save_record(store, name, registry.value, registry.etag, {}).has_value());
  deposit(store, 2);
  wait_for_all();
  EXPECT_EQ(rebuild(store).build, (Build{1, 2}));
  wait_until_active({1, 2});
  host.stop();
  EXPECT_TRUE(host.done.has_value()) << host.done.error().message;
}

TEST_P(FailingBuilds, OneThatAnotherProcessRunsHasNotFailed) {
  const ec::Error error{ec::Code::internal, "no disk \xff"};
  ec::ProjectionStatus status{.name = "sums", .build = again, .holder = "one", .interval_ms = 3'600'000};
  status.written_us = ec::detail::time_now().time_since_epoch().count();
  const std::string name = ec::detail::status_name("sums", again);
  ASSERT_TRUE(ec::detail::save_record(store, name, status, 0, {}).has_value());
  ASSERT_TRUE(ec::detail::tell_failed(store, "sums", again, error, lively("two"), {}).has_value());
  EXPECT_EQ(ec::load_status(store, "sums", again).value()->state, ec::ProjectionState::replaying);
  ASSERT_TRUE(ec::detail::tell_failed(store, "sums", again, error, lively("one"), {}).has_value());
  EXPECT_EQ(ec::load_status(store, "sums", again).value()->state, ec::ProjectionState::failed);
  EXPECT_EQ(ec::load_status(store, "sums", again).value()->error, "no disk ?");
}

// Of two processes that see a request the second one may come to it when it is done.
TEST_P(FailingBuilds, ARequestThatHasAnAnswerOrWasTakenBackBeginsNothing) {
  Sums<1> old(db, first);
  ASSERT_TRUE(ec::Projector(store, old, lively()).run_to_head().has_value());
  const auto begun = [&](std::uint64_t id) { return ec::detail::begin_build(store, "sums", 1, id, {}).value(); };
  const auto answered = ec::ask_projection(store, "sums", {.kind = RequestKind::rebuild}).value();
  ASSERT_TRUE(ec::detail::answer_request(store, "sums", answered.id, {.is_done = true}, {}).has_value());
  EXPECT_EQ(begun(answered.id), std::nullopt);
  const auto withdrawn = ec::ask_projection(store, "sums", {.kind = RequestKind::rebuild}).value();
  ASSERT_TRUE(ec::withdraw_request(store, "sums", withdrawn.id).value());
  EXPECT_EQ(begun(withdrawn.id), std::nullopt);
  EXPECT_EQ(ec::find_projection(store, "sums").value().builds, std::vector{first});
  EXPECT_EQ(begun(ec::ask_projection(store, "sums", {.kind = RequestKind::rebuild})->id), again);
}

INSTANTIATE_TEST_SUITE_P(On, FailingBuilds, each_store(), name_of_store);

}  // namespace
