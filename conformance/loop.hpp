// An event loop of the plainest kind, a thread that runs what it is given, and executions driven over it.
#pragma once

#include <eventcore/execute_async.hpp>

#include <condition_variable>
#include <deque>
#include <exception>
#include <future>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

namespace ec::conformance {

class Loop {
 public:
  // Waits for its end, as execute does; the command's functions are called by the loop's thread.
  template <class C>
  Outcome<C> execute(Store& store, C command, ExecuteOptions options) {
    std::promise<Outcome<C>> promise;
    auto future = promise.get_future();
    const auto begun = execute_async(
        store, std::move(command), std::move(options), [this](Work work) { post(work); },
        [promise = std::move(promise)](const std::exception_ptr& thrown, Outcome<C> outcome) mutable {
          thrown ? promise.set_exception(thrown) : promise.set_value(std::move(outcome));
        });
    if (!begun) return std::unexpected(typename Outcome<C>::error_type{begun.error(), {}, {}});
    return future.get();
  }

 private:
  void post(Work work) {
    const std::scoped_lock lock(mutex_);
    works_.push_back(work);
    changed_.notify_one();
  }
  void run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [this] { return !works_.empty(); })) {
      const Work work = works_.front();
      works_.pop_front();
      lock.unlock();
      work();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Work> works_;
  std::jthread thread_{[this](const std::stop_token& stop) { run(stop); }};
};

}  // namespace ec::conformance
