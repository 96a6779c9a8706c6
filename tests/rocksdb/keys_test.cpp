// Keys sort as what they stand for, whatever the stream is called.
#include "keys.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <tuple>
#include <utility>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace ec::rocks::test {
namespace {

// What a stream id may consist of, ASCII's lowest and highest legal bytes and longer code points among it. Short, so
// that one is often a prefix of another.
rc::Gen<std::string> legal_id() {
  return rc::gen::map(rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(
                          rc::gen::element<std::string>(" ", "!", "/", "a", "b", "~", "\xC3\xA9", "\xF4\x8F\xBF\xBF"))),
                      [](const std::vector<std::string>& pieces) {
                        std::string id;
                        for (const std::string& piece : pieces) id += piece;
                        return id;
                      });
}

rc::Gen<std::uint64_t> number() {
  return rc::gen::oneOf(rc::gen::arbitrary<std::uint64_t>(),
                        rc::gen::elementOf(std::vector<std::uint64_t>{0, 1, 0xFF, 0x100, 1ULL << 32U, last_version}));
}

std::string key(const std::string& stream, std::uint64_t version) {
  std::string buffer;
  return index_key(buffer, stream, version).ToString();
}

RC_GTEST_PROP(Keys, OfTheIndexSortByStreamThenVersion, ()) {
  const auto a = *legal_id();
  const auto b = *rc::gen::oneOf(legal_id(), rc::gen::just(a),
                                 rc::gen::map(legal_id(), [a](const auto& more) { return a + more; }));
  const auto first = std::pair(a, *number());
  const auto second = std::pair(b, *number());
  RC_ASSERT((key(first.first, first.second) < key(second.first, second.second)) == (first < second));
}

RC_GTEST_PROP(Keys, OfAStreamLieBetweenItsFirstAndWhatIsBehind, ()) {
  const auto mine = *legal_id();
  const auto other = mine + *legal_id();
  std::string buffer;
  const std::string behind = index_key_behind(buffer, mine).ToString();
  RC_ASSERT(key(mine, *number()) < behind);
  RC_ASSERT(behind < key(other, *number()));
}

RC_GTEST_PROP(Keys, OfTheIndexAreTakenApart, ()) {
  const auto stream = *legal_id();
  const auto version = *number();
  const std::string made = key(stream, version);
  const IndexKey parsed = parse_index_key(made);
  RC_ASSERT(parsed.stream == stream);
  RC_ASSERT(parsed.version == version);
}

RC_GTEST_PROP(Keys, OfEventsSortByPosition, ()) {
  const auto a = *number();
  const auto b = *number();
  std::string one;
  std::string two;
  RC_ASSERT((event_key(one, a).compare(event_key(two, b)) < 0) == (a < b));
  RC_ASSERT(get_ordered(one) == a);
}

TEST(Keys, ThatAreNoneOfTheIndexGiveNoStream) {
  using namespace std::string_literals;
  for (const std::string& wrong : {""s, "a"s, "\0"s, "\0\0\0\0\0\0\0\0\1"s, "a12345678"s, "abcdefghijk"s})
    EXPECT_TRUE(parse_index_key(wrong).stream.empty()) << testing::PrintToString(wrong);
}

}  // namespace
}  // namespace ec::rocks::test
