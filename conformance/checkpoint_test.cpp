// Checkpoints: how far a reader has come.
#include "bookkeeping.hpp"

#include <limits>

namespace ec::conformance {
namespace {

class Checkpoint : public Bookkeeping {
 protected:
  void SetUp() override { EC_SKIP_UNLESS_SUPPORTED(probe_checkpoints(), EC_EXT_CHECKPOINT); }
};

TEST_F(Checkpoint, ThatWasNotSavedIsNotFound) {
  Position position;
  EXPECT_TRUE(ended(load(name(), position), EC_NOT_FOUND));
}

TEST_F(Checkpoint, IsLoadedAsItWasSaved) {
  const Answer answer = grow(stream("a"), 3);
  EXPECT_TRUE(ended(save(name(), answer.first), EC_OK));
  EXPECT_EQ(loaded(name()), answer.first);
  EXPECT_TRUE(ended(save(name(), answer.last), EC_OK));
  EXPECT_EQ(loaded(name()), answer.last);
}

TEST_F(Checkpoint, MayBeMovedBack) {
  const Answer answer = grow(stream("a"), 3);
  save(name(), answer.last);
  EXPECT_TRUE(ended(save(name(), answer.first), EC_OK));
  EXPECT_TRUE(ended(save(name(), Position{}), EC_OK));
  EXPECT_EQ(loaded(name()), Position{}) << "a checkpoint was not moved back";
}

TEST_F(Checkpoint, AboveTheHeadIsInvalid) {
  const Position last = grow(stream("a"), 1).last;
  save(name(), last);
  constexpr auto max = std::numeric_limits<std::uint64_t>::max();
  for (const Position ahead : {Position{last.hi, last.lo + 1}, Position{last.hi + 1, 0}, Position{max, max}})
    EXPECT_TRUE(ended(save(name(), ahead), EC_INVALID)) << ahead.str();
  EXPECT_EQ(loaded(name()), last);
}

TEST_F(Checkpoint, OfOneNameIsNotThatOfAnother) {
  const Answer answer = grow(stream("a"), 2);
  save(name("one"), answer.first);
  save(name("One"), answer.last);
  EXPECT_EQ(loaded(name("one")), answer.first);
  EXPECT_EQ(loaded(name("One")), answer.last);
  Position position;
  EXPECT_TRUE(ended(load(name("on"), position), EC_NOT_FOUND));
  EXPECT_TRUE(ended(load(name("one%"), position), EC_NOT_FOUND));
}

TEST_F(Checkpoint, CanBeRemovedAlsoWhenThereIsNone) {
  save(name(), grow(stream("a"), 1).last);
  EXPECT_TRUE(ended(remove(name()), EC_OK));
  Position position;
  EXPECT_TRUE(ended(load(name(), position), EC_NOT_FOUND));
  EXPECT_TRUE(ended(remove(name()), EC_OK));
}

TEST_F(Checkpoint, IsNoStream) {
  const Position before = head();
  save(name(), before);
  EXPECT_EQ(head(), before);
  EXPECT_TRUE(value(store().list_streams(prefix())).empty());
}

TEST_F(Checkpoint, OfAnIllegalNameIsRefused) {
  Position position;
  EXPECT_TRUE(ended(load("", position), EC_INVALID));
  EXPECT_TRUE(ended(save("a\nb", {}), EC_INVALID));
  EXPECT_TRUE(ended(save("\xFF", {}), EC_INVALID));
  EXPECT_TRUE(ended(remove(std::string(EC_MAX_NAME + 1, 'x')), EC_LIMIT));
}

class FencedCheckpoint : public Bookkeeping {
 protected:
  void SetUp() override {
    EC_SKIP_UNLESS_SUPPORTED(probe_checkpoints(), EC_EXT_CHECKPOINT);
    EC_SKIP_UNLESS_SUPPORTED(probe_leases(), EC_EXT_LEASE);
  }
};

TEST_F(FencedCheckpoint, IsMovedByTheHolderOfTheLease) {
  const Position last = grow(stream("a"), 1).last;
  const std::uint64_t fence = granted(name(), "me");
  EXPECT_TRUE(ended(save(name(), last, fence), EC_OK));
  EXPECT_EQ(loaded(name()), last);
}

TEST_F(FencedCheckpoint, IsNotMovedWithAStaleFence) {
  const Answer answer = grow(stream("a"), 2);
  const std::uint64_t stale = granted(name(), "me");
  save(name(), answer.first, stale);
  release(name(), stale);
  const std::uint64_t fence = granted(name(), "other");
  EXPECT_TRUE(ended(save(name(), answer.last, stale), EC_FENCED));
  EXPECT_TRUE(ended(remove(name(), stale), EC_FENCED));
  EXPECT_EQ(loaded(name()), answer.first);
  EXPECT_TRUE(ended(save(name(), answer.last, fence), EC_OK));
}

TEST_F(FencedCheckpoint, IsNotMovedWithoutAFenceOnceOneWasGranted) {
  const Answer answer = grow(stream("a"), 1);
  const std::uint64_t fence = granted(name(), "me");
  EXPECT_TRUE(ended(save(name(), answer.last), EC_FENCED));
  release(name(), fence);
  EXPECT_TRUE(ended(save(name(), answer.last), EC_FENCED));
  EXPECT_TRUE(ended(remove(name()), EC_FENCED));
  EXPECT_TRUE(ended(save(name("unleased"), answer.last), EC_OK));
}

TEST_F(FencedCheckpoint, StaysGuardedAfterItWasRemoved) {
  const Answer answer = grow(stream("a"), 1);
  const std::uint64_t stale = granted(name(), "me");
  const std::uint64_t fence = granted(name(), "me");
  EXPECT_TRUE(ended(remove(name(), fence), EC_OK));
  EXPECT_TRUE(ended(save(name(), answer.last, stale), EC_FENCED));
}

}  // namespace
}  // namespace ec::conformance
