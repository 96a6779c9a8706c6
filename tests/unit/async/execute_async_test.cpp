// Executions without a thread: user code runs where the host wants, and ends are those of execute. Each on a backend in
// memory, which is asked in place, and on one that is asked on threads of the store's.
#include "support.hpp"

#include <chrono>
#include <future>
#include <stdexcept>
#include <thread>
#include <vector>

namespace ec::test {
namespace {

class ExecuteAsync : public testing::TestWithParam<bool> {
 protected:
  ec::Store store_ = open_held(GetParam() ? "persistent: true, pages: true" : "persistent: false, pages: true");
  Pump pump_;
};

INSTANTIATE_TEST_SUITE_P(Stores, ExecuteAsync, testing::Bool(),
                         [](const auto& test) { return test.param ? "OnThreads" : "InPlace"; });

struct PumpObserver : ec::Observer {
  explicit PumpObserver(const Pump& pump) : pump_(pump) {}
  void attempt(const Attempt&) override { note(); }
  void conflict(const Conflict&) override { note(); }
  void retry(const Retry&) override { note(); }
  void finished(const Finished&) override { note(); }
  std::size_t calls = 0, elsewhere = 0;

 private:
  void note() {
    ++calls;
    if (!pump_.is_running_here()) ++elsewhere;
  }
  const Pump& pump_;
};

TEST_P(ExecuteAsync, RunsUserCodeOnTheExecutorAlone) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(ec::execute(store_, deposit("a")));
  PumpObserver observer(pump_);
  std::size_t applied = 0, decided = 0;
  Probe probe;
  probe.on_apply = [&](const auto&) {
    EXPECT_TRUE(pump_.is_running_here());
    ++applied;
  };
  probe.on_decide = [&](const Probe::State&, Probe::Out& out) -> ec::Result<> {
    EXPECT_TRUE(pump_.is_running_here());
    // Another one comes between, once: a conflict, a turn on the stream, and a second attempt.
    if (decided++ == 0) {
      EXPECT_TRUE(store_.append({ec::Expect::any(probe.account)}, {ec::NewEvent::of(0, Deposited{7})}));
    }
    out.write<&Probe::account>(Deposited{1});
    return {};
  };
  const auto end = begin(store_, pump_, probe, {.observer = &observer});
  EXPECT_EQ(applied + decided, 0U) << "user code ran before the executor was asked";
  const auto done = finish(pump_, end);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_TRUE(end->was_on_pump);
  EXPECT_EQ(done->attempts, 2U);
  EXPECT_EQ(done->version_of(probe.account), 5U);
  EXPECT_EQ(decided, 2U);
  EXPECT_EQ(applied, 4U);
  EXPECT_EQ(observer.elsewhere, 0U);
  EXPECT_EQ(observer.calls, 2U + 1 + 1 + 1) << "attempts, a conflict, a retry, the end";
}

TEST_P(ExecuteAsync, EndsAsExecuteDoes) {
  Probe refused;
  refused.on_decide = [](const auto&, auto&) -> ec::Result<> {
    return std::unexpected(ec::Error{ec::Code::rejected, "not today"});
  };
  EXPECT_FAILS(finish(pump_, begin(store_, pump_, refused)), ec::Code::rejected, "not today");

  Probe throwing;
  throwing.on_decide = [](const auto&, auto&) -> ec::Result<> { throw std::domain_error("no such thing"); };
  const auto end = begin(store_, pump_, throwing);
  EXPECT_EQ(finish(pump_, end).error().code, ec::Code::internal);
  ASSERT_TRUE(end->thrown);
  EXPECT_THROW(std::rethrow_exception(end->thrown), std::domain_error);

  const ec::ExecuteOptions once{.commit_id = ec::Uuid::make()};
  EXPECT_FALSE(finish(pump_, begin(store_, pump_, deposit("a"), once))->repeated);
  const auto& again = finish(pump_, begin(store_, pump_, deposit("a"), once));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(again->version_of(deposit("a").account), 1U);
  EXPECT_EQ(typed::all_events(store_).size(), 1U);
}

struct CountingDeposit {
  ec::StreamId account;

