// How a waiting reader hears of what another process has stored: by NOTIFY, and by itself when that fails.
#include "support.hpp"
#include "support/raw_session.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <future>
#include <thread>

namespace ec::postgres::test {
namespace {

constexpr const char* never_polls = "poll_interval: 1h";

class PostgresNotify : public testing::Test {
 protected:
  PostgresNotify() { value(append(writer, "a", {"the first"})); }

  // The reader's sessions go by its name.
  Result<Store> open_reader(Options options) const {
    options.push_back("schema: " + schema.name());
    return open(with(schema.dsn(), "application_name", schema.name()), options);
  }
  // Waits until the reader has listened, has looked once for what is there already, and hears from now on. Gives the
  // server's process.
  std::string listening() const {
    pqxx::connection observer(schema.dsn());
    const std::string idle = "SELECT pid FROM pg_stat_activity WHERE state = 'idle' AND application_name = '" +
                             schema.name() + "' AND query = '" + statements::head.sql + "'";
    std::string process;
    while (process.empty()) process = sql(observer, idle);
    return process;
  }
  // So that a reader that is never woken is a failure, and not a test that hangs.
  static Call patient() { return Call{.deadline = Call::in(std::chrono::minutes(1))}; }
  static std::future<Result<Position>> wait_behind(Store& reader, Position after) {
    return std::async(std::launch::async, [&reader, after] { return reader.wait(after, patient()); });
  }

  const Schema schema;
  Store writer = value(open(schema));
};

TEST_F(PostgresNotify, AWaitingReaderIsWokenByAnotherStoresAppend) {
  Store reader = value(open_reader({never_polls}));
  std::vector<double> milliseconds;
  Position seen{0, 1};
  for (int round = 0; round < 50; ++round) {
    auto woken = wait_behind(reader, seen);
    listening();
    const Appended appended = value(append(writer, "a", {"news"}));
    const auto stored = std::chrono::steady_clock::now();
    seen = value(woken.get());
    milliseconds.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - stored).count());
    EXPECT_EQ(seen, appended.last);
  }
  std::ranges::sort(milliseconds);
  std::printf("woken %.2f ms after the append was answered (median of 50; at most %.2f)\n", milliseconds[25],
              milliseconds.back());
}

TEST_F(PostgresNotify, EveryWaitingReaderOfAStoreIsWoken) {
  Store reader = value(open_reader({never_polls}));
  std::vector<std::future<Result<Position>>> woken;
  for (int i = 0; i < 8; ++i) woken.push_back(wait_behind(reader, {0, 1}));
  listening();
  value(append(writer, "a", {"news"}));
  for (auto& each : woken) EXPECT_EQ(value(each.get()).lo, 2U);
}

TEST_F(PostgresNotify, AReaderOfTheSameStoreNeedsNoNotification) {
  Store store = value(open(schema, {"notify: false", never_polls}));
  auto woken = wait_behind(store, {0, 1});
  value(append(store, "a", {"news"}));
  EXPECT_EQ(value(woken.get()).lo, 2U);
}

TEST_F(PostgresNotify, WhatWasStoredBeforeTheWaitEndsItAtOnce) {
  Store reader = value(open_reader({never_polls, "notify: false"}));
  EXPECT_EQ(value(reader.wait({0, 0}, patient())).lo, 1U);
}

TEST_F(PostgresNotify, AReaderWithoutNotificationsPolls) {
  Store reader = value(open_reader({"notify: false", "poll_interval: 20ms"}));
  auto woken = wait_behind(reader, {0, 1});
  listening();
  value(append(writer, "a", {"news"}));
  EXPECT_EQ(value(woken.get()).lo, 2U);
}

TEST_F(PostgresNotify, AReaderPollsForAWriterThatDoesNotNotify) {
  Store silent = value(open(schema, {"notify: false"}));
  Store reader = value(open_reader({"poll_interval: 20ms"}));
  auto woken = wait_behind(reader, {0, 1});
  listening();
  value(append(silent, "a", {"news"}));
  EXPECT_EQ(value(woken.get()).lo, 2U);
}

TEST_F(PostgresNotify, AReaderWhoseListeningSessionIsEndedGoesOn) {
  Store reader = value(open_reader({"poll_interval: 50ms"}));
  Position seen{0, 1};
  for (int round = 0; round < 5; ++round) {
    auto woken = wait_behind(reader, seen);
    const std::string process = listening();
    EXPECT_EQ(sql(schema.dsn(), "SELECT pg_terminate_backend(" + process + ", 10000)"), "t");
    value(append(writer, "a", {"news"}));
    seen = value(woken.get());
    EXPECT_EQ(seen.lo, static_cast<std::uint64_t>(round) + 2);
  }
}

// The channel is one for the whole database.
TEST_F(PostgresNotify, NewsOfAnotherSchemaWakeNobody) {
  const Schema beside;
  Store other = value(open(beside));
  Store reader = value(open_reader({never_polls}));
  auto waiting = wait_behind(reader, {0, 1});
  listening();
  for (int i = 0; i < 20; ++i) value(append(other, "a", {"theirs"}));
  EXPECT_EQ(waiting.wait_for(std::chrono::milliseconds(100)), std::future_status::timeout);
  value(append(writer, "a", {"ours"}));
  EXPECT_EQ(value(waiting.get()).lo, 2U);
}

}  // namespace
}  // namespace ec::postgres::test
