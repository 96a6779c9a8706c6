// A server that is not there, goes away and comes back: calls end in words and in time, and the store goes on by itself.
#include "support/beside.hpp"
#include "support/calls.hpp"
#include "support/ledger.hpp"
#include "support/proxy.hpp"

#include <atomic>

namespace ec::postgres::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// One server for all of them; each test leaves it running.
class PostgresServer : public testing::Test {
 protected:
  static void SetUpTestSuite() { server = std::make_unique<Server>(); }
  static void TearDownTestSuite() { server.reset(); }
  void TearDown() override { server->start(); }

  static std::string address() { return "127.0.0.1:" + std::to_string(server->port()); }

  static inline std::unique_ptr<Server> server;
};

TEST_F(PostgresServer, DownAtStartIsSaidAndOpeningWaitsForItNoLongerThanTheCall) {
  const Schema schema(server->dsn());
  server->stop("fast");
  const auto opened = ended(beside([&] { return open(schema, {}, {.deadline = Call::in(seconds(1))}); }));
  const std::string message = refusal(opened, Code::unavailable);
  EXPECT_TRUE(contains(message, address()));
  EXPECT_TRUE(contains(message, "is the server running?"));
  EXPECT_TRUE(opened.error().retryable);
  // Without a deadline the option says how long.
  refusal(ended(beside([&] { return open(schema, {"connect_timeout: 300ms"}); })), Code::unavailable);

  auto waiting = beside([&] { return open(schema, {}, soon()); });
  server->start();
  Store store = value(ended(std::move(waiting)));
  value(append(store, "a", {"x"}));
  EXPECT_EQ(everything(store).size(), 1U);
}

TEST_F(PostgresServer, RestartedBetweenCallsIsNotNoticedByThem) {
  const Schema schema(server->dsn());
  Store store = value(open(schema));
  value(append(store, "a", {"x"}));
  for (const char* mode : {"fast", "immediate"}) {
    server->stop(mode);
    server->start();
    for (const Kind& kind : every_kind_of_call()) EXPECT_EQ(refused(kind.make(store, soon())), "") << kind.name;
  }
  EXPECT_EQ(everything(store).size(), 3U);
  check_order(everything(store));
}

// Each of them once is the first to use a connection that the server has ended, with a last word, while it was idle.
TEST(PostgresSession, EndedByTheServerIsNotNoticedByTheNextCall) {
  const Schema schema;
  Store store = value(open(with(schema.dsn(), "application_name", schema.name()), {"schema: " + schema.name()}));
  for (const Kind& kind : every_kind_of_call()) EXPECT_EQ(refused(kind.make(store, soon())), "") << kind.name;
  for (const Kind& kind : every_kind_of_call()) {
    const std::string ended = sql(schema.dsn(),
                                  "SELECT count(pg_terminate_backend(pid, 60000)) FROM pg_stat_activity WHERE "
                                  "application_name = '" +
                                      schema.name() + "'");
    EXPECT_NE(ended, "0");
    EXPECT_EQ(refused(kind.make(store, soon())), "") << kind.name;
  }
  check_order(everything(store));
}

TEST_F(PostgresServer, StoppedIsSaidByEveryCallAndAllGoOnWhenItIsBack) {
  const Schema schema(server->dsn());
  Store store = value(open(schema));
  value(append(store, "a", {"x"}));
  server->stop("immediate");
  for (const Kind& kind : every_kind_of_call()) {
    const auto failed = ended(beside([&] { return kind.make(store, {.deadline = Call::in(milliseconds(300))}); }));
    ASSERT_FALSE(failed) << kind.name;
    // The first attempt may have been sent before the connection was found to be lost; nothing of it is stored.
    EXPECT_TRUE(failed.error().code == Code::unavailable || failed.error().code == Code::timeout)
        << kind.name << ": " << name_of(failed.error().code) << ": " << failed.error().message;
    EXPECT_TRUE(contains(failed.error().message, address())) << kind.name;
  }
  server->start();
  EXPECT_EQ(everything(store).size(), 1U);
  for (const Kind& kind : every_kind_of_call()) EXPECT_EQ(refused(kind.make(store, soon())), "") << kind.name;
  check_order(everything(store));
}

TEST_F(PostgresServer, RestartedBelowAWaitingReaderStillWakesIt) {
  const Schema schema(server->dsn());
  Store reader = value(open(schema)), writer = value(open(schema));
  const Position first = value(append(writer, "a", {"1"})).last;
  EXPECT_EQ(value(reader.wait({}, soon())), first);
  std::atomic<bool> asked = false;
  auto waiting = beside([&] {
    asked = true;
    return reader.wait(first, soon());
  });
  until("the reader waits", [&] { return asked.load(); });
  server->stop("immediate");
  server->start();
  const Position second = value(append(writer, "a", {"2"}, {}, soon())).last;
  EXPECT_EQ(value(ended(std::move(waiting))), second);
}

