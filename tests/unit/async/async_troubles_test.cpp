// What goes wrong around executions without threads, and must not take others with it.
#include "support.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace ec::test {
namespace {

using std::chrono::milliseconds;

// Deadlines and stops come while the store goes: each execution is had by one of those that want to end it.
TEST(AsyncTroubles, DeadlinesAndStopsThatComeWhileTheStoreIsClosedEndEachOnce) {
  constexpr std::size_t count = 200;
  for (int round = 0; round < 6; ++round) {
    Pump pump;
    // Slow enough that they are on their way from one to the other for a while.
    struct Slow {
      Pump* pump;
      void operator()(ec::Work work) const {
        pump->poster()(work);
        const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(20);
        while (std::chrono::steady_clock::now() < until) continue;
      }
    };
    std::optional<ec::Store> store(open_held("persistent: true"));
    std::stop_source stop;
    std::atomic<std::size_t> ended = 0;
    Holds::all().hold("read");
    const auto deadline = ec::Call::in(milliseconds(15));
    for (std::size_t i = 0; i < count; ++i) {
      ec::ExecuteOptions options;
      options.call.stop = stop.get_token();
      if (i % 2 == 0) options.call.deadline = deadline;
      ASSERT_TRUE(ec::execute_async(*store, deposit(std::to_string(i)), options, Slow{&pump},
                                    [&](const std::exception_ptr&, const ec::Outcome<typed::Deposit>&) { ++ended; }));
    }
    for (std::size_t i = 0; i < count; ++i) pump.run_one();  // to where each waits for a thread
    std::this_thread::sleep_until(deadline);
    stop.request_stop();
    store.reset();
    Holds::all().release("read");
    while (pump.posted() > 0) pump.run_one();
    ASSERT_EQ(ended, count);
  }
}

// On one stream, until the first has its turn and waits for its executor: a conflict gave it one.
class AsyncTurn : public testing::Test {
 protected:
  AsyncTurn() {
    probe_.account = hot_.account;
    probe_.on_decide = [this](const auto&, auto& out) -> ec::Result<> {
      const bool is_first = attempts_++ == 0;
      if (is_first && !ec::execute(store_, hot_)) return std::unexpected(ec::Error{ec::Code::internal, "in the way"});
      out.template write<&typed::Probe::account>(typed::Deposited{1});
      return {};
    };
    end_ = begin(store_, pump_, probe_);
    while (attempts_ == 0) pump_.run_one();
    pump_.run_one();  // lines up
    pump_.await_post();
  }
  ~AsyncTurn() override {
    EXPECT_TRUE(finish(pump_, end_));
    EXPECT_EQ(attempts_, 3);  // the one that did not wait came between
  }

  ec::Store store_ = open_held("persistent: true");
  const typed::Deposit hot_ = deposit("hot");
  Pump pump_;

 private:
  typed::Probe probe_;
  int attempts_ = 0;
  ec::test::Ended<typed::Probe> end_;
};

TEST_F(AsyncTurn, OfOneWhoseExecutorDoesNothingHoldsNobodyUpForEver) { EXPECT_TRUE(ec::execute(store_, hot_)); }

TEST_F(AsyncTurn, HoldsNoOneWithoutAThreadUpForEver) {
  Pump other;
  EXPECT_TRUE(finish(other, begin(store_, other, hot_)));
}

struct Questioned {
  ec::Store* store;
  Pump* pump;
  std::atomic<int> asked = 0;
  std::vector<ec::test::Ended<typed::Deposit>> begun;
};

// The C form, with what the typed one has no way to get wrong.
class AsyncInC : public testing::Test {
 protected:
  AsyncInC() {
    command_.streams = [](void* self, const ec_str** streams, std::size_t* count, ec_error*) {
      *streams = &static_cast<AsyncInC*>(self)->stream_;
      *count = 1;
      return ec_status{EC_OK};
    };
    command_.apply = [](void*, const ec_event*, ec_error*) { return ec_status{EC_OK}; };
    command_.decide = [](void*, ec_decision*, ec_error*) { return ec_status{EC_OK}; };
  }

  ec_status start(const ec_execute_options* options, const ec_call* call) {
    ec_error error = EC_ERROR_INIT;
    return ec_store_execute_async(
        store_.raw(), &command_, options, call, nullptr,
        [](void* self, ec_status status, const ec_error*) { static_cast<AsyncInC*>(self)->ended_.set_value(status); },
        this, &error);
  }
  ec_status ended() { return ended_.get_future().get(); }

  ec::Store store_ = open_held("persistent: true");

 private:
  ec_str stream_{"a", 1};
  ec_command command_{sizeof(ec_command), 0, this, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr};
  std::promise<ec_status> ended_;
};

TEST_F(AsyncInC, WhetherItIsCancelledIsAskedWithoutALock) {
  Pump pump;
  Questioned questioned{&store_, &pump, {}, {}};
  ec_call call{sizeof(ec_call), 0, 0, &questioned, nullptr, {nullptr, 0}};
  call.cancelled = [](void* ctx) {
    auto& own = *static_cast<Questioned*>(ctx);
    if (own.asked++ == 0) own.begun.push_back(begin(*own.store, *own.pump, deposit("b")));
    return own.asked > 1 ? 1 : 0;
  };
  Holds::all().hold("read");
  ASSERT_EQ(start(nullptr, &call), EC_OK);
  EXPECT_EQ(ended(), EC_CANCELLED);
  Holds::all().release("read");
  EXPECT_TRUE(finish(pump, questioned.begun.front()));
}

TEST_F(AsyncInC, AnObserverThatThrowsEndsItAndNothingElse) {
  ec_observer observer{};
  observer.struct_size = sizeof observer;
  observer.finished = [](void*, ec_status, std::uint32_t, std::uint64_t) { throw std::runtime_error("no"); };
  ec_execute_options options{};
  options.struct_size = sizeof options;
  options.observer = &observer;
  ASSERT_EQ(start(&options, nullptr), EC_OK);
  EXPECT_EQ(ended(), EC_INTERNAL);
  EXPECT_TRUE(ec::execute(store_, deposit("a")));
}

TEST_F(AsyncInC, ACallThatDoesNotSayItsSizeIsRefused) {
  const ec_call call{};
  EXPECT_EQ(start(nullptr, &call), EC_INVALID);
}

}  // namespace
}  // namespace ec::test
