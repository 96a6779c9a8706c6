// Files of the database, damaged at rest.
#include "child_process.hpp"
#include "damaged.hpp"

#include <cstring>
#include <thread>

namespace ec::rocks::test {
namespace {

namespace fs = std::filesystem;

using DamagedFiles = Damaged;

constexpr std::size_t places = 40;

// What the file says; docs/storage-rocksdb.md has its bytes.
std::uint64_t floor_position(const fs::path& file) {
  constexpr std::size_t place = 24;
  const std::string content = content_of(file);
  std::uint64_t position = 0;
  if (content.size() >= place + sizeof position) std::memcpy(&position, content.data() + place, sizeof position);
  return position;
}

TEST_F(DamagedFiles, CurrentIsRefused) {
  make(10, true);
  for (const char* garbage : {"", "MANIFEST-", "MANIFEST-999999\n", "garbage\n", "../../etc/passwd\n"}) {
    restore();
    write(path / "CURRENT", garbage);
    EXPECT_EQ(verdict(), Verdict::refused) << garbage;
    EXPECT_EQ(verdict({"read_only: true"}), Verdict::refused) << garbage;
  }
}

TEST_F(DamagedFiles, CurrentThatIsMissingIsRefused) {
  make(10, false);
  fs::remove(path / "CURRENT");
  EXPECT_TRUE(contains(refusal(open(path), Code::config), "no file CURRENT"));
}

TEST_F(DamagedFiles, TheManifestWithABitFlippedIsRefusedOrHarmless) {
  make(10, true);
  const Tally tally = damage_all_over(file("MANIFEST-"), places, flip);
  EXPECT_GE(tally.refused, tally.count / 2);
}

TEST_F(DamagedFiles, TheManifestCutIsRefusedOrHarmless) {
  make(10, true);
  const Tally tally = damage_all_over(file("MANIFEST-"), places, cut);
  EXPECT_GE(tally.refused, tally.count / 2);
}

TEST_F(DamagedFiles, ATableThatIsMissingIsRefused) {
  make(10, true);
  std::vector<fs::path> tables;
  for (const auto& entry : fs::directory_iterator(path))
    if (entry.path().extension() == ".sst") tables.push_back(entry.path());
  ASSERT_EQ(tables.size(), 4U);
  for (const fs::path& table : tables) {
    restore();
    fs::remove(table);
    EXPECT_EQ(verdict(), Verdict::refused);
    EXPECT_EQ(verdict({"read_only: true"}), Verdict::refused);
  }
}

TEST_F(DamagedFiles, ATableCutIsRefused) {
  make(10, true);
  const Tally tally = damage_all_over(file(".sst"), places, cut);
  EXPECT_EQ(tally.refused, tally.count);
}

TEST_F(DamagedFiles, ATableWithABitFlippedIsRefusedOrHarmless) {
  make(200, true);
  const Tally tally = damage_all_over(file(".sst"), places, flip);
  EXPECT_GE(tally.refused, tally.count / 2);
}

TEST_F(DamagedFiles, TheLogWithABitFlippedIsRefusedAfterAProperClose) {
  make(20, false);
  const Tally tally = damage_all_over(file(".log"), 2 * places, flip);
  EXPECT_EQ(tally.refused, tally.count);
}

// As a crash leaves it: the floor knows of nothing yet. In front of the log's last block damage is no cut-off end.
TEST_F(DamagedFiles, TheLogWithABitFlippedFarFromItsEndIsRefusedWithoutTheFloorToo) {
  constexpr std::size_t block_bytes = 32 * 1024;
  make(400, false);
  const fs::path log = file(".log");
  const std::string intact = content_of(log);
  ASSERT_GT(intact.size(), 2 * block_bytes);
  for (std::size_t at = 0; at < block_bytes; at += block_bytes / places) {
    restore();
    fs::remove(path / "EVENTCORE-FLOOR");
    std::string damaged = intact;
    flip(damaged, at);
    write(log, damaged);
    EXPECT_EQ(verdict(), Verdict::refused) << at;
  }
}

TEST_F(DamagedFiles, TheLogCutIsRefusedAfterAProperClose) {
  make(20, false);
  const Tally tally = damage_all_over(file(".log"), 2 * places, cut);
  EXPECT_EQ(tally.refused, tally.count);
}

TEST_F(DamagedFiles, TheLogThatIsMissingIsRefused) {
  make(20, false);
  fs::remove(file(".log"));
  EXPECT_EQ(verdict(), Verdict::refused);
}

TEST_F(DamagedFiles, TheLogCutIsRefusedAgainAndByReadersToo) {
  make(20, false);
  const std::string log = content_of(file(".log"));
  write(file(".log"), log.substr(0, log.size() / 2));
  for (int times = 0; times < 3; ++times) EXPECT_EQ(verdict({"read_only: true"}), Verdict::refused);
  for (int times = 0; times < 3; ++times) EXPECT_EQ(verdict(), Verdict::refused);
  EXPECT_EQ(verdict({"read_only: true"}), Verdict::refused);
}

TEST_F(DamagedFiles, TheLogCutIsTakenAsItIsWhenTheFloorIsRemoved) {
  make(20, false);
  const std::string log = content_of(file(".log"));
  write(file(".log"), log.substr(0, log.size() / 2));
  const std::string message = refusal(open(path), Code::corrupt);
  EXPECT_TRUE(contains(message, "everything up to 40 was acknowledged"));
  EXPECT_TRUE(contains(message, "remove EVENTCORE-FLOOR"));
  fs::remove(path / "EVENTCORE-FLOOR");
  Store store = value(open(path));
  const std::vector<Seen> seen = value(everything_in_every_way(store));
  ASSERT_GT(seen.size(), 0U);
  ASSERT_LT(seen.size(), expected.size());
  EXPECT_EQ(seen.size() % 2, 0U);
  EXPECT_TRUE(std::equal(seen.begin(), seen.end(), expected.begin()));
  append(store, "s0", {"goes on"});
}

// A process is killed, and then the disk loses the end of what it had acknowledged.
TEST_F(DamagedFiles, TheLogOfAKilledProcessCutBelowItsFloorIsRefused) {
  constexpr std::uint64_t events = 20;
  ChildProcess child({"append", configuration(path), std::to_string(events / 2)});
  for (std::uint64_t i = 1; i <= events / 2; ++i) ASSERT_EQ(child.line(), std::to_string(i));
  while (floor_position(path / "EVENTCORE-FLOOR") < events) std::this_thread::yield();
  child.kill();
  std::string damaged = content_of(file(".log"));
  cut(damaged, damaged.size() - 1);
  write(file(".log"), damaged);
  const std::string message = refusal(open(path), Code::corrupt);
  EXPECT_TRUE(contains(message, "ends at position 18"));
  EXPECT_TRUE(contains(message, "everything up to 20 was acknowledged"));
  refusal(open(path), Code::corrupt);
}

TEST_F(DamagedFiles, TheFloorIsHarmless) {
  make(20, false);
  const fs::path floor = path / "EVENTCORE-FLOOR";
  const std::string intact = content_of(floor);
  fs::remove(floor);
  EXPECT_EQ(verdict(), Verdict::whole);
  EXPECT_EQ(content_of(floor), intact) << "it is written again";
  for (std::size_t at = 0; at < intact.size(); ++at) {
    std::string damaged = intact;
    flip(damaged, at);
    write(floor, damaged);
    EXPECT_EQ(verdict(), Verdict::whole);
    write(floor, intact.substr(0, at));
    EXPECT_EQ(verdict(), Verdict::whole);
  }
}

TEST_F(DamagedFiles, TheFloorOfAnotherStoreIsHarmless) {
  make(20, false);
  const fs::path other = folder.path() / "other";
  {
    Store store = value(open(other));
    fill(store, 30);
  }
  fs::copy_file(other / "EVENTCORE-FLOOR", path / "EVENTCORE-FLOOR", fs::copy_options::overwrite_existing);
  EXPECT_EQ(verdict(), Verdict::whole);
}

}  // namespace
}  // namespace ec::rocks::test
