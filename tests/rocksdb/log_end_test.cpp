// The end of a real log, cut off and damaged at each place: what a crash leaves is no hidden record, and a record whose
// length was damaged is one.
#include "log_end.hpp"
#include "support.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include <rocksdb/db.h>

namespace ec::rocks::test {
namespace {

constexpr std::size_t block_bytes = 32 * 1024;

// More than two blocks, so that a record is in parts, and small records in the last one.
std::string real_log() {
  const TempFolder folder;
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* opened = nullptr;
  EXPECT_TRUE(rocksdb::DB::Open(options, folder.path().string(), &opened).ok());
  const std::unique_ptr<rocksdb::DB> db(opened);
  for (const std::size_t size : {70'000, 10, 300, 0, 5'000, 20})
    EXPECT_TRUE(db->Put({}, std::to_string(size), std::string(size, 'x')).ok());
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    if (entry.path().extension() == ".log" && entry.file_size() > 0) {
      std::ifstream file(entry.path(), std::ios::binary);
      return {std::istreambuf_iterator<char>(file), {}};
    }
  ADD_FAILURE() << "no log";
  return {};
}

std::string_view last_block_of(std::string_view log) {
  return log.substr((log.size() - 1) / block_bytes * block_bytes);
}

// Where the records of a block begin.
std::vector<std::size_t> records_of(std::string_view block) {
  std::vector<std::size_t> places;
  for (std::size_t at = 0; at + 7 <= block.size();) {
    places.push_back(at);
    at += 7 + static_cast<unsigned char>(block[at + 4]) + 256U * static_cast<unsigned char>(block[at + 5]);
  }
  return places;
}

TEST(LogEnd, ACutLogHidesNothing) {
  const std::string log = real_log();
  ASSERT_GT(log.size(), 2 * block_bytes);
  // From the middle of the part that fills the second block on.
  for (std::size_t size = block_bytes + block_bytes / 2; size <= log.size(); size += size < log.size() - 6'000 ? 97 : 1)
    ASSERT_FALSE(hides_a_record(last_block_of(std::string_view(log).substr(0, size)), true)) << "cut at " << size;
}

TEST(LogEnd, ARecordWithALengthBehindTheEndIsHidden) {
  const std::string log = real_log();
  const std::string whole(last_block_of(log));
  const auto records = records_of(whole);
  ASSERT_GE(records.size(), 6U);
  for (const std::size_t record : records) {
    std::string damaged = whole;
    damaged[record + 5] = static_cast<char>(static_cast<unsigned char>(damaged[record + 5]) | 0x80U);
    EXPECT_TRUE(hides_a_record(damaged, true)) << "record at " << record;
    // Also when the crash cut the record behind it off.
    const auto next = std::ranges::upper_bound(records, record);
    if (next == records.end()) continue;
    EXPECT_TRUE(hides_a_record(std::string_view(damaged).substr(0, *next + 8), true)) << "record at " << record;
  }
}

TEST(LogEnd, ATypeThatWeNeverWriteHidesWhatFollows) {
  std::string log = real_log();
  EXPECT_FALSE(hides_a_record(std::string_view(log).substr(0, block_bytes), false));
  log[6] = static_cast<char>(log[6] ^ 4);  // as if the file were a recycled one
  EXPECT_TRUE(hides_a_record(std::string_view(log).substr(0, block_bytes), false));
}

TEST(LogEnd, ShortAndEmptyBlocksHideNothing) {
  EXPECT_FALSE(hides_a_record("", true));
  EXPECT_FALSE(hides_a_record(std::string(6, '\xff'), true));
  EXPECT_FALSE(hides_a_record(std::string(block_bytes, '\0'), false));
  EXPECT_FALSE(find_log_with_hidden_record("/there/is/none").has_value());
}

}  // namespace
}  // namespace ec::rocks::test
