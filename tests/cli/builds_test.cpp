#include "builds.hpp"

#include <string>

#include <gtest/gtest.h>

namespace cli {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// Six events, all recorded in 1970.
ec::Store six_events(const std::string& lie) {
  return take(ec::Store::open_text(
      "{plugin: lying, plugin_path: ['" EVENTCORE_TEST_PLUGINS "'], options: {lie: " + lie + "}}"));
}

TEST(Lag, IsTheDistanceWherePositionsAreDense) {
  ec::Store store = six_events("none");
  EXPECT_EQ(lag_behind(store, {}).events, 6U);
  const Lag lag = lag_behind(store, {0, 4}, {}, 1);
  EXPECT_EQ(lag.events, 2U);
  EXPECT_FALSE(lag.has_more);
  EXPECT_GT(lag.time_us, std::chrono::microseconds(days(19'000)).count());
}

TEST(Lag, IsCountedWherePositionsAreNotDense) {
  ec::Store store = six_events("sparse");
  EXPECT_EQ(lag_behind(store, {}).events, 6U);
  EXPECT_EQ(lag_behind(store, {0, 35}).events, 3U);
  EXPECT_FALSE(lag_behind(store, {0, 40}, {}, 2).has_more);
  const Lag lag = lag_behind(store, {0, 30}, {}, 2);
  EXPECT_EQ(lag.events, 2U);
  EXPECT_TRUE(lag.has_more);
}

TEST(Lag, IsNoneAtTheHead) {
  for (const char* lie : {"none", "sparse"}) {
    ec::Store store = six_events(lie);
    const Lag lag = lag_behind(store, take(store.head()));
    EXPECT_EQ(lag.events, 0U);
    EXPECT_EQ(lag.time_us, 0);
  }
}

TEST(TimeInWords, HasTwoUnitsAtMost) {
  EXPECT_EQ(in_words(milliseconds(0)), "0 ms");
  EXPECT_EQ(in_words(milliseconds(999)), "999 ms");
  EXPECT_EQ(in_words(milliseconds(1'999)), "1 s");
  EXPECT_EQ(in_words(seconds(60)), "1 min");
  EXPECT_EQ(in_words(seconds(200)), "3 min 20 s");
  EXPECT_EQ(in_words(hours(2) + seconds(59)), "2 h");
  EXPECT_EQ(in_words(hours(2) + minutes(5) + seconds(59)), "2 h 5 min");
  EXPECT_EQ(in_words(days(4) + hours(1) + minutes(59)), "4 d 1 h");
}

// A newer version of the library may write what this one cannot read.
TEST(ShownBuild, OfAStatusThatCannotBeReadHasItsError) {
  ec::Store store = take(ec::Store::open_text("plugin: memory"));
  const ec::Build build{2, 1};
  const std::string name = ec::detail::status_name("book", build), text = "{\"state\":[]}";
  std::uint64_t etag = 0;
  ASSERT_EQ(
      ec_store_snapshot_save(store.raw(), ec::detail::str(name), ec::detail::bytes(text), 0, nullptr, &etag, nullptr),
      EC_OK);
  const ShownBuild shown = look_at(store, {"book", build, {build}}, build, {});
  EXPECT_EQ(shown.build, "2.1");
  EXPECT_TRUE(shown.is_active);
  EXPECT_EQ(shown.state, "unknown");
  EXPECT_NE(shown.error.value_or("").find("record 'projection/book/2.1/status': "), std::string::npos);
  EXPECT_EQ(look_at(store, {"none", {}, {build}}, build, {}).state, "unknown");
}

}  // namespace
}  // namespace cli
