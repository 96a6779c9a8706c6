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

// One who does not wait on a thread.
struct Threadless {
  explicit Threadless(HotStreams& hot) : turn(hot) {}
  bool start(const std::vector<std::string_view>& streams) {
    return turn.start_all(streams, [](void* self) noexcept { ++static_cast<Threadless*>(self)->told; }, this);
  }
  int told = 0;
  HotStreams::Turn turn;  // ends before what it tells
};

TEST(HotStreams, NobodyWaitsForWhoCameLater) {
  HotStreams hot;
  Threadless first(hot), second(hot), third(hot), fourth(hot);
  EXPECT_TRUE(first.start({"a"}));
  EXPECT_FALSE(second.start({"a", "b"}));
  EXPECT_FALSE(third.start({"b"})) << "it came into a line that the second, who came before, will wait in";
  EXPECT_FALSE(fourth.start({"a"}));
  first.turn.end();
  EXPECT_EQ(second.told, 1);
  EXPECT_EQ(third.told + fourth.told, 0);
  second.turn.end();
  EXPECT_EQ(second.told + third.told + fourth.told, 3);
}

// Whoever stands at the front of a line may wait in another one that moves slowly, for much longer than anybody's
// patience. Who went on without a turn then would meet a conflict and line up at the end, again and again.
TEST(HotStreams, PatienceHoldsWhereAnotherLineMoves) {
  HotStreams hot;
  Threadless first(hot), second(hot), both(hot), last(hot);
  EXPECT_TRUE(first.start({"hot"}));
  EXPECT_FALSE(second.start({"hot"}));
  EXPECT_FALSE(both.start({"cold", "hot"}));
  EXPECT_FALSE(last.start({"cold"}));
  first.turn.end();
  EXPECT_EQ(second.told, 1);
  EXPECT_FALSE(last.turn.withdraw_if_stalled()) << "its own line stands, but it waits for another turn than before";
  EXPECT_TRUE(last.turn.withdraw_if_stalled()) << "the second one may wait for what the last one holds up";
  EXPECT_FALSE(last.turn.withdraw()) << "it stands in no line";
  second.turn.end();
  EXPECT_EQ(both.told, 1);
  both.turn.end();
  EXPECT_EQ(last.told, 0);
  EXPECT_FALSE(hot.any());
}

// What it is the first in line for stays its own until it is ended, as its owner may be at work on it.
TEST(HotStreams, WhoIsWithdrawnHoldsUpNobodyInTheLinesItWaitedIn) {
  HotStreams hot;
  Threadless first(hot), second(hot), third(hot), fourth(hot);
  EXPECT_TRUE(first.start({"a"}));
  EXPECT_FALSE(second.start({"a", "b"}));
  EXPECT_FALSE(third.start({"a"}));
  EXPECT_FALSE(fourth.start({"b"}));
  EXPECT_TRUE(second.turn.withdraw());
  EXPECT_FALSE(second.turn.withdraw());
  first.turn.end();
  EXPECT_EQ(third.told, 1);
  EXPECT_EQ(fourth.told, 0);
  second.turn.end();
  EXPECT_EQ(fourth.told, 1);
  EXPECT_EQ(second.told, 0);
}

}  // namespace
