// The memory store, part of the program as plugin `held`, whose calls a test can hold inside. Options:
//   persistent  it says that it is kept beyond closing, so that the core does not expect answers within microseconds
//   pages       a read gives one event a batch
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace ec::test {

// One for the program: what of the stores is held, and how many calls are inside.
class Holds {
 public:
  static Holds& all();

  void hold(const std::string& function) {
    const std::scoped_lock lock(mutex_);
    calls_[function].is_held = true;
  }
  void release(const std::string& function) {
    const std::scoped_lock lock(mutex_);
    calls_[function].is_held = false;
    changed_.notify_all();
  }
  void await_inside(const std::string& function, std::size_t count = 1) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return calls_[function].inside >= count; });
  }
  std::size_t inside(const std::string& function) {
    const std::scoped_lock lock(mutex_);
    return calls_[function].inside;
  }
  // The sizes of the groups that came to append since the last time.
  std::vector<std::size_t> take_groups() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(groups_, {});
  }
  // So many of the next appends answer that the backend is not to be reached.
  void fail_appends(std::size_t count) {
    const std::scoped_lock lock(mutex_);
    failing_ = count;
  }
  // So many of the next appends are carried out, and answer that nobody knows.
  void doubt_appends(std::size_t count) {
    const std::scoped_lock lock(mutex_);
    doubtful_ = count;
  }
  bool take_doubt() {
    const std::scoped_lock lock(mutex_);
    if (doubtful_ == 0) return false;
    --doubtful_;
    return true;
  }

  // The next append calls this within, as one whose plugin keeps its events in another store.
  void within_append(std::function<void()> call) {
    const std::scoped_lock lock(mutex_);
    within_append_ = std::move(call);
  }
  std::function<void()> take_within_append() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(within_append_, nullptr);
  }

  // For the store: until it is released, or `is_over` says that the caller waits no longer. False: it is to fail.
  template <class IsOver>
  bool pass(const std::string& function, std::size_t group, IsOver is_over);

 private:
  struct Calls {
    bool is_held = false;
    std::size_t inside = 0;
  };

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Calls> calls_;
  std::vector<std::size_t> groups_;
  std::size_t failing_ = 0;
  std::size_t doubtful_ = 0;
  std::function<void()> within_append_;
};

template <class IsOver>
bool Holds::pass(const std::string& function, std::size_t group, IsOver is_over) {
  std::unique_lock lock(mutex_);
  Calls& calls = calls_[function];
  ++calls.inside;
  changed_.notify_all();
  while (calls.is_held && !is_over()) changed_.wait_for(lock, std::chrono::milliseconds(1));
  --calls.inside;
  if (group == 0) return true;
  groups_.push_back(group);
  if (failing_ == 0) return true;
  --failing_;
  return false;
}

}  // namespace ec::test
