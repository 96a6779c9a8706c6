#include "arrivals.hpp"
#include "timeline.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace {

using bench::Arrivals;
using bench::Histogram;
using bench::Timeline;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

std::vector<nanoseconds> all_of(Arrivals&& arrivals) {
  std::vector<nanoseconds> due;
  while (const auto next = arrivals.take()) due.push_back(*next);
  return due;
}

TEST(Arrivals, FixedOnesAreAtEqualDistancesUpToTheEnd) {
  EXPECT_EQ(
      all_of(Arrivals(1'000, false, 1, milliseconds(5))),
      (std::vector<nanoseconds>{milliseconds(0), milliseconds(1), milliseconds(2), milliseconds(3), milliseconds(4)}));
  // No distance is rounded, or they would drift apart.
  const auto thirds = all_of(Arrivals(3, false, 1, seconds(1'000)));
  ASSERT_EQ(thirds.size(), 3'000U);
  EXPECT_EQ(thirds[2'997], seconds(999));
}

TEST(Arrivals, PoissonOnesAreAsManyAndAsFarApartAsTheRateSays) {
  const auto due = all_of(Arrivals(1'000, true, 1, seconds(100)));
  EXPECT_NEAR(static_cast<double>(due.size()), 100'000, 5 * std::sqrt(100'000));
  EXPECT_TRUE(std::ranges::is_sorted(due));
  // Of exponential distances, that part is longer than the mean.
  std::size_t longer = 0;
  for (std::size_t i = 1; i < due.size(); ++i) longer += due[i] - due[i - 1] > milliseconds(1) ? 1 : 0;
  EXPECT_NEAR(static_cast<double>(longer) / static_cast<double>(due.size()), std::exp(-1), 0.01);
}

TEST(Arrivals, TheSeedSaysWhenPoissonOnesAre) {
  EXPECT_EQ(all_of(Arrivals(100, true, 5, seconds(1))), all_of(Arrivals(100, true, 5, seconds(1))));
  EXPECT_NE(all_of(Arrivals(100, true, 5, seconds(1))), all_of(Arrivals(100, true, 6, seconds(1))));
}

TEST(Arrivals, WhatNobodyTookIsCounted) {
  Arrivals arrivals(1'000, false, 1, seconds(1));
  for (int i = 0; i < 400; ++i) arrivals.take();
  EXPECT_EQ(arrivals.drain(milliseconds(500)), 100U);
  EXPECT_EQ(Arrivals(1'000, false, 1, seconds(1)).drain(seconds(2)), 1'000U);
}

Histogram latencies(std::uint64_t ns, int count) {
  Histogram made;
  for (int i = 0; i < count; ++i) made.record(ns);
  return made;
}

TEST(Timeline, AddsUpWhatClientsBringForASecond) {
  Timeline timeline;
  timeline.add(1, latencies(10, 60), 60);
  timeline.add(1, latencies(100, 40), 30);  // ten were refused
  timeline.add(3, latencies(50, 1), 1);
  const auto all = timeline.seconds();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].operations, 90U);
  EXPECT_EQ(all[0].p50_ns, 10U);
  EXPECT_EQ(all[0].p99_ns, 100U);
  EXPECT_EQ(all[1].second, 2U);
  EXPECT_EQ(all[1].operations, 0U);
  EXPECT_FALSE(all[1].p50_ns || all[1].p99_ns);
  EXPECT_EQ(all[2].p50_ns, 50U);
  EXPECT_EQ(timeline.total().count(), 101U);
}

}  // namespace
