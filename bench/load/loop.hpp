// Where operations that hold no thread go on: on the thread of their client, one after the other.
//
//   auto loop = std::make_shared<Loop>();
//   auto execution = ec::execute_async(store, command, {}, loop->poster());
//   const auto done = co_await execution;  // in a Task, while somebody calls loop->wait() and loop->run()
#pragma once

#include <eventcore/execute_async.hpp>

#include <chrono>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace bench {

class Loop : public std::enable_shared_from_this<Loop> {
 public:
  // Owns the loop with it: the store, which outlives the run, may still be posting when all is over.
  auto poster() {
    return [loop = shared_from_this()](ec::Work work) { loop->post(work); };
  }

  // Until something was posted, or until then.
  void wait(std::optional<std::chrono::steady_clock::time_point> until = {}) {
    std::unique_lock lock(mutex_);
    const auto is_there = [this] { return !posted_.empty(); };
    is_waiting_ = true;
    if (until)
      changed_.wait_until(lock, *until, is_there);
    else
      changed_.wait(lock, is_there);
    is_waiting_ = false;
  }

  // What was posted by now.
  void run() {
    {
      const std::lock_guard lock(mutex_);
      running_.swap(posted_);
    }
    for (const ec::Work& work : running_) work();
    running_.clear();
  }

  // Any thread.
  void post(ec::Work work) {
    std::unique_lock lock(mutex_);
    posted_.push_back(work);
    if (!std::exchange(is_waiting_, false)) return;
    lock.unlock();
    changed_.notify_one();
  }
  // Ends a wait.
  void wake() {
    post(ec::Work([](void*) {}, nullptr));
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<ec::Work> posted_;
  bool is_waiting_ = false;
  std::vector<ec::Work> running_;  // belongs to the thread that runs it
};

// A coroutine that nobody awaits: it begins at once and frees itself at its end.
struct Task {
  struct promise_type {
    Task get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }
  };
};

}  // namespace bench
