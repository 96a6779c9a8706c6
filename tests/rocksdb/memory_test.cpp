// A long stream is read with as much memory as a short one.
#include "support.hpp"

#include <fstream>

namespace ec::rocks::test {
namespace {

constexpr std::size_t MiB = 1024 * 1024;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(NDEBUG)
constexpr bool memory_is_as_users_have_it = false;
#else
constexpr bool memory_is_as_users_have_it = true;
#endif

// What stands behind "name:" in /proc/self/status.
std::size_t memory_bytes(const std::string& name) {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word)
    if (word == name + ':') {
      std::size_t kib = 0;
      status >> kib;
      return kib * 1024;
    }
  throw std::runtime_error("no " + name);
}

void forget_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

TEST(Memory, ForReadingALongStreamIsBounded) {
  if (!memory_is_as_users_have_it) GTEST_SKIP() << "only the release preset's memory is measured";
  constexpr std::size_t events = 1'000'000;
  constexpr std::size_t per_append = 1'000;
  constexpr std::size_t cache_bytes = 16 * MiB;
  const TempFolder folder;
  const auto path = folder.path() / "db";
  const std::vector<std::string> options{"durability: acknowledged_events_may_be_lost_in_a_power_cut",
                                         "cache_size: 16MiB", "write_buffer_size: 16MiB"};
  {
    Store store = value(open(path, options));
    const std::vector<NewEvent> chunk(per_append, event(0, std::string(50, 'p')));
    for (std::size_t stored = 0; stored < events; stored += per_append)
      value(store.append({Expect::exact(StreamId("long"), stored)}, chunk));
  }
  Store store = value(open(path, options));
  const std::vector<ReadFrom> all{{StreamId("long")}};
  const auto count = [](Result<EventCursor> made) {
    EventCursor cursor = value(std::move(made));
    std::size_t counted = 0;
    while (cursor.next()) counted += cursor.batch().size();
    return counted;
  };
  forget_peak();
  const std::size_t before = memory_bytes("VmRSS");
  EXPECT_EQ(count(store.read(all)), events);
  EXPECT_EQ(count(store.read(all, {.backward = true})), events);
  EXPECT_EQ(count(store.read_all()), events);
  EXPECT_LT(memory_bytes("VmHWM"), before + cache_bytes + 64 * MiB);
}

}  // namespace
}  // namespace ec::rocks::test
