// How often the server is asked, as it counts itself: a stream set is one statement, and so is a group of appends.
#include "support.hpp"

#include <atomic>
#include <thread>

namespace ec::postgres::test {
namespace {

class PostgresRoundTrips : public testing::Test {
 protected:
  PostgresRoundTrips() {
    sql(server_.dsn(), "CREATE EXTENSION pg_stat_statements");
    // The connections are there, their statements prepared.
    value(append(store_, "a", {"1"}));
    value(append(store_, "b", {"1", "2"}));
    drain(store_.read({{StreamId("a")}, {StreamId("b")}}));
    drain(store_.read({{StreamId("a")}}));
  }

  // Statements of ours that the server has carried out since the last call.
  int statements() {
    const std::string count = sql(control_,
                                  "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements WHERE toplevel "
                                  "AND query NOT LIKE '%pg_stat_statements%'");
    sql(control_, "SELECT pg_stat_statements_reset()");
    return std::stoi(count);
  }

  const Server server_{{"shared_preload_libraries=pg_stat_statements", "pg_stat_statements.track=all"}};
  pqxx::connection control_{server_.dsn()};
  Store store_{value(open(server_.dsn(), {"notify: false"}))};  // which has a session of its own
};

TEST_F(PostgresRoundTrips, AStreamSetIsReadByOneStatement) {
  statements();
  EXPECT_EQ(drain(store_.read({{StreamId("a")}, {StreamId("b")}, {StreamId("absent")}})).size(), 3U);
  EXPECT_EQ(statements(), 1);
}

TEST_F(PostgresRoundTrips, AnAppendOverSeveralStreamsIsOneStatement) {
  statements();
  value(store_.append({Expect::exact(StreamId("a"), 1), Expect::exact(StreamId("b"), 2), Expect::absent(StreamId("c"))},
                      {event(0, "x"), event(1, "y"), event(2, "z")}, Uuid::make()));
  EXPECT_EQ(statements(), 1);
}

TEST_F(PostgresRoundTrips, AppendsOfManyThreadsShareStatements) {
  constexpr int threads = 16, rounds = 20;
  statements();
  {
    std::vector<std::jthread> running;
    for (int thread = 0; thread < threads; ++thread)
      running.emplace_back([&, thread] {
        for (int round = 0; round < rounds; ++round) value(append(store_, "t" + std::to_string(thread), {"x"}));
      });
  }
  EXPECT_LT(statements(), threads * rounds);
  EXPECT_EQ(everything(store_).size(), 3U + threads * rounds);
}

}  // namespace
}  // namespace ec::postgres::test
