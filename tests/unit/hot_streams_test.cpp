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

TEST(HotStreams, WhoWaitsForOneStreamHoldsUpNobodyOnAnother) {
  HotStreams hot;
  Threadless first(hot), second(hot), third(hot), fourth(hot);
  EXPECT_TRUE(first.start({"a"}));
  EXPECT_FALSE(second.start({"a", "b"}));
  EXPECT_FALSE(third.start({"a", "c"}));
  EXPECT_TRUE(fourth.start({"b"}));
  first.turn.end();
  EXPECT_EQ(second.told, 0) << "it has a turn on one of its streams only";
  EXPECT_EQ(third.told, 1) << "the second keeps it from a stream that it cannot use yet";
  third.turn.end();
  EXPECT_EQ(second.told, 0);
  fourth.turn.end();
  EXPECT_EQ(second.told, 1);
}

// Others have a turn on the one of its streams whenever the other one is free.
TEST(HotStreams, NobodyIsOvertakenForEver) {
  HotStreams hot;
  Threadless left(hot), right(hot), other_left(hot), other_right(hot), both(hot);
  EXPECT_TRUE(left.start({"a"}));
  EXPECT_FALSE(both.start({"a", "b"}));
  EXPECT_TRUE(right.start({"b"}));
  std::uint32_t overtakings = 1;
  const auto relieve = [&](Threadless& old, Threadless& next, const char* stream) {
    if (next.start({stream})) ADD_FAILURE() << "two have a turn on the same stream";
    next.told = 0;
    old.turn.end();
    return next.told == 1;
  };
  Threadless *on_a = &left, *next_on_a = &other_left, *on_b = &right, *next_on_b = &other_right;
  while (relieve(*on_a, *next_on_a, "a") && relieve(*on_b, *next_on_b, "b")) {
    std::swap(on_a, next_on_a);
    std::swap(on_b, next_on_b);
    overtakings += 2;
    ASSERT_LE(overtakings, 2 * HotStreams::most_overtakings);
  }
  for (Threadless* each : {&left, &right, &other_left, &other_right})
    if (both.told == 0) each->turn.end();
  EXPECT_EQ(both.told, 1);
}

// One who waits behind many has a turn on nothing for much longer than his patience. Who went on without one then would
// meet a conflict and line up at the end, again and again.
TEST(HotStreams, PatienceHoldsWhileTurnsEnd) {
  HotStreams hot;
  Threadless first(hot), second(hot), both(hot), last(hot);
  EXPECT_TRUE(first.start({"a"}));
  EXPECT_FALSE(second.start({"a"}));
  EXPECT_FALSE(last.start({"a", "b"}));
  first.turn.end();
  EXPECT_EQ(second.told, 1);
  EXPECT_FALSE(last.turn.withdraw_if_stalled()) << "it waits for another turn than before";
  EXPECT_TRUE(last.turn.withdraw_if_stalled()) << "the second one may wait for what the last one holds up";
  EXPECT_FALSE(last.turn.withdraw()) << "it waits no more";
  second.turn.end();
  EXPECT_EQ(last.told, 0);
  EXPECT_TRUE(both.start({"a", "b"})) << "who was withdrawn holds others up";
}

}  // namespace
