// Varints, commit values and index entries come back as they went in, and damage is refused.
#include "commits.hpp"
#include "record.hpp"
#include "support.hpp"

#include <limits>
#include <memory>

#include <rapidcheck/gtest.h>

namespace ec::rocks::test {
namespace {

constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();

TEST(Varint, IsAsLongAsItsNumberNeedsAndComesBack) {
  std::uint64_t first_of_length = 0;
  for (std::size_t length = 1; length <= 10; ++length) {
    const std::uint64_t last_of_length = length == 10 ? most : (1ULL << (7 * length)) - 1;
    for (const std::uint64_t number : {first_of_length, first_of_length + 1, last_of_length - 1, last_of_length}) {
      std::string bytes;
      put_varint(bytes, number);
      EXPECT_EQ(bytes.size(), length) << number;
      Parser parser(bytes, "it");
      EXPECT_EQ(parser.varint(), number);
      EXPECT_TRUE(parser.rest().empty());
    }
    first_of_length = last_of_length + 1;
  }
}

TEST(Varint, WithoutAnEndIsRefused) {
  for (std::size_t length = 0; length <= 20; ++length) {
    const std::string endless(length, '\x80');
    EXPECT_TRUE(contains(failure_of(EC_CORRUPT, [&] { Parser(endless, "it").varint(); }), "it cannot be read"));
  }
}

RC_GTEST_PROP(Zigzag, ComesBack, (std::int64_t number)) { RC_ASSERT(unzigzag(zigzag(number)) == number); }

TEST(Zigzag, MakesSmallNumbersSmall) {
  EXPECT_EQ(zigzag(0), 0U);
  EXPECT_EQ(zigzag(-1), 1U);
  EXPECT_EQ(zigzag(1), 2U);
  EXPECT_EQ(zigzag(std::numeric_limits<std::int64_t>::min()), most);
  EXPECT_EQ(unzigzag(most), std::numeric_limits<std::int64_t>::min());
}

TEST(Parser, TakesNothingBeyondTheEnd) {
  EXPECT_EQ(Parser("abc", "it").take(3), "abc");
  failure_of(EC_CORRUPT, [] { Parser("abc", "it").take(4); });
  failure_of(EC_CORRUPT, [] { Parser("abc", "it").take(most); });
  failure_of(EC_CORRUPT, [] { Parser(std::string_view("\x04xyz"), "it").bytes(); });
}

RC_GTEST_PROP(CommitValue, ComesBack,
              (std::uint64_t digest, std::uint64_t first, std::uint32_t more,
               const std::vector<std::uint64_t>& versions)) {
  const Commit commit{digest, first, first + more, versions};
  std::string bytes;
  put_commit(bytes, commit);
  const Commit parsed = parse_commit(bytes);
  RC_ASSERT(parsed.digest == commit.digest);
  RC_ASSERT(parsed.first == commit.first);
  RC_ASSERT(parsed.last == commit.last);
  RC_ASSERT(parsed.versions == commit.versions);
}

TEST(CommitValue, ThatIsCutOrHasMoreBehindItIsRefused) {
  std::string bytes;
  put_commit(bytes, {most, 1, 300, {1, 128, most}});
  for (std::size_t size = 0; size < bytes.size(); ++size)
    failure_of(EC_CORRUPT, [&] { parse_commit(std::string_view(bytes).substr(0, size)); });
  failure_of(EC_CORRUPT, [&] { parse_commit(bytes + '\0'); });
}

TEST(CommitValue, WithAHugeCountAsksForNoMemory) {
  std::string bytes;
  for (const std::uint64_t number : {std::uint64_t{1}, std::uint64_t{1}, std::uint64_t{0}, most})
    put_varint(bytes, number);
  failure_of(EC_CORRUPT, [&] { parse_commit(bytes); });
}

TEST(IndexEntryValue, ComesBack) {
  for (const IndexEntry entry : {IndexEntry{1, 1}, IndexEntry{64, 1}, IndexEntry{most, most}, IndexEntry{most, 1}}) {
    std::string bytes;
    put_index_entry(bytes, entry);
    const IndexEntry parsed = parse_index_entry(bytes);
    EXPECT_EQ(parsed.position, entry.position);
    EXPECT_EQ(parsed.record, entry.record);
  }
}

TEST(IndexEntryValue, ThatIsDamagedIsRefused) {
  std::string bytes;
  put_index_entry(bytes, {300, 200});
  for (std::size_t size = 0; size < bytes.size(); ++size)
    failure_of(EC_CORRUPT, [&] { parse_index_entry(std::string_view(bytes).substr(0, size)); });
  failure_of(EC_CORRUPT, [&] { parse_index_entry(bytes + '\0'); });
  failure_of(EC_CORRUPT, [] { parse_index_entry(std::string_view("\x05\x05")); });  // a record at position 0
  failure_of(EC_CORRUPT, [] { parse_index_entry(std::string_view("\0\0", 2)); });
}

}  // namespace
}  // namespace ec::rocks::test
