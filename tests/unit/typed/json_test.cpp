// The JSON of the default codec: what it writes, what it reads back, and what it says of a text it cannot read.
#include "support.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

namespace {

enum class Colour : std::uint8_t { red = 0, blue = 200 };
struct Point {
  std::int32_t x = 0;
  std::int32_t y = 0;
  bool operator==(const Point&) const = default;
};
EC_FIELDS(Point, x, y)

struct Everything {
  bool flag = false;
  std::int64_t low = 0;
  std::uint64_t high = 0;
  double number = 0;
  std::string text;
  ec::StreamId stream;
  Colour colour = Colour::red;
  Point point;
  std::optional<std::int32_t> maybe;
  std::vector<Point> points;
  std::array<std::int8_t, 3> triple{};
  std::map<std::string, std::string> map;
  bool operator==(const Everything&) const = default;
};
EC_EVENT(Everything, "everything", flag, low, high, number, text, stream, colour, point, maybe, points, triple, map)

struct Nothing {
  bool operator==(const Nothing&) const = default;
};
EC_EVENT(Nothing, "nothing")

template <class T>
std::string written(const T& value) {
  std::string text;
  ec::json::write(text, value);
  return text;
}

template <class T>
T read(std::string_view text) {
  T value{};
  const auto done = ec::json::read(text, value);
  EXPECT_TRUE(done.has_value()) << text << ": " << done.error().message;
  return value;
}

template <class T>
std::string problem(std::string_view text) {
  T value{};
  const auto done = ec::json::read(text, value);
  if (done) return "read without a problem";
  EXPECT_EQ(done.error().code, ec::Code::corrupt);
  return done.error().message;
}

template <class T>
void expect_round_trip(const T& value, std::string_view text) {
  EXPECT_EQ(written(value), text);
  EXPECT_EQ(read<T>(text), value);
}

TEST(Json, WholeNumbersAreExactOverAll64Bits) {
  expect_round_trip(std::numeric_limits<std::int64_t>::min(), "-9223372036854775808");
  expect_round_trip(std::numeric_limits<std::int64_t>::max(), "9223372036854775807");
  expect_round_trip(std::numeric_limits<std::uint64_t>::max(), "18446744073709551615");
  expect_round_trip(std::int64_t{9007199254740993}, "9007199254740993");  // no double can hold it
}

TEST(Json, DoublesReadBackTheSame) {
  for (const double value : {0.0, -0.0, 0.1, 1.0 / 3, 5e-324, std::numeric_limits<double>::max(),
                             std::numeric_limits<double>::min(), -1e22, 123456789.0}) {
    EXPECT_EQ(read<double>(written(value)), value) << written(value);
    EXPECT_EQ(std::signbit(read<double>(written(value))), std::signbit(value));
  }
  EXPECT_EQ(read<double>("12"), 12.0) << "a whole number is a double too";
  EXPECT_EQ(read<double>("1E+2"), 100.0);
}

TEST(Json, WhatIsNotFiniteBecomesNullAndNaN) {
  EXPECT_EQ(written(std::numeric_limits<double>::infinity()), "null");
  EXPECT_EQ(written(std::nan("")), "null");
  EXPECT_TRUE(std::isnan(read<double>("null")));
}

TEST(Json, StringsKeepEveryCharacter) {
  using namespace std::string_literals;
  expect_round_trip("a\"\\/\b\f\n\r\t\x01\x7f"s, "\"a\\\"\\\\/\\u0008\\u000c\\n\\r\\t\\u0001\x7f\"");
  expect_round_trip("NUL \0 inside"s, "\"NUL \\u0000 inside\"");
  expect_round_trip("\u00fc \u20ac \U0001f600"s, "\"\u00fc \u20ac \U0001f600\"");
  expect_round_trip(""s, "\"\"");
}

// Long texts are looked at eight bytes at a time, so everything special must be seen wherever it stands.
TEST(Json, WhatIsSpecialIsSeenAtEachPlace) {
  for (std::size_t before = 0; before < 20; ++before)
    for (std::size_t after = 0; after < 20; after += 3) {
      const auto around = [&](std::string_view middle) {
        return std::string(before, 'a') + std::string(middle) + std::string(after, 'b');
      };
      for (const std::string_view middle : {"\"", "\\", "\n", "\x1f", "\u00fc", "\U0001f600", "\x7f", "x"})
        EXPECT_EQ(read<std::string>(written(around(middle))), around(middle));
      EXPECT_EQ(read<std::string>('"' + around("\\u00fc") + '"'), around("\u00fc"));
      EXPECT_NE(problem<std::string>('"' + around("\x1f") + '"').find("control character"), std::string::npos);
      EXPECT_NE(problem<std::string>('"' + around("\xff") + '"').find("not valid UTF-8"), std::string::npos);
      EXPECT_NE(problem<std::string>('"' + around("\\n\xff") + '"').find("not valid UTF-8"), std::string::npos);
      EXPECT_NE(problem<std::string>('"' + around("")).find("not closed"), std::string::npos);
    }
}

TEST(Json, EscapesOfOtherWritersAreRead) {
  EXPECT_EQ(read<std::string>(R"("\b\f\/\u00fC\u20AC")"), "\b\f/\u00fc\u20ac");
  EXPECT_EQ(read<std::string>(R"("\uD83D\uDE00 and \uD800\uDC00 and \uDBFF\uDFFF")"),
            "\U0001f600 and \U00010000 and \U0010ffff");
}

TEST(Json, AllTypesInOneEvent) {
  Everything all;
  all.flag = true;
  all.low = std::numeric_limits<std::int64_t>::min();
  all.high = std::numeric_limits<std::uint64_t>::max();
  all.number = 0.5;
  all.text = "text";
  all.stream = ec::StreamId("account/a");
  all.colour = Colour::blue;
  all.point = {1, -2};
  all.maybe = 7;
  all.points = {{3, 4}, {5, 6}};
  all.triple = {-1, 0, 1};
  all.map = {{"a", "1"}, {"b \"c\"", "2"}};
  expect_round_trip(all, R"({"flag":true,"low":-9223372036854775808,"high":18446744073709551615,"number":0.5,)"
                         R"("text":"text","stream":"account/a","colour":200,"point":{"x":1,"y":-2},"maybe":7,)"
                         R"("points":[{"x":3,"y":4},{"x":5,"y":6}],"triple":[-1,0,1],"map":{"a":"1","b \"c\"":"2"}})");
  all.maybe.reset();
  EXPECT_EQ(read<Everything>(written(all)), all);
  expect_round_trip(Nothing{}, "{}");
}

