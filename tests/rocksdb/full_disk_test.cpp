// A disk without room: appends are refused in time and in words, and go on when there is room again.
#include "child_process.hpp"
#include "support.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/mount.h>
#include <unistd.h>

namespace ec::rocks::test {
namespace {

constexpr std::size_t MiB = 1024 * 1024;

class FullDisk : public testing::Test {
 protected:
  void SetUp() override {
    if (mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=32m") != 0)
      GTEST_SKIP() << "a small file system cannot be mounted: " << std::strerror(errno);
    mounted = true;
  }
  void TearDown() override {
    if (mounted && umount2(disk.c_str(), MNT_DETACH) != 0) ADD_FAILURE() << std::strerror(errno);
  }

  // Leaves no more than this.
  void leave_free(std::size_t bytes) const {
    const std::size_t size = std::filesystem::space(disk).available;
    const int file = ::open(filler.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ASSERT_EQ(posix_fallocate(file, 0, static_cast<off_t>(size - bytes)), 0);
    close(file);
  }
  void make_room() const { std::filesystem::remove(filler); }

  const TempFolder folder;
  const std::filesystem::path disk = folder.path();
  const std::filesystem::path path = disk / "db";
  const std::filesystem::path filler = disk / "filler";
  const std::vector<std::string> reserving{"reserve_free_space: 8MiB", "write_buffer_size: 1MiB"};
  bool mounted = false;
};

TEST_F(FullDisk, RefusesAppendsUntilThereIsRoom) {
  Store store = value(open(path, reserving));
  fill(store, 10);
  leave_free(4 * MiB);
  const Uuid commit_id = Uuid::make();
  const std::vector<Expect> expects{Expect::any(StreamId("late"))};
  for (int times = 0; times < 3; ++times) {
    const auto deadline = Call::in(std::chrono::seconds(2));
    const auto refused = store.append(expects, {event(0, "x")}, commit_id, {.deadline = deadline});
    const std::string message = refusal(refused, Code::unavailable);
    EXPECT_LT(std::chrono::steady_clock::now(), deadline);
    EXPECT_TRUE(contains(message, path.string()));
    EXPECT_TRUE(contains(message, "make room"));
    EXPECT_TRUE(contains(message, "Nothing was stored"));
  }
  EXPECT_EQ(value(everything_in_every_way(store)).size(), 20U);
  make_room();
  const Appended stored = value(store.append(expects, {event(0, "x")}, commit_id));
  EXPECT_FALSE(stored.repeated);
  EXPECT_EQ(stored.first.lo, 21U);
}

TEST_F(FullDisk, IsOpenedAgainAndLostNothing) {
  {
    Store store = value(open(path, reserving));
    fill(store, 10);
    leave_free(4 * MiB);
  }
  {
    Store store = value(open(path, reserving));
    EXPECT_EQ(value(everything_in_every_way(store)).size(), 20U);
    refusal(store.append({Expect::any(StreamId("s"))}, {event(0, "x")}), Code::unavailable);
  }
  make_room();
  Store store = value(open(path, reserving));
  append(store, "s", {"x"});
}

// A process fills the disk up to the reserve, is killed there, and what it was told is there.
TEST_F(FullDisk, KilledThereLosesNothing) {
  ChildProcess child({"append", configuration(path, reserving)});
  std::size_t acknowledged = 0;
  std::string said = child.line();
  for (; !said.starts_with("failed"); said = child.line()) {
    acknowledged = std::stoul(said);
    if (acknowledged == 500) leave_free(9 * MiB);
  }
  EXPECT_TRUE(contains(said, "make room"));
  child.kill();
  {
    Store store = value(open(path, reserving));
    EXPECT_EQ(value(everything_in_every_way(store)).size(), 2 * acknowledged);
  }
  make_room();
  Store store = value(open(path, reserving));
  append(store, "s", {"x"});
}

// Without a reserve RocksDB itself runs out of room: writes stop for good, nothing is lost, nothing hangs.
TEST_F(FullDisk, WithoutAReserveStopsTheStoreAndLosesNothing) {
  std::size_t acknowledged = 0;
  {
    Store store = value(open(path, {"reserve_free_space: 0", "write_buffer_size: 1MiB", "compression: none"}));
    leave_free(2 * MiB);
    const std::string payload(100'000, 'x');
    auto last = store.append({Expect::any(StreamId("s"))}, {event(0, payload)});
    for (; last; ++acknowledged) {
      ASSERT_LT(acknowledged, 1'000U);
      last = store.append({Expect::any(StreamId("s"))}, {event(0, payload)});
    }
    EXPECT_TRUE(last.error().code == Code::in_doubt || last.error().code == Code::read_only) << last.error().message;
    refusal(store.append({Expect::any(StreamId("s"))}, {event(0, payload)}), Code::read_only);
    EXPECT_EQ(value(everything_in_every_way(store)).size(), acknowledged);
  }
  make_room();
  Store store = value(open(path, reserving));
  const std::size_t found = value(everything_in_every_way(store)).size();
  EXPECT_TRUE(found == acknowledged || found == acknowledged + 1) << found << " of " << acknowledged;
}

// The same with processes: each ends by itself, and what it was told is there.
TEST_F(FullDisk, WithoutAReserveEndsNoProcess) {
  constexpr std::size_t processes = 10;
  const std::vector<std::string> greedy{"reserve_free_space: 0", "write_buffer_size: 1MiB", "compression: none"};
  for (std::size_t i = 0; i < processes; ++i) {
    SCOPED_TRACE(i);
    std::filesystem::remove_all(path);
    make_room();
    leave_free(2 * MiB + i * MiB / 4);
    ChildProcess child({"append", configuration(path, greedy)});
    std::size_t acknowledged = 0;
    std::string said = child.line();
    for (; !said.starts_with("failed"); said = child.line()) acknowledged = std::stoul(said);
    EXPECT_GT(acknowledged, 0U);
    EXPECT_EQ(child.finish(), 0);
    make_room();
    Store store = value(open(path, greedy));
    const std::size_t found = value(everything_in_every_way(store)).size();
    EXPECT_TRUE(found == 2 * acknowledged || found == 2 * acknowledged + 2) << found << " of " << 2 * acknowledged;
  }
}

// What RocksDB does by itself: sooner or later it ends the process, or never comes back from a write.
TEST_F(FullDisk, EndsTheProcessOfABareRocksDb) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer changes the timing, and there is nothing of ours in it";
#endif
  constexpr int most_processes = 200;
  constexpr int patience_ms = 10'000;
  int processes = 0;
  bool aborted = false;
  bool hung = false;
  for (; processes < most_processes && !aborted && !hung; ++processes) {
    std::filesystem::remove_all(path);
    make_room();
    leave_free(3 * MiB);
    ec::test::ChildProcess child(EVENTCORE_TEST_BARE_CHILD, {path.string()});
    pollfd output{child.output(), POLLIN, 0};
    char said[4096];
    do {
      hung = poll(&output, 1, patience_ms) == 0;
    } while (!hung && read(child.output(), said, sizeof said) > 0);
    aborted = !hung && child.wait() == -SIGABRT;
  }
  EXPECT_TRUE(aborted || hung) << "in none of " << processes << " processes";
  RecordProperty("processes", processes);
}

}  // namespace
}  // namespace ec::rocks::test
