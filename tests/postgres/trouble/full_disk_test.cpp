// A server whose disk is full: appends are refused in words, nothing is half done, and they go on when there is room.
#include "support/beside.hpp"
#include "support/ledger.hpp"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <libpq-fe.h>
#include <random>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ec::postgres::test {
namespace {

constexpr std::size_t MiB = 1024 * 1024;

std::string incompressible(std::size_t size) {
  std::mt19937 random(1);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

// A server with a small file system in its data folder, and a file that takes what room there is.
class PostgresFullDisk : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(stat(data.c_str(), &owner), 0);
    std::filesystem::create_directory(disk);
    const std::string options =
        "size=64m,mode=700,uid=" + std::to_string(owner.st_uid) + ",gid=" + std::to_string(owner.st_gid);
    if (mount("tmpfs", disk.c_str(), "tmpfs", 0, options.c_str()) != 0)
      GTEST_SKIP() << "a small file system cannot be mounted: " << std::strerror(errno);
    mounted = true;
    for (const auto& folder : {tables, log}) {
      std::filesystem::create_directory(folder);
      give_to_server(folder);
    }
  }
  void TearDown() override {
    if (mounted && umount2(disk.c_str(), MNT_DETACH) != 0) ADD_FAILURE() << std::strerror(errno);
  }

  void give_to_server(const std::filesystem::path& path) const {
    ASSERT_EQ(chown(path.c_str(), owner.st_uid, owner.st_gid), 0) << std::strerror(errno);
    ASSERT_EQ(chmod(path.c_str(), std::filesystem::is_directory(path) ? 0700 : 0600), 0) << std::strerror(errno);
  }
  void fill() const {
    const int file = ::open(filler.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    const std::size_t all = std::filesystem::space(disk).available;
    ASSERT_EQ(posix_fallocate(file, 0, static_cast<off_t>(all)), 0);
    close(file);
  }
  void make_room() const { std::filesystem::remove(filler); }

  // The stopped server keeps its write-ahead log there from now on.
  void move_log() const {
    const std::filesystem::path was = data / "pg_wal";
    std::filesystem::copy(was, log, std::filesystem::copy_options::recursive);
    for (const auto& each : std::filesystem::recursive_directory_iterator(log)) give_to_server(each.path());
    std::filesystem::remove_all(was);
    std::filesystem::create_directory_symlink(log, was);
  }

  // Makes it begin another file, if it still can. Not through libpqxx, which leaks when the connection is lost.
  void switch_log() const {
    PGconn* connection = PQconnectdb(server.dsn().c_str());
    PQclear(PQexec(connection, "SELECT pg_switch_wal()"));
    PQfinish(connection);
  }

  std::string server_log() const {
    std::ifstream in(server.folder() / "log");
    return {std::istreambuf_iterator<char>(in), {}};
  }

  const Server server;
  const std::filesystem::path data = std::filesystem::canonical(server.folder() / "data");
  const std::filesystem::path disk = data / "small_disk";
  const std::filesystem::path tables = disk / "tables", log = disk / "log", filler = disk / "filler";
  struct stat owner = {};
  bool mounted = false;
};

// Only the tables lie there.
TEST_F(PostgresFullDisk, OfTablesRefusesAppendsUntilThereIsRoom) {
  sql(server.dsn(), "CREATE TABLESPACE small LOCATION '" + tables.string() + "'");
  sql(server.dsn(), "ALTER ROLE eventcore SET default_tablespace TO small");
  const Schema schema(server.dsn());
  Store store = value(open(schema));
  const std::string payload = incompressible(MiB);
  value(append(store, "a", {payload}));
  fill();
  const Uuid commit_id = Uuid::make();
  for (int times = 0; times < 3; ++times) {
    const auto refused = append(store, "a", {payload, payload}, commit_id, soon());
    const std::string message = refusal(refused, Code::unavailable);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().native_code, "53100");
    EXPECT_TRUE(refused.error().retryable);
    EXPECT_TRUE(contains(message, "make room"));
    EXPECT_TRUE(contains(message, "127.0.0.1:" + std::to_string(server.port())));
  }
  EXPECT_EQ(everything(store).size(), 1U);
  make_room();
  EXPECT_FALSE(value(append(store, "a", {payload, payload}, commit_id)).repeated);
  EXPECT_EQ(everything(store).size(), 3U);
  check_order(everything(store));
}

// Without its log a server does not go on: it crashes in the middle of appends, and may not come back by itself.
TEST_F(PostgresFullDisk, OfTheLogIsACrashThatLosesNothing) {
  server.stop("fast");
  move_log();
  server.start();
  const Schema schema(server.dsn());
  Store store = value(open(schema)), other = value(open(schema));
  Ledger ledger;
  std::atomic<bool> enough = false;
  auto caller = beside([&] {
    while (!enough) ledger.append(store, "own", soon());
  });
  until("there are appends", [&] { return ledger.acknowledged() > 100; });
  fill();
  until("the server has no room for its log", [&] {
    switch_log();
    return contains(server_log(), "No space left on device") && contains(server_log(), "PANIC");
  });
  make_room();
  until("the server is back", [&] {
    try {
      server.start();
      return true;
    } catch (const std::exception&) {
      return false;
    }
  });
  const std::size_t before = ledger.acknowledged();
  until("appends go on", [&] { return ledger.acknowledged() > before + 100; });
  enough = true;
  ended(std::move(caller));
  ledger.check(everything(other));
}

}  // namespace
}  // namespace ec::postgres::test
