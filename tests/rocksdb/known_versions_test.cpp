// An append at the version that its host has read finds it right, or refuses, also where no version is known by heart.
#include "support.hpp"

namespace ec::rocks::test {
namespace {

class KnownVersions : public testing::TestWithParam<std::uint64_t> {
 protected:
  // Opened anew each time, and by another stream's append at last: nothing is known by heart, and all lies in tables.
  Store opened() { return value(open(path, {"cached_heads: 2"})); }
  Result<Appended> try_at(std::uint64_t version) {
    Store store = opened();
    return store.append({Expect::exact(stream, version)}, {event(0, "next")});
  }

  const TempFolder folder;
  const std::filesystem::path path = folder.path() / "db";
  const StreamId stream{"stream"};
};

TEST_P(KnownVersions, AreTheOnlyOnesThatHold) {
  const std::uint64_t count = GetParam();
  for (std::uint64_t i = 0; i < count; ++i) {
    Store store = opened();
    append(store, "stream", {"x"});
    append(store, "streams", {"x", "y"});  // beside it in the order of keys, and longer
    append(store, "strea", {"x", "y", "z"});
  }
  for (const std::uint64_t wrong :
       {count - 1, count + 1, count + 2, 2 * count, ~std::uint64_t{0}, std::uint64_t{1} << 63U}) {
    if (wrong == count) continue;
    const auto refused = try_at(wrong);
    ASSERT_FALSE(refused.has_value()) << wrong;
    EXPECT_EQ(refused.error().code, Code::conflict) << wrong;
    EXPECT_EQ(refused.error().actual_version, count) << wrong;
  }
  EXPECT_EQ(value(try_at(count)).versions, std::vector<std::uint64_t>{count + 1});
  EXPECT_EQ(value(try_at(count + 1)).versions, std::vector<std::uint64_t>{count + 2});
}

INSTANTIATE_TEST_SUITE_P(Of, KnownVersions, testing::Values(1, 2, 9), testing::PrintToStringParamName());

}  // namespace
}  // namespace ec::rocks::test
