// What happens on threads of the store between an execution's end and the next one's turn, without asking an executor,
// and what of it must hold nobody up.
#include "support.hpp"

#include <eventcore/plugin/failure.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <stop_token>
#include <thread>
#include <utility>

namespace ec::test {
namespace {

// The thread of a store that looks after deadlines and patience, held in a question whether one is to be cancelled: who
// waits for his turn has it from the one before, or never.
class NoPatience {
 public:
  NoPatience(ec::Store& store, Pump& pump) {
    command_.streams = [](void*, const ec_str**, std::size_t*, ec_error* error) {
      return ec::plugin::set_error(error, EC_REJECTED, "it does nothing");
    };
    command_.apply = [](void*, const ec_event*, ec_error*) { return ec_status{EC_OK}; };
    command_.decide = [](void*, ec_decision*, ec_error*) { return ec_status{EC_OK}; };
    call_.cancelled = [](void* self) {
      auto& own = *static_cast<NoPatience*>(self);
      if (!own.is_asked_.exchange(true)) {
        own.asked_.set_value();
        own.answer_.get_future().wait();
      }
      return 0;
    };
    const ec_executor executor{sizeof executor, 0, &pump, [](void* ctx, void (*run)(void*), void* arg) {
                                 static_cast<Pump*>(ctx)->poster()(ec::Work(run, arg));
                                 return 0;
                               }};
    ec_error error = EC_ERROR_INIT;
    const auto done = [](void* self, ec_status, const ec_error*) { static_cast<NoPatience*>(self)->is_done_ = true; };
    EXPECT_EQ(ec_store_execute_async(store.raw(), &command_, nullptr, &call_, &executor, done, this, &error), EC_OK);
    asked_.get_future().wait();
  }
  void end(Pump& pump) {
    answer_.set_value();
    pump.run_until([this] { return is_done_; });
  }

 private:
  ec_command command_{sizeof(ec_command), 0, this, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr};
  ec_call call_{sizeof(ec_call), 0, 0, this, nullptr, {nullptr, 0}};
  std::atomic<bool> is_asked_ = false;
  std::promise<void> asked_, answer_;
  bool is_done_ = false;
};

// One has its turn on a stream, and its append is inside of the backend.
class HotTurn : public testing::Test {
 protected:
  HotTurn() {
    first_.account = hot_.account;
    first_.on_decide = [this](const auto&, auto& out) -> ec::Result<> {
      if (++decided_ == 1) {
        EXPECT_TRUE(ec::execute(store_, hot_));
      } else {
        Holds::all().hold("append");
      }
      out.template write<&Probe::account>(Deposited{1});
      return {};
    };
    first_end_ = begin(store_, pump_, first_);
    while (decided_ < 2) pump_.run_one();
    Holds::all().await_inside("append");
  }
  ~HotTurn() override {
    for (const char* function : {"read", "append"}) Holds::all().release(function);
    EXPECT_TRUE(finish(pump_, first_end_));
  }
  // Begins one on the same stream, up to where it waits for its turn.
  auto line_up(ec::ExecuteOptions options = {}) {
    auto next = begin(store_, pump_, hot_, std::move(options));
    pump_.run_one();
    return next;
  }

  ec::Store store_ = open_held("persistent: true, pages: true");
  const typed::Deposit hot_ = deposit("hot");
  Pump pump_;

