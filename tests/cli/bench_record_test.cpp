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

TEST(BenchRecord, WhereNothingWasMeasuredThereIsNoLatency) {
  bench::Outcome outcome;
  outcome.measured.seconds = 3;
  outcome.measured.by_client = {0};
  outcome.found.lag.emplace();
  bench::Settings settings;
  settings.seconds = 3;
  outcome.measured.over_time = {{.second = 1}, {.second = 2, .operations = 1, .p50_ns = 5'000, .p99_ns = 7'000}};
  const BenchResults results = bench_results(outcome, settings);
  EXPECT_FALSE(results.latency_us);
  EXPECT_FALSE(results.lag_us);
  ASSERT_EQ(results.over_time.size(), 3U);  // the last one, too, in which nothing came
  EXPECT_FALSE(results.over_time[0].p50_us || results.over_time[0].p99_us);
  EXPECT_EQ(results.over_time[1].p99_us, 7);
  EXPECT_FALSE(results.over_time[2].p99_us);
}

}  // namespace
}  // namespace cli
