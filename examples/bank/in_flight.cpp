#include "in_flight.hpp"

#include <condition_variable>
#include <coroutine>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>

namespace bank {

namespace {

// The plainest event loop: what is posted runs where run() was called.
class Loop {
 public:
  auto poster() {
    return [this](ec::Work work) {
      const std::lock_guard lock(mutex_);
      works_.push_back(work);
      changed_.notify_one();
    };
  }
  void run_one() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !works_.empty(); });
    const ec::Work work = works_.front();
    works_.pop_front();
    lock.unlock();
    work();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<ec::Work> works_;
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
  ec::Store& store;
  Source& source;
  Stop& stop;
  Accounts& accounts;
  Worker& worker;
  Progress& progress;
  Loop loop;
  unsigned running = 0;
};

// One of the many: takes one transfer after the other.
Task carry_out(Shared& shared) {
  ++shared.running;
  try {
    for (bool going = true; going;) {
      const auto order = shared.source.next();
      if (!order) break;
      const TransferMoney command = Worker::command_for(*order);
      const ec::StreamId* const accounts[] = {&command.from, &command.to};
      for (const ec::StreamId* account : accounts) {
        if (!going || shared.accounts.is_open(*account)) continue;
        auto opening = ec::execute_async(shared.store, shared.accounts.opening(*account), options_for_opening(*account),
                                         shared.loop.poster());
        const auto opened = co_await opening;
        going = opened ? true : shared.worker.failed(opened.error());
        if (opened) shared.accounts.note_open(*account);
      }
      if (going) {
        const auto began = std::chrono::steady_clock::now();
        auto transfer =
            ec::execute_async(shared.store, command, shared.worker.options_for(*order), shared.loop.poster());
        const auto done = co_await transfer;
        going = shared.worker.settle(*order, command, done, std::chrono::steady_clock::now() - began);
      }
      shared.progress.step();
      if (!going) shared.stop.request();
    }
  } catch (const std::exception& problem) {
    shared.worker.failed({ec::Code::internal, problem.what()});
    shared.stop.request();
  }
  --shared.running;
}

}  // namespace

void keep_in_flight(ec::Store& store, Source& source, Stop& stop, Accounts& accounts, Worker& worker,
                    Progress& progress, unsigned count) {
  Shared shared{store, source, stop, accounts, worker, progress, {}};
  for (unsigned i = 0; i < count; ++i) carry_out(shared);
  while (shared.running > 0) shared.loop.run_one();
}

}  // namespace bank
