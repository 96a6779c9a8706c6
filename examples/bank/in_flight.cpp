#include "in_flight.hpp"

#include <chrono>
#include <condition_variable>
#include <coroutine>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace bank {

namespace {

// The plainest event loop: what is posted runs where run_one() was called.
class Loop : public std::enable_shared_from_this<Loop> {
 public:
  void post(std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    works_.push_back(std::move(work));
    changed_.notify_one();
  }
  // Owns the loop with it: the store, which outlives this run, may still be posting when all are done.
  auto poster() {
    return [loop = shared_from_this()](ec::Work work) { loop->post(work); };
  }
  void run_one() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !works_.empty(); });
    const std::function<void()> work = std::move(works_.front());
    works_.pop_front();
    lock.unlock();
    work();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> works_;
};

// So many transfers may be under way: who reads them waits for a place, and each gives it back in the end.
class Places {
 public:
  explicit Places(unsigned count) : free_(count) {}

  void take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return free_ > 0; });
    --free_;
  }
  void give_back() {
    const std::lock_guard lock(mutex_);
    ++free_;
    changed_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  unsigned free_;
};

// A coroutine that nobody awaits: it begins at once and frees itself at its end.
struct Task {
  struct promise_type {
    Task get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }  // each has a handler of its own
  };
};

struct Shared {
  void fail(const std::string& why) {
    worker.failed({ec::Code::internal, why});
    stop.request();
  }
  void end_one() {
    --running;
    places.give_back();
  }

  ec::Store& store;
  Source& source;
  Stop& stop;
  Accounts& accounts;
  Worker& worker;
  Progress& progress;
  Places places;
  std::shared_ptr<Loop> loop = std::make_shared<Loop>();
  bool is_reading = true;
  unsigned running = 0;
};

Task carry_out(Shared& shared, Order order) {
  try {
    bool going = true;
    const TransferMoney command = Worker::command_for(order);
    const ec::StreamId* const accounts[] = {&command.from, &command.to};
    for (const ec::StreamId* account : accounts) {
      if (!going || shared.accounts.is_open(*account)) continue;
      auto opening = ec::execute_async(shared.store, shared.accounts.opening(*account), options_for_opening(*account),
                                       shared.loop->poster());
      const auto opened = co_await opening;
      going = opened ? true : shared.worker.failed(opened.error());
      if (opened) shared.accounts.note_open(*account);
    }
    if (going) {
      const auto began = std::chrono::steady_clock::now();
      auto transfer = ec::execute_async(shared.store, command, shared.worker.options_for(order), shared.loop->poster());
      const auto done = co_await transfer;
      going = shared.worker.settle(order, command, done, std::chrono::steady_clock::now() - began);
    }
    shared.progress.step();
    if (!going) shared.stop.request();
  } catch (const std::exception& problem) {
    shared.fail(problem.what());
  }
  shared.end_one();
}

void begin(Shared& shared, const Order& order) {
  ++shared.running;
  try {
    carry_out(shared, order);
  } catch (const std::exception& problem) {  // no memory for a coroutine
    shared.fail(problem.what());
    shared.end_one();
  }
}

// On a thread of its own, as it waits for the input; what it has read goes to the loop at once.
void read_orders(Shared& shared) {
  try {
    for (;;) {
      shared.places.take();
      auto order = shared.source.next();
      if (!order) break;
      shared.loop->post([&shared, taken = std::move(*order)] { begin(shared, taken); });
    }
  } catch (const std::exception& problem) {
    shared.loop->post([&shared, why = std::string(problem.what())] { shared.fail(why); });
  }
  shared.loop->post([&shared] { shared.is_reading = false; });
}

}  // namespace

void keep_in_flight(ec::Store& store, Source& source, Stop& stop, Accounts& accounts, Worker& worker,
                    Progress& progress, unsigned count) {
  Shared shared{store, source, stop, accounts, worker, progress, Places(count)};
  const std::jthread reader([&shared] { read_orders(shared); });
  while (shared.is_reading || shared.running > 0) shared.loop->run_one();
}

}  // namespace bank
