// Attempts: conflicts, their retries, limits, deadlines, cancellation, and what an observer sees of them.
#include "support.hpp"

#include <atomic>
#include <chrono>
#include <stop_token>
#include <thread>

namespace {

using namespace typed;
using namespace std::chrono_literals;
using State = Probe::State;
using Out = Probe::Out;

// Writes to the very stream that it decides on, for the first `times` decisions: each of them meets a conflict.
struct Rival {
  ec::Store& store;
  int times = 1;
  int decisions = 0;

  ec::Result<> operator()(const State& state, Out& out) {
    if (decisions++ < times) {
      const auto rival = ec::execute(store, Deposit{ec::StreamId("account/a"), 100});
      EXPECT_TRUE(rival.has_value()) << rival.error().message;
    }
    out.write<&Probe::account>(Deposited{state.sum});
    return {};
  }
};

ec::ExecuteOptions quick() {
  ec::ExecuteOptions options;
  options.backoff_base = options.backoff_cap = 1us;
  return options;
}

TEST(Attempts, AConflictIsDecidedAgainOnWhatCameSince) {
  ec::Store store = open_memory();
  Rival rival{store, 2};
  Probe probe{.on_decide = std::ref(rival)};
  std::vector<std::uint64_t> applied;
  probe.on_apply = [&](const auto& event) { applied.push_back(event.version()); };
  const auto done = ec::execute(store, probe, quick());
  ASSERT_TRUE(done.has_value()) << done.error().message;
  EXPECT_EQ(done->attempts, 3U);
  EXPECT_EQ(applied, (std::vector<std::uint64_t>{1, 2})) << "each event is read once";
  EXPECT_EQ(all_events(store).back(), R"(account/a@3 deposited {"amount":200})");
}

TEST(Attempts, AreCounted) {
  ec::Store store = open_memory();
  Rival rival{store, 1000};
  ec::ExecuteOptions options = quick();
  options.max_attempts = 3;
  const auto done = ec::execute(store, Probe{.on_decide = std::ref(rival)}, options);
  EXPECT_FAILS(done, ec::Code::conflict, "(after 3 attempts)");
  EXPECT_EQ(rival.decisions, 3);
  EXPECT_EQ(done.error().expected_version, 2U);
  EXPECT_EQ(done.error().actual_version, 3U);
  EXPECT_EQ(all_events(store).size(), 3U) << "only the rival's";
  options.max_attempts = 1;
  EXPECT_FAILS(ec::execute(store, Probe{.on_decide = std::ref(rival)}, options), ec::Code::conflict, "account/a");
  EXPECT_EQ(rival.decisions, 4);
}

TEST(Attempts, CommandsWithinCommandsAreAllTheirOwn) {
  ec::Store store = open_memory();
  const Probe inner{.account = ec::StreamId("inner"), .on_decide = [&](const State&, Out& out) {
                      out.write<&Probe::account>(Deposited{2});
                      const auto innermost = ec::execute(store, Deposit{ec::StreamId("innermost"), 3});
                      EXPECT_TRUE(innermost.has_value());
                      out.write<&Probe::account>(Deposited{4});
                      return ec::Result<>{};
                    }};
  const Probe outer{.account = ec::StreamId("outer"), .on_decide = [&](const State&, Out& out) {
                      out.write<&Probe::account>(Deposited{1});
                      EXPECT_TRUE(ec::execute(store, inner).has_value());
                      out.write<&Probe::account>(Deposited{5});
                      return ec::Result<>{};
                    }};
  ASSERT_TRUE(ec::execute(store, outer).has_value());
  EXPECT_EQ(all_events(store), (Texts{R"(innermost@1 deposited {"amount":3})", R"(inner@1 deposited {"amount":2})",
                                      R"(inner@2 deposited {"amount":4})", R"(outer@1 deposited {"amount":1})",
                                      R"(outer@2 deposited {"amount":5})"}));
}

// The outer one holds its turn on the stream when it is tried again. An inner one that met a conflict and waited for
// its own turn there would wait for ever.
TEST(Attempts, ACommandWithinACommandDoesNotWaitForIt) {
  ec::Store store = open_memory();
  const auto append = [&] {
    const auto done = store.append({ec::Expect::any(ec::StreamId("account/a"))}, {ec::NewEvent::of(0, Deposited{1})});
    EXPECT_TRUE(done.has_value());
  };
  int inner_decisions = 0;
  const Probe inner{.on_decide = [&](const State&, Out&) {
    if (++inner_decisions == 2) append();
    return ec::Result<>{};
  }};
  int outer_decisions = 0;
  const Probe outer{.on_decide = [&](const State&, Out&) {
    if (++outer_decisions == 1) append();
    EXPECT_TRUE(ec::execute(store, inner, quick()).has_value());
    return ec::Result<>{};
  }};
  const auto done = ec::execute(store, outer, quick());
  ASSERT_TRUE(done.has_value()) << done.error().message;
  EXPECT_EQ(outer_decisions, 3);
  EXPECT_EQ(inner_decisions, 4);
}

TEST(Attempts, ADeadlineThatPassedEndsItBeforeAnythingIsStored) {
  ec::Store store = open_memory();
  ec::ExecuteOptions options;
  options.call.deadline = std::chrono::steady_clock::now() - 1s;
  EXPECT_FAILS(ec::execute(store, Deposit{ec::StreamId("account/a")}, options), ec::Code::timeout, "deadline");
  options.call.deadline = std::chrono::steady_clock::time_point{};
  EXPECT_FAILS(ec::execute(store, Deposit{ec::StreamId("account/a")}, options), ec::Code::timeout, "deadline");
  EXPECT_TRUE(all_events(store).empty());
  options.call.deadline = ec::Call::in(1h);
  EXPECT_TRUE(ec::execute(store, Deposit{ec::StreamId("account/a")}, options).has_value());
}

TEST(Attempts, ADeadlineEndsTheWaitBetweenThem) {
  ec::Store store = open_memory();
  Rival rival{store, 1'000'000};
  ec::ExecuteOptions options;
  options.max_attempts = 1'000'000;
  options.backoff_base = options.backoff_cap = 1h;
  options.call.deadline = ec::Call::in(50ms);
  EXPECT_FAILS(ec::execute(store, Probe{.on_decide = std::ref(rival)}, options), ec::Code::timeout, "deadline");
}

TEST(Attempts, AStopEndsThem) {
  ec::Store store = open_memory();
  std::stop_source stop;
  ec::ExecuteOptions options;
  options.call.stop = stop.get_token();
  const Probe probe{.on_decide = [&](const State&, Out& out) {
    stop.request_stop();
    out.write<&Probe::account>(Deposited{1});
    return ec::Result<>{};
  }};
  EXPECT_FAILS(ec::execute(store, probe, options), ec::Code::cancelled, "cancelled");
  EXPECT_FAILS(ec::execute(store, probe, options), ec::Code::cancelled, "cancelled");
  EXPECT_TRUE(all_events(store).empty());
}

TEST(Attempts, AStopWakesOneThatWaitsForItsNext) {
  ec::Store store = open_memory();
  Rival rival{store, 1'000'000};
  struct StopOnSleep : ec::Observer {
    std::stop_source stop;
    void retry(const Retry& retry) override {
      if (retry.wait > 0ns) stop.request_stop();
    }
  } observer;
  ec::ExecuteOptions options;
  options.max_attempts = 1'000'000;
  options.backoff_base = options.backoff_cap = 1h;
  options.observer = &observer;
  options.call.stop = observer.stop.get_token();
  EXPECT_FAILS(ec::execute(store, Probe{.on_decide = std::ref(rival)}, options), ec::Code::cancelled, "cancelled");
}

struct Record : ec::Observer {
  Texts seen;
  void attempt(const Attempt& a) override {
    seen.push_back(
        ec::format("attempt {} {} events={}", a.number, a.error ? ec::name_of(*a.error) : "OK", a.events_read));
    EXPECT_GE(a.read.count() + a.decide.count() + a.append.count(), 0);
  }
  void conflict(const Conflict& c) override {
    seen.push_back(ec::format("conflict {} {} {}/{}", c.attempt, c.stream, c.expected_version, c.actual_version));
  }
  void retry(const Retry& r) override {
    seen.push_back(ec::format("retry {} {}{}", r.next_attempt, ec::name_of(r.cause), r.wait == 0ns ? " at once" : ""));
  }
  void finished(const Finished& f) override {
    seen.push_back(ec::format("finished {} {}", f.error ? ec::name_of(*f.error) : "OK", f.attempts));
    EXPECT_GT(f.total, 0ns);
  }
};

TEST(Observer, SeesEachStepInOrder) {
  ec::Store store = open_memory();
  ASSERT_TRUE(ec::execute(store, Deposit{ec::StreamId("account/a"), 1}).has_value());
  Rival rival{store, 1};
  Record record;
  ec::ExecuteOptions options = quick();
  options.observer = &record;
  ASSERT_TRUE(ec::execute(store, Probe{.on_decide = std::ref(rival)}, options).has_value());
  EXPECT_EQ(record.seen, (Texts{"attempt 1 CONFLICT events=1", "conflict 1 account/a 1/2", "retry 2 CONFLICT at once",
                                "attempt 2 OK events=1", "finished OK 2"}));
}

TEST(Observer, SeesRejectionsAndFailures) {
  ec::Store store = open_memory();
  Record record;
  ec::ExecuteOptions options = quick();
  options.observer = &record;
  const Probe no{.on_decide = [](const State&, Out&) -> ec::Result<> {
    EC_REQUIRE(false, "no");
    return {};
  }};
  EXPECT_FAILS(ec::execute(store, no, options), ec::Code::rejected, "no");
  EXPECT_FAILS(ec::execute(store, Deposit{ec::StreamId("*")}, options), ec::Code::invalid, "'*'");
  EXPECT_EQ(record.seen, (Texts{"attempt 1 REJECTED events=0", "finished REJECTED 1", "finished INVALID 1"}));
}

TEST(Attempts, OfManyThreadsOnOneStreamAllEndCommitted) {
  ec::Store store = open_memory();
  constexpr int threads = 4;
  constexpr int commands = 50;
  const Probe count{.on_decide = [](const State&, Out& out) {
    out.write<&Probe::account>(Deposited{1});
    return ec::Result<>{};
  }};
  ec::ExecuteOptions options;
  options.max_attempts = 10'000;
  std::atomic<int> committed{0};
  {
    std::vector<std::jthread> workers;
    for (int t = 0; t < threads; ++t)
      workers.emplace_back([&] {
        for (int i = 0; i < commands; ++i) committed += ec::execute(store, count, options).has_value() ? 1 : 0;
      });
  }
  EXPECT_EQ(committed.load(), threads * commands);
  EXPECT_EQ(all_events(store).size(), static_cast<std::size_t>(threads * commands));
}

}  // namespace
