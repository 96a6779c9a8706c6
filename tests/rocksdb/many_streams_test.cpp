// Versions are right when they are not known by heart, and long appends are read right from anywhere.
#include "support.hpp"

#include <algorithm>

namespace ec::rocks::test {
namespace {

class ManyStreams : public testing::Test {
 protected:
  static constexpr std::size_t streams = 97;
  // Each the prefix of many others.
  static std::string name(std::size_t i) { return std::string(1 + i % 10, 'x') + std::to_string(i); }

  const TempFolder folder;
  const std::filesystem::path path = folder.path() / "db";
};

TEST_F(ManyStreams, HaveTheirVersionsWithoutKnowingThemByHeart) {
  for (std::uint64_t round = 0; round < 4; ++round) {
    Store store = value(open(path, {"cached_heads: 2"}));
    for (std::size_t i = 0; i < streams; ++i) {
      const StreamId id(name(i));
      const auto stale = store.append({Expect::exact(id, round + 1)}, {event(0, "never")});
      EXPECT_EQ(stale.error().actual_version, round);
      EXPECT_EQ(store.append({Expect::absent(id)}, {}).has_value(), round == 0);
      EXPECT_EQ(store.append({Expect::exists(id)}, {}).has_value(), round > 0);
      const auto stored = value(store.append({Expect::exact(id, round)}, {event(0, std::to_string(round))}));
      EXPECT_EQ(stored.versions, std::vector<std::uint64_t>{round + 1});
    }
    const auto listed = value(store.list_streams());
    ASSERT_EQ(listed.size(), streams);
    for (const StreamVersion& each : listed) EXPECT_EQ(each.version, round + 1);
  }
}

class LongAppend : public ManyStreams {
 protected:
  static constexpr std::size_t events = 1'000;

  LongAppend() {
    for (std::size_t i = 0; i < streams; ++i) expects.push_back(Expect::any(StreamId(name(i))));
    // Sizes of all kinds, so that records end for their number of events and for their bytes.
    for (std::size_t i = 0; i < events; ++i)
      written.push_back(event(i * i % streams, std::to_string(i) + std::string(i < 500 ? i % 7 : i * 31 % 3'000, 'p')));
  }

  std::vector<Expect> expects;
  std::vector<NewEvent> written;
};

TEST_F(LongAppend, IsReadRightFromAnywhere) {
  Store store = value(open(path));
  append(store, "before", {"x"});
  const Appended stored = value(store.append(expects, written, Uuid::make()));
  append(store, "behind", {"x"});
  EXPECT_EQ(stored.first.lo, 2U);
  EXPECT_EQ(stored.last.lo, events + 1);
  const std::vector<Seen> all = value(everything_in_every_way(store));
  ASSERT_EQ(all.size(), events + 2);
  for (std::size_t i = 0; i < events; ++i) {
    EXPECT_EQ(all[i + 1].payload, written[i].payload);
    EXPECT_EQ(all[i + 1].stream, expects[written[i].expect].stream.str());
  }
  for (std::size_t from = 0; from <= all.size(); from += 13)
    for (const std::uint64_t limit : {std::uint64_t{1}, std::uint64_t{5}, std::uint64_t{100}, std::uint64_t{0}}) {
      const std::size_t most = limit == 0 ? all.size() : limit;
      const auto forward = value(drain(store.read_all({}, {0, from}, {.limit = limit})));
      EXPECT_EQ(forward,
                std::vector<Seen>(all.begin() + static_cast<std::ptrdiff_t>(from),
                                  all.begin() + static_cast<std::ptrdiff_t>(std::min(from + most, all.size()))));
      const auto backward = value(drain(store.read_all({}, {0, from + 1}, {.backward = true, .limit = limit})));
      std::vector<Seen> below(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(from));
      std::ranges::reverse(below);
      below.resize(std::min(below.size(), most));
      EXPECT_EQ(backward, below);
    }
}

TEST_F(LongAppend, IsReadAsManyStreamsAtOnceInPositionOrder) {
  Store store = value(open(path));
  value(store.append(expects, written));
  value(store.append(expects, written));
  std::vector<ReadFrom> from;
  for (std::size_t i = 0; i < streams; i += 2) from.push_back({StreamId(name(i)), i % 5});
  std::vector<Seen> wanted;
  for (const Seen& each : everything(store))
    for (const ReadFrom& source : from)
      if (source.stream == each.stream && each.version > source.after_version) wanted.push_back(each);
  EXPECT_EQ(value(drain(store.read(from))), wanted);
  EXPECT_EQ(value(drain(store.read(from, {.limit = 333}))), std::vector<Seen>(wanted.begin(), wanted.begin() + 333));
}

TEST_F(LongAppend, IsRepeatedByItsCommitIdAlsoAfterReopening) {
  const Uuid commit_id = Uuid::make();
  Appended first;
  {
    Store store = value(open(path));
    first = value(store.append(expects, written, commit_id));
    append(store, name(0), {"moves on"});
    EXPECT_TRUE(value(store.append(expects, written, commit_id)).repeated);
  }
  Store store = value(open(path));
  const Appended again = value(store.append(expects, written, commit_id));
  EXPECT_TRUE(again.repeated);
  EXPECT_EQ(again.first, first.first);
  EXPECT_EQ(again.last, first.last);
  EXPECT_EQ(again.versions, first.versions);
  written.back().payload += "changed";
  refusal(store.append(expects, written, commit_id), Code::duplicate);
  EXPECT_EQ(value(store.head()).lo, events + 1);
}

}  // namespace
}  // namespace ec::rocks::test
