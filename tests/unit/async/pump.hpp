// An executor that a test drives by hand: what is posted lies there until the test runs it.
#pragma once

#include <eventcore/execute_async.hpp>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace ec::test {

class Pump {
 public:
  // What an execution is given.
  struct Poster {
    Pump* pump;
    void operator()(Work work) const { pump->post(work); }
  };
  Poster poster() { return {this}; }

  // The nth post from now (1: the next one), and those after it, throw.
  void refuse_from(std::size_t nth) {
    const std::scoped_lock lock(mutex_);
    taken_until_refusal_ = nth - 1;
    refuses_ = true;
  }

  // Runs what is posted, here, until `is_done`.
  template <class Predicate>
  void run_until(Predicate is_done) {
    while (!is_done()) run_one();
  }
  // Waits for something to be posted, and runs it.
  void run_one() {
    const Work work = take();
    running_on_ = std::this_thread::get_id();
    work();
    running_on_ = std::thread::id();
  }
  // The same without running it.
  void await_post(std::size_t count = 1) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return works_.size() >= count; });
  }
  std::size_t posted() const {
    const std::scoped_lock lock(mutex_);
    return works_.size();
  }
  bool is_running_here() const { return running_on_ == std::this_thread::get_id(); }

 private:
  Work take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !works_.empty(); });
    const Work work = works_.front();
    works_.pop_front();
    return work;
  }

  void post(Work work) {
    const std::scoped_lock lock(mutex_);
    if (refuses_ && taken_until_refusal_-- == 0) {
      taken_until_refusal_ = 0;
      throw std::runtime_error("the loop has stopped");
    }
    works_.push_back(work);
    changed_.notify_all();
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Work> works_;
  bool refuses_ = false;
  std::size_t taken_until_refusal_ = 0;
  std::atomic<std::thread::id> running_on_;  // of the one thread that pumps
};

}  // namespace ec::test
