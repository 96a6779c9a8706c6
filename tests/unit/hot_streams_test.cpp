#include "hot_streams.hpp"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

using ec::core::HotStreams;
using ec::plugin::Call;

const Call patient{nullptr};

TEST(HotStreams, NobodyWaitsWhereNobodyStands) {
  HotStreams hot;
  HotStreams::Turn turn(hot);
  EXPECT_FALSE(hot.any());
  EXPECT_EQ(turn.take_hot({"a", "b"}, patient), EC_OK);
  EXPECT_FALSE(hot.any()) << "a stream that nobody stands in line for became hot by asking";
}

TEST(HotStreams, TheSecondWaitsUntilTheFirstIsDone) {
  HotStreams hot;
  std::atomic<bool> first_done = false;
  HotStreams::Turn first(hot);
  ASSERT_EQ(first.take_all({"b", "a"}, patient), EC_OK);
  EXPECT_TRUE(hot.any());
  std::thread other([&] {
    HotStreams::Turn second(hot);
    EXPECT_EQ(second.take_hot({"a", "z"}, patient), EC_OK);
    EXPECT_TRUE(first_done);
  });
  first_done = true;
  first.end();
  other.join();
  EXPECT_FALSE(hot.any());
}

TEST(HotStreams, ADeadlineEndsTheWaitAndLeavesNoTrace) {
  HotStreams hot;
  HotStreams::Turn first(hot);
  ASSERT_EQ(first.take_all({"a", "b"}, patient), EC_OK);
  const ec_call call{sizeof(ec_call), 0, ec::plugin::monotonic_ns() + 1'000'000, nullptr, nullptr, {nullptr, 0}};
  {
    HotStreams::Turn second(hot);
    EXPECT_EQ(second.take_all({"b", "0"}, Call(&call)), EC_TIMEOUT);
    HotStreams::Turn third(hot);
    EXPECT_EQ(third.take_all({"0"}, patient), EC_OK) << "the one that gave up still stands in line";
  }
  first.end();
  EXPECT_FALSE(hot.any());
}

// Every thread takes its turn on overlapping sets in an order of its own: nobody waits for ever, and a stream has one
// at a time.
TEST(HotStreams, OneAtATimeAndNoCircle) {
  HotStreams hot;
  const std::vector<std::string> names{"a", "b", "c", "d"};
  std::vector<std::atomic<int>> inside(names.size());
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < 300; ++i) {
        HotStreams::Turn turn(hot);
        const std::size_t x = (t + i) % names.size();
        const std::size_t y = (t + 2 * i + 1) % names.size();
        std::vector<std::string_view> wanted{names[x]};
        if (x != y) wanted.emplace_back(names[y]);
        ASSERT_EQ(turn.take_all(wanted, patient), EC_OK);
        EXPECT_EQ(inside[x].fetch_add(1), 0);
        if (x != y) {
          EXPECT_EQ(inside[y].fetch_add(1), 0);
        }
        inside[x].fetch_sub(1);
        if (x != y) inside[y].fetch_sub(1);
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(hot.any());
}

}  // namespace
