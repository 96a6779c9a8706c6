// Crashes at each change that a store makes to its files: the process is killed, or the power fails and takes along what
// was not synced. One run is noted, and what a crash would have left behind is reckoned for each moment of it.
#include "bare.hpp"
#include "crash_state.hpp"
#include "history.hpp"

#include <optional>

namespace ec::rocks::test {
namespace {

using Loss = CrashState::Loss;

constexpr std::size_t appends = 40;
constexpr std::size_t payload_bytes = 3'000;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t step = 7;
#else
constexpr std::size_t step = 1;
#endif

class PowerCut : public testing::Test {
 protected:
  // Goes through the crashes; a state that was there before with the same loss is not tried again.
  struct Last {
    CrashState::Files files;
    std::size_t found = 0;
  };

  std::size_t found_in(const CrashState::Files& files) const {
    put_files(crashed, files);
    Store store = value(open(crashed, small_buffers));
    const std::size_t found = appends_in(store, payload_bytes);
    value(append_nth(store, found + 1, payload_bytes));
    return found;
  }

  const TempFolder folder;
  const std::filesystem::path path = folder.path() / "db";
  const std::filesystem::path crashed = folder.path() / "crashed";
};

TEST_F(PowerCut, AtAnyChangeLosesNothingThatWasAcknowledged) {
  Disk disk(path);
  {
    Store store = value(open(path, small_buffers));
    const Told told =
        append_until_refused(store, appends, payload_bytes, [&](std::size_t nth) { disk.note(std::to_string(nth)); });
    ASSERT_EQ(told.acknowledged, appends);
  }
  CrashState state;
  std::map<Loss, Last> last;
  std::size_t acknowledged = 0;
  std::size_t tried = 0;
  std::size_t count = 0;
  for (const Change& change : disk.changes()) {
    state.apply(change);
    if (change.kind == Change::Kind::note) acknowledged = std::stoul(change.name);
    for (const Loss loss : CrashState::every_loss) {
      if (++count % step != 0) continue;
      CrashState::Files files = state.after(loss);
      const auto before = last.find(loss);
      SCOPED_TRACE(std::string(name_of(loss)) + " with " + std::to_string(acknowledged) + " acknowledged");
      if (before == last.end() || before->second.files != files) {
        ++tried;
        const std::size_t found = found_in(files);
        last[loss] = {std::move(files), found};
      }
      ASSERT_GE(last[loss].found, acknowledged);
      ASSERT_LE(last[loss].found, acknowledged + 1);
    }
  }
  EXPECT_EQ(acknowledged, appends);
  RecordProperty("changes", static_cast<int>(disk.changes().size()));
  RecordProperty("crashes", static_cast<int>(tried));
}

TEST_F(PowerCut, AfterAProperCloseLeavesTheFloor) {
  Disk disk(path);
  {
    Store store = value(open(path));
    ASSERT_EQ(append_until_refused(store, 1, payload_bytes).acknowledged, 1U);
  }
  CrashState state;
  for (const Change& change : disk.changes()) state.apply(change);
  const CrashState::Files files = state.after(Loss::power);
  const auto floor = files.find("EVENTCORE-FLOOR");
  ASSERT_NE(floor, files.end());
  EXPECT_EQ(floor->second, state.after(Loss::process).at("EVENTCORE-FLOOR"));
}

// What RocksDB does by itself: writes are acknowledged before they are on stable storage.
TEST_F(PowerCut, OfABareRocksDbLosesWhatWasAcknowledged) {
  Disk disk(path);
  {
    Bare bare(path);
    for (int i = 1; i <= 10; ++i) ASSERT_TRUE(bare.put(i, "acknowledged").ok());
    disk.note("acknowledged");
  }
  CrashState state;
  for (const Change& change : disk.changes()) {
    state.apply(change);
    if (change.kind == Change::Kind::note) break;
  }
  put_files(crashed, state.after(Loss::power));
  const Bare bare(crashed);
  ASSERT_TRUE(bare.is_open());
  for (int i = 1; i <= 10; ++i) EXPECT_FALSE(bare.holds(i));
}

}  // namespace
}  // namespace ec::rocks::test