TEST(Json, OrderSpaceAndUnknownMembersDoNotMatter) {
  EXPECT_EQ(read<Point>(" { \"y\" : 2 ,\n\t\"x\" :\r1 } "), (Point{1, 2}));
  EXPECT_EQ(read<Point>(R"({"x":1,"z":{"a":[1,-2.5e3,"\u0041",true,false,null,{}]},"y":2,"w":[]})"), (Point{1, 2}));
  EXPECT_EQ(read<Point>(R"({"\u0078":1,"y":2})"), (Point{1, 2})) << "an escaped name is the same name";
}

TEST(Json, AnyValueCanBeKeptAsItsText) {
  for (const char* text : {"null", "1.50e+0", R"({"b" : 1,"a":[ 2 , {} ], "a":"\u0000"})", R"("\/")", "[]"})
    EXPECT_EQ(read<ec::json::Raw>("\n " + std::string(text) + " ").text, text);
  std::vector<ec::json::Raw> items;
  ASSERT_TRUE(ec::json::read("[ 1 , {\"a\": [2]} ]", items).has_value());
  EXPECT_EQ(written(items), "[1,{\"a\": [2]}]");
  EXPECT_NE(problem<ec::json::Raw>("{\"a\":}"), "read without a problem");
}

TEST(Json, AnOptionalMemberMayBeMissing) {
  EXPECT_FALSE((read<std::optional<std::int32_t>>("null")).has_value());
  Everything all;
  all.maybe = 7;
  std::string text = written(all);
  const std::string member = "\"maybe\":7,";
  text.erase(text.find(member), member.size());
  ASSERT_TRUE(ec::json::read(text, all).has_value());
  EXPECT_FALSE(all.maybe.has_value()) << "what stood in the value before must not stay";
}

