// Deadlines and cancellation: who gives up is told so, and nothing was stored.
#include "contract.hpp"

#include <chrono>
#include <optional>
#include <stop_token>

namespace ec::conformance {
namespace {

class CallOf : public Contract {
 protected:
  static Call expired() { return {.deadline = std::chrono::steady_clock::now() - std::chrono::seconds(1)}; }
  Call cancelled() {
    stop_.request_stop();
    return {.stop = stop_.get_token()};
  }
  static Call generous() { return {.deadline = Call::in(std::chrono::hours(1))}; }

  static Code code_of(const std::optional<Error>& error) { return error ? error->code : static_cast<Code>(EC_OK); }
  // How a read ends, at its beginning or at its first batch.
  static Code ending_of(Result<EventCursor> cursor) {
    if (!cursor) return cursor.error().code;
    while (cursor->next()) {
    }
    return code_of(cursor->error());
  }
  void expect_nothing_stored(Uuid commit_id) const {
    EXPECT_EQ(version(stream("a")), 0U);
    EXPECT_TRUE(ended(look_up(store(), commit_id), EC_NOT_FOUND));
  }

 private:
  std::stop_source stop_;
};

TEST_F(CallOf, AnAppendWhoseDeadlinePassedStoresNothing) {
  const Uuid id = Uuid::make();
  const Answer answer = append({Expect::any(stream("a"))}, {event(0, "x")}, {.commit_id = id, .call = expired()});
  EXPECT_TRUE(ended(answer, EC_TIMEOUT));
  expect_nothing_stored(id);
}

TEST_F(CallOf, AnAppendThatWasCancelledStoresNothing) {
  const Uuid id = Uuid::make();
  const Answer answer = append({Expect::any(stream("a"))}, {event(0, "x")}, {.commit_id = id, .call = cancelled()});
  EXPECT_TRUE(ended(answer, EC_CANCELLED));
  expect_nothing_stored(id);
}

TEST_F(CallOf, AReadWhoseDeadlinePassedEndsInTimeout) {
  grow(stream("a"), 3);
  EXPECT_EQ(ending_of(store().read({{stream("a")}}, {}, expired())), Code::timeout) << "a read outlives its deadline";
  EXPECT_EQ(ending_of(store().read_all({}, {}, {}, expired())), Code::timeout);
  const auto listed = store().list_streams(prefix(), {}, 0, expired());
  ASSERT_FALSE(listed);
  EXPECT_EQ(listed.error().code, Code::timeout);
}

TEST_F(CallOf, AReadThatWasCancelledEndsInCancelled) {
  grow(stream("a"), 3);
  EXPECT_EQ(ending_of(store().read({{stream("a")}}, {}, cancelled())), Code::cancelled);
  EXPECT_EQ(ending_of(store().read_all({}, {}, {}, cancelled())), Code::cancelled);
  const auto listed = store().list_streams(prefix(), {}, 0, cancelled());
  ASSERT_FALSE(listed);
  EXPECT_EQ(listed.error().code, Code::cancelled);
}

TEST_F(CallOf, AReadCancelledHalfWayGivesNoMore) {
  for (int i = 0; i < 5; ++i) grow(stream("a"), 1'000);
  std::stop_source stop;
  EventCursor open = value(store().read_all({.prefixes = {prefix()}}, {}, {}, {.stop = stop.get_token()}));
  ASSERT_TRUE(open.next());
  if (open.batch().size() == 5'000) GTEST_SKIP() << "this backend gives 5,000 events in one batch";
  stop.request_stop();
  while (open.next()) {
  }
  EXPECT_EQ(code_of(open.error()), Code::cancelled);
}

TEST_F(CallOf, TimeEnoughIsNoTimeout) {
  EXPECT_TRUE(ended(append({Expect::any(stream("a"))}, {event(0, "x")}, {.call = generous()}), EC_OK));
  EXPECT_EQ(ending_of(store().read({{stream("a")}}, {}, generous())), static_cast<Code>(EC_OK));
  EXPECT_TRUE(store().head(generous()));
}

TEST_F(CallOf, AGroupSurvivesAMemberThatGivesUp) {
  constexpr std::size_t threads = 8, rounds = 25;
  on_threads(threads, [&](std::size_t i) {
    for (std::size_t round = 0; round < rounds; ++round) {
      const bool gives_up = i == 0;
      With with;
      if (gives_up) with.call = {.deadline = Call::in(std::chrono::microseconds(20))};
      const Answer answer = append({Expect::any(stream(std::to_string(i)))}, {event(0, "x")}, with);
      if (answer.status != EC_OK && !(gives_up && answer.status == EC_TIMEOUT))
        throw ContractBroken(std::string("ended in ") + ec_status_name(answer.status));
      if (!gives_up || answer.status != EC_TIMEOUT) continue;
      const Answer in_its_stead = append({Expect::exact(stream("0"), round)}, {event(0, "in its stead")});
      if (in_its_stead.status != EC_OK) throw ContractBroken("an append that ended in TIMEOUT is stored all the same");
    }
  });
  for (std::size_t i = 0; i < threads; ++i) EXPECT_EQ(version(stream(std::to_string(i))), rounds);
}

}  // namespace
}  // namespace ec::conformance
