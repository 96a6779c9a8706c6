// Crashes in the middle of a recovery, and of the recovery after that, and so on: what is stored stays what it was.
#include "../../support/child_process.hpp"
#include "crash_state.hpp"
#include "history.hpp"

#include <csignal>
#include <set>

namespace ec::rocks::test {
namespace {

using Loss = CrashState::Loss;

constexpr std::size_t payload_bytes = 3'000;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t slower = 5;
#else
constexpr std::size_t slower = 1;
#endif

class Recovery : public testing::Test {
 protected:
  // A store whose process was killed with `appends` in its log and its tables.
  void make(std::size_t appends) {
    Disk disk(path);
    std::size_t changes = 0;
    {
      Store store = value(open(path, small_buffers));
      ASSERT_EQ(append_until_refused(store, appends, payload_bytes).acknowledged, appends);
      changes = disk.changes().size();
    }
    CrashState state;
    for (std::size_t i = 0; i < changes; ++i) state.apply(disk.changes()[i]);
    killed = state.after(Loss::process);
  }

  // Recovers from these files; every state that a crash on the way would leave behind.
  std::vector<CrashState::Files> crashes_of_recovery(const CrashState::Files& files) const {
    put_files(path, files);
    CrashState state(path);
    Disk disk(path);
    value(open(path, small_buffers));
    std::set<CrashState::Files> states;
    for (const Change& change : disk.changes()) {
      state.apply(change);
      for (const Loss loss : CrashState::every_loss) states.insert(state.after(loss));
    }
    return {states.begin(), states.end()};
  }

  std::size_t found_in(const CrashState::Files& files) const {
    put_files(path, files);
    Store store = value(open(path, small_buffers));
    return appends_in(store, payload_bytes);
  }

  const TempFolder folder;
  const std::filesystem::path path = folder.path() / "db";
  CrashState::Files killed;
};

TEST_F(Recovery, CutOffAnywhereAgainAndAgainChangesNothing) {
  constexpr std::size_t appends = 45;
  constexpr int rounds = 3;
  make(appends);
  CrashState::Files files = killed;
  std::size_t tried = 0;
  for (int round = 0; round < rounds; ++round) {
    const std::vector<CrashState::Files> crashes = crashes_of_recovery(files);
    for (std::size_t i = 0; i < crashes.size(); i += slower, ++tried) {
      SCOPED_TRACE("round " + std::to_string(round) + ", crash " + std::to_string(i));
      ASSERT_EQ(found_in(crashes[i]), appends);
    }
    files = crashes[crashes.size() / 2];
  }
  RecordProperty("crashes", static_cast<int>(tried));
}

// The same with processes that are really killed: each goes on where the one before was, and gets one change further.
TEST_F(Recovery, KilledAtEachChangeInTurnChangesNothing) {
  constexpr std::size_t appends = 45;
  make(appends);
  put_files(path, killed);
  int status = -SIGKILL;
  std::size_t kills = 0;
  for (std::size_t nth = 1; status == -SIGKILL; nth += slower, ++kills) {
    ec::test::ChildProcess child(EVENTCORE_TEST_FIRE_CHILD,
                                 {configuration(path, small_buffers), path.string(), std::to_string(nth)});
    status = child.finish();
    std::vector<std::string> reading = small_buffers;
    reading.emplace_back("read_only: true");
    Store store = value(open(path, reading));
    ASSERT_EQ(appends_in(store, payload_bytes), appends) << "killed at change " << nth;
  }
  EXPECT_EQ(status, 0);
  EXPECT_GT(kills, 10U / slower);
  RecordProperty("kills", static_cast<int>(kills));
  Store store = value(open(path, small_buffers));
  EXPECT_EQ(appends_in(store, payload_bytes), appends);
  EXPECT_FALSE(value(append_nth(store, appends + 1, payload_bytes)).repeated);
}

}  // namespace
}  // namespace ec::rocks::test
