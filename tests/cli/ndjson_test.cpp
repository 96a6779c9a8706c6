#include "ndjson.hpp"

#include <cstring>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace cli {
namespace {

using ec::detail::bytes;
using ec::detail::str;

// An event with the bytes that it lends.
struct Stored {
  std::string stream = "s", type = "t", payload = "1", metadata;
  ec_event raw{};

  ec::RecordedEvent event() {
    raw.stream = str(stream);
    raw.type = str(type);
    raw.payload = bytes(payload);
    raw.metadata = bytes(metadata);
    return ec::RecordedEvent(raw);
  }
  std::string line() {
    std::string out;
    append_line(out, event());
    return out;
  }
};

Stored stored() {
  Stored made;
  made.raw.version = 7;
  made.raw.position = {0, 9};
  made.raw.id.bytes[15] = 1;
  made.raw.encoding = EC_ENCODING_JSON;
  made.raw.schema_version = 1;
  made.raw.recorded_at_us = 1;
  return made;
}

Line read(std::string_view text) {
  auto line = read_line(text);
  EXPECT_TRUE(line) << (line ? "" : line.error().message);
  return line ? std::move(*line) : Line{};
}

// That the line gives the same event. Its time 0 cannot be stored.
void expect_the_same(Stored& given) {
  const std::string text = given.line();
  RC_ASSERT(text.ends_with('\n'));
  RC_ASSERT(text.find_first_of("\r\n") == text.size() - 1);
  const auto line = read_line(std::string_view(text).substr(0, text.size() - 1));
  RC_ASSERT(line.has_value());
  RC_ASSERT(line->stream.str() == given.stream);
  RC_ASSERT(line->version == given.raw.version);
  RC_ASSERT(line->commit_id == ec::Uuid{given.raw.commit_id});
  RC_ASSERT(line->event.id == ec::Uuid{given.raw.id});
  RC_ASSERT(line->event.type == given.type);
  RC_ASSERT(line->event.payload == given.payload);
  RC_ASSERT(line->event.metadata == given.metadata);
  RC_ASSERT(line->event.encoding == given.raw.encoding);
  RC_ASSERT(line->event.schema_version == given.raw.schema_version);
  RC_ASSERT(line->event.recorded_at_us == given.raw.recorded_at_us);
}

rc::Gen<std::string> near_json() {
  return rc::gen::container<std::string>(rc::gen::element('{', '}', '[', ']', '"', ':', ',', '1', '0', '.', 'e', '-',
                                                          ' ', '\n', '\r', '\t', '\\', 'u', 'n', 'l', '\0', '\xC3',
                                                          '\xA4'));
}

// With white space between its parts.
rc::Gen<std::string> spaced_json() {
  return rc::gen::map(
      rc::gen::container<std::string>(3, rc::gen::element('\n', '\r', '\t', ' ')),
      [](const std::string& w) { return std::string("[") + w[0] + "1," + w[1] + "{\"a\"" + w[2] + ":null}]"; });
}

TEST(Ndjson, ALineInFull) {
  Stored given = stored();
  given.raw.commit_id.bytes[15] = 2;
  given.raw.schema_version = 3;
  given.raw.encoding = 1000;
  given.payload = R"({"a": [1,  2.0]})";
  given.metadata = "\xFF";
  EXPECT_EQ(
      given.line(),
      R"({"stream":"s","version":7,"position":9,"id":"00000000-0000-0000-0000-000000000001",)"
      R"("commit":"00000000-0000-0000-0000-000000000002","type":"t","schema_version":3,)"
      R"("time":"1970-01-01T00:00:00.000001Z","data":{"a": [1,  2.0]},"encoding":"1000","metadata_base64":"/w=="})"
      "\n");
}

TEST(Ndjson, WhatIsUsualIsLeftOut) {
  Stored given = stored();
  EXPECT_EQ(given.line(),
            R"({"stream":"s","version":7,"position":9,"id":"00000000-0000-0000-0000-000000000001","type":"t",)"
            R"("time":"1970-01-01T00:00:00.000001Z","data":1})"
            "\n");
}

TEST(Ndjson, PositionsWithAnUpperHalfAreStrings) {
  Stored given = stored();
  given.raw.position = {3, 17};
  EXPECT_NE(given.line().find(R"("position":"3.17")"), std::string::npos);
  EXPECT_EQ(read_position("3.17"), (ec::Position{3, 17}));
  EXPECT_EQ(read_position("17"), (ec::Position{0, 17}));
  EXPECT_EQ(read_position("18446744073709551615.18446744073709551615"), (ec::Position{UINT64_MAX, UINT64_MAX}));
  for (const char* wrong : {"", ".", "3.", ".17", "3.17.1", "-1", "+1", " 1", "1 ", "x", "18446744073709551616", "0x1"})
    EXPECT_EQ(read_position(wrong), std::nullopt) << wrong;
}

TEST(Ndjson, Encodings) {
  for (const std::uint32_t encoding : {0U, 1U, 2U, 3U, 4U, 999U, 1000U, UINT32_MAX})
    EXPECT_EQ(encoding_of(encoding_name(encoding)), encoding);
  EXPECT_EQ(encoding_of("cbor"), 2U);
  EXPECT_EQ(encoding_of("2"), 2U);
  for (const char* wrong : {"", "JSON", "4294967296", "-1", "1.0"})
    EXPECT_EQ(encoding_of(wrong), std::nullopt) << wrong;
}

TEST(Ndjson, ALineMayBeWrittenInManyWays) {
  const Line line =
      read("  {\t\"type\" : \"\\u0074\", \"data\" :  [1 , 2] , \"version\":1, \"stream\":\"\\u0073\\ud83d\\ude00\"}\r");
  EXPECT_EQ(line.stream.str(), "s\xF0\x9F\x98\x80");
  EXPECT_EQ(line.event.type, "t");
  EXPECT_EQ(line.event.payload, "[1 , 2]");
  EXPECT_EQ(line.event.encoding, std::uint32_t{EC_ENCODING_JSON});
  EXPECT_TRUE(line.commit_id.is_zero());
  EXPECT_TRUE(line.event.id.is_zero());
  EXPECT_EQ(line.event.recorded_at_us, 0);
}

TEST(Ndjson, WhatIsMissingIsEmpty) {
  const Line line = read(R"({"stream":"s","type":"t"})");
  EXPECT_EQ(line.version, std::nullopt);
  EXPECT_EQ(line.event.payload, "");
  EXPECT_EQ(line.event.metadata, "");
  EXPECT_EQ(line.event.encoding, std::uint32_t{EC_ENCODING_BYTES});
  EXPECT_EQ(line.event.schema_version, 1U);
}

TEST(Ndjson, AnErrorNamesTheMember) {
  for (const auto& [text, member] : {std::pair{R"({"type":"t"})", "stream"},
                                     {R"({"stream":"s"})", "type"},
                                     {R"({"stream":"s","type":7})", "type"},
                                     {R"({"stream":"s","type":"t","xyz":1})", "xyz"},
                                     {R"({"stream":"s","type":"t","version":0})", "version"},
                                     {R"({"stream":"s","type":"t","version":1.0})", "version"},
                                     {R"({"stream":"s","type":"t","time":0})", "time"},
                                     {R"({"stream":"s","type":"t","time":1e3})", "time"}}) {
    const auto line = read_line(text);
    ASSERT_FALSE(line) << text;
    EXPECT_TRUE(line.error().message.starts_with("member '" + std::string(member) + "': ")) << line.error().message;
  }
}

TEST(Ndjson, PayloadsNestedToTheLimitComeBack) {
  for (const std::size_t depth : {1U, 62U, 63U, 64U, 65U, 1000U}) {
    Stored given = stored();
    given.payload = std::string(depth, '[') + std::string(depth, ']');
    given.metadata = given.payload;
    EXPECT_EQ(given.line().find("\"data\":") != std::string::npos, depth < 64);
    expect_the_same(given);
  }
}

RC_GTEST_PROP(Ndjson, AnyEventComesBack, ()) {
  Stored given = stored();
  given.payload = *rc::gen::oneOf(rc::gen::arbitrary<std::string>(), near_json(), spaced_json());
  given.metadata = *rc::gen::oneOf(rc::gen::arbitrary<std::string>(), near_json(), spaced_json());
  given.raw.version = *rc::gen::inRange<std::uint64_t>(1, UINT64_MAX);
  given.raw.position = {*rc::gen::arbitrary<std::uint64_t>(), *rc::gen::arbitrary<std::uint64_t>()};
  given.raw.encoding = *rc::gen::oneOf(rc::gen::inRange<std::uint32_t>(0, 5), rc::gen::arbitrary<std::uint32_t>());
  given.raw.schema_version = *rc::gen::arbitrary<std::uint32_t>();
  given.raw.recorded_at_us = *rc::gen::suchThat(
      rc::gen::oneOf(rc::gen::arbitrary<std::int64_t>(), rc::gen::inRange(std::numeric_limits<std::int64_t>::min(),
                                                                          std::numeric_limits<std::int64_t>::max())),
      [](std::int64_t time) { return time != 0; });
  const auto id = *rc::gen::container<std::vector<std::uint8_t>>(32, rc::gen::arbitrary<std::uint8_t>());
  std::memcpy(given.raw.id.bytes, id.data(), 16);
  std::memcpy(given.raw.commit_id.bytes, id.data() + 16, 16);
  given.stream = "s" + *rc::gen::container<std::string>(rc::gen::element('"', '\\', '/', 'u', '\'', '{', ' ', 'a'));
  given.type = "t" + *rc::gen::container<std::string>(rc::gen::element('"', '\\', '/', 'n', '<', '}', ' ', 'b'));
  RC_PRE(given.stream.size() <= 255U && given.type.size() <= 255U);
  expect_the_same(given);
}

// Whatever stands there: a line, or words about it.
RC_GTEST_PROP(Ndjson, AnyTextIsAnswered, ()) {
  const auto text = *rc::gen::oneOf(rc::gen::arbitrary<std::string>(), near_json());
  if (const auto line = read_line(text); !line) RC_ASSERT(!line.error().message.empty());
}

}  // namespace
}  // namespace cli
