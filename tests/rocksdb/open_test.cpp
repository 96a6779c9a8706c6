// What may stand in the folder that a store is opened in, and what is refused without leaving a trace.
#include "raw_database.hpp"
#include "support.hpp"

#include <algorithm>
#include <fstream>
#include <set>

namespace ec::rocks::test {
namespace {

namespace fs = std::filesystem;

std::set<std::string> files_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) names.insert(entry.path().filename());
  return names;
}

std::ptrdiff_t open_descriptors() {
  return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
}

class Open : public testing::Test {
 protected:
  const TempFolder folder;
  const fs::path path = folder.path() / "db";

  // The message of an open that is refused and leaves nothing open.
  std::string refused(Code code, const std::vector<std::string>& options = {}) const {
    refusal(open(path, options), code);  // what is made once and kept, is made now
    const std::ptrdiff_t before = open_descriptors();
    const std::string message = refusal(open(path, options), code);
    EXPECT_EQ(open_descriptors(), before);
    return message;
  }
};

TEST_F(Open, MakesTheFolderAndFindsEverythingAgain) {
  const fs::path deep = folder.path() / "a" / "b" / "c";
  {
    Store store = value(open(deep));
    EXPECT_EQ(value(store.head()).lo, 0U);
    append(store, "s", {"1", "2"});
  }
  for (std::uint64_t times = 0; times < 3; ++times) {
    Store store = value(open(deep));
    EXPECT_EQ(value(store.head()).lo, 2 + times);
    EXPECT_EQ(append(store, "s", {"more"}).first.lo, 3 + times);
  }
}

TEST_F(Open, IsRefusedASecondTimeInOneProcess) {
  Store first = value(open(path));
  const std::string message = refused(Code::unavailable);
  EXPECT_TRUE(contains(message, path.string()));
  EXPECT_TRUE(contains(message, "close it there first"));
  EXPECT_TRUE(contains(message, "read_only: true"));
  append(first, "s", {"the first goes on"});
}

TEST_F(Open, OfNoDatabaseIsRefusedWhenNoneIsToBeMade) {
  EXPECT_TRUE(contains(refused(Code::config, {"create: false"}), "there is no database in '" + path.string() + "'"));
  EXPECT_FALSE(fs::exists(path));
  EXPECT_TRUE(contains(refused(Code::config, {"read_only: true"}), "there is no database"));
  EXPECT_FALSE(fs::exists(path));
  value(open(path));
  value(open(path, {"create: false"}));
}

TEST_F(Open, OfAFileIsRefused) {
  folder.write("db", "some text");
  const std::string message = refused(Code::config);
  EXPECT_TRUE(contains(message, "test.yaml:4:"));
  EXPECT_TRUE(contains(message, "is not a folder"));
}

TEST_F(Open, BelowAFileIsRefused) {
  folder.write("file", "some text");
  EXPECT_TRUE(contains(refusal(open(folder.path() / "file" / "db"), Code::config), "cannot be made"));
}

TEST_F(Open, OfAFolderWithOtherFilesIsRefused) {
  for (const char* name : {"notes.txt", "server.log", "LOGBOOK", "000012.sst", "000012.log"}) {
    const std::string file = folder.write(std::string("db/") + name, "not a database's");
    EXPECT_TRUE(contains(refused(Code::config), "holds other files and no database")) << name;
    EXPECT_EQ(files_in(path), std::set<std::string>{name});
    fs::remove(file);
  }
  value(open(path));
}

TEST_F(Open, OfAnEmptyFolderMakesAStore) {
  fs::create_directory(path);
  Store store = value(open(path));
  append(store, "s", {"x"});
}

TEST_F(Open, FinishesACreationThatWasCutOffAtAnyFile) {
  // What RocksDB has written at that moment, in this order.
  const std::vector<std::string> files{"LOCK", "IDENTITY", "MANIFEST-000001"};
  for (std::size_t written = 1; written <= files.size(); ++written) {
    fs::remove_all(path);
    for (std::size_t i = 0; i < written; ++i) folder.write("db/" + files[i], i == 1 ? "an id" : "");
    folder.write("db/000000.dbtmp", "an id");
    Store store = value(open(path));
    append(store, "s", {"x"});
  }
}

