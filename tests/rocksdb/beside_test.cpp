// Another process has the database open.
#include "child_process.hpp"
#include "raw_database.hpp"
#include "support.hpp"

namespace ec::rocks::test {
namespace {

class Beside : public testing::Test {
 protected:
  const TempFolder folder;
  const std::filesystem::path path = folder.path() / "db";
};

TEST_F(Beside, AProcessThatHasItOpenAStoreIsNotOpenedUntilThatOneCloses) {
  ChildProcess child({"hold", configuration(path)});
  ASSERT_EQ(child.line(), "open");
  const std::string message = refusal(open(path), Code::unavailable);
  EXPECT_TRUE(contains(message, path.string()));
  EXPECT_TRUE(contains(message, "close it there first"));
  EXPECT_EQ(child.finish(), 0);
  value(open(path));
}

TEST_F(Beside, AProcessThatWasKilledAStoreIsOpenedAtOnce) {
  ChildProcess child({"append", configuration(path), "10"});
  for (int i = 1; i <= 10; ++i) ASSERT_EQ(child.line(), std::to_string(i));
  child.kill();
  Store store = value(open(path));
  EXPECT_EQ(value(everything_in_every_way(store)).size(), 20U);
}

TEST_F(Beside, AWritingProcessAReaderSeesWhatWasThereAtOpening) {
  // Small buffers, so that files come and go all the time, but not so small that none is there for as long as an opening
  // takes under a sanitizer.
  ChildProcess child({"append", configuration(path, {"write_buffer_size: 2MiB"})});
  std::uint64_t acknowledged = 0;
  for (int times = 0; times < 20; ++times) {
    for (int appends = 0; appends < 20; ++appends) acknowledged = std::stoull(child.line());
    Store store = value(open(path, {"read_only: true"}));
    const std::uint64_t head = value(store.head()).lo;
    EXPECT_GE(head, 2 * acknowledged);
    for (int appends = 0; appends < 20; ++appends) acknowledged = std::stoull(child.line());
    EXPECT_EQ(value(store.head()).lo, head);
    EXPECT_EQ(value(everything_in_every_way(store)).size(), head);
  }
}

TEST_F(Beside, AWritingProcessAReaderKeepsFilesThatAreGone) {
  constexpr std::size_t events = 400;
  constexpr std::uint64_t table_bytes = 64 * 1024;
  {
    Store store = value(open(path, {"compression: none"}));
    for (std::size_t i = 0; i < events; ++i) append(store, "s", {std::string(20'000, 'x')});
  }
  // More table files than RocksDB opens by itself.
  RawDatabase(path, our_families, table_bytes).rewrite_tables(events_family);
  Store reader = value(open(path, {"read_only: true", "cache_size: 1MiB"}));
  RawDatabase(path, our_families, table_bytes / 2).rewrite_tables(events_family);
  EXPECT_EQ(value(everything_in_every_way(reader)).size(), events);
}

}  // namespace
}  // namespace ec::rocks::test
