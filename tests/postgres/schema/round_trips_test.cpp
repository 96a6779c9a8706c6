// How often the server is asked, as it counts itself: a stream set is one statement, and so is a group of appends.
#include "../numbers.hpp"
#include "support.hpp"

#include <atomic>
#include <thread>

namespace ec::postgres::test {
namespace {

struct Counts {
  std::int64_t sum = 0;
};
EC_FIELDS(Counts, sum)

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

// Reads a stream, and writes nothing.
struct Count {
  StreamId stream;
  std::int64_t* events = nullptr;

  using Streams = StreamSet<&Count::stream>;
  using Events = ec::Events<Counted>;
  using State = Counts;
  static constexpr Snapshots snapshots{.name = "count", .every = 5};

  void apply(State& state, const Recorded<Counted>& event) const { state.sum += event->number; }
  Result<> decide(const State& state, Decision<Count>&) const {
    *events = state.sum;
    return {};
  }
};

TEST_F(PostgresRoundTrips, ASnapshotAndWhatCameSinceAreReadByOneStatement) {
  const StreamId stream("counted");
  std::int64_t sum = 0;
  const auto add = [&](std::int64_t events) {
    std::vector<NewEvent> counted;
    for (std::int64_t i = 0; i < events; ++i) counted.push_back(NewEvent::of(0, Counted{1}));
    value(store_.append({Expect::any(stream)}, counted));
    sum += events;
  };
  const auto expect = [&](int most_statements) {
    std::int64_t counted = 0;
    statements();
    ASSERT_TRUE(execute(store_, Count{stream, &counted}));
    EXPECT_EQ(statements(), most_statements);
    EXPECT_EQ(counted, sum);
  };
  add(4);
  expect(2);  // read_on, and the append that checks the version
  add(6);
  std::int64_t ignored = 0;
  ASSERT_TRUE(execute(store_, Count{stream, &ignored}));
  store_ = value(open(server_.dsn(), {"notify: false"}));  // what waits is written by the one that is closed
  ASSERT_TRUE(execute(store_, Count{stream, &ignored}));
  ASSERT_EQ(sql(control_, "SELECT count(*) FROM snapshots"), "1");
  expect(2);
  add(3);
  expect(2);
  add(3'000);  // several pages behind the snapshot
  std::int64_t counted = 0;
  ASSERT_TRUE(execute(store_, Count{stream, &counted}));
  EXPECT_EQ(counted, sum);
  store_ = value(open(server_.dsn(), {"notify: false"}));
  sql(control_, "UPDATE snapshots SET bytes = substring(bytes FROM 1 FOR 20) || '\\xffffffffffffffffff'");
  ASSERT_TRUE(execute(store_, Count{stream, &counted}));
  EXPECT_EQ(counted, sum) << "out of a snapshot that is damaged";
  sql(control_, "ALTER TABLE snapshots RENAME TO gone");
  ASSERT_TRUE(execute(store_, Count{stream, &counted}));
  EXPECT_EQ(counted, sum) << "without a snapshot, since none can be loaded";
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
