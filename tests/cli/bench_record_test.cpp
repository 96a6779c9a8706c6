#include "bench_record.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

std::vector<std::uint64_t> seconds_told(const bench::Settings& settings, double measured) {
  bench::Outcome outcome;
  outcome.measured.seconds = measured;
  outcome.measured.by_client = {1};
  for (std::uint64_t second = 1; second <= 3; ++second)
    outcome.measured.over_time.push_back({.second = second, .operations = 5});
  std::vector<std::uint64_t> told;
  for (const BenchSecond& each : bench_results(outcome, settings).over_time) told.push_back(each.second);
  return told;
}

TEST(BenchRecord, TheLastAnswersAreNoSecond) {
  bench::Settings settings;
  settings.seconds = 2;
  EXPECT_EQ(seconds_told(settings, 2.01), (std::vector<std::uint64_t>{1, 2}));
  settings.seconds = 2.5;
  EXPECT_EQ(seconds_told(settings, 2.5), (std::vector<std::uint64_t>{1, 2, 3}));
  settings.operations = 9;  // until they are done
  settings.seconds = 1;
  EXPECT_EQ(seconds_told(settings, 2.01), (std::vector<std::uint64_t>{1, 2, 3}));
}

}  // namespace
}  // namespace cli
