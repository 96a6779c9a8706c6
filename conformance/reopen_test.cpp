// Persistent backends: after closing and opening again everything is there, as it was.
#include "bookkeeping.hpp"

namespace ec::conformance {
namespace {

class Reopen : public Bookkeeping {
 protected:
  void SetUp() override {
    if (!promises(EC_CAP_PERSISTENT)) GTEST_SKIP() << "this backend does not promise EC_CAP_PERSISTENT";
  }
  static void reopen() {
    close_store();
    the_store();
  }
  Answer send(Uuid commit_id) const {
    NewEvent rich{1, "rich type", std::string("\0\xFF", 2)};
    rich.metadata = R"({"actor":"me"})";
    rich.id = Uuid::make();
    rich.recorded_at_us = 1'234'567;
    rich.encoding = EC_ENCODING_CBOR;
    rich.schema_version = 9;
    return append({Expect::any(stream("a")), Expect::any(stream("b"))}, {event(0, "plain"), rich, event(0, "")},
                  {.commit_id = commit_id});
  }
};

TEST_F(Reopen, FindsEveryEventAsItWas) {
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(ended(send(Uuid::make()), EC_OK));
  grow(stream("long"), 2'000);
  const Reading before = all();
  const Reading streams_before = read({{stream("b")}, {stream("a")}});
  reopen();
  const Reading after = all();
  EXPECT_TRUE(after.events == before.events) << "what was stored is not there after closing, or not as it was";
  EXPECT_EQ(after.head, before.head);
  EXPECT_EQ(head(), before.head);
  EXPECT_TRUE(read({{stream("b")}, {stream("a")}}).events == streams_before.events);
}

TEST_F(Reopen, FindsTheSameStreamsAndVersions) {
  for (const char* name : {"b", "a/1", "a", "\xC3\xA9"}) grow(stream(name), 3);
  const auto before = value(store().list_streams(prefix()));
  reopen();
  const auto after = value(store().list_streams(prefix()));
  ASSERT_EQ(after.size(), before.size());
  for (std::size_t i = 0; i < after.size(); ++i) {
    EXPECT_EQ(after[i].stream, before[i].stream);
    EXPECT_EQ(after[i].version, 3U);
  }
}

TEST_F(Reopen, FindsTheSameStoreId) {
  const Uuid before{info_of_store().store_id};
  reopen();
  EXPECT_EQ(Uuid{info_of_store().store_id}, before);
}

TEST_F(Reopen, GoesOnWhereItWas) {
  const Answer before = grow(stream("a"), 3);
  reopen();
  EXPECT_TRUE(conflict(append({Expect::exact(stream("a"), 2)}, {event(0, "late")}), 0, 2, 3));
  const Answer after = written({Expect::exact(stream("a"), 3)}, {event(0, "4")});
  EXPECT_EQ(after.versions, std::vector<std::uint64_t>{4});
  EXPECT_GT(after.first, before.last);
}

TEST_F(Reopen, RemembersCommitIds) {
  const Uuid id = Uuid::make();
  const Answer first = send(id);
  grow(stream("a"), 1);
  reopen();
  const Answer found = look_up(store(), id);
  ASSERT_TRUE(ended(found, EC_OK));
  EXPECT_EQ(found.first, first.first);
  EXPECT_EQ(found.last, first.last);
  const Answer again = send(id);
  ASSERT_TRUE(ended(again, EC_OK));
  EXPECT_TRUE(again.repeated);
  EXPECT_EQ(again.first, first.first);
  EXPECT_EQ(again.versions, first.versions);
  EXPECT_TRUE(ended(append({Expect::any(stream("a"))}, {event(0, "other")}, {.commit_id = id}), EC_DUPLICATE));
}

TEST_F(Reopen, HasNothingOfARefusedAppend) {
  grow(stream("a"), 1);
  const Uuid id = Uuid::make();
  ASSERT_TRUE(ended(append({Expect::any(stream("b")), Expect::absent(stream("a"))}, {event(0, "x")}, {.commit_id = id}),
                    EC_CONFLICT));
  reopen();
  EXPECT_EQ(version(stream("b")), 0U);
  EXPECT_TRUE(ended(look_up(store(), id), EC_NOT_FOUND));
}

TEST_F(Reopen, FindsCheckpoints) {
  EC_SKIP_UNLESS_SUPPORTED(probe_checkpoints(), EC_EXT_CHECKPOINT);
  const Answer answer = grow(stream("a"), 2);
  save(name("kept"), answer.first);
  save(name("moved"), answer.first);
  save(name("moved"), answer.last);
  save(name("removed"), answer.last);
  remove(name("removed"));
  reopen();
  EXPECT_EQ(loaded(name("kept")), answer.first);
  EXPECT_EQ(loaded(name("moved")), answer.last);
  Position position;
  EXPECT_TRUE(ended(load(name("removed"), position), EC_NOT_FOUND));
}

TEST_F(Reopen, FindsLeasesAndNeverGivesAFenceAgain) {
  EC_SKIP_UNLESS_SUPPORTED(probe_leases(), EC_EXT_LEASE);
  const std::uint64_t held = granted(name("held"), "me");
  const std::uint64_t released = granted(name("released"), "me");
  release(name("released"), released);
  reopen();
  // Where one process has the store at a time, a holder is gone with it; where several have it, it still holds.
  if (promises(EC_CAP_SHARED)) {
    EXPECT_TRUE(ended(tried(name("held"), "other"), EC_CONFLICT));
    EXPECT_TRUE(ended(renew(name("held"), held), EC_OK));
  }
  EXPECT_GT(granted(name("held"), "me"), held);
  EXPECT_GT(granted(name("released"), "other"), released);
}

TEST_F(Reopen, StillRefusesAStaleFence) {
  EC_SKIP_UNLESS_SUPPORTED(probe_checkpoints(), EC_EXT_CHECKPOINT);
  EC_SKIP_UNLESS_SUPPORTED(probe_leases(), EC_EXT_LEASE);
  const std::uint64_t stale = granted(name(), "me");
  granted(name(), "me");
  reopen();
  EXPECT_TRUE(ended(save(name(), {}, stale), EC_FENCED));
  EXPECT_TRUE(ended(renew(name(), stale), EC_FENCED));
}

TEST_F(Reopen, FindsSnapshotsAndNeverGivesAnEtagAgain) {
  EC_SKIP_UNLESS_SUPPORTED(probe_snapshots(), EC_EXT_SNAPSHOT);
  const std::string bytes(100'000, '\0');
  const std::uint64_t first = saved(name(), bytes, 0);
  remove_snapshot(name("gone"), saved(name("gone"), "x", 0));
  reopen();
  const Snapshot snapshot = loaded_snapshot(name());
  EXPECT_EQ(snapshot.etag, first);
  EXPECT_TRUE(snapshot.bytes == bytes);
  const std::uint64_t second = saved(name(), "second", first);
  EXPECT_NE(second, first);
  remove_snapshot(name(), second);
  reopen();
  const std::uint64_t third = saved(name(), "third", 0);
  EXPECT_NE(third, first);
  EXPECT_NE(third, second);
}

}  // namespace
}  // namespace ec::conformance
