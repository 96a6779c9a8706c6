// Group commit over a backend that the test holds still, so that queues form when the test wants them.
#include "group_commit.hpp"

#include <eventcore/plugin/append.hpp>
#include <eventcore/plugin/strided.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

using ec::core::GroupCommit;
using ec::plugin::Call;

// Counts what it is given; with the gate shut a call waits inside.
class Backend {
 public:
  std::function<ec_status(std::size_t count, ec_outcome* outcomes, const ec_call* call, ec_error* error)> answer;

  void shut() {
    const std::scoped_lock lock(mutex_);
    open_ = false;
  }
  void open() {
    const std::scoped_lock lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void wait_until_inside() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return inside_ > 0; });
  }
  std::vector<std::size_t> group_sizes() const {
    const std::scoped_lock lock(mutex_);
    return sizes_;
  }
  std::thread::id last_thread() const {
    const std::scoped_lock lock(mutex_);
    return thread_;
  }

  ec_backend* handle() { return reinterpret_cast<ec_backend*>(this); }

  static ec_status append(ec_backend* backend, const ec_append* appends, std::size_t, ec_outcome* outcomes, std::size_t,
                          std::size_t count, const ec_call* call, ec_error* error) {
    return reinterpret_cast<Backend*>(backend)->append(appends, outcomes, count, call, error);
  }

 private:
  ec_status append(const ec_append* appends, ec_outcome* outcomes, std::size_t count, const ec_call* call,
                   ec_error* error) {
    {
      std::unique_lock lock(mutex_);
      EXPECT_EQ(inside_, 0) << "two calls at once";
      ++inside_;
      changed_.notify_all();
      changed_.wait(lock, [this] { return open_; });
      sizes_.push_back(count);
      thread_ = std::this_thread::get_id();
    }
    const Inside inside(*this);
    ec_status status = EC_OK;
    if (answer) status = answer(count, outcomes, call, error);
    if (!answer)
      for (std::size_t i = 0; i < count; ++i) {
        outcomes[i].status = EC_OK;
        // The caller's number comes back, so that a mix-up of outcomes is seen.
        outcomes[i].first = {0, appends[i].expects[0].version};
      }
    return status;
  }

  // Until the call is over, also by an exception.
  class Inside {
   public:
    explicit Inside(Backend& backend) : backend_(backend) {}
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    ~Inside() {
      const std::scoped_lock lock(backend_.mutex_);
      --backend_.inside_;
    }

   private:
    Backend& backend_;
  };

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
  int inside_ = 0;
  std::vector<std::size_t> sizes_;
  std::thread::id thread_;
};

class GroupCommitTest : public testing::Test {
 protected:
  struct Answer {
    ec_status status = EC_INTERNAL;
    ec_position first{};
    std::string message;
  };

  // One append whose number comes back as its first position.
  Answer append(std::uint64_t number, const ec_call* call = nullptr, std::size_t payload_bytes = 0) {
    const std::string payload(payload_bytes, 'x');
    const ec_expect expect{EC_LIT("stream"), number, EC_EXPECT_EXACT, 0};
    ec_new_event event{};
    event.payload = ec::plugin::bytes(payload);
    const ec_append request{sizeof request, 0, {}, &expect, 1, sizeof expect, &event, 1, sizeof event};
    ec_error error = EC_ERROR_INIT;
    ec_outcome outcome{sizeof outcome, EC_INTERNAL, 0, 0, {}, {}, nullptr, &error};
    const ec_status status = group_.append(request, Call(call), outcome);
    EXPECT_EQ(status, outcome.status);
    return {status, outcome.first, error.message};
  }