TEST(Json, ABrokenTextIsAnErrorThatSaysWhere) {
  const struct {
    const char* text;
    const char* problem;
  } cases[] = {
      {"", "offset 0: an object is needed here"},
      {"[]", "offset 0: an object is needed here"},
      {"{", "offset 1: a string is needed here"},
      {"{}", "the member 'x' is missing"},
      {R"({"x":1})", "the member 'y' is missing"},
      {R"({"x":1,"y":2)", "a comma or } is needed here"},
      {R"({"x":1,"y":2} {})", "offset 14: there is text behind the value"},
      {R"({"x":1,"y":2,})", "a string is needed here"},
      {R"({"x" 1,"y":2})", "a colon is needed here"},
      {R"({"x":1,"x":1,"y":2})", "the member stands here twice (member 'x')"},
      {R"({"x":1.5,"y":2})", "a whole number is needed here (member 'x')"},
      {R"({"x":1e2,"y":2})", "a whole number is needed here (member 'x')"},
      {R"({"x":01,"y":2})", "a number must not begin with 0"},
      {R"({"x":+1,"y":2})", "a number is needed here"},
      {R"({"x":-,"y":2})", "a number is needed here"},
      {R"({"x":2147483648,"y":2})", "the number is out of range (member 'x')"},
      {R"({"x":null,"y":2})", "a number is needed here"},
      {R"({"x":1,"y":2,"z":tru})", "a value is needed here"},
      {R"({"x":1,"y":2,"z":})", "a number is needed here"},
      {R"({"x":1,"y":2,"z":)", "a value is needed here"},
      {R"({"x":1,"y":2,"z":1.})", "a digit is needed behind the point"},
      {R"({"x":1,"y":2,"z":1e})", "a digit is needed in the exponent"},
      {R"({'x':1})", "a string is needed here"},
  };
  for (const auto& each : cases)
    EXPECT_NE(problem<Point>(each.text).find(each.problem), std::string::npos)
        << each.text << ": " << problem<Point>(each.text);
}

TEST(Json, ABrokenStringIsAnError) {
  const std::pair<std::string, const char*> cases[] = {
      {"\"open", "a string is not closed"},
      {"\"open\\", "a string is not closed"},
      {"\"tab\there\"", "a control character in a string must be escaped"},
      {"\"\\n tab\there\"", "a control character in a string must be escaped"},
      {"\"\\x\"", "this escape is not JSON"},
      {"\"\\u12\"", "four hexadecimal digits"},
      {"\"\\u12G4\"", "four hexadecimal digits"},
      {"\"\\u-123\"", "four hexadecimal digits"},
      {"\"\\ud800\"", "half of a surrogate pair"},
      {"\"\\ud800\\u0041\"", "half of a surrogate pair"},
      {"\"\\udc00\"", "half of a surrogate pair"},
      {"\"\xc3\"", "not valid UTF-8"},
      {"\"\\n\xff\"", "not valid UTF-8"},
      {"\"\xed\xa0\x80\"", "not valid UTF-8"},
      {"1", "a string is needed here"},
  };
  for (const auto& [text, expected] : cases)
    EXPECT_NE(problem<std::string>(text).find(expected), std::string::npos)
        << text << ": " << problem<std::string>(text);
}

TEST(Json, OtherTypesSayWhatTheyNeed) {
  EXPECT_NE(problem<bool>("yes").find("true or false is needed here"), std::string::npos);
  EXPECT_NE(problem<std::uint8_t>("256").find("out of range"), std::string::npos);
  EXPECT_NE(problem<std::uint8_t>("-1").find("not negative"), std::string::npos);
  EXPECT_NE(problem<double>("1e999").find("out of range"), std::string::npos);
  EXPECT_NE(problem<double>("NaN").find("a number is needed here"), std::string::npos);
  EXPECT_NE(problem<std::vector<int>>("[1,2").find("a comma or ] is needed here"), std::string::npos);
  EXPECT_NE(problem<std::vector<int>>("{}").find("a list is needed here"), std::string::npos);
  EXPECT_NE((problem<std::array<int, 2>>("[1]")).find("the list is too short"), std::string::npos);
  EXPECT_NE((problem<std::array<int, 2>>("[1,2,3]")).find("the list is too long"), std::string::npos);
  EXPECT_NE((problem<std::map<std::string, int>>(R"({"a":1,"a":2})")).find("'a' stands here twice"), std::string::npos);
}

TEST(Json, DeepNestingIsGivenUp) {
  const std::string text = R"({"x":1,"y":2,"z":)" + std::string(100'000, '[');
  EXPECT_NE(problem<Point>(text).find("nested too deeply"), std::string::npos);
}

}  // namespace
