// Reading a set of streams: one view, position order, limits to the letter.
#include "contract.hpp"

#include <algorithm>
#include <limits>

namespace ec::conformance {
namespace {

class Read : public Contract {
 protected:
  // Ten events, in turn to a, b and c: payloads 0 to 9.
  void weave() const {
    const char* names[] = {"a", "b", "c"};
    for (std::size_t i = 0; i < 10; ++i) written({Expect::any(stream(names[i % 3]))}, {event(0, std::to_string(i))});
  }
  using Texts = std::vector<std::string>;
};

TEST_F(Read, GivesAStreamsEventsWithVersionsFromOne) {
  for (std::size_t i = 0; i < 3; ++i) grow(stream("a"), 2);
  const Reading reading = read({{stream("a")}});
  ASSERT_TRUE(each_once(reading.payloads(), {"1", "2", "3", "4", "5", "6"}));
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(reading.events[i].version, i + 1) << "versions do not go 1, 2, 3";
}

TEST_F(Read, OfAStreamThatDoesNotExistGivesNothing) {
  EXPECT_TRUE(read({{stream("none")}}).events.empty());
  EXPECT_TRUE(read({{stream("none")}}, {.backward = true}).events.empty());
  EXPECT_TRUE(read({{stream("none"), 7}}).events.empty());
}

TEST_F(Read, OfNothingStillTellsTheHead) { EXPECT_EQ(read({{stream("none")}}).head, head()); }

TEST_F(Read, MergesItsStreamsInPositionOrder) {
  weave();
  const Reading reading = read({{stream("c")}, {stream("none")}, {stream("a")}, {stream("b")}});
  EXPECT_EQ(reading.payloads(), (Texts{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}));
}

TEST_F(Read, TellsWhichOfItsStreamsAnEventIsOf) {
  weave();
  const std::vector<ReadFrom> streams = {{stream("c")}, {stream("none")}, {stream("a")}};
  for (const Seen& each : read(streams).events)
    EXPECT_EQ(each.stream, streams.at(each.stream_index).stream.str()) << "stream_index names another stream";
}

TEST_F(Read, BeginsBehindTheVersionGivenForEachStream) {
  weave();
  EXPECT_EQ(read({{stream("a"), 2}, {stream("b"), 0}, {stream("c"), 3}}).payloads(), (Texts{"1", "4", "6", "7", "9"}));
  EXPECT_EQ(read({{stream("a"), 4}}).payloads(), Texts{});
  EXPECT_EQ(read({{stream("a"), std::numeric_limits<std::uint64_t>::max()}}).payloads(), Texts{});
}

TEST_F(Read, BackwardGivesTheSameTheOtherWayRound) {
  weave();
  Texts forward = read({{stream("a")}, {stream("b")}, {stream("c")}}).payloads();
  std::reverse(forward.begin(), forward.end());
  EXPECT_EQ(read({{stream("a")}, {stream("b")}, {stream("c")}}, {.backward = true}).payloads(), forward);
}

TEST_F(Read, BackwardBeginsBelowTheVersionGiven) {
  weave();
  const ReadOptions backward{.backward = true};
  EXPECT_EQ(read({{stream("a"), 3}, {stream("b"), 0}}, backward).payloads(), (Texts{"7", "4", "3", "1", "0"}));
  EXPECT_EQ(read({{stream("a"), 1}}, backward).payloads(), Texts{});
  EXPECT_EQ(read({{stream("a"), 5}}, backward).payloads(), (Texts{"9", "6", "3", "0"}));
  EXPECT_EQ(read({{stream("a"), std::numeric_limits<std::uint64_t>::max()}}, backward).events.size(), 4U);
}

TEST_F(Read, StopsAtItsLimitCountedOverAllStreams) {
  weave();
  const std::vector<ReadFrom> streams = {{stream("a")}, {stream("b")}, {stream("c")}};
  for (std::uint64_t limit = 1; limit <= 12; ++limit)
    EXPECT_EQ(read(streams, {.limit = limit}).events.size(), std::min<std::uint64_t>(limit, 10))
        << "the limit is not counted over all streams together";
  EXPECT_EQ(read(streams, {.limit = 2}).payloads(), (Texts{"0", "1"}));
  EXPECT_EQ(read(streams, {.backward = true, .limit = 2}).payloads(), (Texts{"9", "8"}));
  EXPECT_EQ(read(streams, {.limit = std::numeric_limits<std::uint64_t>::max()}).events.size(), 10U);
}

TEST_F(Read, GivesAllOfALongStream) {
  constexpr std::size_t count = 5'000;
  for (std::size_t i = 0; i < count / 1'000; ++i) grow(stream("long"), 1'000);
  const Reading reading = read({{stream("long")}, {stream("none")}});
  ASSERT_EQ(reading.events.size(), count) << "a read without a limit ends too early";
  for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(reading.events[i].payload, std::to_string(i + 1));
  EXPECT_EQ(read({{stream("long")}}, {.backward = true}).events.back().version, 1U);
  EXPECT_EQ(read({{stream("long"), 1'000}}, {.limit = 3'001}).events.size(), 3'001U);
}

TEST_F(Read, DoesNotSeeWhatIsAppendedAfterItBegan) {
  grow(stream("a"), 1'000);
  grow(stream("b"), 1'000);
  const Position before = head();
  Result<EventCursor> cursor = store().read({{stream("a")}, {stream("b")}});
  EventCursor open = value(std::move(cursor));
  ASSERT_TRUE(open.next());
  EXPECT_EQ(open.head(), before);
  std::size_t seen = open.batch().size();
  grow(stream("a"), 500);
  while (open.next()) {
    EXPECT_EQ(open.head(), before);
    seen += open.batch().size();
  }
  EXPECT_FALSE(open.error());
  EXPECT_EQ(seen, 2'000U) << "a read shows what was appended after it began";
}

TEST_F(Read, AskedAgainAfterItsEndGivesAnEmptyBatchWithTheSameFlag) {
  grow(stream("a"), 3);
  const std::string id = stream("a").str();
  const ec_stream_from from{detail::str(id), 0};
  const ec_read request{sizeof request, 0, &from, 1, sizeof from, 0};
  ec_cursor* cursor = nullptr;
  const auto open = tell([&](ec_error* e) { return ec_store_read(store().raw(), &request, nullptr, &cursor, e); });
  ASSERT_TRUE(ended(open, EC_OK));
  ec_batch batch{sizeof batch, 0, nullptr, 0, 0, {}, {}};
  std::size_t events = 0;
  const auto next = [&] {
    const auto told = tell([&](ec_error* e) { return ec_store_next(store().raw(), cursor, nullptr, &batch, e); });
    events += batch.count;
    return told;
  };
  do ASSERT_TRUE(ended(next(), EC_OK));
  while ((batch.flags & EC_BATCH_END) == 0);
  EXPECT_EQ(events, 3U);
  for (int again = 0; again < 2; ++again) {
    ASSERT_TRUE(ended(next(), EC_OK));
    EXPECT_EQ(batch.count, 0U);
    EXPECT_NE(batch.flags & EC_BATCH_END, 0U);
  }
  ec_store_close_cursor(store().raw(), cursor);
}

TEST_F(Read, LendsItsBytesUntilTheNextCallOnItsCursor) {
  grow(stream("a"), 1'000);
  grow(stream("b"), 1'000);
  EventCursor open = value(store().read({{stream("a")}, {stream("b")}}));
  ASSERT_TRUE(open.next());
  expect_lent_during_other_calls(open);
}

TEST_F(Read, MayBeClosedBeforeItsEnd) {
  grow(stream("a"), 2'000);
  for (int i = 0; i < 3; ++i) {
    EventCursor open = value(store().read({{stream("a")}}));
    for (int batches = 0; batches < i; ++batches) EXPECT_TRUE(open.next() || !open.error());
  }
  EXPECT_EQ(version(stream("a")), 2'000U);
}

TEST_F(Read, TakesManyStreams) {
  std::vector<ReadFrom> streams;
  for (std::size_t i = 0; i < 300; ++i) {
    streams.push_back({stream("s" + std::to_string(i))});
    if (i % 3 == 0) written({Expect::any(streams.back().stream)}, {event(0, std::to_string(i))});
  }
  const Reading reading = read(streams);
  ASSERT_EQ(reading.events.size(), 100U);
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(reading.events[i].stream_index, 3 * i);
}

}  // namespace
}  // namespace ec::conformance