TEST_F(Open, FinishesACreationThatLacksTheFormat) {
  for (const std::vector<std::string>& families :
       {std::vector<std::string>{"default"}, {"default", "events", "index", "commits"}, {"default", "events"}}) {
    fs::remove_all(path);
    {
      const RawDatabase unfinished(path, families);
    }
    EXPECT_TRUE(refusal(open(path, {"read_only: true"}), Code::config).find("empty") != std::string::npos);
    Store store = value(open(path));
    append(store, "s", {"x"});
  }
}

TEST_F(Open, OfAnotherProgramsDatabaseIsRefusedAndLeavesItAsItWas) {
  RawDatabase(path, {"default"}).put(0, "their", "data");
  for (const char* option : {"create: true", "read_only: true"}) {
    EXPECT_TRUE(contains(refused(Code::config, {option}), "is not one of eventcore's"));
    EXPECT_EQ(RawDatabase::family_names(path), std::vector<std::string>{"default"});
  }
  EXPECT_EQ(RawDatabase(path, {"default"}).get(0, "their"), "data");
}

TEST_F(Open, OfADatabaseWithAFamilyOfTheSameNameIsRefusedAndLeavesItAsItWas) {
  RawDatabase(path, {"default", "events"}).put(1, "their", "event");
  EXPECT_TRUE(contains(refused(Code::config), "is not one of eventcore's"));
  EXPECT_EQ(RawDatabase::family_names(path), (std::vector<std::string>{"default", "events"}));
}

// As a reader beside a process that writes can see it for a moment: it looks again, so it must not be told as another's.
TEST_F(Open, ForReadingOfEntriesWithoutAFormatIsDamage) {
  RawDatabase(path, {"default", "events", "index", "commits"}).put(1, "an", "event");
  EXPECT_TRUE(contains(refused(Code::corrupt, {"read_only: true"}), "it has entries and no format"));
  EXPECT_TRUE(contains(refused(Code::config), "is not one of eventcore's"));
}

TEST_F(Open, OfADatabaseWithOtherFamiliesIsRefused) {
  {
    const RawDatabase theirs(path, {"default", "users"});
  }
  EXPECT_TRUE(contains(refused(Code::config), "column family 'users'"));
  EXPECT_EQ(RawDatabase::family_names(path), (std::vector<std::string>{"default", "users"}));
}

TEST_F(Open, OfAnotherFormatIsRefusedWithBothInTheMessage) {
  value(open(path));
  RawDatabase(path).put(meta_family, "format", "eventcore-rocksdb 2");
  for (const char* option : {"create: true", "read_only: true"}) {
    const std::string message = refused(Code::config, {option});
    EXPECT_TRUE(contains(message, "'eventcore-rocksdb 2'"));
    EXPECT_TRUE(contains(message, "'eventcore-rocksdb 1'"));
  }
}

TEST_F(Open, WithADamagedStoreIdIsRefused) {
  value(open(path));
  RawDatabase(path).put(meta_family, "store_id", "short");
  EXPECT_TRUE(contains(refused(Code::corrupt), "restore"));
}

TEST_F(Open, ForReadingTakesNoWritesAndChangesNoFile) {
  {
    Store store = value(open(path));
    append(store, "s", {"1"});
  }
  const std::set<std::string> before = files_in(path);
  {
    Store store = value(open(path, {"read_only: true"}));
    EXPECT_EQ(everything(store).size(), 1U);
    const auto refused_append = store.append({Expect::any(StreamId("s"))}, {event(0, "2")});
    EXPECT_TRUE(contains(refusal(refused_append, Code::read_only), "read_only"));
    EXPECT_EQ(value(store.append({Expect::exact(StreamId("s"), 1)}, {})).versions, std::vector<std::uint64_t>{1});
    EXPECT_TRUE((value(store.info()).capabilities & EC_CAP_READ_ONLY) != 0);
  }
  EXPECT_EQ(files_in(path), before);
}

}  // namespace
}  // namespace ec::rocks::test
