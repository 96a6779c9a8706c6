// A look-up reads what it needs of a filter, not all of it: the filter of a large table does not fit into the cache.
#include "keys.hpp"
#include "raw_database.hpp"
#include "support.hpp"

#include <fstream>
#include <memory>

#include <rocksdb/db.h>
#include <rocksdb/utilities/options_util.h>

namespace ec::rocks::test {
namespace {

// The filter has 10 bits for each of them: 562 kB, where the smallest cache keeps no more than 524 kB in one piece.
constexpr std::size_t streams = 450'000;

// Of no order that the number shows, so that any of them lies among the others.
std::string mixed(std::size_t number) { return std::to_string(number * 0x9E3779B97F4A7C15U); }

void ensure(const rocksdb::Status& status) { ASSERT_TRUE(status.ok()) << status.ToString(); }

// As after many appends: their index in one table behind the first level, whose filters would stay in memory; made with
// the plugin's own options.
void fill_index(const std::string& path) {
  rocksdb::DBOptions options;
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  ensure(rocksdb::LoadLatestOptions({}, path, &options, &descriptors));
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  rocksdb::DB* raw = nullptr;
  ensure(rocksdb::DB::Open(options, path, descriptors, &families, &raw));
  const std::unique_ptr<rocksdb::DB> db(raw);
  rocksdb::WriteOptions unlogged;
  unlogged.disableWAL = true;
  std::string key;
  for (std::size_t i = 0; i < streams; ++i)
    ensure(db->Put(unlogged, families.at(index_family), index_key(key, mixed(i), 1), std::string(2, '\1')));
  rocksdb::CompactRangeOptions all;
  all.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  ensure(db->CompactRange(all, families.at(index_family), nullptr, nullptr));
  for (auto* family : families) db->DestroyColumnFamilyHandle(family);
}

// What this process has asked files for so far; 0 where the kernel does not tell.
std::uint64_t bytes_read() {
  std::ifstream io("/proc/self/io");
  std::string name;
  std::uint64_t bytes = 0;
  return io >> name >> bytes && name == "rchar:" ? bytes : 0;
}

TEST(Filter, IsReadInParts) {
  if (bytes_read() == 0) GTEST_SKIP() << "the kernel does not count what is read: no /proc/self/io";
  const TempFolder folder;
  const std::filesystem::path path = folder.path() / "db";
  {
    Store store = value(open(path));
    append(store, "first", {"x"});
  }
  fill_index(path.string());
  Store store = value(open(path, {"cache_size: 1MiB"}));
  constexpr std::size_t looked_up = 200;
  const std::uint64_t before = bytes_read();
  for (std::size_t i = 0; i < looked_up; ++i) value(store.append({Expect::absent(StreamId(mixed(streams + i)))}, {}));
  EXPECT_LT(bytes_read() - before, looked_up * 12'000);
}

}  // namespace
}  // namespace ec::rocks::test
