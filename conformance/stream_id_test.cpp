// Stream ids: any legal one works, none is taken for another; the others are refused in words.
#include "contract.hpp"

#include <algorithm>

namespace ec::conformance {
namespace {

using namespace std::string_literals;

class StreamIds : public Contract {
 protected:
  const std::string byte_order_mark = "\xEF\xBB\xBF";

  // The name behind the test's prefix, filled up to `size` bytes in all.
  std::string filled(const std::string& name, std::size_t size, char with) const {
    const std::size_t have = prefix().size() + name.size();
    return name + std::string(size - have, with);
  }

  std::vector<std::string> hostile_names() const {
    return {"a",
            "ab",
            "a b",
            "a  b",
            " a",
            "a ",
            "A",
            "B",
            "b",
            "a/",
            "a//",
            "a/b",
            ".",
            "..",
            "../a",
            "it's",
            "\"a\"",
            "`a`",
            "a;--",
            "a%",
            "a%b",
            "a_b",
            "axb",
            "a\\",
            "a\\b",
            "a\\\\b",
            "%",
            "_",
            "\\",
            "a:b",
            "a#b",
            "a$b",
            "a|b",
            "a,b",
            "{a}",
            "(a)",
            "^a",
            "!a",
            "~",
            "-1",
            "0",
            "00",
            "null",
            "NULL",
            "\xC3\xA9",
            "e\xCC\x81",
            "\xC3\x89",
            "\xF0\x9F\x92\xB0",
            "\xF0\x9F\x92\xB0\xF0\x9F\x92\xB0",
            "\xEF\xBF\xBF",
            "\xF4\x8F\xBF\xBF",
            "i",
            "I",
            "\xC4\xB1",
            "\xC3\x9F",
            "ss",
            byte_order_mark + "a",
            filled("f", EC_MAX_STREAM_ID, 'x'),
            filled("f", EC_MAX_STREAM_ID - 1, 'x'),
            filled("f", EC_MAX_STREAM_ID - 1, 'x') + "y"};
  }
};

TEST_F(StreamIds, ThatLookAlikeAreDifferentStreams) {
  const std::vector<std::string> names = hostile_names();
  for (const std::string& name : names)
    EXPECT_TRUE(ended(append({Expect::absent(stream(name))}, {event(0, name)}), EC_OK))
        << "'" << name << "' is taken for another stream";
  for (const std::string& name : names) {
    const Reading reading = read({{stream(name)}});
    ASSERT_EQ(reading.payloads(), std::vector<std::string>{name});
    EXPECT_EQ(reading.events[0].stream, stream(name).str());
    EXPECT_EQ(reading.events[0].version, 1U);
  }
}

TEST_F(StreamIds, ThatLookAlikeAreListedInByteOrder) {
  std::vector<std::string> names = hostile_names();
  for (const std::string& name : names) written({Expect::absent(stream(name))}, {event(0, name)});
  std::sort(names.begin(), names.end());
  std::vector<std::string> listed;
  for (const StreamVersion& each : value(store().list_streams(prefix())))
    listed.push_back(each.stream.str().substr(prefix().size()));
  EXPECT_EQ(listed, names);
}

TEST_F(StreamIds, ThatLookAlikeAreToldApartByPrefixes) {
  const std::vector<std::string> names = hostile_names();
  for (const std::string& name : names) written({Expect::absent(stream(name))}, {event(0, name)});
  for (const std::string& name : names) {
    std::vector<std::string> wanted;
    for (const std::string& each : names)
      if (each.starts_with(name)) wanted.push_back(each);
    EXPECT_EQ(read_all({.prefixes = {stream(name).str()}}).payloads(), wanted) << "prefix " << name;
    EXPECT_EQ(value(store().list_streams(stream(name).str())).size(), wanted.size()) << "prefix " << name;
  }
}

TEST_F(StreamIds, OfOneAppendMayBePrefixesOfEachOther) {
  written({Expect::any(stream("s")), Expect::any(stream("s/1")), Expect::any(stream("s/10"))},
          {event(2, "c"), event(0, "a"), event(1, "b"), event(2, "c")});
  EXPECT_EQ(version(stream("s")), 1U);
  EXPECT_EQ(version(stream("s/1")), 1U);
  EXPECT_EQ(version(stream("s/10")), 2U);
}

struct Illegal {
  std::string id;
  ec_status status;
};

std::vector<Illegal> illegal_ids() {
  std::vector<Illegal> ids = {
      {"", EC_INVALID},          {"$own", EC_INVALID},         {std::string(EC_MAX_STREAM_ID + 1, 'x'), EC_LIMIT},
      {"a\0b"s, EC_INVALID},     {"a\nb", EC_INVALID},         {"a\x7F", EC_INVALID},
      {"a\xC2\x85", EC_INVALID}, {"\xFF", EC_INVALID},         {"a\xC3", EC_INVALID},
      {"\xC0\xAF", EC_INVALID},  {"\xED\xA0\x80", EC_INVALID}, {"\xF4\x90\x80\x80", EC_INVALID}};
  for (const char c : {'*', '?', '[', ']'}) ids.push_back({"a"s + c, EC_INVALID});
  return ids;
}

TEST_F(StreamIds, ThatAreIllegalAreRefusedByAppend) {
  const Position before = head();
  for (const Illegal& each : illegal_ids())
    EXPECT_TRUE(ended(append({Expect::any(StreamId(each.id))}, {event(0, "x")}), each.status)) << each.id;
  EXPECT_EQ(head(), before);
}

TEST_F(StreamIds, ThatAreIllegalAreRefusedByRead) {
  for (const Illegal& each : illegal_ids()) {
    const auto cursor = store().read({{StreamId(each.id)}});
    ASSERT_FALSE(cursor) << each.id;
    EXPECT_EQ(static_cast<ec_status>(cursor.error().code), each.status) << each.id;
    EXPECT_NE(cursor.error().message.find("stream id"), std::string::npos) << cursor.error().message;
  }
}

TEST_F(StreamIds, AreLegalUpToTheirLongest) {
  const std::string longest = filled("", EC_MAX_STREAM_ID, 'z');
  ASSERT_TRUE(ended(append({Expect::absent(stream(longest))}, {event(0, "x")}), EC_OK));
  EXPECT_EQ(all().events.at(0).stream.size(), EC_MAX_STREAM_ID);
}

}  // namespace
}  // namespace ec::conformance
