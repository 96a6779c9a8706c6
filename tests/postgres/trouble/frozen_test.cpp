// A network that goes silent at a chosen statement: what was asked for ends, and the store is none the worse for it.
#include "support/beside.hpp"
#include "support/calls.hpp"
#include "support/ledger.hpp"
#include "support/proxy.hpp"

namespace ec::postgres::test {
namespace {

using Way = Proxy::Way;

constexpr const char* any_prepared_statement = "eventcore_";  // their names begin with it
// By a part of each migration, and what stands around them.
const std::vector<std::string> steps_of_a_migration{"BEGIN", "pg_advisory_xact_lock", "CREATE TABLE events",
                                                    "CREATE VIEW event_log", "COMMIT"};

class PostgresFrozen : public testing::Test {
 protected:
  Result<Store> open_through_proxy(const Call& call = {}) const {
    return open(dsn, {"schema: " + schema.name(), "notify: false", "read_connections: 1", "commit_patience: 100ms"},
                call);
  }

  // Makes the call, and cancels it when the proxy holds its statement, or the answer to it.
  template <class Body>
  auto cancelled_at(const std::string& text, Way way, Body&& body) {
    std::stop_source stop;
    proxy.freeze_at(text, way);
    auto call = beside([&, token = stop.get_token()] { return body(Call{.stop = token}); });
    proxy.wait_until_held(way);
    stop.request_stop();
    auto result = ended(std::move(call));
    proxy.pass();
    return result;
  }

  const Schema schema;
  Proxy proxy{std::stoi(schema.dsn().substr(schema.dsn().rfind(':') + 1))};
  const std::string dsn = with(schema.dsn(), "port", std::to_string(proxy.port()));
};

// Preparing it once more is an error, should the first time have got through after all.
TEST_F(PostgresFrozen, WhileAStatementIsPreparedDoesNotSpoilTheConnection) {
  Store direct = value(open(schema));
  for (const Way way : {Way::to_server, Way::to_client})
    for (const Kind& kind : every_kind_of_call()) {
      Store store = value(open_through_proxy());
      const std::size_t before = everything(direct).size();
      const auto cancelled =
          cancelled_at(any_prepared_statement, way, [&](const Call& call) { return kind.make(store, call); });
      refusal(cancelled, Code::cancelled);
      EXPECT_EQ(everything(direct).size(), before);
      for (int times = 0; times < 2; ++times) EXPECT_EQ(refused(kind.make(store, soon())), "") << kind.name;
    }
  EXPECT_EQ(everything(direct).size(), 4U);
  check_order(everything(direct));
}

TEST_F(PostgresFrozen, UntilADeadlineWhileAStatementIsPreparedDoesNotSpoilTheConnection) {
  for (const Way way : {Way::to_server, Way::to_client}) {
    Store store = value(open_through_proxy());
    proxy.freeze_at(any_prepared_statement, way);
    auto late = beside([&] { return store.head({.deadline = Call::in(std::chrono::seconds(1))}); });
    proxy.wait_until_held(way);
    refusal(ended(std::move(late)), Code::timeout);
    proxy.pass();
    for (int times = 0; times < 3; ++times) EXPECT_EQ(value(store.head(soon())).lo, 0U);
  }
}

// Whoever is told "timeout" may take it that nothing was done.
TEST_F(PostgresFrozen, BehindWhatWritesLeavesItInDoubt) {
  Store store = value(open_through_proxy());
  for (const Kind& kind : every_kind_of_call()) EXPECT_EQ(refused(kind.make(store, soon())), "") << kind.name;
  for (const Kind& kind : every_kind_of_call()) {
    if (kind.name != "checkpoint" && kind.name != "lease" && kind.name != "snapshot") continue;
    const auto cancelled =
        cancelled_at(any_prepared_statement, Way::to_client, [&](const Call& call) { return kind.make(store, call); });
    EXPECT_TRUE(contains(refusal(cancelled, Code::in_doubt), "not known")) << kind.name;
    EXPECT_EQ(refused(kind.make(store, soon())), "") << kind.name;

    proxy.freeze_at(any_prepared_statement, Way::to_client);
    auto late = beside([&] { return kind.make(store, {.deadline = Call::in(std::chrono::seconds(1))}); });
    proxy.wait_until_held(Way::to_client);
    refusal(ended(std::move(late)), Code::in_doubt);
    proxy.pass();
    EXPECT_EQ(refused(kind.make(store, soon())), "") << kind.name;
  }
}

TEST_F(PostgresFrozen, BehindACheckpointThatWasStoredAfterAll) {
  Store store = value(open_through_proxy());
  const Position first = value(append(store, "a", {"1"})).last;
  EXPECT_EQ(refused(save_checkpoint(store, "reader", {})), "");
  const auto cancelled = cancelled_at(any_prepared_statement, Way::to_client, [&](const Call& call) {
    return save_checkpoint(store, "reader", first, 0, call);
  });
  refusal(cancelled, Code::in_doubt);
  EXPECT_EQ(value(load_checkpoint(store, "reader")), first);
}

TEST_F(PostgresFrozen, AtAnyStepOfMakingTheSchemaEndsWhenItIsCancelled) {
  for (const Way way : {Way::to_server, Way::to_client})
    for (const std::string& step : steps_of_a_migration) {
      SCOPED_TRACE(step);
      refusal(cancelled_at(step, way, [&](const Call& call) { return open_through_proxy(call); }), Code::cancelled);
      Store store = value(open_through_proxy(soon()));  // whatever was left of the first one
      value(append(store, "a", {"1"}));
      EXPECT_EQ(everything(store).size(), 1U);
      sql(schema.dsn(), "DROP SCHEMA " + schema.quoted() + " CASCADE");
    }
}

TEST_F(PostgresFrozen, InTheMiddleOfMakingTheSchemaEndsAtTheDeadline) {
  for (const Way way : {Way::to_server, Way::to_client}) {
    proxy.freeze_at("CREATE TABLE events", way);
    auto opened = beside([&] { return open_through_proxy({.deadline = Call::in(std::chrono::seconds(1))}); });
    proxy.wait_until_held(way);
    const auto late = ended(std::move(opened));
    ASSERT_FALSE(late);
    EXPECT_TRUE(late.error().code == Code::timeout || late.error().code == Code::unavailable) << late.error().message;
    proxy.pass();
  }
  Store store = value(open_through_proxy(soon()));
  value(append(store, "a", {"1"}));
}

}  // namespace
}  // namespace ec::postgres::test
