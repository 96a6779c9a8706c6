// Payloads of megabytes: each comes back whole, and no batch lends more than a few of them.
#include "support.hpp"

#include <algorithm>

namespace ec::postgres::test {
namespace {

constexpr std::size_t MiB = 1024 * 1024;

// Not what compression makes small, and NULs in it.
std::string payload(std::size_t number, std::size_t size) {
  std::string made(size, '\0');
  std::uint64_t state = number * 2 + 1;
  for (std::size_t i = 0; i < size; i += 1 + number % 3) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    made[i] = static_cast<char>(state >> 56U);
  }
  return made;
}

class PostgresLargePayloads : public testing::Test {
 protected:
  void write(const std::vector<std::size_t>& sizes) {
    for (const std::size_t size : sizes) {
      written.push_back(payload(written.size(), size));
      value(append(store, "wanted", {written.back()}));
      value(append(store, "other", {"small"}));
    }
  }
  // All that was written, in this order, with at most so many bytes in a batch.
  void expect(Result<EventCursor> made, std::size_t most_bytes) const {
    EventCursor cursor = value(std::move(made));
    std::size_t count = 0, most = 0;
    while (cursor.next()) {
      std::size_t bytes = 0;
      for (const RecordedEvent each : cursor.batch()) {
        bytes += each.payload().size();
        if (each.stream() == "other") continue;
        ASSERT_LT(count, written.size());
        EXPECT_TRUE(each.payload() == written[count]) << count;
        ++count;
      }
      most = std::max(most, bytes);
    }
    EXPECT_FALSE(cursor.error()) << cursor.error()->message;
    EXPECT_EQ(count, written.size());
    EXPECT_LE(most, most_bytes);
  }
  void expect_all_ways(std::size_t most_bytes) {
    const std::vector<ReadFrom> one{{StreamId("wanted")}}, two{{StreamId("wanted")}, {StreamId("other")}};
    const Filter filter{.prefixes = {"wanted"}};
    for (const bool backward : {false, true}) {
      const ReadOptions options{.backward = backward};
      expect(store.read(one, options), most_bytes);
      expect(store.read(two, options), most_bytes);
      expect(store.read_all({}, {}, options), most_bytes);
      expect(store.read_all(filter, {}, options), most_bytes);
      std::ranges::reverse(written);
    }
  }

  const Schema schema;
  Store store = value(open(schema));
  std::vector<std::string> written;
};

TEST_F(PostgresLargePayloads, MoreThanAPageTakesComeInBoundedBatches) {
  write({6 * MiB, 6 * MiB, 16 * MiB, 7 * MiB, 1, 9 * MiB, 9 * MiB, 16 * MiB, 16 * MiB, 17'000, 3});
  expect_all_ways(17 * MiB);
}

TEST_F(PostgresLargePayloads, AtTheBorderOfWhatIsFetchedByItselfComeInOrder) {
  write({16'383, 16'384, 16'385, 0, 1, 16'385, 16'384});
  expect_all_ways(MiB);
}

TEST_F(PostgresLargePayloads, InOneAppendAsLargeAsItMayBeComeBack) {
  std::vector<NewEvent> events;
  for (std::size_t i = 0; i < 4; ++i) {
    written.push_back(payload(i, 16 * MiB));
    events.push_back(event(0, written.back()));
  }
  value(store.append({Expect::absent(StreamId("wanted"))}, events));
  expect_all_ways(17 * MiB);
  events.push_back(event(0, "x"));
  refusal(store.append({Expect::any(StreamId("wanted"))}, events), Code::limit);
}

TEST_F(PostgresLargePayloads, OneByteTooManyIsRefusedAndStoresNothing) {
  refusal(append(store, "wanted", {std::string(16 * MiB + 1, 'x')}), Code::limit);
  EXPECT_EQ(value(store.head()).lo, 0U);
}

TEST_F(PostgresLargePayloads, LargeMetadataComesBack) {
  NewEvent made = event(0, "{}");
  made.metadata = payload(1, MiB);
  value(store.append({Expect::any(StreamId("a"))}, {made}));
  EventCursor cursor = value(store.read_all());
  ASSERT_TRUE(cursor.next());
  EXPECT_TRUE((*cursor.batch().begin()).raw_metadata() == made.metadata);
}

TEST_F(PostgresLargePayloads, AreFoundAgainByTheirCommitId) {
  const Uuid commit_id = Uuid::make();
  const std::string large = payload(1, 16 * MiB);
  value(append(store, "a", {large}, commit_id));
  EXPECT_TRUE(value(append(store, "a", {large}, commit_id)).repeated);
  std::string other = large;
  other.back() = static_cast<char>(other.back() + 1);
  refusal(append(store, "a", {other}, commit_id), Code::duplicate);
}

}  // namespace
}  // namespace ec::postgres::test
