// The log, cut off behind each of its bytes and with a bit flipped in each of its bytes: as a crash leaves it, when the
// floor does not know yet what was acknowledged, and when it does.
#include "bare.hpp"
#include "crash_state.hpp"
#include "history.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace ec::rocks::test {
namespace {

using Files = CrashState::Files;

constexpr std::size_t appends = 4;
constexpr std::size_t payload_bytes = 10;
constexpr const char* floor_file = "EVENTCORE-FLOOR";

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t step = 11;
#else
constexpr std::size_t step = 1;
#endif

std::string log_of(const Files& files) {
  for (const auto& [name, content] : files)
    if (name.ends_with(".log") && !content.empty()) return name;
  throw std::runtime_error("no log");
}

void flip(std::string& content, std::size_t at) {
  content[at] = static_cast<char>(static_cast<unsigned char>(content[at]) ^ (1U << at % 8));
}
void cut(std::string& content, std::size_t at) { content.resize(at); }

struct Tally {
  int tried = 0, refused = 0, shorter = 0, whole = 0;
  std::size_t most_missing = 0;
};

class LogDamage : public testing::Test {
 protected:
  void SetUp() override {
    Disk disk(path);
    {
      Store store = value(open(path));
      append_until_refused(store, appends, payload_bytes, [&](std::size_t nth) { disk.note(std::to_string(nth)); });
    }
    CrashState state;
    for (const Change& change : disk.changes()) {
      state.apply(change);
      if (change.kind != Change::Kind::note) continue;
      killed = state.after(CrashState::Loss::process);
      killed.erase(floor_file);
      log = log_of(killed);
      log_bytes.push_back(killed[log].size());
    }
    closed = state.after(CrashState::Loss::process);
    ASSERT_EQ(log_bytes.size(), appends);
    ASSERT_EQ(closed[log], killed[log]);
    ASSERT_TRUE(closed.contains(floor_file));
  }

  // Of the appends; nothing when the store is refused.
  std::optional<std::size_t> found_in(const Files& files) const {
    put_files(path, files);
    auto store = open(path);
    if (store) return appends_in(*store, payload_bytes);
    EXPECT_STREQ(name_of(store.error().code), "CORRUPT") << store.error().message;
    return std::nullopt;
  }

  // `least` gives how many appends must be found when it is not refused.
  template <class Damage, class Least>
  Tally damage_each_byte(const Files& files, Damage&& damage, Least&& least) const {
    Tally tally;
    const std::size_t size = files.at(log).size();
    for (std::size_t at = 0; at < size; at += step, ++tally.tried) {
      SCOPED_TRACE("at " + std::to_string(at) + " of " + std::to_string(size));
      Files damaged = files;
      damage(damaged[log], at);
      const std::optional<std::size_t> found = found_in(damaged);
      if (!found) {
        ++tally.refused;
        continue;
      }
      EXPECT_GE(*found, least(at));
      ++(*found == appends ? tally.whole : tally.shorter);
      tally.most_missing = std::max(tally.most_missing, appends - *found);
    }
    RecordProperty("tried", tally.tried);
    RecordProperty("refused", tally.refused);
    RecordProperty("shorter", tally.shorter);
    RecordProperty("whole", tally.whole);
    RecordProperty("most_missing", static_cast<int>(tally.most_missing));
    return tally;
  }
  // Appends whose record ends at or in front of this byte.
  std::size_t complete(std::size_t at) const {
    return static_cast<std::size_t>(std::ranges::upper_bound(log_bytes, at) - log_bytes.begin());
  }

  const TempFolder folder;
  const std::filesystem::path path = folder.path() / "db";
  Files killed;  // as a kill leaves it at once
  Files closed;  // with the floor
  std::string log;
  std::vector<std::size_t> log_bytes;  // after each append
};

TEST_F(LogDamage, CutOffByACrashKeepsEachWholeAppend) {
  const Tally tally = damage_each_byte(killed, cut, [&](std::size_t at) { return complete(at); });
  EXPECT_EQ(tally.refused, 0);
  EXPECT_EQ(tally.whole, 0);
}

TEST_F(LogDamage, CutOffBelowTheFloorIsRefused) {
  const Tally tally = damage_each_byte(closed, cut, [](std::size_t) { return appends; });
  EXPECT_EQ(tally.refused, tally.tried);
}

// Also where a damaged length makes a record look like one that the crash cut off.
TEST_F(LogDamage, WithABitFlippedAboveTheFloorIsRefused) {
  const Tally tally = damage_each_byte(killed, flip, [](std::size_t) { return appends; });
  EXPECT_EQ(tally.refused, tally.tried);
}

TEST_F(LogDamage, WithABitFlippedBelowTheFloorIsRefused) {
  const Tally tally = damage_each_byte(closed, flip, [](std::size_t) { return appends; });
  EXPECT_EQ(tally.refused, tally.tried);
}

// What RocksDB does by itself: it opens without a word, and what was acknowledged and synced is missing.
TEST_F(LogDamage, OfABareRocksDbIsSilent) {
  std::filesystem::remove_all(path);
  Files files;
  {
    Bare bare(path);
    for (int i = 1; i <= 4; ++i) ASSERT_TRUE(bare.put(i, std::string(20, 'x'), true).ok());
    files = CrashState(path).after(CrashState::Loss::process);
  }
  const std::string name = log_of(files);
  int silent = 0;
  int refused = 0;
  const std::size_t size = files[name].size();
  for (std::size_t at = 0; at < size; at += step) {
    Files damaged = files;
    flip(damaged[name], at);
    put_files(path, damaged);
    const Bare bare(path);
    if (!bare.is_open())
      ++refused;
    else if (!bare.holds(4))
      ++silent;
  }
  EXPECT_EQ(refused, 0);
  EXPECT_EQ(static_cast<std::size_t>(silent), (size + step - 1) / step);
  RecordProperty("silent", silent);
}

}  // namespace
}  // namespace ec::rocks::test
