// A long stream is read by runs where its events lie close together, whatever lies between them: from any version, to
// any number, beside writers, over the borders of records and batches.
#include "support.hpp"

#include <algorithm>
#include <map>
#include <ostream>
#include <random>

namespace ec::rocks::test {
namespace {

constexpr const char* quick = "durability: acknowledged_events_may_be_lost_in_a_power_cut";

// How the streams of a store came to lie beside each other.
struct Mix {
  const char* name;
  std::size_t streams;
  std::size_t most_events;     // of an append
  std::size_t large_each;      // one payload of so many is large
  std::size_t rare_each = 10;  // the first stream gets an event only once in so many appends
};

void PrintTo(const Mix& mix, std::ostream* out) { *out << mix.name; }

class LongStreams : public testing::TestWithParam<Mix> {
 protected:
  // About `events` events, noted in `written`.
  void fill(Store& store, std::size_t events) {
    const Mix& mix = GetParam();
    for (std::size_t count = 0; count < events;) {
      std::vector<Expect> expects;
      std::vector<NewEvent> batch;
      for (std::size_t i = 0; i < mix.streams; ++i)
        if (i > 0 || appends_ % mix.rare_each == 0) expects.push_back(Expect::any(StreamId(name(i))));
      ++appends_;
      if (expects.empty()) continue;
      const std::size_t most = 1 + random_() % mix.most_events;
      for (std::size_t i = 0; i < most; ++i) {
        const bool is_large = mix.large_each > 0 && random_() % mix.large_each == 0;
        batch.push_back(
            event(random_() % expects.size(), std::to_string(count + i) + std::string(is_large ? 200'000 : 20, 'p')));
        const std::string stream = expects[batch.back().expect].stream.str();
        auto& seen = written[stream];
        seen.push_back({stream, seen.size() + 1, ++position_, batch.back().payload});
      }
      value(store.append(expects, batch));
      count += most;
    }
  }

  std::string name(std::size_t i) const { return "stream" + std::string(i, '-'); }

  // What a read from there gives.
  std::vector<Seen> expected(const std::string& stream, std::uint64_t after, std::uint64_t limit) const {
    std::vector<Seen> seen;
    const auto found = written.find(stream);
    if (found == written.end()) return seen;
    for (std::size_t i = after; i < found->second.size() && (limit == 0 || seen.size() < limit); ++i)
      seen.push_back(found->second[i]);
    return seen;
  }

  void check(Store& store) {
    for (std::size_t i = 0; i < GetParam().streams; ++i) {
      const std::string stream = name(i);
      const std::size_t length = written[stream].size();
      for (int round = 0; round < 8; ++round) {
        const std::uint64_t after = round == 0 ? 0 : random_() % (length + 2);
        const std::uint64_t limit = round < 3 ? 0 : 1 + random_() % (length + 300);
        EXPECT_EQ(value(drain(store.read({{StreamId(stream), after}}, {.limit = limit}))),
                  expected(stream, after, limit))
            << stream << " of " << length << " after " << after << ", at most " << limit;
      }
    }
  }

  const TempFolder folder;
  const std::filesystem::path path = folder.path() / "db";
  std::map<std::string, std::vector<Seen>> written;

 private:
  std::mt19937_64 random_{7};
  std::uint64_t position_ = 0;
  std::size_t appends_ = 0;
};

TEST_P(LongStreams, AreReadFromAnywhere) {
  {
    Store store = value(open(path, {quick}));
    fill(store, 3'000);
    check(store);
  }
  Store store = value(open(path, {quick, "cached_heads: 2"}));  // nothing is known by heart now
  check(store);
  fill(store, 100);
  check(store);
}

TEST_P(LongStreams, AreReadAsTheyWereWhenTheReadBegan) {
  Store store = value(open(path, {quick}));
  fill(store, 3'000);
  for (std::size_t i = 0; i < GetParam().streams; ++i) {
    const std::string stream = name(i);
    std::vector<Seen> seen;
    const auto expected = written[stream];
    auto cursor = value(store.read({{StreamId(stream)}}));
    while (cursor.next()) {
      for (const RecordedEvent each : cursor.batch())
        seen.push_back({std::string(each.stream()), each.version(), each.position().lo, std::string(each.payload())});
      fill(store, 70);
    }
    ASSERT_FALSE(cursor.error()) << cursor.error()->message;
    EXPECT_EQ(seen, expected);
  }
}

INSTANTIATE_TEST_SUITE_P(Of, LongStreams,
                         testing::Values(Mix{"OneAlone", 1, 3, 0, 1}, Mix{"TwoInTurn", 2, 2, 0, 1},
                                         Mix{"Several", 4, 70, 0}, Mix{"LargePayloads", 2, 20, 40, 1},
                                         Mix{"ARareOne", 3, 300, 0, 3}),
                         [](const auto& mix) { return std::string(mix.param.name); });

}  // namespace
}  // namespace ec::rocks::test