 private:
  Probe first_;
  int decided_ = 0;
  ec::test::Ended<Probe> first_end_;
};

TEST_F(HotTurn, TheNextOneReadsBeforeAnyExecutorRuns) {
  Pump idle;
  NoPatience no_patience(store_, idle);
  const auto next = line_up();
  Holds::all().release("append");
  pump_.await_post(2);  // the end of the first, and what the next one has read
  for (int runs = 0; runs < 3; ++runs) pump_.run_one();
  ASSERT_TRUE(next->outcome) << "beginning, what was read and the end are all that its executor is asked for";
  EXPECT_EQ(next->outcome->value().version_of(hot_.account), 3U);
  no_patience.end(idle);
}

TEST_F(HotTurn, TheNextOneLooksItsCommitIdUpAndReadsBeforeAnyExecutorRuns) {
  Pump idle;
  NoPatience no_patience(store_, idle);
  const auto next = line_up({.commit_id = ec::Uuid::make()});
  Holds::all().release("append");
  pump_.await_post(2);
  for (int runs = 0; runs < 3; ++runs) pump_.run_one();
  ASSERT_TRUE(next->outcome);
  EXPECT_EQ(next->outcome->value().version_of(hot_.account), 3U);
  no_patience.end(idle);
}

TEST_F(HotTurn, AReadThatHangsOnTheThreadThatLedHoldsUpNoGroup) {
  Pump others;
  const auto other = begin(store_, others, deposit("other"));
  others.run_one();
  others.await_post();  // it has read
  const auto next = line_up();
  Holds::all().hold("read");
  Holds::all().release("append");
  Holds::all().await_inside("read");
  EXPECT_TRUE(finish(others, other));
  Holds::all().release("read");
  EXPECT_TRUE(finish(pump_, next));
}

TEST_F(HotTurn, AStopEndsTheReadOfTheNextOne) {
  std::stop_source stop;
  ec::ExecuteOptions options;
  options.call.stop = stop.get_token();
  const auto next = line_up(options);
  Holds::all().hold("read");
  Holds::all().release("append");
  Holds::all().await_inside("read");
  stop.request_stop();
  EXPECT_EQ(finish(pump_, next).error().code, ec::Code::cancelled);
}

// An executor whose next post does not come back until it is let.
struct Stuck {
  struct Shared {
    std::atomic<bool> is_next = false;
    std::promise<void> inside, may_go_on;
  };
  Pump* pump;
  std::shared_ptr<Shared> shared;
  void operator()(ec::Work work) const {
    if (shared->is_next.exchange(false)) {
      shared->inside.set_value();
      shared->may_go_on.get_future().wait();
    }
    pump->poster()(work);
  }
};

TEST(AsyncPost, OneThatDoesNotComeBackHoldsUpNoGroup) {
  ec::Store store = open_held("persistent: true");
  Pump stuck, pump;
  const Stuck poster{&stuck, std::make_shared<Stuck::Shared>()};
  bool is_done = false;
  Holds::all().hold("append");
  const auto begun = ec::execute_async(store, deposit("stuck"), {}, poster, [&](const auto&, const auto& done) {
    EXPECT_TRUE(done);
    is_done = true;
  });
  ASSERT_TRUE(begun) << begun.error().message;
  for (int i = 0; i < 2; ++i) stuck.run_one();
  Holds::all().await_inside("append");
  const auto behind = begin(store, pump, deposit("behind"));
  for (int i = 0; i < 2; ++i) pump.run_one();
  poster.shared->is_next = true;
  // An append that is over within 30 us is followed by the next few before anybody is told.
  std::this_thread::sleep_for(std::chrono::milliseconds(1));
  Holds::all().release("append");
  poster.shared->inside.get_future().wait();
  EXPECT_TRUE(finish(pump, behind)) << "its group had to wait for an executor of another one";
  poster.shared->may_go_on.set_value();
  stuck.run_until([&] { return is_done; });
}

// Puts money on an account, and keeps its state; what the test wants happens in decide.
struct Keeper {
  ec::StreamId account = deposit("hot").account;
  std::function<void()> on_decide = [] {};

  using Streams = ec::StreamSet<&Keeper::account>;
  using Events = ec::Events<Deposited>;
  struct State {};
  static constexpr bool caches_state = true;

