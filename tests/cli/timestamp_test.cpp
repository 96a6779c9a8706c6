#include "timestamp.hpp"

#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace cli {
namespace {

constexpr std::int64_t first = -62'135'596'800'000'000;  // of the year 1
constexpr std::int64_t last = 253'402'300'799'999'999;   // of the year 9999

TEST(Timestamp, KnownOnes) {
  const std::pair<std::int64_t, const char*> known[] = {
      {0, "1970-01-01T00:00:00.000000Z"},
      {1, "1970-01-01T00:00:00.000001Z"},
      {-1, "1969-12-31T23:59:59.999999Z"},
      {951'782'400'000'000, "2000-02-29T00:00:00.000000Z"},
      {1'763'976'600'000'250, "2025-11-24T09:30:00.000250Z"},
      {first, "0001-01-01T00:00:00.000000Z"},
      {last, "9999-12-31T23:59:59.999999Z"},
  };
  for (const auto& [microseconds, text] : known) {
    EXPECT_EQ(write_time(microseconds), text);
    EXPECT_EQ(read_time(text), microseconds);
  }
}

TEST(Timestamp, ThereIsNoTextBeyondFourDigits) {
  for (const std::int64_t beyond :
       {first - 1, last + 1, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()})
    EXPECT_EQ(write_time(beyond), std::nullopt) << beyond;
}

TEST(Timestamp, FractionsMayBeShorter) {
  EXPECT_EQ(read_time("1970-01-01T00:00:01Z"), 1'000'000);
  EXPECT_EQ(read_time("1970-01-01T00:00:01.5Z"), 1'500'000);
  EXPECT_EQ(read_time("1970-01-01T00:00:01.00025Z"), 1'000'250);
}

TEST(Timestamp, OtherTextIsRefused) {
  for (const char* wrong : {"",
                            "Z",
                            "1970-01-01",
                            "1970-01-01T00:00:00",
                            "1970-01-01T00:00:00.Z",
                            "1970-01-01T00:00:00.1234567Z",
                            "1970-01-01T00:00:00+00:00",
                            "1970-01-01 00:00:00Z",
                            "1970-01-01T24:00:00Z",
                            "1970-01-01T00:60:00Z",
                            "1970-01-01T00:00:60Z",
                            "1970-13-01T00:00:00Z",
                            "1970-00-01T00:00:00Z",
                            "1970-01-00T00:00:00Z",
                            "1970-01-32T00:00:00Z",
                            "1970-02-29T00:00:00Z",
                            "1900-02-29T00:00:00Z",
                            "70-01-01T00:00:00Z",
                            "-970-01-01T00:00:00Z",
                            "1970-1-01T00:00:00Z",
                            "1970-01-01T00:00:00Z ",
                            " 1970-01-01T00:00:00Z",
                            "1970-01-01t00:00:00z",
                            "1970-01-01T00:00:00,5Z",
                            "1970-01-01T0 :00:00Z",
                            "1970-01-01T+1:00:00Z"})
    EXPECT_EQ(read_time(wrong), std::nullopt) << wrong;
}

RC_GTEST_PROP(Timestamp, ComesBack, ()) {
  const auto microseconds = *rc::gen::inRange<std::int64_t>(first, last);
  const auto text = write_time(microseconds);
  RC_ASSERT(text.has_value());
  RC_ASSERT(text->size() == 27U);
  RC_ASSERT(read_time(*text) == microseconds);
}

RC_GTEST_PROP(Timestamp, TextIsInTheOrderOfTime, ()) {
  const auto a = *rc::gen::inRange<std::int64_t>(first, last);
  const auto b = *rc::gen::inRange<std::int64_t>(first, last);
  RC_ASSERT((a < b) == (write_time(a) < write_time(b)));
}

}  // namespace
}  // namespace cli
