// Payloads of megabytes: each comes back whole, and no batch lends more than a few of them.
#include "support.hpp"

#include <algorithm>

namespace ec::rocks::test {
namespace {

constexpr std::size_t KiB = 1024;
constexpr std::size_t MiB = 1024 * KiB;

std::string payload(std::size_t number, std::size_t size) {
  std::string made(size, static_cast<char>('a' + number % 26));
  made.replace(0, 8, std::to_string(10'000'000 + number));
  return made;
}

struct Batches {
  std::vector<std::string> payloads;
  std::size_t count = 0;
  std::size_t most_bytes = 0;
};

Batches batches(Result<EventCursor> made) {
  EventCursor cursor = value(std::move(made));
  Batches batches;
  while (cursor.next()) {
    std::size_t bytes = 0;
    for (const RecordedEvent each : cursor.batch()) {
      batches.payloads.emplace_back(each.payload());
      bytes += each.payload().size();
    }
    ++batches.count;
    batches.most_bytes = std::max(batches.most_bytes, bytes);
  }
  EXPECT_FALSE(cursor.error());
  return batches;
}

class LargePayloads : public testing::TestWithParam<const char*> {
 protected:
  // Every `gap`th event goes to "wanted", the others between them are small and elsewhere.
  void write(Store& store, std::size_t count, std::size_t gap, auto&& size_of) {
    for (std::size_t i = 0; i < count; ++i) {
      append(store, "wanted", {payload(i, size_of(i))});
      expected.push_back(payload(i, size_of(i)));
      for (std::size_t between = 1; between < gap; ++between) append(store, "other", {"small"});
    }
  }
  // Forward and backward, as a stream and with all the others.
  void expect_bounded_batches(Store& store, std::size_t most_bytes) {
    const std::vector<ReadFrom> wanted{{StreamId("wanted")}};
    const Filter filter{.prefixes = {"wanted"}};
    const std::size_t forward = check(batches(store.read(wanted)), most_bytes);
    check(batches(store.read_all(filter)), most_bytes);
    std::ranges::reverse(expected);
    // Not a batch for each event, which would read many times what it gives.
    EXPECT_LE(check(batches(store.read(wanted, {.backward = true})), most_bytes), 2 * forward);
    check(batches(store.read_all(filter, {}, {.backward = true})), most_bytes);
    std::ranges::reverse(expected);
  }

  const TempFolder folder;
  const std::filesystem::path path = folder.path() / "db";
  const std::vector<std::string> fast{"durability: acknowledged_events_may_be_lost_in_a_power_cut",
                                      std::string("recent_events: ") + GetParam()};
  std::vector<std::string> expected;

 private:
  std::size_t check(const Batches& read, std::size_t most_bytes) const {
    EXPECT_TRUE(read.payloads == expected);
    EXPECT_LE(read.most_bytes, most_bytes);
    return read.count;
  }
};

TEST_P(LargePayloads, OfMegabytesInARowComeInBoundedBatches) {
  {
    Store store = value(open(path, fast));
    write(store, 24, 1, [](std::size_t i) { return (1 + i % 4) * MiB; });
    expect_bounded_batches(store, 5 * MiB);
  }
  Store store = value(open(path, fast));
  expect_bounded_batches(store, 5 * MiB);
}

TEST_P(LargePayloads, FarApartComeInBoundedBatches) {
  {
    Store store = value(open(path, fast));
    write(store, 150, 12, [](std::size_t i) { return (20 + i % 60) * KiB; });
    expect_bounded_batches(store, 2 * MiB);
  }
  Store store = value(open(path, fast));
  expect_bounded_batches(store, 2 * MiB);
}

TEST_P(LargePayloads, InOneAppendComeInBoundedBatches) {
  Store store = value(open(path, fast));
  std::vector<NewEvent> events;
  for (std::size_t i = 0; i < 30; ++i) {
    expected.push_back(payload(i, i % 3 == 0 ? MiB : 10 * KiB));
    events.push_back(event(0, expected.back()));
  }
  value(store.append({Expect::absent(StreamId("wanted"))}, events));
  expect_bounded_batches(store, 3 * MiB);
}

// Held in memory by the plugin, and by RocksDB alone.
INSTANTIATE_TEST_SUITE_P(All, LargePayloads, testing::Values("64MiB", "4MiB", "0"));

TEST(LargestPayload, IsTaken) {
  const TempFolder folder;
  Store store = value(open(folder.path() / "db", {"max_payload: 20MiB"}));
  const std::string largest = payload(0, 20 * MiB);
  append(store, "s", {largest});
  EXPECT_TRUE(stream(store, "s").at(0).payload == largest);
  refusal(store.append({Expect::any(StreamId("s"))}, {event(0, largest + "x")}), Code::limit);
}

}  // namespace
}  // namespace ec::rocks::test