  // Shuts the gate with one append inside and `count` more in the queue behind it.
  void fill_queue(std::size_t count, std::size_t payload_bytes = 0) {
    backend_.shut();
    spawn(0, nullptr, payload_bytes);
    backend_.wait_until_inside();
    for (std::size_t i = 1; i <= count; ++i) spawn(i, nullptr, payload_bytes);
    await_queue(count);
  }
  void await_queue(std::size_t count) {
    while (group_.queued() != count) std::this_thread::yield();
  }
  void spawn(std::uint64_t number, const ec_call* call, std::size_t payload_bytes = 0) {
    const std::scoped_lock lock(answers_mutex_);
    threads_.emplace_back([this, number, call, payload_bytes] {
      const Answer answer = append(number, call, payload_bytes);
      const std::scoped_lock answers_lock(answers_mutex_);
      answers_.emplace_back(number, answer);
    });
  }
  std::vector<std::pair<std::uint64_t, Answer>> join() {
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    return answers_;
  }

  void expect_only_the_late_one_fails(bool whole_call_fails);

  Backend backend_;
  ec_store_api api_ = [] {
    ec_store_api api{};
    api.struct_size = sizeof api;
    api.append = Backend::append;
    return api;
  }();
  GroupCommit group_{api_, backend_.handle(), {8, 10'000}};
  std::mutex answers_mutex_;
  std::vector<std::thread> threads_;
  std::vector<std::pair<std::uint64_t, Answer>> answers_;
};

TEST_F(GroupCommitTest, ALoneCallerGoesStraightThroughOnItsOwnThread) {
  EXPECT_EQ(append(7).first.lo, 7U);
  EXPECT_EQ(backend_.group_sizes(), std::vector<std::size_t>{1});
  EXPECT_EQ(backend_.last_thread(), std::this_thread::get_id());
}

TEST_F(GroupCommitTest, ThoseWithoutAThreadAreServedAgainAfterAnEnd) {
  struct Told : GroupCommit::Waiter {
    std::promise<void> promise;
  };
  const ec_expect expect{EC_LIT("stream"), 3, EC_EXPECT_EXACT, 0};
  const ec_append request{sizeof request, 0, {}, &expect, 1, sizeof expect, nullptr, 0, sizeof(ec_new_event)};
  const Call call(nullptr);
  for (int round = 0; round < 2; ++round) {
    group_.begin_serving();
    std::thread serving([this] {
      while (group_.serve()) continue;
    });
    ec_error error = EC_ERROR_INIT;
    ec_outcome outcome{sizeof outcome, EC_INTERNAL, 0, 0, {}, {}, nullptr, &error};
    Told waiter;
    waiter.request = &request;
    waiter.call = &call;
    waiter.outcome = &outcome;
    waiter.told = [](GroupCommit::Waiter& told) noexcept { static_cast<Told&>(told).promise.set_value(); };
    EXPECT_FALSE(group_.start(waiter, GroupCommit::InPlace::no));
    const bool is_told = waiter.promise.get_future().wait_for(std::chrono::seconds(30)) == std::future_status::ready;
    group_.end_serving();
    serving.join();
    ASSERT_TRUE(is_told) << "round " << round;
    EXPECT_EQ(outcome.first.lo, 3U);
  }
}

TEST_F(GroupCommitTest, ThoseWhoArriveMeanwhileGoTogetherEachWithItsOwnOutcome) {
  fill_queue(5);
  backend_.open();
  for (const auto& [number, answer] : join()) {
    EXPECT_EQ(answer.status, EC_OK);
    EXPECT_EQ(answer.first.lo, number);
  }
  EXPECT_EQ(backend_.group_sizes(), (std::vector<std::size_t>{1, 5}));
}

TEST_F(GroupCommitTest, AGroupIsNoLargerThanThePluginTakes) {
  fill_queue(11);
  backend_.open();
  EXPECT_EQ(join().size(), 12U);
  EXPECT_EQ(backend_.group_sizes(), (std::vector<std::size_t>{1, 8, 3}));
}

TEST_F(GroupCommitTest, AGroupIsNoLargerThanItsBytes) {
  fill_queue(4, 4'000);
  backend_.open();
  join();
  EXPECT_EQ(backend_.group_sizes(), (std::vector<std::size_t>{1, 2, 2}));
}

TEST_F(GroupCommitTest, AnAppendLargerThanAGroupGoesAlone) {
  fill_queue(2, 20'000);
  backend_.open();
  join();
  EXPECT_EQ(backend_.group_sizes(), (std::vector<std::size_t>{1, 1, 1}));
}

TEST_F(GroupCommitTest, OneBadAppendDoesNotFailTheOthers) {
  backend_.answer = [](std::size_t count, ec_outcome* outcomes, const ec_call*, ec_error*) {
    for (std::size_t i = 0; i < count; ++i)
      if (i == 1)
        ec::plugin::fail(outcomes[i], EC_CONFLICT, "this one only");
      else
        outcomes[i].status = EC_OK;
    return EC_OK;
  };
  fill_queue(4);
  backend_.open();
  int conflicts = 0;
  for (const auto& [number, answer] : join())
    conflicts += answer.status == EC_CONFLICT && answer.message == "this one only";
  EXPECT_EQ(conflicts, 1);
}

TEST_F(GroupCommitTest, WhatFailsAsAWholeFailsForEach) {
  backend_.answer = [](std::size_t, ec_outcome*, const ec_call*, ec_error* error) {
    return ec::plugin::set_error(error, EC_UNAVAILABLE, "no server");
  };
  fill_queue(3);
  backend_.open();
  for (const auto& [number, answer] : join()) {
    EXPECT_EQ(answer.status, EC_UNAVAILABLE);
    EXPECT_EQ(answer.message, "no server");
  }
}

TEST_F(GroupCommitTest, AnExceptionOutOfThePluginIsAnErrorForEachAndTheHostLives) {
  backend_.answer = [](std::size_t, ec_outcome*, const ec_call*, ec_error*) -> ec_status {
    throw std::runtime_error("no C function does this");
  };
  fill_queue(3);
  backend_.open();
  for (const auto& [number, answer] : join()) {
    EXPECT_EQ(answer.status, EC_IN_DOUBT);
    EXPECT_NE(answer.message.find("the plugin let an exception out"), std::string::npos) << answer.message;
    EXPECT_NE(answer.message.find("no C function does this"), std::string::npos) << answer.message;
  }
}

// Nobody has a deadline that could have ended it for the others: trying again would never end.
TEST_F(GroupCommitTest, ATimeoutOfTheBackendsOwnIsTheAnswer) {
  backend_.answer = [](std::size_t, ec_outcome*, const ec_call*, ec_error* error) {
    return ec::plugin::set_error(error, EC_TIMEOUT, "the server's own limit");
  };
  fill_queue(3);
  backend_.open();
  for (const auto& [number, answer] : join()) {
    EXPECT_EQ(answer.status, EC_TIMEOUT);
    EXPECT_EQ(answer.message, "the server's own limit");
  }
}

TEST_F(GroupCommitTest, ADeadlineThatPassesInTheQueueStoresNothing) {
  fill_queue(1);
  ec_call call{sizeof(ec_call), 0, ec::plugin::monotonic_ns() + 5'000'000, nullptr, nullptr, {nullptr, 0}};
  const Answer late = append(99, &call);
  EXPECT_EQ(late.status, EC_TIMEOUT);
  backend_.open();
  for (const auto& [number, answer] : join()) EXPECT_EQ(answer.status, EC_OK);
  EXPECT_EQ(backend_.group_sizes(), (std::vector<std::size_t>{1, 1})) << "the late one was handed to the plugin";
}

TEST_F(GroupCommitTest, ACancelledAppendLeavesTheQueue) {
  std::atomic<bool> stop = false;
  ec_call call{
      sizeof(ec_call), 0, 0, &stop, [](void* ctx) { return static_cast<std::atomic<bool>*>(ctx)->load() ? 1 : 0; },
      {nullptr, 0}};
  fill_queue(2);
  spawn(99, &call);
  await_queue(3);
  stop = true;
  await_queue(2);
  backend_.open();
  for (const auto& [number, answer] : join()) EXPECT_EQ(answer.status, number == 99 ? EC_CANCELLED : EC_OK);
  EXPECT_EQ(backend_.group_sizes(), (std::vector<std::size_t>{1, 2}));
}

// The backend waits until the shortest deadline of the group is over, and tells so once or for each append.
void GroupCommitTest::expect_only_the_late_one_fails(bool whole_call_fails) {
  backend_.answer = [whole_call_fails](std::size_t count, ec_outcome* outcomes, const ec_call* call,
                                       ec_error* error) -> ec_status {
    const std::uint64_t deadline_ns = call == nullptr ? 0 : call->deadline_ns;
    const bool late = deadline_ns != 0;
    while (late && ec::plugin::monotonic_ns() < deadline_ns) std::this_thread::yield();
    if (late && whole_call_fails) return ec::plugin::set_error(error, EC_TIMEOUT, "the deadline passed");
    for (std::size_t i = 0; i < count; ++i)
      outcomes[i].status = late ? ec::plugin::set_error(outcomes[i].error, EC_TIMEOUT, "the deadline passed") : EC_OK;
    return EC_OK;
  };
  fill_queue(3);
  ec_call call{sizeof(ec_call), 0, ec::plugin::monotonic_ns() + 200'000'000, nullptr, nullptr, {nullptr, 0}};
  spawn(99, &call);
  await_queue(4);
  backend_.open();
  for (const auto& [number, answer] : join()) {
    EXPECT_EQ(answer.status, number == 99 ? EC_TIMEOUT : EC_OK) << number;
    EXPECT_EQ(answer.message, number == 99 ? "the deadline passed" : "") << number << ": an error is left from a try";
  }
}

TEST_F(GroupCommitTest, OneShortDeadlineDoesNotFailTheGroup) { expect_only_the_late_one_fails(true); }

TEST_F(GroupCommitTest, OneShortDeadlineToldForEachDoesNotFailTheGroup) { expect_only_the_late_one_fails(false); }

// The backend holds the group until somebody in it wants to stop, as one does that cannot write for a while.
TEST_F(GroupCommitTest, OneCancellationIsNoticedInsideAndEndsNobodyElse) {
  std::atomic<bool> stop = false;
  std::atomic<bool> held = false;
  backend_.answer = [&held](std::size_t count, ec_outcome* outcomes, const ec_call* call, ec_error*) -> ec_status {
    const bool cancellable = call != nullptr && call->cancelled != nullptr;
    held = held || cancellable;
    while (cancellable && call->cancelled(call->cancel_ctx) == 0) std::this_thread::yield();
    for (std::size_t i = 0; i < count; ++i)
      outcomes[i].status = cancellable ? ec::plugin::set_error(outcomes[i].error, EC_CANCELLED, "cancelled") : EC_OK;
    return EC_OK;
  };
  fill_queue(3);
  ec_call call{
      sizeof(ec_call), 0, 0, &stop, [](void* ctx) { return static_cast<std::atomic<bool>*>(ctx)->load() ? 1 : 0; },
      {nullptr, 0}};
  spawn(99, &call);
  await_queue(4);
  backend_.open();
  while (!held) std::this_thread::yield();
  stop = true;
  for (const auto& [number, answer] : join()) {
    EXPECT_EQ(answer.status, number == 99 ? EC_CANCELLED : EC_OK) << number;
    EXPECT_EQ(answer.message, number == 99 ? "cancelled" : "") << number << ": an error is left from a try";
  }
}

TEST_F(GroupCommitTest, ManyThreadsLoseNothing) {
  constexpr std::uint64_t threads = 8;
  constexpr std::uint64_t each = 500;
  std::atomic<std::uint64_t> right = 0;
  std::vector<std::thread> workers;
  for (std::uint64_t t = 0; t < threads; ++t)
    workers.emplace_back([&, t] {
      for (std::uint64_t i = 0; i < each; ++i) right += append(t * each + i).first.lo == t * each + i;
    });
  for (std::thread& worker : workers) worker.join();
  EXPECT_EQ(right, threads * each);
  std::size_t handed = 0;
  for (const std::size_t size : backend_.group_sizes()) handed += size;
  EXPECT_EQ(handed, threads * each);
}

}  // namespace
