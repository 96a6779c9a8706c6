// Stores that are closed with executions under way, and executors that take no more.
#include "support.hpp"

#include <future>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace ec::test {
namespace {

class AsyncClose : public testing::Test {
 protected:
  void TearDown() override {
    for (const char* function : {"read", "next", "append"}) Holds::all().release(function);
    Holds::all().fail_appends(0);
  }
  void close() { store_.reset(); }

  std::optional<ec::Store> store_ = open_held("pages: true");
  Pump pump_;
};

TEST_F(AsyncClose, EndsWhatWaitsForItsExecutorWithoutAskingIt) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(ec::execute(*store_, deposit("a")));
  std::vector<ec::test::Ended<typed::Deposit>> ends;
  ends.push_back(begin(*store_, pump_, deposit("a")));
  pump_.run_one();
  pump_.await_post();  // with a batch that the backend has lent it
  ends.push_back(begin(*store_, pump_, deposit("b")));
  close();
  for (const auto& end : ends) {
    EXPECT_FALSE(end->outcome) << "it ended while nobody ran the executor";
    EXPECT_FAILS(finish(pump_, end), ec::Code::cancelled, "the store was closed");
    EXPECT_TRUE(end->was_on_pump);
  }
}

TEST_F(AsyncClose, EndsWhatWaitsForAThreadOrForTheBackend) {
  Holds::all().hold("read");
  std::vector<ec::test::Ended<typed::Deposit>> ends;
  for (int i = 0; i < 6; ++i) {
    ends.push_back(begin(*store_, pump_, deposit(std::to_string(i))));
    pump_.run_one();
  }
  Holds::all().await_inside("read", 4);
  close();
  for (const auto& end : ends) EXPECT_EQ(finish(pump_, end).error().code, ec::Code::cancelled);
}

TEST_F(AsyncClose, EndsASleep) {
  Holds::all().fail_appends(1);
  const std::chrono::hours long_time(100);
  const auto end = begin(*store_, pump_, deposit("a"), {.backoff_base = long_time, .backoff_cap = long_time});
  for (int i = 0; i < 3; ++i) pump_.run_one();
  close();
  EXPECT_FAILS(finish(pump_, end), ec::Code::cancelled, "the store was closed");
}

// What the backend has is waited for, and its answer counts; what stands behind it was never given away.
TEST_F(AsyncClose, WaitsForTheGroupThatTheBackendHas) {
  Holds::all().hold("append");
  const auto inside = begin(*store_, pump_, deposit("inside"));
  for (int i = 0; i < 2; ++i) pump_.run_one();
  Holds::all().await_inside("append");
  const auto behind = begin(*store_, pump_, deposit("behind"));
  for (int i = 0; i < 2; ++i) pump_.run_one();
  std::thread closing([this] { close(); });
  pump_.await_post();  // the one behind was withdrawn: it is being closed
  Holds::all().release("append");
  closing.join();
  EXPECT_FAILS(finish(pump_, behind), ec::Code::cancelled, "nothing was stored");
  const auto done = finish(pump_, inside);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->version_of(deposit("inside").account), 1U);
}

TEST_F(AsyncClose, WaitsForAFunctionOfTheCommandThatRuns) {
  std::promise<void> running, may_go_on;
  typed::Probe probe;
  probe.on_decide = [&](const auto&, auto& out) -> ec::Result<> {
    running.set_value();
    may_go_on.get_future().wait();
    out.template write<&typed::Probe::account>(typed::Deposited{1});
    return {};
  };
  const auto end = begin(*store_, pump_, probe);
  std::thread loop([&] { finish(pump_, end); });
  running.get_future().wait();
  std::atomic<bool> may = false, closed_too_early = false;
  std::thread closing([&] {
    close();
    closed_too_early = !may;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));  // to come back too early, if it does not wait
  may = true;
  may_go_on.set_value();
  closing.join();
  loop.join();
  EXPECT_FALSE(closed_too_early);
  EXPECT_TRUE(*end->outcome || end->outcome->error().code == ec::Code::cancelled);
}

