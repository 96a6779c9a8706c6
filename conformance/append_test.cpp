// One append: its expectations, and all or nothing over its streams.
#include "contract.hpp"

#include <limits>

namespace ec::conformance {
namespace {

using Append = Contract;

constexpr std::uint64_t highest = std::numeric_limits<std::uint64_t>::max();

TEST_F(Append, ToAStreamThatMustBeAbsentSucceedsOnce) {
  const Answer answer = written({Expect::absent(stream("a"))}, {event(0, "first")});
  EXPECT_EQ(answer.versions, std::vector<std::uint64_t>{1});
  EXPECT_TRUE(conflict(append({Expect::absent(stream("a"))}, {event(0, "again")}), 0, 0, 1));
  EXPECT_EQ(all().payloads(), std::vector<std::string>{"first"});
}

TEST_F(Append, ToAStreamThatMustExistSucceedsWhenItDoes) {
  EXPECT_TRUE(conflict(append({Expect::exists(stream("a"))}, {event(0, "none yet")}), 0, 1, 0));
  grow(stream("a"), 1);
  EXPECT_TRUE(ended(append({Expect::exists(stream("a"))}, {event(0, "second")}), EC_OK));
  EXPECT_EQ(version(stream("a")), 2U);
}

TEST_F(Append, WithoutAConditionAlwaysSucceeds) {
  EXPECT_TRUE(ended(append({Expect::any(stream("a"))}, {event(0, "1")}), EC_OK));
  EXPECT_TRUE(ended(append({Expect::any(stream("a"))}, {event(0, "2")}), EC_OK));
  EXPECT_EQ(all().payloads(), (std::vector<std::string>{"1", "2"}));
}

TEST_F(Append, AtTheExactVersionSucceeds) {
  grow(stream("a"), 3);
  const Answer answer = append({Expect::exact(stream("a"), 3)}, {event(0, "4")});
  ASSERT_TRUE(ended(answer, EC_OK));
  EXPECT_EQ(answer.versions, std::vector<std::uint64_t>{4}) << "an append tells another version than its stream has";
}

TEST_F(Append, AtAVersionBelowTheStreamsIsAConflict) {
  grow(stream("a"), 3);
  EXPECT_TRUE(conflict(append({Expect::exact(stream("a"), 2)}, {event(0, "late")}), 0, 2, 3));
  EXPECT_TRUE(conflict(append({Expect::exact(stream("a"), 0)}, {event(0, "late")}), 0, 0, 3));
  EXPECT_EQ(version(stream("a")), 3U);
}

TEST_F(Append, AtAVersionAboveTheStreamsIsAConflict) {
  grow(stream("a"), 3);
  EXPECT_TRUE(conflict(append({Expect::exact(stream("a"), 4)}, {event(0, "early")}), 0, 4, 3));
  EXPECT_TRUE(conflict(append({Expect::exact(stream("a"), highest)}, {event(0, "early")}), 0, highest, 3));
  EXPECT_EQ(version(stream("a")), 3U);
}

TEST_F(Append, AtAVersionOfAStreamThatDoesNotExistIsAConflict) {
  EXPECT_TRUE(conflict(append({Expect::exact(stream("a"), 1)}, {event(0, "early")}), 0, 1, 0));
  EXPECT_TRUE(conflict(append({Expect::exact(stream("a"), highest)}, {event(0, "early")}), 0, highest, 0));
  EXPECT_TRUE(all().events.empty());
}

TEST_F(Append, AtVersionZeroSucceedsOnAStreamThatDoesNotExist) {
  EXPECT_TRUE(ended(append({Expect::exact(stream("a"), 0)}, {event(0, "first")}), EC_OK));
}

TEST_F(Append, TellsTheFirstExpectationThatFails) {
  grow(stream("a"), 1);
  grow(stream("b"), 2);
  const std::vector<Expect> expects = {Expect::exact(stream("a"), 1), Expect::exact(stream("b"), 7),
                                       Expect::exists(stream("c"))};
  EXPECT_TRUE(conflict(append(expects, {event(0, "x"), event(1, "x"), event(2, "x")}), 1, 7, 2));
}

TEST_F(Append, WritesNothingAnywhereWhenOneExpectationFails) {
  grow(stream("a"), 1);
  const Position before = head();
  const Answer answer = append({Expect::exact(stream("a"), 1), Expect::any(stream("b")), Expect::exists(stream("c"))},
                               {event(0, "a"), event(1, "b"), event(2, "c"), event(0, "a")});
  EXPECT_TRUE(conflict(answer, 2, 1, 0));
  EXPECT_EQ(all().payloads(), std::vector<std::string>{"1"}) << "part of a refused append is stored";
  EXPECT_EQ(head(), before);
  EXPECT_TRUE(value(store().list_streams(stream("b").str())).empty());
}

TEST_F(Append, ChecksAStreamThatItOnlyReads) {
  grow(stream("read"), 2);
  const auto attempt = [&](Expect expect) {
    return append({Expect::any(stream("written")), std::move(expect)}, {event(0, "x")});
  };
  EXPECT_TRUE(conflict(attempt(Expect::exact(stream("read"), 1)), 1, 1, 2));
  EXPECT_TRUE(conflict(attempt(Expect::absent(stream("read"))), 1, 0, 2));
  EXPECT_TRUE(conflict(attempt(Expect::exists(stream("none"))), 1, 1, 0));
  EXPECT_EQ(version(stream("written")), 0U);
  const Answer answer = attempt(Expect::exact(stream("read"), 2));
  ASSERT_TRUE(ended(answer, EC_OK));
  EXPECT_EQ(answer.versions, (std::vector<std::uint64_t>{1, 2}));
}

TEST_F(Append, WithoutEventsChecksItsExpectations) {
  grow(stream("a"), 2);
  EXPECT_TRUE(conflict(append({Expect::exact(stream("a"), 1)}, {}), 0, 1, 2));
  EXPECT_TRUE(conflict(
      append({Expect::exact(stream("a"), 2), Expect::absent(stream("a2")), Expect::exists(stream("b"))}, {}), 2, 1, 0));
}

TEST_F(Append, WithoutEventsStoresNothing) {
  grow(stream("a"), 2);
  const Position before = head();
  const Answer answer = append({Expect::exact(stream("a"), 2), Expect::absent(stream("b"))}, {});
  ASSERT_TRUE(ended(answer, EC_OK));
  EXPECT_EQ(answer.versions, (std::vector<std::uint64_t>{2, 0}));
  EXPECT_EQ(answer.first, Position{});
  EXPECT_EQ(answer.last, Position{});
  EXPECT_EQ(head(), before);
  EXPECT_EQ(value(store().list_streams(prefix())).size(), 1U);
}

TEST_F(Append, PutsItsEventsOneAfterTheOtherInTheOrderGiven) {
  grow(stream("b"), 1);
  const Position before = head();
  const Answer answer = written({Expect::any(stream("a")), Expect::any(stream("b"))},
                                {event(1, "w"), event(0, "x"), event(0, "y"), event(1, "z")});
  const Reading after = drain(store().read_all({}, before));
  ASSERT_TRUE(each_once(after.payloads(), {"w", "x", "y", "z"}));
  EXPECT_EQ(after.events.front().position, answer.first);
  EXPECT_EQ(after.events.back().position, answer.last);
  const std::vector<std::uint64_t> versions = {2, 1, 2, 3};
  for (std::size_t i = 0; i < versions.size(); ++i) EXPECT_EQ(after.events.at(i).version, versions[i]);
  EXPECT_EQ(answer.versions, (std::vector<std::uint64_t>{2, 3}));
}

TEST_F(Append, LaterHasAHigherPosition) {
  Answer before = written({Expect::any(stream("a"))}, {event(0, "0")});
  for (int i = 1; i < 20; ++i) {
    const Answer next = written({Expect::any(stream(i % 2 == 0 ? "a" : "b"))}, {event(0, "n"), event(0, "n")});
    EXPECT_GT(next.first, before.last) << "the position of an earlier append was given again";
    EXPECT_GT(next.last, next.first);
    before = next;
  }
}

TEST_F(Append, PositionsAreDenseWhereThePluginSaysSo) {
  if (!promises(EC_CAP_DENSE_POSITIONS)) GTEST_SKIP() << "this backend does not promise EC_CAP_DENSE_POSITIONS";
  const Position before = head();
  const Answer answer = written({Expect::any(stream("a"))}, {event(0, "1"), event(0, "2"), event(0, "3")});
  EXPECT_TRUE(conflict(append({Expect::absent(stream("a"))}, {event(0, "refused")}), 0, 0, 3));
  EXPECT_EQ(answer.first, (Position{0, before.lo + 1})) << "there is a gap between two positions";
  EXPECT_EQ(answer.last, (Position{0, before.lo + 3}));
  EXPECT_EQ(grow(stream("b"), 1).first, (Position{0, before.lo + 4}));
}

TEST_F(Append, TakesManyStreamsAtOnce) {
  std::vector<Expect> expects;
  std::vector<NewEvent> events;
  for (std::size_t i = 0; i < 200; ++i) {
    expects.push_back(Expect::absent(stream("s" + std::to_string(i))));
    if (i % 2 == 0) events.push_back(event(i, std::to_string(i)));
  }
  const Answer answer = written(expects, events);
  for (std::size_t i = 0; i < expects.size(); ++i) EXPECT_EQ(answer.versions[i], i % 2 == 0 ? 1U : 0U);
  EXPECT_EQ(value(store().list_streams(prefix())).size(), 100U);
}

TEST_F(Append, IsSeenByEveryCallAfterIt) {
  const Answer answer = grow(stream("a"), 2);
  EXPECT_GE(head(), answer.last);
  EXPECT_TRUE(each_once(read({{stream("a")}}).payloads(), {"1", "2"})) << "of an acknowledged append";
  EXPECT_TRUE(each_once(all().payloads(), {"1", "2"})) << "of an acknowledged append";
  const auto listed = value(store().list_streams(prefix()));
  ASSERT_EQ(listed.size(), 1U) << "the stream of an acknowledged append is not listed";
  EXPECT_EQ(listed[0].version, 2U);
}

}  // namespace
}  // namespace ec::conformance
