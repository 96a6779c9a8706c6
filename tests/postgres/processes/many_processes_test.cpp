// Many processes write to one store, on the same hot and cold streams, and some are killed at it.
#include "support/child_process.hpp"
#include "support/history.hpp"

#include <chrono>
#include <csignal>
#include <future>

namespace ec::postgres::test {
namespace {

constexpr std::size_t processes = 4, threads_each = 8;

// A process that moves money, and what it has reported.
class Worker {
 public:
  Worker(const Schema& schema, std::size_t seed)
      : process_({"transfers", configuration(schema.dsn(), {"schema: " + schema.name()}), std::to_string(seed)}) {}

  // Hears so many reports, or all until it ends.
  void hear(std::size_t count = std::numeric_limits<std::size_t>::max()) {
    while (count-- > 0) {
      const std::string line = process_.line();
      if (line.empty()) return;
      if (auto transfer = transfer_in(line))
        reported.push_back(std::move(*transfer));
      else
        ADD_FAILURE() << line;
    }
  }

  void kill() {
    process_.signal(SIGKILL);
    hear();
    EXPECT_EQ(process_.wait(), -SIGKILL);
  }
  void end() { process_.end_input(); }
  void expect_good_end() { EXPECT_EQ(process_.wait(), 0); }

  std::vector<Transfer> reported;

 private:
  ChildProcess process_;
};

class PostgresProcesses : public testing::Test {
 protected:
  void SetUp() override {
    store = std::make_unique<Store>(value(open(schema)));
    value(open_accounts(*store));
    follower = std::make_unique<Follower>(value(open(schema)), Follower::After::failure_ends);
  }

  void TearDown() override {
    for (const auto& worker : workers) worker->end();  // or those that hear them would wait for ever
  }

  // Starts workers that are heard in the background.
  void start(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) workers.push_back(std::make_unique<Worker>(schema, i));
    for (const auto& worker : workers)
      heard.push_back(std::async(std::launch::async, [&each = *worker] { each.hear(); }));
  }

  void finish(std::size_t most_unreported) {
    for (const auto& worker : workers) worker->end();
    for (auto& each : heard) each.get();
    for (const auto& worker : workers) {
      worker->expect_good_end();
      EXPECT_GT(worker->reported.size(), 0U);
      reported.insert(reported.end(), worker->reported.begin(), worker->reported.end());
    }
    const std::vector<Seen> events = everything(*store);
    EXPECT_TRUE(follower->finish() == events) << "the reader was shown something else";
    check_history(events, reported, most_unreported);
    std::printf("%zu transfers were reported\n", reported.size());
  }

  const Schema schema;
  std::unique_ptr<Store> store;
  std::unique_ptr<Follower> follower;
  std::vector<std::unique_ptr<Worker>> workers;
  std::vector<std::future<void>> heard;
  std::vector<Transfer> reported;
};

TEST_F(PostgresProcesses, LoseNothingAndRepeatNothing) {
  start(processes);
  std::this_thread::sleep_for(std::chrono::seconds(is_long_run() ? 60 : 10));
  finish(0);
}

TEST_F(PostgresProcesses, ThatAreKilledHaveLostNothingThatWasAcknowledged) {
  const std::size_t kills = is_long_run() ? 20 : 5;
  std::minstd_rand random(std::random_device{}());
  start(processes - 1);
  for (std::size_t i = 0; i < kills; ++i) {
    Worker victim(schema, processes + i);
    victim.hear(std::uniform_int_distribution<std::size_t>(1, 400)(random));
    victim.kill();
    reported.insert(reported.end(), victim.reported.begin(), victim.reported.end());
  }
  finish(kills * threads_each);  // one that was under way for each thread of a victim
}

}  // namespace
}  // namespace ec::postgres::test
