// What it took to come to an end that is none of success, waited for and in flight.
#include "runner.hpp"

#include <eventcore/testing_faults.hpp>

#include <gtest/gtest.h>

namespace {

using bench::Settings;

bench::Tally tally_of(ec::Store& store, Settings settings) {
  auto workload = bench::make_workload(store, settings);
  EXPECT_TRUE(workload) << workload.error().message;
  EXPECT_EQ(bench::complete(settings), "");
  const auto measured = bench::run(**workload, settings);
  EXPECT_TRUE(measured) << measured.error().message;
  return measured ? measured->tally : bench::Tally{};
}

TEST(Attempts, OfWhatIsGivenUpAreCountedAndItsConflicts) {
  for (const std::size_t in_flight : {1U, 2U}) {
    ec::testing::Faults faults;
    ec::Store store = ec::testing::faulty_store(faults);
    for (std::uint64_t call = 1; call <= 10; ++call)
      faults.fail("append", call, call <= 2 ? EC_UNAVAILABLE : EC_CONFLICT);
    const bench::Tally tally = tally_of(store, {.workload = "hot", .in_flight = in_flight, .operations = 1});
    EXPECT_EQ(tally.given_up, 1U);
    EXPECT_EQ(tally.attempts, 10U);
    EXPECT_EQ(tally.conflicts, 8U);
    EXPECT_EQ(tally.retries, 9U);
  }
}

TEST(Attempts, OfWhatIsRejectedAreCounted) {
  for (const std::size_t in_flight : {1U, 2U}) {
    ec::testing::Faults faults;
    ec::Store store = ec::testing::faulty_store(faults);
    faults.fail("read", 1, EC_UNAVAILABLE);
    faults.fail("read", 2, EC_UNAVAILABLE);
    const bench::Tally tally =
        tally_of(store, {.workload = "transfer", .in_flight = in_flight, .operations = 1, .accounts = 2, .balance = 0});
    EXPECT_EQ(tally.rejections, 1U);
    EXPECT_EQ(tally.attempts, 3U);
    EXPECT_EQ(tally.conflicts, 0U);
    EXPECT_EQ(tally.retries, 2U);
  }
}

TEST(Attempts, ThatMetNoConflictAreNotCountedAsSuch) {
  ec::testing::Faults faults;
  ec::Store store = ec::testing::faulty_store(faults);
  faults.fail("append", 1, EC_UNAVAILABLE);
  faults.fail("append", 2, EC_CONFLICT);
  const bench::Tally tally = tally_of(store, {.workload = "hot", .operations = 1});
  EXPECT_EQ(tally.operations, 1U);
  EXPECT_EQ(tally.attempts, 3U);
  EXPECT_EQ(tally.conflicts, 1U);
  EXPECT_EQ(tally.retries, 2U);
}

}  // namespace
