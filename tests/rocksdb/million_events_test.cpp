// A large store whose process was killed: how long it takes to open it, reported and no pass mark, and that it is whole.
#include "child_process.hpp"
#include "support.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace ec::rocks::test {
namespace {

// By the child, which is told how many.
constexpr std::size_t events_an_append = 1'000;

std::size_t events_wanted() {
  constexpr std::size_t a_million = 1'000'000;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return a_million / 50;
#else
  return std::getenv("EVENTCORE_LONG_TESTS") != nullptr ? a_million : a_million / 10;
#endif
}

// Of all threads.
std::chrono::milliseconds processor_time() { return std::chrono::milliseconds(std::clock() * 1'000 / CLOCKS_PER_SEC); }

TEST(ManyEvents, AreThereSoonAfterTheirProcessWasKilled) {
  const TempFolder folder;
  const auto path = folder.path() / "db";
  const std::size_t events = events_wanted();
  ChildProcess child({"fill", configuration(path), std::to_string(events / events_an_append)});
  ASSERT_EQ(child.line(), "filled");
  child.kill();
  const auto began = std::chrono::steady_clock::now();
  const auto processor_began = processor_time();
  Store store = value(open(path));
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
  const auto processor = processor_time() - processor_began;
  EXPECT_EQ(value(store.head()).lo, events);
  std::uint64_t expected = 1;
  EventCursor cursor = value(store.read_all());
  while (cursor.next())
    for (const RecordedEvent each : cursor.batch()) {
      ASSERT_EQ(each.position().lo, expected);
      ASSERT_EQ(each.payload(), std::to_string(expected) + std::string(200, 'x'));
      ++expected;
    }
  EXPECT_FALSE(cursor.error());
  EXPECT_EQ(expected, events + 1);
  RecordProperty("events", static_cast<int>(events));
  RecordProperty("opened_in_ms", static_cast<int>(took.count()));
  RecordProperty("of_processor_in_ms", static_cast<int>(processor.count()));
  std::printf("%zu events, killed: open again after %lld ms, %lld ms of them on a processor\n", events,
              static_cast<long long>(took.count()), static_cast<long long>(processor.count()));
}

}  // namespace
}  // namespace ec::rocks::test
