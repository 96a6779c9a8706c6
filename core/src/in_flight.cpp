#include "async_execution.hpp"
#include "in_flight.hpp"
#include "waiting.hpp"

#include <eventcore/plugin/call.hpp>

#include <algorithm>
#include <chrono>

namespace ec::core {

namespace {

// As many reads at once as the Postgres plugin has connections for them by default.
constexpr int task_threads = 4;
constexpr std::uint64_t never_ns = ~std::uint64_t{0};
// How often closing looks whether functions of the host's have come back.
constexpr std::chrono::milliseconds settle_poll{1};

std::chrono::steady_clock::time_point time_of(std::uint64_t at_ns) {
  return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(at_ns));
}

}  // namespace

InFlight::InFlight(GroupCommit& group_commit) : group_commit_(group_commit) {
  try {
    start_threads();
  } catch (...) {
    end_threads();
    throw;
  }
}

void InFlight::start_threads() {
  leaders_.reserve(2);
  workers_.reserve(task_threads);
  leaders_.emplace_back([this] { group_commit_.serve(); });
  leaders_.emplace_back([this] { serve_alarms(); });
  for (int i = 0; i < task_threads; ++i) workers_.emplace_back([this] { serve_tasks(); });
}

void InFlight::end_threads() noexcept {
  group_commit_.end_serving();
  {
    const std::scoped_lock lock(mutex_);
    alarms_are_over_ = true;
    alarm_.notify_all();
  }
  for (std::thread& thread : leaders_) thread.join();
  leaders_.clear();
  {
    const std::scoped_lock lock(task_mutex_);
    tasks_are_over_ = true;
    task_.notify_all();
  }
  for (std::thread& thread : workers_) thread.join();
  workers_.clear();
}

void InFlight::add(AsyncExecution& execution, std::uint64_t deadline_ns, bool is_cancellable) noexcept {
  Links& links = execution.links();
  const std::scoped_lock lock(mutex_);
  under_way_.push_back(links.under_way);
  if (deadline_ns != 0) {
    links.deadline.at_ns = deadline_ns;
    deadlines_.insert(links.deadline);
    wake_for(deadline_ns);
  }
  if (!is_cancellable) return;
  if (watched_.empty()) ask_at_ns_ = plugin::monotonic_ns() + cancel_poll_ns;
  watched_.push_back(links.watched);
  wake_for(ask_at_ns_);
}

void InFlight::remove(AsyncExecution& execution) noexcept {
  Links& links = execution.links();
  const std::scoped_lock lock(mutex_);
  under_way_.erase(Places::s_iterator_to(links.under_way));
  if (links.watched.is_linked()) watched_.erase(Places::s_iterator_to(links.watched));
  if (links.deadline.is_linked()) deadlines_.erase(Alarms::s_iterator_to(links.deadline));
}

void InFlight::sleep(AsyncExecution& execution, std::uint64_t until_ns) noexcept {
  const std::scoped_lock lock(mutex_);
  Alarm& alarm = execution.links().sleep;
  alarm.at_ns = until_ns;
  sleeps_.insert(alarm);
  wake_for(until_ns);
}

// With mutex_ held, as whoever withdraws has it.
bool InFlight::withdraw_sleep(AsyncExecution& execution) noexcept {
  Alarm& alarm = execution.links().sleep;
  if (!alarm.is_linked()) return false;
  sleeps_.erase(Alarms::s_iterator_to(alarm));
  return true;
}

void InFlight::work(AsyncExecution& execution) noexcept { add_task(execution, true); }

void InFlight::run(AsyncExecution& execution) noexcept { add_task(execution, false); }

void InFlight::add_task(AsyncExecution& execution, bool is_work) noexcept {
  const std::scoped_lock lock(task_mutex_);
  Links& links = execution.links();
  links.is_work = is_work;
  tasks_.push_back(links.next);
  if (idle_ > 0) task_.notify_one();
}

bool InFlight::withdraw_work(AsyncExecution& execution) noexcept {
  const std::scoped_lock lock(task_mutex_);
  Links& links = execution.links();
  if (!links.next.is_linked() || !links.is_work) return false;
  tasks_.erase(Places::s_iterator_to(links.next));
  return true;
}

