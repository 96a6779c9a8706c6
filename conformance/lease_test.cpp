// Leases: one holder at a time, and a fence that only grows.
#include "bookkeeping.hpp"

#include <atomic>
#include <chrono>

namespace ec::conformance {
namespace {

class Lease : public Bookkeeping {
 protected:
  void SetUp() override { EC_SKIP_UNLESS_SUPPORTED(probe_leases(), EC_EXT_LEASE); }

  // Asks until the present holder's time is over.
  std::uint64_t granted_in_the_end(const std::string& holder) const {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(2 * settings().patience_s);
    std::uint64_t fence = 0;
    Told told = acquire(name(), holder, hour_ms, fence);
    while (told.status == EC_CONFLICT && std::chrono::steady_clock::now() < give_up) {
      std::this_thread::yield();
      told = acquire(name(), holder, hour_ms, fence);
    }
    EXPECT_TRUE(ended(told, EC_OK));
    return fence;
  }
};

TEST_F(Lease, IsGivenWithAFenceAboveZero) { EXPECT_GT(granted(name(), "me"), 0U); }

TEST_F(Lease, ThatIsHeldIsRefusedToOthersWhoAreToldByWhom) {
  granted(name(), "the present holder");
  const Told told = tried(name(), "other");
  ASSERT_TRUE(ended(told, EC_CONFLICT));
  EXPECT_NE(std::string(told.error.message).find("the present holder"), std::string::npos) << told.error.message;
}

TEST_F(Lease, OfAnotherNameIsFree) {
  granted(name("one"), "me");
  EXPECT_TRUE(ended(tried(name("two"), "other"), EC_OK));
}

TEST_F(Lease, AskedForAgainByItsHolderGetsANewFenceAndVoidsTheOldOne) {
  const std::uint64_t old = granted(name(), "me");
  const std::uint64_t fence = granted(name(), "me");
  EXPECT_GT(fence, old);
  EXPECT_TRUE(ended(renew(name(), old), EC_FENCED));
  EXPECT_TRUE(ended(release(name(), old), EC_FENCED));
  EXPECT_TRUE(ended(renew(name(), fence), EC_OK));
}

TEST_F(Lease, ThatWasReleasedIsFree) {
  const std::uint64_t old = granted(name(), "me");
  EXPECT_TRUE(ended(release(name(), old), EC_OK));
  EXPECT_GT(granted(name(), "other"), old);
}

TEST_F(Lease, ThatWasReleasedCannotBeRenewed) {
  const std::uint64_t fence = granted(name(), "me");
  release(name(), fence);
  EXPECT_TRUE(ended(renew(name(), fence), EC_FENCED));
}

TEST_F(Lease, WhoseTimeIsOverGoesToTheNext) {
  const std::uint64_t old = granted(name(), "me", 1);
  const std::uint64_t fence = granted_in_the_end("other");
  EXPECT_GT(fence, old);
  EXPECT_TRUE(ended(renew(name(), old), EC_FENCED));
  EXPECT_TRUE(ended(release(name(), old), EC_FENCED));
}

TEST_F(Lease, WhoseTimeIsOverCannotBeRenewed) {
  const std::uint64_t fence = granted(name(), "me", 1);
  const auto over = std::chrono::steady_clock::now() + std::chrono::milliseconds(2);
  while (std::chrono::steady_clock::now() < over) std::this_thread::yield();
  EXPECT_TRUE(ended(renew(name(), fence), EC_FENCED));
}

TEST_F(Lease, IsProlongedFromNowByARenewal) {
  const std::uint64_t fence = granted(name(), "me");
  EXPECT_TRUE(ended(renew(name(), fence, 1), EC_OK));
  EXPECT_GT(granted_in_the_end("other"), fence);
}

TEST_F(Lease, ThatNobodyHoldsCannotBeRenewedOrReleased) {
  EXPECT_TRUE(ended(renew(name(), 1), EC_FENCED));
  EXPECT_TRUE(ended(release(name(), 1), EC_FENCED));
}

TEST_F(Lease, FenceGrowsWithEachGrant) {
  std::uint64_t highest = 0;
  for (int i = 0; i < 10; ++i) {
    const std::uint64_t fence = granted(name(), i % 2 == 0 ? "even" : "odd");
    EXPECT_GT(fence, highest) << "a fence does not grow with each grant";
    highest = fence;
    release(name(), fence);
  }
}

TEST_F(Lease, RacedForByManyHasOneHolder) {
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> granted_to = 0, refused = 0;
    const std::string raced = name(std::to_string(round));
    on_threads(8, [&](std::size_t i) {
      const Told told = tried(raced, "holder " + std::to_string(i));
      (told.status == EC_OK ? granted_to : refused) += 1;
    });
    EXPECT_EQ(granted_to, 1);
    EXPECT_EQ(refused, 7);
  }
}

TEST_F(Lease, NeedsANameAHolderAndATime) {
  std::uint64_t fence = 0;
  EXPECT_TRUE(ended(acquire("", "me", 10, fence), EC_INVALID));
  EXPECT_TRUE(ended(acquire(name(), "", 10, fence), EC_INVALID));
  EXPECT_TRUE(ended(acquire(name(), "me", 0, fence), EC_INVALID));
  const std::uint64_t held = granted(name(), "me");
  EXPECT_TRUE(ended(renew(name(), held, 0), EC_INVALID));
}

}  // namespace
}  // namespace ec::conformance
