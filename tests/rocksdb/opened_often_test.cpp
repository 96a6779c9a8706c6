// A program that starts, appends a little and ends, over and over, does not have the whole index rewritten each few times.
#include "support.hpp"

#include <map>

namespace ec::rocks::test {
namespace {

using Tables = std::map<std::string, std::uintmax_t>;  // names and sizes

Tables large_tables(const std::filesystem::path& folder) {
  Tables tables;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".sst" && entry.file_size() > 100'000)
      tables.emplace(entry.path().filename(), entry.file_size());
  return tables;
}

std::size_t count_of_tables(const std::filesystem::path& folder) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".sst") ++count;
  return count;
}

TEST(RocksDbOpenedOften, RewritesNoLargeTable) {
  constexpr std::size_t streams = 500, rounds = 60, openings = 16;
  const TempFolder folder;
  const auto path = folder.path() / "db";
  std::size_t written = 0;
  {
    Store store = value(open(path));
    std::vector<Expect> expects;
    std::vector<NewEvent> events;
    for (std::size_t i = 0; i < streams; ++i) {
      expects.push_back(Expect::any(StreamId(Uuid::make().str())));
      events.push_back(event(i, "x"));
    }
    for (std::size_t i = 0; i < rounds; ++i) value(store.append(expects, events, Uuid::make()));
    written = streams * rounds;
  }
  {
    const Store flushed = value(open(path));
  }
  const Tables before = large_tables(path);
  ASSERT_GE(before.size(), 2U) << "the tables of events and of the index";
  for (std::size_t i = 0; i < openings; ++i) {
    Store store = value(open(path));
    for (std::size_t j = 0; j < 10; ++j) append(store, Uuid::make().str(), {"a", "b"});
    written += 20;
  }
  const Tables after = large_tables(path);
  for (const auto& [name, size] : before) EXPECT_EQ(after.contains(name), true) << name << ", " << size << " bytes";
  EXPECT_LT(count_of_tables(path), before.size() + 2 * openings) << "small tables are put together";
  Store store = value(open(path));
  EXPECT_EQ(value(everything_in_every_way(store)).size(), written);
}

}  // namespace
}  // namespace ec::rocks::test
