// Listing streams, and the head.
#include "contract.hpp"

#include <algorithm>

namespace ec::conformance {
namespace {

using Head = Contract;

TEST_F(Head, IsThePositionOfTheLastEvent) {
  const Answer answer = written({Expect::any(stream("a")), Expect::any(stream("b"))}, {event(0, "1"), event(1, "2")});
  EXPECT_EQ(head(), answer.last) << "the head is not at the last event";
  EXPECT_EQ(read_all({}, {}, {.backward = true, .limit = 1}).events.at(0).position, answer.last);
}

TEST_F(Head, StaysWhereItIsWhenNothingIsWritten) {
  grow(stream("a"), 1);
  const Position before = head();
  append({Expect::absent(stream("a"))}, {event(0, "refused")});
  append({Expect::exists(stream("a"))}, {});
  look_up(store(), Uuid::make());
  EXPECT_EQ(head(), before);
}

class ListStreams : public Contract {
 protected:
  using Texts = std::vector<std::string>;

  void write_to(const Texts& names) const {
    for (const std::string& name : names) written({Expect::any(stream(name))}, {event(0, name)});
  }
  Texts listed(const std::string& name_prefix = {}, const std::string& after = {}, std::uint64_t limit = 0) const {
    Texts names;
    const std::string behind = after.empty() ? after : prefix() + after;
    for (const StreamVersion& each : value(store().list_streams(prefix() + name_prefix, behind, limit)))
      names.push_back(each.stream.str().substr(prefix().size()));
    return names;
  }
};

TEST_F(ListStreams, GivesTheStreamsInByteOrder) {
  write_to({"b", "a/2", "a", "a!", "B", "\xC3\xA9", "ab", "a/10"});
  EXPECT_TRUE(each_once(listed(), {"B", "a", "a!", "a/10", "a/2", "ab", "b", "\xC3\xA9"}));
}

TEST_F(ListStreams, TellsEachStreamsVersion) {
  grow(stream("a"), 3);
  grow(stream("b"), 1);
  grow(stream("a"), 2);
  const auto streams = value(store().list_streams(prefix()));
  ASSERT_EQ(streams.size(), 2U);
  EXPECT_EQ(streams[0].version, 5U) << "the list tells another version than the stream has";
  EXPECT_EQ(streams[1].version, 1U);
}

TEST_F(ListStreams, LeavesOutStreamsThatHaveNoEvent) {
  written({Expect::any(stream("a")), Expect::absent(stream("only read"))}, {event(0, "x")});
  append({Expect::absent(stream("refused")), Expect::exists(stream("none"))}, {event(0, "x")});
  read({{stream("read")}});
  EXPECT_EQ(listed(), Texts{"a"}) << "a stream without events is listed";
}

TEST_F(ListStreams, GivesThoseThatBeginWithThePrefix) {
  write_to({"a", "a/1", "a/2", "a0", "b", "A/1"});
  EXPECT_EQ(listed("a/"), (Texts{"a/1", "a/2"}));
  EXPECT_EQ(listed("a"), (Texts{"a", "a/1", "a/2", "a0"}));
  EXPECT_EQ(listed("c"), Texts{});
}

TEST_F(ListStreams, BeginsBehindTheIdGiven) {
  write_to({"a", "b", "c", "d"});
  EXPECT_EQ(listed("", "b"), (Texts{"c", "d"})) << "the list does not begin behind the id given";
  EXPECT_EQ(listed("", "bb"), (Texts{"c", "d"}));
  EXPECT_EQ(listed("", "d"), Texts{});
  EXPECT_EQ(listed("c", "a"), Texts{"c"});
  EXPECT_EQ(listed("a", "c"), Texts{});
}

TEST_F(ListStreams, StopsAtItsLimit) {
  write_to({"a", "b", "c"});
  EXPECT_EQ(listed("", "", 1), Texts{"a"});
  EXPECT_EQ(listed("", "", 2), (Texts{"a", "b"}));
  EXPECT_EQ(listed("", "", 3).size(), 3U);
  EXPECT_EQ(listed("", "", 4).size(), 3U);
  EXPECT_EQ(listed("", "a", 1), Texts{"b"});
}

TEST_F(ListStreams, GivesMoreThanABatchHolds) {
  std::vector<Expect> expects;
  std::vector<NewEvent> events;
  Texts names;
  for (std::size_t i = 0; i < 1'500; ++i) {
    names.push_back(std::to_string(i));
    expects.push_back(Expect::absent(stream(names.back())));
    events.push_back(event(i, "x"));
  }
  written(expects, events);
  std::sort(names.begin(), names.end());
  EXPECT_EQ(listed(), names);
  EXPECT_EQ(listed("", "", 1'001), Texts(names.begin(), names.begin() + 1'001));
}

TEST_F(ListStreams, PagedByTheLastIdGivesEachOnce) {
  Texts names;
  for (std::size_t i = 0; i < 50; ++i) names.push_back(std::to_string(i));
  write_to(names);
  std::sort(names.begin(), names.end());
  Texts paged;
  for (Texts page = listed("", "", 7); !page.empty(); page = listed("", paged.back(), 7)) {
    ASSERT_TRUE(paged.empty() || page.front() > paged.back()) << "a page does not lead on to the next one";
    paged.insert(paged.end(), page.begin(), page.end());
  }
  EXPECT_EQ(paged, names);
}

}  // namespace
}  // namespace ec::conformance