  using Streams = ec::StreamSet<&CountingDeposit::account>;
  using Events = ec::Events<typed::Deposited>;
  struct State {
    std::int64_t sum = 0;
  };
  static constexpr bool caches_state = true;

  void apply(State& state, const ec::Recorded<typed::Deposited>& event) const { state.sum += event->amount; }
  ec::Result<> decide(const State& state, ec::Decision<CountingDeposit>& out) const {
    out.write<&CountingDeposit::account>(typed::Deposited{state.sum + 1});
    return {};
  }
};

TEST_P(ExecuteAsync, KeptStatesAreTheSame) {
  ec::StateCache cache(1'000'000);
  for (std::uint64_t i = 1; i <= 3; ++i) {
    const auto done =
        finish(pump_, begin(store_, pump_, CountingDeposit{ec::StreamId("account/a")}, {.cache = &cache}));
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(done->version_of(ec::StreamId("account/a")), i);
  }
  EXPECT_EQ(cache.info().hits, 2U);
  EXPECT_EQ(typed::all_events(store_).back(), R"(account/a@3 deposited {"amount":4})");
}

TEST_P(ExecuteAsync, WithoutAnExecutorRunsOnThreadsOfTheStore) {
  std::promise<std::thread::id> ended;
  const auto begun = ec::execute_async(store_, deposit("a"), {}, ec::LibraryThreads{},
                                       [&](const std::exception_ptr&, const ec::Outcome<typed::Deposit>& done) {
                                         EXPECT_TRUE(done);
                                         ended.set_value(std::this_thread::get_id());
                                       });
  ASSERT_TRUE(begun) << begun.error().message;
  EXPECT_NE(ended.get_future().get(), std::this_thread::get_id());
}

TEST_P(ExecuteAsync, AnExecutorThatRunsAtOnceIsGivenTheThreadsOfTheStore) {
  std::promise<std::thread::id> ended;
  const auto begun = ec::execute_async(
      store_, deposit("a"), {}, [](ec::Work work) { work(); },
      [&](const std::exception_ptr&, const ec::Outcome<typed::Deposit>& done) {
        EXPECT_TRUE(done);
        ended.set_value(std::this_thread::get_id());
      });
  ASSERT_TRUE(begun) << begun.error().message;
  EXPECT_NE(ended.get_future().get(), std::this_thread::get_id());
}

// Each is begun by the callback of the one before.
TEST_P(ExecuteAsync, IsBegunFromWithinACallback) {
  constexpr std::uint64_t most = 100;
  std::uint64_t version = 0;
  std::function<void()> next = [&] {
    const auto begun = ec::execute_async(store_, deposit("a"), {}, pump_.poster(),
                                         [&](const std::exception_ptr&, const ec::Outcome<typed::Deposit>& done) {
                                           ASSERT_TRUE(done) << done.error().message;
                                           version = done->version_of(deposit("a").account);
                                           if (version < most) next();
                                         });
    ASSERT_TRUE(begun) << begun.error().message;
  };
  next();
  pump_.run_until([&] { return version == most; });
}

// A command that is executed within another one takes no turns: the outer one may hold them.
TEST_P(ExecuteAsync, AnExecutionWithinACommandIsNotHeldUpByIt) {
  std::size_t decided = 0;
  Probe outer;
  outer.on_decide = [&](const Probe::State&, Probe::Out& out) -> ec::Result<> {
    if (decided++ < 2) {
      EXPECT_TRUE(ec::execute(store_, deposit("a")));
    }
    out.write<&Probe::account>(Deposited{1});
    return {};
  };
  const auto done = finish(pump_, begin(store_, pump_, outer));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->version_of(outer.account), 3U);
}

