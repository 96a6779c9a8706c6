#include "idle_pool.hpp"

#include <atomic>
#include <barrier>
#include <cstddef>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace {

// One pool for each test.
template <int test>
struct Counted {
  Counted() {
    ++made;
    ++alive;
  }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --alive; }
  static inline std::atomic<std::size_t> made = 0, alive = 0;
};

TEST(IdlePool, GoesRoundBetweenAThreadThatBeginsAndOneThatEnds) {
  using Object = Counted<1>;
  using Pool = ec::core::IdlePool<Object>;
  constexpr std::size_t rounds = 1'000, under_way = 16;
  std::vector<std::unique_ptr<Object>> begun;
  std::barrier turn(2);
  std::thread ends([&] {
    for (std::size_t round = 0; round < rounds; ++round) {
      turn.arrive_and_wait();
      for (auto& each : begun) Pool::give_back(std::move(each));
      begun.clear();
      turn.arrive_and_wait();
    }
  });
  std::thread begins([&] {
    for (std::size_t round = 0; round < rounds; ++round) {
      for (std::size_t i = 0; i < under_way; ++i) begun.push_back(Pool::take());
      turn.arrive_and_wait();
      turn.arrive_and_wait();
    }
  });
  begins.join();
  ends.join();
  EXPECT_LE(Object::made, Pool::most_at_hand + under_way) << "those that end do not come back to where they begin";
}

TEST(IdlePool, KeepsNoMoreThanItMay) {
  using Object = Counted<2>;
  using Pool = ec::core::IdlePool<Object>;
  constexpr std::size_t count = 10'000;
  std::thread([&] {
    std::vector<std::unique_ptr<Object>> in_use;
    for (std::size_t i = 0; i < count; ++i) in_use.push_back(Pool::take());
    EXPECT_EQ(Object::made, count);
    for (auto& each : in_use) Pool::give_back(std::move(each));
    EXPECT_LE(Object::alive, Pool::most_at_hand + Pool::most_shared);
    EXPECT_GE(Object::alive, Pool::most_shared);
  }).join();
  EXPECT_EQ(Object::alive, Pool::most_shared) << "a thread that ends frees what it had at hand";
}

TEST(IdlePool, OneThreadTakesWhatItGaveBack) {
  using Object = Counted<3>;
  using Pool = ec::core::IdlePool<Object>;
  for (int i = 0; i < 1'000; ++i) Pool::give_back(Pool::take());
  EXPECT_EQ(Object::made, 1U);
}

}  // namespace
