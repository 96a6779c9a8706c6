#include "histogram.hpp"

#include <random>

#include <gtest/gtest.h>

namespace {

using bench::Histogram;

TEST(Histogram, SmallValuesAreExact) {
  Histogram latencies;
  for (std::uint64_t ns = 0; ns < 128; ++ns) latencies.record(ns);
  EXPECT_EQ(latencies.percentile(50), 63U);
  EXPECT_EQ(latencies.percentile(100), 127U);
}

TEST(Histogram, NoPercentileIsBelowTheTrueOneNorFurtherAboveThanTheBound) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 50; ++round) {
    std::vector<std::uint64_t> values(1 + random() % 2'000);
    Histogram latencies;
    for (std::uint64_t& value : values) {
      value = random() >> (24 + random() % 40);
      latencies.record(value);
    }
    std::ranges::sort(values);
    for (const double percent : {1.0, 50.0, 90.0, 99.0, 99.9, 100.0}) {
      const auto per_thousand = static_cast<std::size_t>(std::lround(percent * 10));
      const std::uint64_t truth = values[(values.size() * per_thousand + 999) / 1'000 - 1];
      const std::uint64_t told = latencies.percentile(percent);
      EXPECT_GE(told, truth);
      EXPECT_LE(static_cast<double>(told - truth), static_cast<double>(truth) * Histogram::error_bound);
    }
  }
}

TEST(Histogram, NoRankIsOneTooHigh) {
  for (const std::uint64_t count : {1'000U, 10'000U, 1'000'000U}) {
    EXPECT_EQ(Histogram::rank(99.9, count), count / 1'000 * 999);
    EXPECT_EQ(Histogram::rank(99, count), count / 100 * 99);
    EXPECT_EQ(Histogram::rank(99.9, count + 1), count / 1'000 * 999 + 1);
  }
  Histogram latencies;  // 999 that took no time, and one that did
  for (int i = 0; i < 999; ++i) latencies.record(1);
  latencies.record(100);
  EXPECT_EQ(latencies.percentile(99.9), 1U);
  EXPECT_EQ(latencies.percentile(100), 100U);
}

TEST(Histogram, EachPowerOfTwoUpToTheLongestHasItsBucket) {
  for (std::uint64_t ns = 1; ns <= Histogram::longest_ns; ns *= 2)
    for (const std::uint64_t value : {ns - 1, ns, ns + 1}) {
      Histogram latencies;
      latencies.record(value);
      latencies.record(Histogram::longest_ns + 1);
      EXPECT_GE(latencies.percentile(50), value);
      EXPECT_LE(latencies.percentile(50), value + value / 128);
      EXPECT_EQ(latencies.max(), Histogram::longest_ns);
    }
}

TEST(Histogram, AddingUpIsTheSameAsRecordingInOne) {
  Histogram one, other, both;
  for (std::uint64_t ns = 1; ns < 1'000'000; ns = ns * 3 / 2 + 1) {
    (ns % 2 == 0 ? one : other).record(ns);
    both.record(ns);
  }
  one.add(other);
  EXPECT_EQ(one.count(), both.count());
  EXPECT_EQ(one.mean(), both.mean());
  EXPECT_EQ(one.max(), both.max());
  for (const double percent : {10.0, 50.0, 99.0}) EXPECT_EQ(one.percentile(percent), both.percentile(percent));
}

TEST(Histogram, AnEmptyOneSaysZero) {
  const Histogram latencies;
  EXPECT_EQ(latencies.percentile(99.9), 0U);
  EXPECT_EQ(latencies.mean(), 0.0);
}

}  // namespace