// What is stored already is told while another one has a turn on the stream: with less time than anybody's patience.
TEST_P(ExecuteAsync, ACommitIdIsLookedUpWithoutATurn) {
  const auto again = [] {
    ec::ExecuteOptions options{.commit_id = ec::Uuid::parse("00000000-0000-4000-8000-000000000001").value()};
    options.call.deadline = ec::Call::in(std::chrono::milliseconds(900));
    return options;
  };
  ASSERT_TRUE(ec::execute(store_, deposit("a"), again()));
  Probe probe;
  int attempts = 0;
  probe.on_decide = [&](const Probe::State&, Probe::Out& out) -> ec::Result<> {
    if (++attempts == 1) {
      EXPECT_TRUE(ec::execute(store_, deposit("a")));  // a conflict, after which it has its turn
    } else {
      std::thread([&] {
        Pump pump;
        const auto blocking = ec::execute(store_, deposit("a"), again());
        const auto done = finish(pump, begin(store_, pump, deposit("a"), again()));
        EXPECT_TRUE(blocking && blocking->repeated) << (blocking ? "" : blocking.error().message);
        EXPECT_TRUE(done && done->repeated) << (done ? "" : done.error().message);
      }).join();
    }
    out.write<&Probe::account>(Deposited{1});
    return {};
  };
  ASSERT_TRUE(ec::execute(store_, probe));
  EXPECT_EQ(attempts, 2);
}

TEST_P(ExecuteAsync, OnAHotStreamAllAreCommitted) {
  std::vector<ec::test::Ended<typed::Deposit>> ends;
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < 16; ++i) ends.push_back(begin(store_, pump_, deposit("hot")));
    for (const auto& end : ends) {
      const auto done = finish(pump_, end);
      EXPECT_TRUE(done) << done.error().message;
    }
  }
  EXPECT_EQ(typed::all_events(store_).size(), ends.size());
}

// Threads that wait, one that does not, and the same streams.
TEST_P(ExecuteAsync, BesideThreadsThatWaitNothingIsLost) {
  constexpr std::size_t threads = 3, each = 100, in_flight = 16;
  std::vector<std::jthread> others;
  for (std::size_t i = 0; i < threads; ++i)
    others.emplace_back([this, i] {
      for (std::size_t n = 0; n < each; ++n)
        EXPECT_TRUE(ec::execute(store_, deposit(std::to_string((i + n) % 4)), {.max_attempts = 1'000}));
    });
  std::vector<ec::test::Ended<typed::Deposit>> ends;
  for (std::size_t n = 0; n < each; n += in_flight) {
    for (std::size_t i = 0; i < in_flight; ++i)
      ends.push_back(begin(store_, pump_, deposit(std::to_string(i % 4)), {.max_attempts = 1'000}));
    for (const auto& end : ends) {
      const auto done = finish(pump_, end);
      EXPECT_TRUE(done) << done.error().message;
    }
  }
  others.clear();
  EXPECT_EQ(typed::all_events(store_).size(), threads * each + ends.size());
}

// While one append is inside all the others gather behind it, whoever waits for them.
TEST(ExecuteAsyncTogether, GroupCommitSeesAllThatAreInFlight) {
  ec::Store store = open_held();
  Pump pump;
  Holds::all().hold("append");
  std::vector<ec::test::Ended<typed::Deposit>> ends;
  ends.push_back(begin(store, pump, deposit("first")));
  pump.run_one();
  pump.run_one();
  Holds::all().await_inside("append");
  for (int i = 0; i < 100; ++i) ends.push_back(begin(store, pump, deposit(std::to_string(i))));
  for (int i = 0; i < 200; ++i) pump.run_one();  // each begins, and gives its append away
  Holds::all().take_groups();
  Holds::all().release("append");
  for (const auto& end : ends) EXPECT_TRUE(finish(pump, end));
  EXPECT_EQ(Holds::all().take_groups(), (std::vector<std::size_t>{1, 100}));
}

}  // namespace
}  // namespace ec::test