void InFlight::serve_tasks() noexcept {
  std::unique_lock lock(task_mutex_);
  for (;;) {
    ++idle_;
    task_.wait(lock, [this] { return tasks_are_over_ || !tasks_.empty(); });
    --idle_;
    if (tasks_.empty()) return;
    AsyncExecution& execution = tasks_.front().execution;
    tasks_.pop_front();
    const bool is_work = execution.links().is_work;
    lock.unlock();
    is_work ? execution.work() : AsyncExecution::run(&execution);
    lock.lock();
  }
}

// With mutex_ held.
void InFlight::wake_for(std::uint64_t at_ns) noexcept {
  if (at_ns < wake_at_ns_) alarm_.notify_one();
}

void InFlight::serve_alarms() noexcept {
  std::unique_lock lock(mutex_);
  while (!alarms_are_over_) {
    Places due;
    take_due(plugin::monotonic_ns(), due);
    if (!due.empty()) {
      lock.unlock();
      while (!due.empty()) {
        AsyncExecution& execution = due.front().execution;
        due.pop_front();
        execution.arrive();
      }
      lock.lock();
      continue;
    }
    wake_at_ns_ = watched_.empty() ? never_ns : ask_at_ns_;
    if (!deadlines_.empty()) wake_at_ns_ = std::min(wake_at_ns_, deadlines_.begin()->at_ns);
    if (!sleeps_.empty()) wake_at_ns_ = std::min(wake_at_ns_, sleeps_.begin()->at_ns);
    if (wake_at_ns_ == never_ns)
      alarm_.wait(lock);
    else
      alarm_.wait_until(lock, time_of(std::min(wake_at_ns_, plugin::monotonic_ns() + longest_wait_ns)));
  }
}

// With mutex_ held: those whose wait is over.
void InFlight::take_due(std::uint64_t now_ns, Places& due) noexcept {
  while (!sleeps_.empty() && sleeps_.begin()->at_ns <= now_ns) {
    AsyncExecution& execution = sleeps_.begin()->execution;
    sleeps_.erase(sleeps_.begin());
    due.push_back(execution.links().next);
  }
  bool asks = !watched_.empty() && ask_at_ns_ <= now_ns;
  while (!deadlines_.empty() && deadlines_.begin()->at_ns <= now_ns) {
    AsyncExecution& execution = deadlines_.begin()->execution;
    deadlines_.erase(deadlines_.begin());
    // Where it cannot be had at the moment it is asked again and again.
    if (!execution.links().watched.is_linked()) watched_.push_back(execution.links().watched);
    asks = true;
  }
  if (asks) ask_watched(due);
}

void InFlight::ask_watched(Places& due) noexcept {
  for (Place& place : watched_)
    if (const ec_status state = place.execution.state(); state != EC_OK && place.execution.withdraw(state))
      due.push_back(place.execution.links().next);
  ask_at_ns_ = plugin::monotonic_ns() + cancel_poll_ns;
}

// One look at what is under way: what is parked is withdrawn, what waits for its executor alone is cut off. True: nothing
// is left. Until then somebody else has one of them, and will park it, or let it wait for its executor, or end it.
bool InFlight::settle(Places& withdrawn) noexcept {
  const std::scoped_lock lock(mutex_);
  bool is_still = true;
  for (Place& place : under_way_) {
    if (!place.execution.awaits_executor()) is_still = false;
    if (place.execution.is_parked() && place.execution.withdraw(EC_CANCELLED))
      withdrawn.push_back(place.execution.links().next);
  }
  if (!is_still) return false;
  for (auto at = under_way_.begin(); at != under_way_.end();) {
    AsyncExecution& execution = at->execution;
    if (!execution.begin_cutting_off()) return false;
    Links& links = execution.links();
    at = under_way_.erase(at);
    if (links.watched.is_linked()) watched_.erase(Places::s_iterator_to(links.watched));
    if (links.deadline.is_linked()) deadlines_.erase(Alarms::s_iterator_to(links.deadline));
    execution.cut_off();
  }
  return true;
}

void InFlight::stop() noexcept {
  if (workers_.empty()) return;
  closing_ = true;
  for (;;) {
    Places withdrawn;
    if (settle(withdrawn)) break;
    while (!withdrawn.empty()) {
      AsyncExecution& execution = withdrawn.front().execution;
      withdrawn.pop_front();
      execution.arrive();
    }
    std::this_thread::sleep_for(settle_poll);
  }
  end_threads();
}

}  // namespace ec::core