TEST_F(AsyncClose, EndsWhatRunsOnItsOwnThreads) {
  Holds::all().hold("read");
  std::promise<ec::Code> ended;
  const auto begun = ec::execute_async(
      *store_, deposit("a"), {}, ec::LibraryThreads{},
      [&](const std::exception_ptr&, const ec::Outcome<typed::Deposit>& done) { ended.set_value(done.error().code); });
  ASSERT_TRUE(begun);
  Holds::all().await_inside("read");
  close();
  EXPECT_EQ(ended.get_future().get(), ec::Code::cancelled);
}

TEST_F(AsyncClose, FromWithinTheCallbackOfTheLastOne) {
  bool is_closed = false;
  const auto begun = ec::execute_async(*store_, deposit("a"), {}, pump_.poster(),
                                       [&](const std::exception_ptr&, const ec::Outcome<typed::Deposit>& done) {
                                         EXPECT_TRUE(done);
                                         close();
                                         is_closed = true;
                                       });
  ASSERT_TRUE(begun);
  pump_.run_until([&] { return is_closed; });
}

TEST_F(AsyncClose, AnExecutorThatRefusesAtOnceIsAnErrorAndNothingBegins) {
  pump_.refuse_from(1);
  bool told = false;
  const auto begun =
      ec::execute_async(*store_, deposit("a"), {}, pump_.poster(),
                        [&](const std::exception_ptr&, const ec::Outcome<typed::Deposit>&) { told = true; });
  EXPECT_FAILS(begun, ec::Code::cancelled, "the executor refused");
  EXPECT_FALSE(told);
  EXPECT_EQ(typed::all_events(*store_).size(), 0U);
}

// An executor that stops in the middle: the end comes on a thread of the store's, and it is the true one.
TEST_F(AsyncClose, AnExecutorThatRefusesLaterEndsItOnAnotherThread) {
  for (const std::size_t refused : {2U, 3U}) {
    pump_.refuse_from(refused);
    std::promise<ec::Outcome<typed::Deposit>> ended;
    const auto begun = ec::execute_async(
        *store_, deposit("a"), {}, pump_.poster(),
        [&](const std::exception_ptr&, const ec::Outcome<typed::Deposit>& done) { ended.set_value(done); });
    ASSERT_TRUE(begun);
    for (std::size_t i = 1; i < refused; ++i) pump_.run_one();
    const auto done = ended.get_future().get();
    if (refused == 3) {
      EXPECT_TRUE(done) << "it was committed before: " << done.error().message;
    } else {
      EXPECT_FAILS(done, ec::Code::cancelled, "the executor refused");
    }
  }
  EXPECT_EQ(typed::all_events(*store_).size(), 1U);
}

// Closed at moments that nobody chooses, with a loop that goes on meanwhile: every execution ends, and once.
TEST_F(AsyncClose, AtAnyMomentEndsEachOnce) {
  for (int round = 0; round < 30; ++round) {
    std::optional<ec::Store> store = open_held(round % 2 == 0 ? "pages: true" : "persistent: false");
    Pump pump;
    std::size_t ended = 0;
    constexpr std::size_t count = 40;
    for (std::size_t i = 0; i < count; ++i)
      ASSERT_TRUE(ec::execute_async(*store, deposit(std::to_string(i % 3)), {}, pump.poster(),
                                    [&](const std::exception_ptr&, const ec::Outcome<typed::Deposit>&) { ++ended; }));
    std::thread loop([&] { pump.run_until([&] { return ended == count; }); });
    for (int i = 0; i < round; ++i) std::this_thread::yield();
    store.reset();
    loop.join();
    EXPECT_EQ(ended, count);
    EXPECT_EQ(pump.posted(), 0U);
  }
}

}  // namespace
}  // namespace ec::test