TEST_F(PostgresServer, CrashedUnderLoadLosesNothingAndLeavesNothingHalfDone) {
  constexpr int threads = 4;
  const Schema schema(server->dsn());
  Store store = value(open(schema)), watched = value(open(schema));
  Ledger ledger;
  std::atomic<bool> enough = false;
  std::vector<std::future<void>> callers;
  for (int i = 0; i < threads; ++i)
    callers.push_back(beside([&, name = "of thread " + std::to_string(i)] {
      while (!enough) ledger.append(store, name);
    }));
  // Whether a crash comes in the middle of a commit is a matter of chance.
  for (int crash = 0; crash < counted(3, 10) || (ledger.doubts() == 0 && crash < 30); ++crash) {
    const std::size_t before = ledger.acknowledged();
    until("appends are acknowledged", [&] { return ledger.acknowledged() > before + 100; });
    server->stop("immediate");
    server->start();
  }
  const std::size_t before = ledger.acknowledged();
  until("appends are acknowledged", [&] { return ledger.acknowledged() > before + 100; });
  enough = true;
  for (auto& caller : callers) ended(std::move(caller));
  EXPECT_GT(ledger.doubts(), 0U);
  ledger.check(everything(watched));
}

TEST_F(PostgresServer, SilentLetsNoCallOutliveItsDeadlineAndAllGoOnWhenItAnswers) {
  const Schema schema(server->dsn());
  Proxy proxy(server->port());
  const std::string dsn = with(server->dsn(), "port", std::to_string(proxy.port()));
  Store store = value(open(dsn, {"schema: " + schema.name(), "commit_patience: 100ms"}));
  for (const Kind& kind : every_kind_of_call()) EXPECT_EQ(refused(kind.make(store, soon())), "") << kind.name;
  const std::size_t before = everything(store).size();
  const Position head = value(store.head());
  proxy.freeze();
  // Twice: over the connections that were there, and over new ones, which get no answer either.
  for (int times = 0; times < 2; ++times)
    for (const Kind& kind : every_kind_of_call()) {
      const auto failed = ended(beside([&] { return kind.make(store, {.deadline = Call::in(milliseconds(300))}); }));
      ASSERT_FALSE(failed) << kind.name;
      const Code code = failed.error().code;
      EXPECT_TRUE(contains(failed.error().message, "127.0.0.1:" + std::to_string(proxy.port()))) << kind.name;
      EXPECT_TRUE(code == Code::unavailable || code == Code::timeout || code == Code::in_doubt)
          << kind.name << ": " << name_of(code) << ": " << failed.error().message;
    }
  refusal(ended(beside([&] { return store.wait(head, {.deadline = Call::in(milliseconds(300))}); })), Code::timeout);
  proxy.pass();
  for (const Kind& kind : every_kind_of_call()) EXPECT_EQ(refused(kind.make(store, soon())), "") << kind.name;
  const std::size_t after = everything(store).size();
  EXPECT_TRUE(after == before + 1 || after == before + 2) << after - before << " appended, one of them in doubt";
  check_order(everything(store));
}

// Something between them takes connections and drops them at once.
TEST_F(PostgresServer, OutOfReachIsSaidByEveryCallAndEndsByItself) {
  const Schema schema(server->dsn());
  Proxy proxy(server->port());
  const std::string dsn = with(server->dsn(), "port", std::to_string(proxy.port()));
  Store store = value(open(dsn, {"schema: " + schema.name()}));
  value(append(store, "a", {"x"}));
  proxy.refuse();
  proxy.cut_all(Proxy::Cut::close);
  for (const Kind& kind : every_kind_of_call()) {
    const auto failed = ended(beside([&] { return kind.make(store, {.deadline = Call::in(milliseconds(300))}); }));
    ASSERT_FALSE(failed) << kind.name;
    // The first may have been sent before the end of its connection was there to be seen.
    const bool sent = failed.error().code == Code::in_doubt && std::string_view(kind.name) == "append";
    EXPECT_TRUE(sent || failed.error().code == Code::unavailable) << kind.name << ": " << name_of(failed.error().code);
    EXPECT_TRUE(contains(failed.error().message, "127.0.0.1:" + std::to_string(proxy.port()))) << kind.name;
  }
  auto waiting = beside([&] { return append(store, "a", {"y"}, {}, soon()); });
  proxy.pass();
  value(ended(std::move(waiting)));
  for (const Kind& kind : every_kind_of_call()) EXPECT_EQ(refused(kind.make(store, soon())), "") << kind.name;
  EXPECT_EQ(everything(store).size(), 3U);
  check_order(everything(store));
}

}  // namespace
}  // namespace ec::postgres::test
