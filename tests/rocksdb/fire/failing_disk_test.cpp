// A disk that reports an error: at each sync in turn, and at each other change, once or from then on. What a sync that
// failed was to write is never written, as on Linux, where the next one succeeds without it.
#include "bare.hpp"
#include "crash_state.hpp"
#include "history.hpp"

#include <cerrno>
#include <ostream>

namespace ec::rocks::test {
namespace {

using Kind = Change::Kind;
using Loss = CrashState::Loss;

constexpr std::size_t appends = 30;
constexpr std::size_t payload_bytes = 3'000;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t slower = 5;
#else
constexpr std::size_t slower = 1;
#endif

bool is_sync(const Change& change) { return change.kind == Kind::sync || change.kind == Kind::sync_folder; }
bool is_change(const Change&) { return true; }

struct Way {
  const char* name;
  bool (*concerns)(const Change& change);
  int problem;
  bool for_good;
  std::size_t step;  // the first, and then each so many
};
void PrintTo(const Way& way, std::ostream* out) { *out << way.name; }

class FailingDisk : public testing::TestWithParam<Way> {
 protected:
  // The nth one of those that are concerned fails. Whether it came to that.
  bool run(std::size_t nth) {
    std::filesystem::remove_all(path);
    std::size_t count = 0;
    told = {};
    Disk disk(path);
    disk.set_judge([&](const Change& change) {
      if (!GetParam().concerns(change)) return 0;
      ++count;
      return count == nth || (GetParam().for_good && count > nth) ? GetParam().problem : 0;
    });
    if (auto store = open(path, small_buffers)) told = append_until_refused(*store, appends, payload_bytes);
    disk.set_judge({});
    state = CrashState();
    for (const Change& change : disk.changes()) state.apply(change);
    return count >= nth;
  }

  const TempFolder folder;
  const std::filesystem::path path = folder.path() / "db";
  const std::filesystem::path crashed = folder.path() / "crashed";
  CrashState state;
  Told told;
};

TEST_P(FailingDisk, LosesNothingThatWasAcknowledgedAndKeepsNothingThatWasRefused) {
  std::map<std::string, int> answers;
  const std::size_t step = GetParam().step * slower;
  for (std::size_t nth = 1; run(nth); nth += step) {
    SCOPED_TRACE(std::to_string(nth) + ", " + std::to_string(told.acknowledged) + " acknowledged");
    ++answers[told.in_doubt ? "in_doubt" : told.acknowledged < appends ? "refused" : "harmless"];
    for (const Loss loss : {Loss::process, Loss::power, Loss::bytes, Loss::half}) {
      SCOPED_TRACE(name_of(loss));
      put_files(crashed, state.after(loss));
      Store store = value(open(crashed, small_buffers));
      const std::size_t found = appends_in(store, payload_bytes);
      ASSERT_GE(found, told.acknowledged);
      ASSERT_LE(found, told.acknowledged + (told.in_doubt ? 1 : 0));
      ASSERT_FALSE(value(append_nth(store, found + 1, payload_bytes)).repeated);
    }
  }
  EXPECT_GT(answers["in_doubt"], 0);
  for (const auto& [answer, count] : answers) RecordProperty(answer, count);
}

INSTANTIATE_TEST_SUITE_P(
    All, FailingDisk,
    testing::Values(Way{"SyncOnce", is_sync, EIO, false, 1}, Way{"SyncForGood", is_sync, EIO, true, 4},
                    Way{"ChangeOnce", is_change, EIO, false, 5}, Way{"ChangeForGood", is_change, EIO, true, 9},
                    Way{"NoSpaceOnce", is_change, ENOSPC, false, 9}, Way{"NoSpaceForGood", is_change, ENOSPC, true, 9}),
    [](const auto& way) { return std::string(way.param.name); });

// What RocksDB does by itself: a write that it reported as failed is there when it is opened again.
TEST(FailingDiskBareRocksDb, KeepsAWriteThatItReportedAsFailed) {
  const TempFolder folder;
  const auto path = folder.path() / "db";
  {
    Disk disk(path);
    Bare bare(path);
    ASSERT_TRUE(bare.put(1, "acknowledged", true).ok());
    disk.set_judge([](const Change& change) { return is_sync(change) ? EIO : 0; });
    EXPECT_FALSE(bare.put(2, "reported as failed", true).ok());
  }
  const Bare bare(path);
  ASSERT_TRUE(bare.is_open());
  EXPECT_TRUE(bare.holds(1));
  EXPECT_TRUE(bare.holds(2));
}

}  // namespace
}  // namespace ec::rocks::test
