#include "report/markup.hpp"
#include "report/scale.hpp"

#include <gtest/gtest.h>

namespace cli::report {
namespace {

std::string texts(const std::vector<Tick>& ticks) {
  std::string all;
  for (const Tick& tick : ticks) all += (all.empty() ? "" : " | ") + tick.text;
  return all;
}

TEST(ReportScale, FiguresHaveAboutThreeDigits) {
  EXPECT_EQ(figure(0), "0");
  EXPECT_EQ(figure(0.5), "0.5");
  EXPECT_EQ(figure(3.14159), "3.14");
  EXPECT_EQ(figure(99.96), "100");
  EXPECT_EQ(figure(999.6), "1,000");
  EXPECT_EQ(figure(45120), "45,120");
  EXPECT_EQ(figure(999'999), "999,999");
  EXPECT_EQ(figure(2'500'000), "2.5 M");
  EXPECT_EQ(figure(-1234), "-1234");
  EXPECT_EQ(figure(1.7e308), "1.7e+308");
}

TEST(ReportScale, DurationsAndBytesHaveTheirUnit) {
  EXPECT_EQ(duration(0.25), "250 ns");
  EXPECT_EQ(duration(12.44), "12.4 µs");
  EXPECT_EQ(duration(999.6), "1 ms");
  EXPECT_EQ(duration(1500), "1.5 ms");
  EXPECT_EQ(duration(2e6), "2 s");
  EXPECT_EQ(bytes(512), "512 B");
  EXPECT_EQ(bytes(1.5 * 1024 * 1024), "1.5 MiB");
}

TEST(ReportScale, LinearBeginsAtZeroAndEndsAboveTheHighest) {
  const Scale scale = Scale::linear(42'000);
  EXPECT_EQ(texts(scale.ticks()), "0 | 10,000 | 20,000 | 30,000 | 40,000 | 50,000");
  EXPECT_DOUBLE_EQ(scale.at(0), 0);
  EXPECT_DOUBLE_EQ(scale.at(25'000), 0.5);
  EXPECT_EQ(texts(Scale::linear(5).ticks()), "0 | 1 | 2 | 3 | 4 | 5");
  EXPECT_EQ(texts(Scale::linear(0).ticks()), texts(Scale::linear(1).ticks()));
}

TEST(ReportScale, UpToEndsWhereItIsSaid) {
  const Scale scale = Scale::up_to(120);
  EXPECT_EQ(texts(scale.ticks()), "0 | 50 | 100");
  EXPECT_DOUBLE_EQ(scale.at(120), 1);
}

TEST(ReportScale, LogarithmicHasDecadesOrStepsWithinThem) {
  EXPECT_EQ(texts(Scale::logarithmic(180, 90'000, duration).ticks()), "100 µs | 1 ms | 10 ms | 100 ms");
  EXPECT_EQ(texts(Scale::logarithmic(150, 900, duration).ticks()), "100 µs | 200 µs | 500 µs | 1 ms");
  EXPECT_DOUBLE_EQ(Scale::logarithmic(100, 10'000).at(1000), 0.5);
  const Scale one = Scale::logarithmic(100, 100);
  EXPECT_DOUBLE_EQ(one.at(100), 0);
  EXPECT_GE(one.ticks().size(), 2U);
}

TEST(ReportScale, NoValueMakesAnAxisWithoutEnd) {
  for (const double value : {0.0, -1.0, 5e-324, 1.7e308, 1.0 / 0.0, 0.0 / 0.0}) {
    EXPECT_LE(Scale::linear(value).ticks().size(), 7U) << value;
    EXPECT_LE(Scale::logarithmic(value, 1.7e308).ticks().size(), 9U) << value;
    EXPECT_LE(Scale::logarithmic(5e-324, value).ticks().size(), 9U) << value;
    const double place = Scale::logarithmic(1, 10).at(value);
    EXPECT_TRUE(place >= 0 && place <= 1) << value;
  }
}

TEST(ReportScale, ValuesAreMarkedWhereTheirTextHasRoom) {
  EXPECT_EQ(texts(Scale::of_values({64, 1, 4, 16, 4}).ticks_across()), "1 | 4 | 16 | 64");
  EXPECT_EQ(texts(Scale::of_values({1, 62, 63, 64}).ticks_across()), "1 | 64");
  // Of what is far apart each doubling is as wide.
  const Scale scale = Scale::of_values({1, 8, 64});
  EXPECT_NEAR(scale.at(8) - scale.at(1), scale.at(64) - scale.at(8), 1e-9);
  EXPECT_GT(scale.at(1), 0);
  EXPECT_DOUBLE_EQ(Scale::of_values({7}).at(7), 0.5);
  EXPECT_EQ(texts(Scale::of_values({}).ticks()), "1");
}

TEST(ReportMarkup, NothingOfATextIsMarkup) {
  EXPECT_EQ(escaped("</script><b a=\"'\">&amp;"), "&lt;/script&gt;&lt;b a=&quot;&#39;&quot;&gt;&amp;amp;");
  EXPECT_EQ(escaped(std::string_view("a\0b\tc\x1b\x7F", 7)), "a\uFFFDb c\uFFFD\uFFFD");
  EXPECT_EQ(escaped("Größe 日本"), "Größe 日本");
}

TEST(ReportMarkup, IsShortenedByCharacters) {
  EXPECT_EQ(shortened("Größe", 5), "Größe");
  EXPECT_EQ(shortened("Größe", 4), "Grö…");
  EXPECT_EQ(shortened("日本語日本語", 3), "日本…");
  EXPECT_EQ(shortened("", 3), "");
}

}  // namespace
}  // namespace cli::report
