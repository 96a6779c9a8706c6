// A PgBouncer in transaction mode between the store and the server: each transaction may get another session there.
#include "support.hpp"
#include "support/bookkeeping.hpp"
#include "support/pooler.hpp"

#include <future>

namespace ec::postgres::test {
namespace {

class PostgresPooler : public testing::Test {
 protected:
  void SetUp() override {
    if (!Pooler::is_installed()) GTEST_SKIP() << "pgbouncer is not installed";
  }
  Result<Store> open_behind(const Pooler& pooler, Options options) const {
    options.push_back("schema: " + schema.name());
    return open(with(pooler.dsn(), "application_name", schema.name()), options);
  }
  std::string sessions() const {
    return sql(schema.dsn(), "SELECT count(*) FROM pg_stat_activity WHERE application_name = '" + schema.name() + "'");
  }

  const Schema schema;
};

TEST_F(PostgresPooler, AStoreThatKnowsOfItDoesEverythingOverTwoSharedSessions) {
  const Pooler pooler(2);
  Store store = value(open_behind(pooler, {"pooler: transaction", "poll_interval: 20ms"}));
  Store other = value(open_behind(pooler, {"pooler: transaction", "create: false"}));
  std::vector<std::future<void>> threads;
  for (int thread = 0; thread < 8; ++thread)
    threads.push_back(std::async(std::launch::async, [&, thread] {
      Store& mine = thread % 2 == 0 ? store : other;
      const std::string name = "stream-" + std::to_string(thread);
      for (std::uint64_t i = 0; i < 50; ++i) {
        const Uuid commit_id = Uuid::make();
        value(mine.append({Expect::exact(StreamId(name), i)}, {event(0, "{}")}, commit_id));
        EXPECT_TRUE(value(mine.append({Expect::exact(StreamId(name), i)}, {event(0, "{}")}, commit_id)).repeated);
        EXPECT_EQ(stream(mine, name).size(), i + 1);
      }
    }));
  for (auto& each : threads) each.get();
  EXPECT_EQ(everything(store).size(), 400U);
  check_order(everything(store));
  EXPECT_EQ(value(store.list_streams()).size(), 8U);
  refusal(append(store, "a", {"{}"}, Uuid::make(), Call{.deadline = Call::in(std::chrono::seconds(-1))}),
          Code::timeout);
  Bookkeeping(store).go_through("reader");
  EXPECT_EQ(look_up(store, Uuid::make()), EC_NOT_FOUND);

  auto woken = std::async(std::launch::async, [&] { return store.wait({0, 400}); });
  value(append(other, "news", {"{}"}));
  EXPECT_EQ(value(woken.get()).lo, 401U);

  EXPECT_TRUE(sessions() == "1" || sessions() == "2") << sessions();
}

// The settings of one transaction are gone with it.
TEST_F(PostgresPooler, TwoStoresShareOneSessionAndDoNotGetIntoEachOther) {
  const Pooler pooler(1);
  const Schema beside;
  Store one = value(open_behind(pooler, {"pooler: transaction"}));
  Store two = value(open(pooler.dsn(), {"pooler: transaction", "schema: " + beside.name()}));
  for (int i = 0; i < 10; ++i) {
    value(append(one, "a", {"of the one"}));
    value(append(two, "a", {"of the two"}));
  }
  EXPECT_EQ(everything(one).size(), 10U);
  EXPECT_EQ(everything(two).size(), 10U);
  check_order(everything(one));
  check_order(everything(two));
  for (const Seen& each : everything(one)) EXPECT_EQ(each.payload, "of the one");
}

TEST_F(PostgresPooler, LargeEventsAndErrorsGetThrough) {
  const Pooler pooler(1);
  Store store = value(open_behind(pooler, {"pooler: transaction"}));
  const std::string large(16 * 1024 * 1024, 'x');
  value(append(store, "a", {large}));
  EXPECT_TRUE(stream(store, "a").at(0).payload == large);
  refusal(store.append({Expect::absent(StreamId("a"))}, {event(0, "{}")}), Code::conflict);
  sql(schema.dsn(), "ALTER TABLE " + schema.quoted() + ".events ADD CHECK (position <> 2)");
  EXPECT_TRUE(contains(refusal(append(store, "a", {"{}"}), Code::corrupt), "events_position_check"));
  EXPECT_EQ(everything(store).size(), 1U);
}

// Over a session of its own every setting and prepared statement would be there; over a shared one they are others'.
TEST_F(PostgresPooler, AStoreThatDoesNotKnowOfItIsToldOfTheOption) {
  const Pooler pooler(1);
  const auto work = [&]() -> Result<> {
    Result<Store> one = open_behind(pooler, {});
    if (!one) return std::unexpected(one.error());
    Result<Store> two = open_behind(pooler, {});
    if (!two) return std::unexpected(two.error());
    for (Store* each : {&*one, &*two})
      if (const auto appended = append(*each, "a", {"{}"}); !appended) return std::unexpected(appended.error());
    return {};
  };
  const std::string message = refusal(work(), Code::config);
  EXPECT_TRUE(contains(message, "'pooler'"));
  EXPECT_TRUE(contains(message, "transaction"));
}

}  // namespace
}  // namespace ec::postgres::test
