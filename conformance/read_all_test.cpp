// Reading the whole store: everything once, in order, and filters that never hide an end.
#include "contract.hpp"

#include <algorithm>
#include <limits>

namespace ec::conformance {
namespace {

class ReadAll : public Contract {
 protected:
  using Texts = std::vector<std::string>;
  Filter mine() const { return {.prefixes = {prefix()}}; }

  // `count` events that a filter on type "wanted" leaves out, then one that it lets pass.
  Position bury_one(std::size_t count) const {
    for (std::size_t left = count; left > 0; left -= std::min<std::size_t>(left, 1'000))
      grow(stream("noise"), std::min<std::size_t>(left, 1'000));
    return grow(stream("noise"), 1, "wanted").last;
  }
  Filter wanted() const { return {.prefixes = {prefix()}, .types = {"wanted"}}; }

  // Reads page by page, as a projection does, and gives the payloads in the order they came.
  template <class Next>
  Texts page(const Filter& filter, Position after, std::uint64_t limit, Next&& next) const {
    Texts payloads;
    const Position end = head();
    while (after < end) {
      const Reading reading = read_all(filter, after, {.limit = limit});
      for (const Seen& each : reading.events) payloads.push_back(each.payload);
      const Position behind = next(reading);
      if (behind <= after) throw ContractBroken("a page does not lead on to the next one");
      after = behind;
    }
    return payloads;
  }
};

TEST_F(ReadAll, GivesTheEventsOfAllStreamsInPositionOrder) {
  const Position before = head();
  written({Expect::any(stream("a")), Expect::any(stream("b"))}, {event(1, "0"), event(0, "1")});
  written({Expect::any(stream("c"))}, {event(0, "2")});
  written({Expect::any(stream("a"))}, {event(0, "3")});
  EXPECT_EQ(read_all({}, before).payloads(), (Texts{"0", "1", "2", "3"}));
  for (const Seen& each : read_all({}, before).events) EXPECT_EQ(each.stream_index, 0U);
}

TEST_F(ReadAll, BeginsBehindThePositionGiven) {
  grow(stream("a"), 5);
  const std::vector<Seen> events = all().events;
  ASSERT_EQ(events.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) {
    const Reading rest = read_all(mine(), events[i].position);
    EXPECT_EQ(rest.events, std::vector<Seen>(events.begin() + static_cast<std::ptrdiff_t>(i) + 1, events.end()));
  }
}

TEST_F(ReadAll, FromTheHeadOrBehindItGivesNothing) {
  grow(stream("a"), 2);
  constexpr auto max = std::numeric_limits<std::uint64_t>::max();
  EXPECT_TRUE(read_all({}, head()).events.empty());
  EXPECT_TRUE(read_all({}, Position{0, max}).events.empty());
  EXPECT_TRUE(read_all({}, Position{max, max}).events.empty());
}

TEST_F(ReadAll, BackwardGivesTheSameTheOtherWayRound) {
  for (int i = 0; i < 4; ++i) grow(stream(i % 2 == 0 ? "a" : "b"), 100);
  std::vector<Seen> forward = all().events;
  std::reverse(forward.begin(), forward.end());
  EXPECT_EQ(read_all(mine(), {}, {.backward = true}).events, forward);
}

TEST_F(ReadAll, BackwardBeginsBelowThePositionGiven) {
  grow(stream("a"), 5);
  const std::vector<Seen> events = all().events;
  const ReadOptions backward{.backward = true};
  EXPECT_EQ(read_all(mine(), events.at(3).position, backward).payloads(), (Texts{"3", "2", "1"}));
  EXPECT_EQ(read_all(mine(), events.at(0).position, backward).payloads(), Texts{});
  constexpr auto max = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(read_all(mine(), Position{max, max}, backward).events.size(), 5U);
}

TEST_F(ReadAll, StopsAtItsLimitExactly) {
  grow(stream("a"), 300);
  for (const std::uint64_t limit : {1U, 2U, 255U, 256U, 257U, 299U, 300U, 301U, 100'000U}) {
    EXPECT_EQ(read_all(mine(), {}, {.limit = limit}).events.size(), std::min<std::uint64_t>(limit, 300));
    EXPECT_EQ(read_all(mine(), {}, {.backward = true, .limit = limit}).events.size(),
              std::min<std::uint64_t>(limit, 300));
  }
}

TEST_F(ReadAll, GivesMoreThanABatchHolds) {
  for (int i = 0; i < 5; ++i) grow(stream(i % 2 == 0 ? "a" : "b"), 1'000);
  const Position before = all().events.at(0).position;
  EXPECT_EQ(read_all({}, before).events.size(), 4'999U);
  EXPECT_EQ(read_all(mine()).events.size(), 5'000U);
}

TEST_F(ReadAll, FindsAMatchBehindManyEventsThatTheFilterLeavesOut) {
  const Position buried = bury_one(5'000);
  const Reading one = read_all(wanted(), {}, {.limit = 1});
  ASSERT_EQ(one.events.size(), 1U);
  EXPECT_EQ(one.events[0].position, buried);
  EXPECT_EQ(read_all(wanted()).events, one.events);
}

TEST_F(ReadAll, BackwardFindsAMatchBehindManyEventsThatTheFilterLeavesOut) {
  grow(stream("noise"), 1, "wanted");
  for (int i = 0; i < 3; ++i) grow(stream("noise"), 1'000);
  const Reading one = read_all(wanted(), {}, {.backward = true, .limit = 1});
  EXPECT_EQ(one.payloads(), Texts{"1"});
}

TEST_F(ReadAll, CountsOnlyEventsThatPassAgainstTheLimit) {
  for (int i = 0; i < 20; ++i) {
    grow(stream("noise"), 10);
    grow(stream("noise"), 1, "wanted");
  }
  for (const std::uint64_t limit : {1U, 7U, 19U, 20U, 21U})
    EXPECT_EQ(read_all(wanted(), {}, {.limit = limit}).events.size(), std::min<std::uint64_t>(limit, 20))
        << "events that the filter leaves out count against the limit";
}

TEST_F(ReadAll, CountsOnlyEventsThatMatchItsPatternsAgainstTheLimit) {
  for (int i = 0; i < 20; ++i) {
    grow(stream("noise"), 10);
    grow(stream("wanted"), 1);
  }
  for (const std::uint64_t limit : {1U, 7U, 20U})
    EXPECT_EQ(read_all({.patterns = {prefix() + "*[d]"}}, {}, {.limit = limit}).events.size(), limit)
        << "events that the filter leaves out count against the limit";
}

TEST_F(ReadAll, MovesThroughToTheHeadPastWhatTheFilterLeftOut) {
  grow(stream("a"), 1, "wanted");
  grow(stream("noise"), 700);
  const Reading reading = read_all(wanted());
  EXPECT_EQ(reading.events.size(), 1U);
  EXPECT_EQ(reading.through, head()) << "'through' stays behind what the filter left out";
  EXPECT_EQ(reading.through, reading.head);
  EXPECT_EQ(read_all({.prefixes = {stream("no such").str()}}).through, head());
}

TEST_F(ReadAll, FromBehindTheHeadHasThroughAtTheHead) {
  // A checkpoint of another store may be there; going on from `through` must not skip what is written next.
  grow(stream("a"), 1);
  const Position at = head();
  constexpr auto max = std::numeric_limits<std::uint64_t>::max();
  for (const Position after : {at, Position{at.hi, at.lo + 100}, Position{max, max}})
    EXPECT_EQ(read_all({}, after).through, at) << after.str();
}

TEST_F(ReadAll, BackwardHasNoThrough) {
  grow(stream("a"), 3);
  EXPECT_EQ(read_all(mine(), {}, {.backward = true}).through, Position{});
}

TEST_F(ReadAll, AtItsLimitHasThroughAtTheLastEventOrBehindItButNotPastTheNextMatch) {
  for (int i = 0; i < 5; ++i) {
    grow(stream("a"), 1, "wanted");
    grow(stream("noise"), 5);
  }
  const std::vector<Seen> matches = read_all(wanted()).events;
  ASSERT_EQ(matches.size(), 5U);
  for (std::size_t limit = 1; limit < 5; ++limit) {
    const Position through = read_all(wanted(), {}, {.limit = limit}).through;
    EXPECT_GE(through, matches[limit - 1].position);
    EXPECT_LT(through, matches[limit].position) << "'through' is past an event that was not given";
  }
}

TEST_F(ReadAll, PagedByThroughGivesEveryEventOnce) {
  const Position before = head();
  Texts wanted_payloads;
  for (std::size_t i = 0; i < 60; ++i) {
    const std::string text = std::to_string(i);
    written({Expect::any(stream(i % 3 == 0 ? "a" : "b"))}, {event(0, text, i % 4 == 0 ? "wanted" : "noise")});
    if (i % 4 == 0) wanted_payloads.push_back(text);
  }
  for (const std::uint64_t limit : {1U, 2U, 7U, 100U}) {
    const auto by_through = [](const Reading& reading) { return reading.through; };
    EXPECT_EQ(page(wanted(), before, limit, by_through), wanted_payloads) << "pages of " << limit;
    EXPECT_EQ(page({}, before, limit, by_through).size(), 60U) << "pages of " << limit;
  }
}

TEST_F(ReadAll, PagedByTheLastEventGivesEveryEventOnce) {
  const Position before = head();
  for (int i = 0; i < 7; ++i) grow(stream(i % 2 == 0 ? "a" : "b"), 9);
  const auto by_event = [](const Reading& reading) {
    if (reading.events.empty()) throw ContractBroken("a page below the head gives nothing");
    return reading.events.back().position;
  };
  for (const std::uint64_t limit : {1U, 2U, 10U}) EXPECT_EQ(page({}, before, limit, by_event).size(), 63U);
}

TEST_F(ReadAll, LendsItsBytesUntilTheNextCallOnItsCursor) {
  for (int i = 0; i < 2; ++i) grow(stream(i % 2 == 0 ? "a" : "b"), 1'000);
  EventCursor open = value(store().read_all(mine()));
  ASSERT_TRUE(open.next());
  expect_lent_during_other_calls(open);
}

TEST_F(ReadAll, DoesNotSeeWhatIsAppendedAfterItBegan) {
  for (int i = 0; i < 2; ++i) grow(stream("a"), 1'000);
  const Position before = head();
  EventCursor open = value(store().read_all(mine()));
  ASSERT_TRUE(open.next());
  std::size_t seen = open.batch().size();
  grow(stream("a"), 500);
  while (open.next()) seen += open.batch().size();
  EXPECT_FALSE(open.error());
  EXPECT_EQ(seen, 2'000U);
  EXPECT_EQ(open.head(), before);
  EXPECT_EQ(open.through(), before);
}

}  // namespace
}  // namespace ec::conformance
