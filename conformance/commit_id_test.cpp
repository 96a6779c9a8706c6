// Commit ids: however often an append is sent, it has one effect.
#include "contract.hpp"

#include <atomic>

namespace ec::conformance {
namespace {

class CommitId : public Contract {
 protected:
  const Uuid id = Uuid::make();
  const std::vector<Expect> expects = {Expect::absent(stream("a")), Expect::any(stream("b"))};
  const std::vector<NewEvent> events = {event(0, "withdrawn"), event(1, "deposited"), event(1, "noted")};

  Answer send() const { return append(expects, events, {.commit_id = id}); }
  // The same append but for one thing.
  template <class Change>
  Answer send_changed(Change&& change) const {
    std::vector<NewEvent> changed = events;
    change(changed);
    return append(expects, changed, {.commit_id = id});
  }
};

void expect_repeat(const Answer& again, const Answer& first) {
  ASSERT_TRUE(ended(again, EC_OK)) << "an append that was sent again is not answered as it was the first time";
  EXPECT_TRUE(again.repeated) << "an append that was sent again was carried out again";
  EXPECT_EQ(again.first, first.first);
  EXPECT_EQ(again.last, first.last);
}

TEST_F(CommitId, GivesTheFirstOutcomeWhenItIsRepeated) {
  const Answer first = send();
  ASSERT_TRUE(ended(first, EC_OK));
  EXPECT_FALSE(first.repeated);
  const Answer again = send();
  expect_repeat(again, first);
  EXPECT_EQ(again.versions, first.versions);
  EXPECT_EQ(all().events.size(), 3U);
}

TEST_F(CommitId, GivesTheFirstOutcomeAlsoAfterTheStreamsMovedOn) {
  const Answer first = send();
  grow(stream("a"), 2);
  grow(stream("b"), 5);
  const Answer again = send();
  expect_repeat(again, first);
  EXPECT_EQ(again.versions, (std::vector<std::uint64_t>{1, 2})) << "a repeat tells versions of now";
  EXPECT_EQ(all().events.size(), 10U);
}

TEST_F(CommitId, IsRepeatedWhateverIdsAndTimesItsEventsHaveThen) {
  const Answer first = send();
  expect_repeat(send_changed([](auto& changed) {
                  changed[0].id = Uuid::make();
                  changed[1].recorded_at_us = 5;
                }),
                first);
}

TEST_F(CommitId, TellsTheVersionsOfStreamsThatWereOnlyReadToo) {
  grow(stream("read"), 4);
  const std::vector<Expect> both = {Expect::exact(stream("read"), 4), Expect::any(stream("b"))};
  ASSERT_TRUE(ended(append(both, {event(1, "x")}, {.commit_id = id}), EC_OK));
  grow(stream("read"), 1);
  const Answer again = append(both, {event(1, "x")}, {.commit_id = id});
  ASSERT_TRUE(ended(again, EC_OK));
  EXPECT_EQ(again.versions, (std::vector<std::uint64_t>{4, 1}));
}

TEST_F(CommitId, OfAnotherContentIsRefused) {
  send();
  EXPECT_TRUE(ended(send_changed([](auto& changed) { changed[0].payload = "other"; }), EC_DUPLICATE));
  EXPECT_TRUE(ended(send_changed([](auto& changed) { changed[0].type = "other"; }), EC_DUPLICATE));
  EXPECT_TRUE(ended(send_changed([](auto& changed) { changed[0].metadata = "other"; }), EC_DUPLICATE));
  EXPECT_TRUE(ended(send_changed([](auto& changed) { changed[0].schema_version = 9; }), EC_DUPLICATE));
  EXPECT_TRUE(ended(send_changed([](auto& changed) { changed[0].encoding = EC_ENCODING_CBOR; }), EC_DUPLICATE));
  EXPECT_TRUE(ended(send_changed([](auto& changed) { changed[0].expect = 1; }), EC_DUPLICATE));
  EXPECT_TRUE(ended(send_changed([](auto& changed) { changed.pop_back(); }), EC_DUPLICATE));
  EXPECT_TRUE(ended(send_changed([](auto& changed) { std::swap(changed[1], changed[2]); }), EC_DUPLICATE));
  EXPECT_EQ(all().events.size(), 3U);
}

TEST_F(CommitId, OfOtherStreamsIsRefused) {
  send();
  const auto to = [&](Expect a, Expect b) { return append({std::move(a), std::move(b)}, events, {.commit_id = id}); };
  EXPECT_TRUE(ended(to(Expect::any(stream("a")), Expect::any(stream("c"))), EC_DUPLICATE));
  EXPECT_TRUE(ended(to(Expect::any(stream("b")), Expect::any(stream("a"))), EC_DUPLICATE));
  EXPECT_EQ(all().events.size(), 3U);
}

TEST_F(CommitId, TellsBytesThatMoveBetweenTwoFieldsApart) {
  const std::vector<Expect> any = {Expect::any(stream("a"))};
  NewEvent sent = event(0, "ab");
  sent.metadata = "c";
  ASSERT_TRUE(ended(append(any, {sent}, {.commit_id = id}), EC_OK));
  sent.payload = "a";
  sent.metadata = "bc";
  EXPECT_TRUE(ended(append(any, {sent}, {.commit_id = id}), EC_DUPLICATE));
}

TEST_F(CommitId, IsLookedUpBeforeTheExpectations) {
  const Answer first = send();
  ASSERT_TRUE(ended(first, EC_OK));
  const Answer changed = append({Expect::exact(stream("a"), 77), Expect::any(stream("b"))}, events, {.commit_id = id});
  expect_repeat(changed, first);
}

TEST_F(CommitId, OfARefusedAppendIsFree) {
  grow(stream("a"), 1);
  EXPECT_TRUE(conflict(send(), 0, 0, 1));
  const Answer other = append({Expect::any(stream("c"))}, {event(0, "x")}, {.commit_id = id});
  ASSERT_TRUE(ended(other, EC_OK));
  EXPECT_FALSE(other.repeated);
}

TEST_F(CommitId, IsNotUsedUpByAnAppendWithoutEvents) {
  ASSERT_TRUE(ended(append(expects, {}, {.commit_id = id}), EC_OK));
  EXPECT_TRUE(ended(look_up(store(), id), EC_NOT_FOUND));
  const Answer answer = send();
  ASSERT_TRUE(ended(answer, EC_OK));
  EXPECT_FALSE(answer.repeated);
}

TEST_F(CommitId, CanBeLookedUp) {
  EXPECT_TRUE(ended(look_up(store(), id), EC_NOT_FOUND));
  const Answer first = send();
  expect_repeat(look_up(store(), id), first);
  EXPECT_TRUE(ended(look_up(store(), Uuid::make()), EC_NOT_FOUND));
}

TEST_F(CommitId, StandsOnEachEventOfItsAppend) {
  send();
  written({Expect::any(stream("c"))}, {event(0, "without")});
  const Reading reading = all();
  ASSERT_EQ(reading.events.size(), 4U);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(reading.events[i].commit_id, id) << "an event does not have the commit id of its append";
  EXPECT_EQ(reading.events[3].commit_id, Uuid{});
}

TEST_F(CommitId, OfZeroProtectsNothing) {
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(written({Expect::any(stream("a"))}, {event(0, "same")}).repeated);
  EXPECT_EQ(version(stream("a")), 3U);
}

TEST_F(CommitId, SentByManyThreadsAtOnceHasOneEffect) {
  constexpr int rounds = 20;
  for (int round = 0; round < rounds; ++round) {
    const Uuid shared = Uuid::make();
    std::vector<Answer> answers(8);
    on_threads(answers.size(), [&](std::size_t i) {
      answers[i] = append({Expect::any(stream("raced"))}, {event(0, "x"), event(0, "y")}, {.commit_id = shared});
    });
    int wrote = 0;
    for (const Answer& each : answers) {
      ASSERT_TRUE(ended(each, EC_OK));
      wrote += each.repeated ? 0 : 1;
      EXPECT_EQ(each.first, answers[0].first);
      EXPECT_EQ(each.versions, answers[0].versions);
    }
    EXPECT_EQ(wrote, 1);
  }
  EXPECT_EQ(version(stream("raced")), 2U * rounds);
}

TEST_F(CommitId, WithTwoContentsAtOnceStoresOneOfThem) {
  constexpr int rounds = 20;
  for (int round = 0; round < rounds; ++round) {
    const Uuid shared = Uuid::make();
    std::atomic<int> stored = 0, refused = 0;
    on_threads(6, [&](std::size_t i) {
      const Answer answer =
          append({Expect::any(stream("raced"))}, {event(0, "thread " + std::to_string(i))}, {.commit_id = shared});
      if (answer.status == EC_OK && !answer.repeated) ++stored;
      if (answer.status == EC_DUPLICATE) ++refused;
    });
    EXPECT_EQ(stored, 1);
    EXPECT_EQ(refused, 5);
  }
  EXPECT_EQ(version(stream("raced")), std::uint64_t{rounds});
}

}  // namespace
}  // namespace ec::conformance
