// Snapshots: blobs that are replaced only by who saw the last one.
#include "bookkeeping.hpp"

#include <atomic>
#include <set>

namespace ec::conformance {
namespace {

using namespace std::string_literals;

class SnapshotOf : public Bookkeeping {
 protected:
  void SetUp() override { EC_SKIP_UNLESS_SUPPORTED(probe_snapshots(), EC_EXT_SNAPSHOT); }
  // What saving with a stale etag ends in.
  Told stale_save(std::uint64_t expected) const {
    std::uint64_t etag = 0;
    return save(name(), "stale", expected, etag);
  }
};

TEST_F(SnapshotOf, NothingIsNotFound) {
  Snapshot none;
  EXPECT_TRUE(ended(load(name(), none), EC_NOT_FOUND));
}

TEST_F(SnapshotOf, AnyBytesComesBackByteForByte) {
  std::uint64_t etag = 0;
  for (const std::string& bytes : {"\0a\0"s, ""s, "\xFF\xFE"s, std::string(4 * 1024 * 1024, 's')}) {
    etag = saved(name(), bytes, etag);
    const Snapshot snapshot = loaded_snapshot(name());
    EXPECT_TRUE(snapshot.bytes == bytes) << bytes.size() << " bytes came back as " << snapshot.bytes.size();
    EXPECT_EQ(snapshot.etag, etag);
  }
}

TEST_F(SnapshotOf, ANameIsCreatedOnlyWhereThereIsNone) {
  EXPECT_GT(saved(name(), "first", 0), 0U);
  EXPECT_TRUE(ended(stale_save(0), EC_CONFLICT));
  EXPECT_EQ(loaded_snapshot(name()).bytes, "first");
}

TEST_F(SnapshotOf, ANameIsReplacedOnlyWithItsPresentEtag) {
  const std::uint64_t first = saved(name(), "first", 0);
  const std::uint64_t second = saved(name(), "second", first);
  EXPECT_TRUE(ended(stale_save(first), EC_CONFLICT));
  EXPECT_TRUE(ended(stale_save(second + 1'000'000), EC_CONFLICT));
  EXPECT_EQ(loaded_snapshot(name()).bytes, "second");
}

TEST_F(SnapshotOf, ANameThatHasNoneIsNotReplaced) {
  EXPECT_TRUE(ended(stale_save(1), EC_CONFLICT));
  Snapshot none;
  EXPECT_TRUE(ended(load(name(), none), EC_NOT_FOUND));
}

TEST_F(SnapshotOf, ANameIsRemovedOnlyWithItsPresentEtag) {
  const std::uint64_t etag = saved(name(), "bytes", 0);
  EXPECT_TRUE(ended(remove_snapshot(name(), 0), EC_CONFLICT));
  EXPECT_TRUE(ended(remove_snapshot(name(), etag + 1), EC_CONFLICT));
  EXPECT_TRUE(ended(remove_snapshot(name(), etag), EC_OK));
  Snapshot none;
  EXPECT_TRUE(ended(load(name(), none), EC_NOT_FOUND));
  EXPECT_TRUE(ended(remove_snapshot(name(), etag), EC_CONFLICT));
}

TEST_F(SnapshotOf, ANameNeverGetsAnEtagTwiceAlsoAfterRemoval) {
  std::set<std::uint64_t> etags;
  for (int i = 0; i < 5; ++i) {
    const std::uint64_t created = saved(name(), "same bytes", 0);
    const std::uint64_t replaced = saved(name(), "same bytes", created);
    EXPECT_TRUE(etags.insert(created).second) << "etag " << created << " was given twice";
    EXPECT_TRUE(etags.insert(replaced).second) << "etag " << replaced << " was given twice";
    remove_snapshot(name(), replaced);
  }
}

TEST_F(SnapshotOf, OneNameIsNotThatOfAnother) {
  saved(name("one"), "one", 0);
  saved(name("One"), "two", 0);
  EXPECT_EQ(loaded_snapshot(name("one")).bytes, "one");
  EXPECT_EQ(loaded_snapshot(name("One")).bytes, "two");
}

TEST_F(SnapshotOf, StaysGoodWhileItIsHeldAndReplaced) {
  const std::uint64_t etag = saved(name(), "held", 0);
  ec_blob* blob = nullptr;
  ec_bytes bytes{};
  std::uint64_t loaded_etag = 0;
  ASSERT_TRUE(ended(tell([&](ec_error* e) {
                      return ec_store_snapshot_load(raw(), detail::str(name()), nullptr, &blob, &bytes, &loaded_etag,
                                                    e);
                    }),
                    EC_OK));
  saved(name(), "other", etag);
  EXPECT_EQ(detail::view(bytes), "held");
  ec_store_snapshot_release(raw(), blob);
}

TEST_F(SnapshotOf, RacedForByManyIsSavedByOne) {
  std::uint64_t etag = 0;
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> won = 0;
    std::atomic<std::uint64_t> next = 0;
    on_threads(6, [&](std::size_t i) {
      std::uint64_t made = 0;
      if (save(name(), std::to_string(i), etag, made).status != EC_OK) return;
      ++won;
      next = made;
    });
    EXPECT_EQ(won, 1);
    etag = next;
  }
}

}  // namespace
}  // namespace ec::conformance
