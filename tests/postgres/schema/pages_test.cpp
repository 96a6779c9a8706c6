// Reads that take several pages: streams of thousands of events that were written in turn, beside each other.
#include "support.hpp"

#include <algorithm>
#include <random>

namespace ec::postgres::test {
namespace {

class PostgresPages : public testing::Test {
 protected:
  // Three streams, of each so many events as take more than two pages; which one comes next is random.
  PostgresPages() {
    std::mt19937 random(7);
    const std::vector<Expect> expects = {Expect::any(StreamId("a")), Expect::any(StreamId("b")),
                                         Expect::any(StreamId("c"))};
    for (int append = 0; append < 75; ++append) {
      std::vector<NewEvent> events;
      for (int i = 0; i < 100; ++i) events.push_back(event(random() % 3, std::to_string(random())));
      value(store_.append(expects, events));
    }
    all_ = everything(store_);
  }

  // What a read of these streams must give, worked out from the whole.
  std::vector<Seen> wanted(const std::string& streams, bool backward, std::size_t limit) const {
    std::vector<Seen> wanted;
    std::ranges::copy_if(all_, std::back_inserter(wanted),
                         [&](const Seen& each) { return streams.find(each.stream) != std::string::npos; });
    if (backward) std::ranges::reverse(wanted);
    if (limit != 0 && limit < wanted.size()) wanted.resize(limit);
    return wanted;
  }

  void check(const std::string& streams, bool backward, std::size_t limit) {
    std::vector<ReadFrom> from;
    for (const char stream : streams) from.push_back({StreamId(std::string(1, stream))});
    const auto seen = drain(store_.read(from, {.backward = backward, .limit = limit}));
    EXPECT_TRUE(seen == wanted(streams, backward, limit))
        << streams << (backward ? " backward" : "") << ", limit " << limit << ": " << seen.size() << " events";
  }

  const Schema schema_;
  Store store_{value(open(schema_))};
  std::vector<Seen> all_;
};

TEST_F(PostgresPages, GiveStreamsInTheOrderOfPositions) {
  check_order(all_);
  ASSERT_EQ(all_.size(), 7500U);
  for (const char* streams : {"a", "ab", "cb", "abc"})
    for (const bool backward : {false, true})
      for (const std::size_t limit : {0U, 1U, 1023U, 1024U, 1025U, 2048U, 3000U}) check(streams, backward, limit);
}

TEST_F(PostgresPages, OfOneReadShowNothingThatCameAfterTheFirst) {
  auto cursor = value(store_.read({{StreamId("a")}, {StreamId("b")}}));
  ASSERT_TRUE(cursor.next());
  std::size_t count = cursor.batch().size();
  value(append(store_, "a", {"late"}));
  while (cursor.next())
    for (const RecordedEvent& each : cursor.batch()) {
      EXPECT_NE(each.payload(), "late");
      ++count;
    }
  EXPECT_FALSE(cursor.error());
  EXPECT_EQ(count, wanted("ab", false, 0).size());
}

}  // namespace
}  // namespace ec::postgres::test