  void apply(State&, const ec::Recorded<Deposited>&) const {}
  ec::Result<> decide(const State&, ec::Decision<Keeper>& out) const {
    on_decide();
    out.write<&Keeper::account>(Deposited{1});
    return {};
  }
};

struct Conflicts : ec::Observer {
  int met = 0;
  void conflict(const Conflict&) override { ++met; }
};

// It resumes what the one before keeps when its executor runs its end: with an older state it would meet a conflict.
TEST(AsyncCache, TheNextOneHasItsTurnOnceTheStateOfTheOneBeforeIsKept) {
  ec::Store store = open_held("persistent: true");
  ec::StateCache cache(1U << 20U);
  ASSERT_TRUE(ec::execute(store, Keeper{}, {.cache = &cache}));
  Pump first_pump, pump, others;
  int decided = 0;
  const Keeper first{.on_decide = [&] {
    // The first conflict is the kept state's, with the second it lines up.
    if (++decided <= 2)
      EXPECT_TRUE(ec::execute(store, deposit("hot")));
    else
      Holds::all().hold("append");
  }};
  const auto first_end = begin(store, first_pump, first, {.cache = &cache});
  while (decided < 3) first_pump.run_one();
  Holds::all().await_inside("append");
  Conflicts conflicts;
  const auto next = begin(store, pump, Keeper{}, {.observer = &conflicts, .cache = &cache});
  pump.run_one();
  ASSERT_EQ(pump.posted(), 0U) << "it does not wait for its turn";
  Holds::all().release("append");
  first_pump.await_post();
  EXPECT_TRUE(finish(others, begin(store, others, deposit("other"))));  // the store's threads have gone on
  EXPECT_EQ(pump.posted(), 0U);
  EXPECT_TRUE(finish(first_pump, first_end));
  EXPECT_TRUE(finish(pump, next));
  EXPECT_EQ(conflicts.met, 0);
}

// What gets its turn on a thread that leads a group of another store's does not wait for that group.
TEST(AsyncStores, AnAppendWithinAnAppendOfAnotherStoreHoldsUpNobody) {
  ec::Store outer = open_held("persistent: true");
  ec::Store inner = open_held("persistent: true");
  Pump outer_pump, pump;
  ec::test::Ended<typed::Deposit> next;
  std::promise<void> inner_done, next_done;
  Probe within;
  within.account = deposit("hot").account;
  within.on_decide = [&, attempts = 0](const auto&, auto& out) mutable -> ec::Result<> {
    if (++attempts == 1) {
      EXPECT_TRUE(ec::execute(inner, deposit("hot")));
    } else {             // with its turn
      std::thread([&] {  // or it is taken for one within this one
        next = begin(inner, pump, deposit("hot"));
        pump.run_one();
      })
          .join();
      EXPECT_EQ(pump.posted(), 0U) << "it does not wait for its turn";
    }
    out.template write<&Probe::account>(Deposited{1});
    return {};
  };
  const auto outer_end = begin(outer, outer_pump, deposit("outer"));
  outer_pump.run_one();
  outer_pump.await_post();  // it has read
  Holds::all().within_append([&] {
    EXPECT_TRUE(ec::execute(inner, within));
    inner_done.set_value();
    next_done.get_future().wait();
  });
  outer_pump.run_one();
  inner_done.get_future().wait();
  EXPECT_TRUE(finish(pump, next));
  next_done.set_value();
  EXPECT_TRUE(finish(outer_pump, outer_end));
}

// Batches of one event are folded together, whatever of them the backend lends at a time.
TEST(AsyncRead, ALongStreamTakesOnePost) {
  ec::Store store = open_held("persistent: true, pages: true");
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(ec::execute(store, deposit("long")));
  Pump pump;
  Probe probe;
  probe.account = deposit("long").account;
  std::int64_t sum = 0;
  std::uint64_t last = 0;
  probe.on_apply = [&](const auto& event) {
    EXPECT_EQ(event.stream(), probe.account.str());
    EXPECT_EQ(event.version(), ++last);
    sum += event->amount;
  };
  probe.on_decide = [](const auto&, auto& out) -> ec::Result<> {
    out.template write<&Probe::account>(Deposited{1});
    return {};
  };
  const auto end = begin(store, pump, probe);
  for (int runs = 0; runs < 3; ++runs) pump.run_one();
  ASSERT_TRUE(end->outcome) << "beginning, what was read and the end are all that its executor is asked for";
  EXPECT_TRUE(*end->outcome);
  EXPECT_EQ(sum, 100);
}

}  // namespace
}  // namespace ec::test
