#include "table.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

std::string table(const Row& heading, const std::vector<Row>& rows, bool for_people) {
  std::string out;
  append_table(out, heading, rows, for_people);
  return out;
}

TEST(Table, HasColumnsForPeople) {
  EXPECT_EQ(table({"A", "LONG HEADING", "C"}, {{"1", "2", "3"}, {"longer", "", "x y"}}, true),
            "A       LONG HEADING  C\n"
            "1       2             3\n"
            "longer                x y\n");
}

TEST(Table, HasTabsForPrograms) { EXPECT_EQ(table({"A", "B"}, {{"1", "2"}, {"3", ""}}, false), "1\t2\n3\t\n"); }

TEST(Table, WithoutAHeadingOrRows) {
  EXPECT_EQ(table({}, {{"1", "2"}}, true), "1  2\n");
  EXPECT_EQ(table({"A", "B"}, {}, true), "A  B\n");
  EXPECT_EQ(table({"A", "B"}, {}, false), "");
}

TEST(Table, MeasuresCharactersNotBytes) {
  EXPECT_EQ(table({}, {{"\xC3\xA4\xF0\x9F\x98\x80", "1"}, {"ab", "2"}}, true),
            "\xC3\xA4\xF0\x9F\x98\x80  1\n"
            "ab  2\n");
}

TEST(Table, ControlCharactersAreSpaces) {
  for (const bool for_people : {true, false}) {
    const std::string text = table({}, {{"a\tb\nc\x1b[2J\x7F", "d"}}, for_people);
    EXPECT_EQ(text.find_first_of("\x1b\x7F"), std::string::npos);
    EXPECT_TRUE(text.starts_with("a b c [2J ")) << text;
    EXPECT_EQ(text.find('\n'), text.size() - 1);
  }
}

}  // namespace
}  // namespace cli
