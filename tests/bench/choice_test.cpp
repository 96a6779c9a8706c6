#include "choice.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace {

using bench::Random;
using bench::Zipf;

constexpr std::uint64_t draws = 200'000;

// How often each is drawn, and how often it should be.
void expect_law(std::uint64_t count, double exponent) {
  SCOPED_TRACE("exponent " + std::to_string(exponent) + ", count " + std::to_string(count));
  double sum = 0;
  for (std::uint64_t k = 1; k <= count; ++k) sum += std::pow(static_cast<double>(k), -exponent);
  const Zipf zipf(count, exponent);
  Random random(7);
  std::vector<double> drawn(count);
  for (std::uint64_t i = 0; i < draws; ++i) {
    const std::uint64_t k = zipf(random);
    ASSERT_LT(k, count);
    ++drawn[k];
  }
  // The seed is fixed, so this comes out the same each time; five deviations leave room for another sequence.
  for (const std::uint64_t k : {std::uint64_t{0}, std::uint64_t{1}, count / 10, count / 2, count - 1}) {
    const double part = std::pow(static_cast<double>(k + 1), -exponent) / sum;
    const double expected = part * static_cast<double>(draws);
    EXPECT_NEAR(drawn[k], expected, 5 * std::sqrt(expected * (1 - part)) + 1) << "number " << k;
  }
}

TEST(Zipf, EachNumberIsDrawnAsOftenAsTheLawSays) {
  for (const double exponent : {0.0, 0.5, 0.99, 1.0, 1.000'000'01, 1.5, 3.0})
    for (const std::uint64_t count : {2U, 100U, 1'000U}) expect_law(count, exponent);
}

TEST(Zipf, OfOneThereIsOne) {
  Random random(1);
  const Zipf zipf(1, 0.99);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(zipf(random), 0U);
}

TEST(Zipf, ManyAreNoTable) {
  Random random(1);
  const Zipf zipf(10'000'000, 0.99);
  bool beyond_half = false;
  for (int i = 0; i < 1'000; ++i) {
    const std::uint64_t k = zipf(random);
    ASSERT_LT(k, 10'000'000U);
    beyond_half = beyond_half || k > 5'000'000;
  }
  EXPECT_TRUE(beyond_half);
}

// These very numbers: another library or another version would change what is measured.
TEST(Random, TheSameSeedGivesTheSameNumbers) {
  Random one(1), lane(1, 1);
  std::vector<std::uint64_t> drawn, drawn_by_lane;
  for (int i = 0; i < 5; ++i) {
    drawn.push_back(one.below(1'000));
    drawn_by_lane.push_back(lane.below(1'000));
  }
  EXPECT_EQ(drawn, (std::vector<std::uint64_t>{133, 136, 451, 21, 350}));
  EXPECT_NE(drawn_by_lane, drawn);
}

TEST(Random, EachNumberBelowIsDrawnAndNoOther) {
  Random random(3);
  std::vector<int> drawn(7);
  for (int i = 0; i < 7'000; ++i) ++drawn.at(random.below(7));
  for (const int count : drawn) EXPECT_NEAR(count, 1'000, 150);
}

}  // namespace
