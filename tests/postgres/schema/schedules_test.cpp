// Transactions of several connections that lie across each other on purpose, one held open by hand. What goes wrong in
// them elsewhere is in other_designs_test.cpp.
#include "support.hpp"
#include "support/raw_session.hpp"

namespace ec::postgres::test {
namespace {

class PostgresSchedules : public testing::Test {
 protected:
  // A reader that knows a position and nothing else.
  std::vector<Seen> news() {
    const std::vector<Seen> found = drain(store.read_all({}, {0, checkpoint}));
    if (!found.empty()) checkpoint = found.back().position;
    seen.insert(seen.end(), found.begin(), found.end());
    return found;
  }
  static std::vector<NewEvent> events(const std::vector<std::string>& payloads) {
    std::vector<NewEvent> made;
    for (const std::string& payload : payloads) made.push_back(event(0, payload));
    return made;
  }
  std::future<Result<Appended>> begin_append(const std::vector<Expect>& expects, const std::string& payload) {
    return std::async(std::launch::async, [=, this] { return other.append(expects, {event(0, payload)}); });
  }

  const Schema schema;
  Store store = value(open(schema));
  Store other = value(open(schema));
  std::uint64_t checkpoint = 0;
  std::vector<Seen> seen;
};

TEST_F(PostgresSchedules, AReaderNeverPassesAnAppendThatCommitsLate) {
  value(append(store, "before", {"before"}));
  EXPECT_EQ(news().size(), 1U);

  const RawSession late(schema);
  late.run("BEGIN");
  EXPECT_EQ(late.append({Expect::any(StreamId("late"))}, events({"late 1", "late 2"})), 2U);
  auto second = begin_append({Expect::any(StreamId("second"))}, "second");
  ASSERT_TRUE(waits_for(second, late, schema));
  EXPECT_EQ(news(), std::vector<Seen>{});
  EXPECT_EQ(value(store.head()).lo, 1U);
  EXPECT_EQ(value(store.list_streams()).size(), 1U);

  late.run("COMMIT");
  EXPECT_EQ(value(second.get()).first.lo, 4U);
  news();
  check_order(seen);
  ASSERT_EQ(seen.size(), 4U);
  EXPECT_EQ(seen[1].payload, "late 1");
  EXPECT_EQ(seen[2].payload, "late 2");
  EXPECT_EQ(seen[3].payload, "second");
}

TEST_F(PostgresSchedules, AnAppendThatIsRolledBackLeavesNoGap) {
  const RawSession late(schema);
  late.run("BEGIN");
  EXPECT_EQ(late.append({Expect::any(StreamId("late"))}, events({"never"})), 1U);
  auto second = begin_append({Expect::absent(StreamId("late"))}, "second");
  ASSERT_TRUE(waits_for(second, late, schema));
  late.run("ROLLBACK");
  EXPECT_EQ(value(second.get()).first.lo, 1U);
  EXPECT_EQ(news().size(), 1U);
  check_order(seen);
}

TEST_F(PostgresSchedules, PositionsFollowTheCommitsWhicheverTransactionBeganFirst) {
  const RawSession first(schema), second(schema);
  // Also by the numbers that the database gives to transactions, the first is the older one.
  for (const RawSession* each : {&first, &second}) {
    each->run("BEGIN");
    each->run("SELECT pg_current_xact_id()");
  }
  EXPECT_EQ(second.append({Expect::any(StreamId("second"))}, events({"second"})), 1U);
  auto held =
      std::async(std::launch::async, [&] { return first.append({Expect::any(StreamId("first"))}, events({"first"})); });
  ASSERT_TRUE(waits_for(held, second, schema));
  EXPECT_EQ(news(), std::vector<Seen>{});
  second.run("COMMIT");
  EXPECT_EQ(held.get(), 1U);
  ASSERT_EQ(news().size(), 1U);
  EXPECT_EQ(seen[0].stream, "second");
  first.run("COMMIT");
  ASSERT_EQ(news().size(), 1U);
  EXPECT_EQ(seen[1].stream, "first");
  check_order(seen);
}

// Both have read x and y; each would write one of them.
TEST_F(PostgresSchedules, OfTwoDecisionsThatRestOnEachOthersStreamsOneWins) {
  value(append(store, "x", {"1"}));
  value(append(store, "y", {"1"}));
  const StreamId x("x"), y("y");

  const RawSession holder(schema);
  holder.run("BEGIN");
  EXPECT_EQ(holder.append({Expect::exact(x, 1), Expect::exact(y, 1)}, events({"by the holder"})), 1U);
  auto second = begin_append({Expect::exact(y, 1), Expect::exact(x, 1)}, "by the second");
  ASSERT_TRUE(waits_for(second, holder, schema));
  holder.run("COMMIT");
  const Result<Appended> done = second.get();
  ASSERT_FALSE(done);
  EXPECT_TRUE(contains(refusal(done, Code::conflict), "stream 'x' has version 2"));
  EXPECT_EQ(done.error().expected_version, 1U);
  EXPECT_EQ(done.error().actual_version, 2U);
  EXPECT_EQ(stream(store, "y").size(), 1U);
}

TEST_F(PostgresSchedules, ADecisionThatWaitedForOneThatFailedWins) {
  value(append(store, "x", {"1"}));
  const StreamId x("x"), y("y");
  const RawSession holder(schema);
  holder.run("BEGIN");
  EXPECT_EQ(holder.append({Expect::exact(x, 1), Expect::absent(y)}, events({"never"})), 1U);
  auto second = begin_append({Expect::absent(y), Expect::exact(x, 1)}, "by the second");
  ASSERT_TRUE(waits_for(second, holder, schema));
  holder.run("ROLLBACK");
  value(second.get());
  EXPECT_EQ(stream(store, "y").size(), 1U);
}

// A decision without events rests on the same check.
TEST_F(PostgresSchedules, ACheckThatWritesNothingSeesWhatItWaitedFor) {
  const StreamId x("x");
  const RawSession holder(schema);
  holder.run("BEGIN");
  EXPECT_EQ(holder.append({Expect::absent(x)}, events({"by the holder"})), 1U);
  auto second = std::async(std::launch::async, [&] { return other.append({Expect::absent(x)}, {}); });
  ASSERT_TRUE(waits_for(second, holder, schema));
  holder.run("COMMIT");
  EXPECT_TRUE(contains(refusal(second.get(), Code::conflict), "stream 'x' has version 1"));
}

TEST_F(PostgresSchedules, ARepeatThatWaitsForTheFirstIsTheFirst) {
  const Uuid commit_id = Uuid::make();
  const RawSession holder(schema);
  holder.run("BEGIN");
  EXPECT_EQ(holder.append({Expect::absent(StreamId("x"))}, events({"once"}), commit_id), 1U);
  auto repeat = std::async(std::launch::async,
                           [&] { return other.append({Expect::absent(StreamId("x"))}, events({"once"}), commit_id); });
  ASSERT_TRUE(waits_for(repeat, holder, schema));
  holder.run("COMMIT");
  const Appended done = value(repeat.get());
  EXPECT_TRUE(done.repeated);
  EXPECT_EQ(done.first.lo, 1U);
  EXPECT_EQ(done.versions, std::vector<std::uint64_t>{1});
  EXPECT_EQ(everything(store).size(), 1U);
}

TEST_F(PostgresSchedules, ThousandsOfCommitsBetweenReadingAndWritingHideNothing) {
  const StreamId x("x"), y("y");
  value(append(store, "x", {"1"}));
  value(append(store, "y", {"1"}));
  value(other.append({Expect::exact(x, 1), Expect::exact(y, 1)}, {event(0, "by the first")}));
  std::vector<std::future<void>> unrelated;
  for (int thread = 0; thread < 4; ++thread)
    unrelated.push_back(std::async(std::launch::async, [this, thread] {
      for (int i = 0; i < 500; ++i) value(append(store, "unrelated-" + std::to_string(thread), {"x"}));
    }));
  for (auto& each : unrelated) each.get();
  const auto second = store.append({Expect::exact(y, 1), Expect::exact(x, 1)}, {event(0, "by the second")});
  EXPECT_TRUE(contains(refusal(second, Code::conflict), "stream 'x' has version 2"));
}

TEST_F(PostgresSchedules, AppendsAreRefusedAtIsolationLevelsThatKeepAnOldSnapshot) {
  for (const std::string level : {"REPEATABLE READ", "SERIALIZABLE"}) {
    const RawSession wrong(schema);
    wrong.run("BEGIN ISOLATION LEVEL " + level);
    try {
      wrong.append({Expect::any(StreamId("x"))}, events({"1"}));
      ADD_FAILURE() << level << " was not refused";
    } catch (const std::runtime_error& refused) {
      EXPECT_TRUE(contains(refused.what(), "appends need the isolation level READ COMMITTED")) << level;
    }
  }
  EXPECT_EQ(everything(store).size(), 0U);
}

}  // namespace
}  // namespace ec::postgres::test
