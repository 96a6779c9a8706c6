#include "bank/latencies.hpp"

#include <gtest/gtest.h>

namespace {

using std::chrono::nanoseconds;

TEST(Latencies, PercentilesAreRightToThreePercent) {
  bank::Latencies latencies;
  for (std::int64_t ns = 1; ns <= 1'000'000; ++ns) latencies.add(nanoseconds(ns));
  for (const double share : {0.01, 0.5, 0.9, 0.99, 0.999}) {
    const double exact = share * 1e6;
    EXPECT_GE(static_cast<double>(latencies.percentile_ns(share)), exact) << share;
    EXPECT_LE(static_cast<double>(latencies.percentile_ns(share)), exact * 1.0325) << share;
  }
  EXPECT_EQ(latencies.percentile_ns(1), 1'000'000U);
  EXPECT_EQ(latencies.max_ns(), 1'000'000U);
}

TEST(Latencies, TheSmallestAndTheLargestHaveTheirCells) {
  bank::Latencies latencies;
  EXPECT_EQ(latencies.percentile_ns(0.5), 0U);
  latencies.add(nanoseconds(-1));  // a clock that stood still
  EXPECT_EQ(latencies.percentile_ns(1), 0U);
  latencies.add(nanoseconds::max());
  EXPECT_EQ(latencies.percentile_ns(1), static_cast<std::uint64_t>(nanoseconds::max().count()));
}

TEST(Latencies, AreAddedUp) {
  bank::Latencies one, two;
  one.add(nanoseconds(10));
  two.add(nanoseconds(20));
  two.add(nanoseconds(30));
  one.add(two);
  EXPECT_EQ(one.count(), 3U);
  EXPECT_EQ(one.percentile_ns(0.7), 20U);
  EXPECT_EQ(one.max_ns(), 30U);
}

}  // namespace
