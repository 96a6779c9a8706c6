// What is promised of an acknowledged append is said where it can be seen, and bookkeeping is there after reopening.
#include "../support/log.hpp"
#include "child_process.hpp"
#include "support.hpp"

#include <future>

namespace ec::rocks::test {
namespace {

constexpr const char* not_durable = "durability: acknowledged_events_may_be_lost_in_a_power_cut";

class Durability : public testing::Test {
 protected:
  static bool promised(Store& store) { return (value(store.info()).capabilities & EC_CAP_DURABLE) != 0; }
  static std::string location(Store& store) { return std::string(detail::view(value(store.info()).location)); }

  const TempFolder folder;
  const std::filesystem::path path = folder.path() / "db";
  const ec::test::Log log;
};

TEST_F(Durability, IsPromisedWhenNothingIsSaid) {
  Store store = value(open(path));
  EXPECT_TRUE(promised(store));
  EXPECT_EQ(location(store), path.string());
  EXPECT_EQ(log.text(), "");
}

TEST_F(Durability, ThatIsGivenUpIsSaidInEveryPlace) {
  Store store = value(open(path, {not_durable}));
  EXPECT_FALSE(promised(store));
  EXPECT_TRUE(contains(location(store), "may be lost in a power cut"));
  EXPECT_TRUE(contains(log.text(), std::to_string(EC_LOG_WARNING) + ": "));
  EXPECT_TRUE(contains(log.text(), path.string()));
  EXPECT_TRUE(contains(log.text(), "may be lost in a power cut"));
}

// A page cache outlives every kill of a process, so the syncs themselves are counted.
TEST_F(Durability, IsASyncOfTheLogBeforeEachAcknowledgement) {
  EXPECT_EQ(ChildProcess({"count", configuration(path), "20"}).report()["unsynced"], "0")
      << "an append was acknowledged that was not synced";
  EXPECT_EQ(ChildProcess({"count", configuration(path, {not_durable}), "20"}).report()["unsynced"], "20");
}

TEST_F(Durability, OfAnotherKindIsRefusedWithTheChoices) {
  EXPECT_TRUE(contains(refusal(open(path, {"durability: off"}), Code::config), "fsync"));
}

TEST_F(Durability, ThatIsGivenUpStillKeepsEverythingOfAProperClose) {
  {
    Store store = value(open(path, {not_durable}));
    fill(store, 50);
  }
  Store store = value(open(path));
  EXPECT_EQ(value(everything_in_every_way(store)).size(), 100U);
}

TEST(Bookkeeping, SurvivesReopening) {
  const TempFolder folder;
  const auto path = folder.path() / "db";
  ec_error error = EC_ERROR_INIT;
  const ec_str name = EC_LIT("projector");
  const std::string snapshot(300'000, '\0');
  std::uint64_t fence = 0;
  std::uint64_t etag = 0;
  {
    Store store = value(open(path));
    append(store, "s", {"1", "2"});
    ASSERT_EQ(ec_store_lease_acquire(store.raw(), name, EC_LIT("host-1"), 3'600'000, nullptr, &fence, &error), EC_OK);
    ASSERT_EQ(ec_store_checkpoint_save(store.raw(), name, {0, 2}, fence, nullptr, &error), EC_OK);
    ASSERT_EQ(ec_store_snapshot_save(store.raw(), name, detail::bytes(snapshot), 0, nullptr, &etag, &error), EC_OK);
  }
  Store store = value(open(path));
  ec_position position{};
  EXPECT_EQ(ec_store_checkpoint_load(store.raw(), name, nullptr, &position, &error), EC_OK);
  EXPECT_EQ(position.lo, 2U);
  ec_blob* blob = nullptr;
  ec_bytes bytes{};
  std::uint64_t loaded_etag = 0;
  ASSERT_EQ(ec_store_snapshot_load(store.raw(), name, nullptr, &blob, &bytes, &loaded_etag, &error), EC_OK);
  EXPECT_TRUE(detail::view(bytes) == snapshot);
  EXPECT_EQ(loaded_etag, etag);
  ec_store_snapshot_release(store.raw(), blob);
  // Its holder lived in the process that closed the store: the lease is free, its fence is not given again.
  std::uint64_t next_fence = 0;
  ASSERT_EQ(ec_store_lease_acquire(store.raw(), name, EC_LIT("host-2"), 1'000, nullptr, &next_fence, &error), EC_OK);
  EXPECT_GT(next_fence, fence);
  EXPECT_EQ(ec_store_checkpoint_save(store.raw(), name, {0, 1}, fence, nullptr, &error), EC_FENCED);
  EXPECT_EQ(ec_store_checkpoint_save(store.raw(), name, {0, 1}, next_fence, nullptr, &error), EC_OK);
}

TEST(Wait, WakesForEachAppend) {
  const TempFolder folder;
  Store store = value(open(folder.path() / "db"));
  std::promise<void> waiting;
  auto seen = std::async(std::launch::async, [&] {
    waiting.set_value();
    Position head;
    while (head.lo < 20) head = value(store.wait(head));
    return head.lo;
  });
  waiting.get_future().wait();
  for (int i = 0; i < 20; ++i) append(store, "s", {"x"});
  EXPECT_EQ(seen.get(), 20U);
}

}  // namespace
}  // namespace ec::rocks::test
