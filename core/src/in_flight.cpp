#include "async_execution.hpp"
#include "in_flight.hpp"
#include "waiting.hpp"

#include <eventcore/plugin/call.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace ec::core {

namespace {

// As many reads at once as the Postgres plugin has connections for them by default.
constexpr int task_threads = 4;
// One leads while the other one tells its group, or goes on with what has its turn.
constexpr int group_threads = 2;
constexpr std::uint64_t never_ns = ~std::uint64_t{0};
// How often closing looks whether functions of the host's have come back.
constexpr std::chrono::milliseconds settle_poll{1};

std::chrono::steady_clock::time_point time_of(std::uint64_t at_ns) {
  return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(at_ns));
}

// What this thread, which leads groups, goes on with after the group. Null for the threads that do not. It may lead a group
// of another store's within its own, where a plugin keeps its events in one.
struct Kept {
  const InFlight* of;
  AsyncExecution* execution = nullptr;
};
thread_local Kept* kept = nullptr;

// Takes each out of the list first: what is done with it may be its end.
template <class Do>
void for_each_taken(InFlight::Places& places, Do&& act) {
  while (!places.empty()) {
    AsyncExecution& execution = places.front().execution;
    places.pop_front();
    act(execution);
  }
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
  leaders_.reserve(group_threads + 1);
  workers_.reserve(task_threads);
  group_commit_.begin_serving();
  for (int i = 0; i < group_threads; ++i) leaders_.emplace_back([this] { serve_groups(); });
  leaders_.emplace_back([this] { serve_alarms(); });
  for (int i = 0; i < task_threads; ++i) workers_.emplace_back([this] { serve_tasks(); });
}

void InFlight::end_threads() noexcept {
  if (!leaders_.empty()) group_commit_.end_serving();
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
  std::unique_lock lock(mutex_);
  answered_.wait(lock, [&] { return asked_ != &execution; });
  forget(execution);
}

// With mutex_ held.
void InFlight::forget(AsyncExecution& execution) noexcept {
  Links& links = execution.links();
  under_way_.erase(Places::s_iterator_to(links.under_way));
  if (links.watched.is_linked()) watched_.erase(Places::s_iterator_to(links.watched));
  if (links.deadline.is_linked()) deadlines_.erase(Alarms::s_iterator_to(links.deadline));
  if (links.turn.is_linked()) turns_.erase(Alarms::s_iterator_to(links.turn));
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

void InFlight::watch_turn(AsyncExecution& execution) noexcept {
  const std::scoped_lock lock(mutex_);
  Alarm& alarm = execution.links().turn;
  alarm.at_ns = plugin::monotonic_ns() + HotStreams::patience_ns;
  turns_.insert(alarm);
  wake_for(alarm.at_ns);
}

void InFlight::unwatch_turn(AsyncExecution& execution) noexcept {
  const std::scoped_lock lock(mutex_);
  Alarm& alarm = execution.links().turn;
  if (alarm.is_linked()) turns_.erase(Alarms::s_iterator_to(alarm));
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

bool InFlight::keep(AsyncExecution& execution) noexcept {
  if (kept == nullptr || kept->of != this || keeps_one_.exchange(true)) return false;
  kept->execution = &execution;
  return true;
}

void InFlight::serve_groups() noexcept {
  Kept own{this};
  kept = &own;
  while (group_commit_.serve()) {
    if (own.execution == nullptr) continue;
    std::exchange(own.execution, nullptr)->go_on_here(true);
    keeps_one_ = false;
  }
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
    take_due(lock, due);
    if (!due.empty()) {
      lock.unlock();
      for_each_taken(due, [](AsyncExecution& execution) { execution.arrive(); });
      lock.lock();
      continue;
    }
    if (alarms_are_over_) return;  // since, while the host was asked
    wake_at_ns_ = watched_.empty() ? never_ns : ask_at_ns_;
    if (!deadlines_.empty()) wake_at_ns_ = std::min(wake_at_ns_, deadlines_.begin()->at_ns);
    if (!sleeps_.empty()) wake_at_ns_ = std::min(wake_at_ns_, sleeps_.begin()->at_ns);
    if (!turns_.empty()) wake_at_ns_ = std::min(wake_at_ns_, turns_.begin()->at_ns);
    if (wake_at_ns_ == never_ns)
      alarm_.wait(lock);
    else
      alarm_.wait_until(lock, time_of(std::min(wake_at_ns_, plugin::monotonic_ns() + longest_wait_ns)));
  }
}

// With mutex_ held, but for questions to the host: those whose wait is over.
void InFlight::take_due(std::unique_lock<std::mutex>& lock, Places& due) noexcept {
  const std::uint64_t now_ns = plugin::monotonic_ns();
  while (!sleeps_.empty() && sleeps_.begin()->at_ns <= now_ns) {
    AsyncExecution& execution = sleeps_.begin()->execution;
    sleeps_.erase(sleeps_.begin());
    due.push_back(execution.links().withdrawn);
  }
  while (!turns_.empty() && turns_.begin()->at_ns <= now_ns) {
    Alarm& alarm = *turns_.begin();
    turns_.erase(turns_.begin());
    if (alarm.execution.give_up_turn()) {
      due.push_back(alarm.execution.links().withdrawn);
    } else {
      alarm.at_ns = now_ns + HotStreams::patience_ns;
      turns_.insert(alarm);
    }
  }
  bool asks = !watched_.empty() && ask_at_ns_ <= now_ns;
  while (!deadlines_.empty() && deadlines_.begin()->at_ns <= now_ns) {
    AsyncExecution& execution = deadlines_.begin()->execution;
    deadlines_.erase(deadlines_.begin());
    // Where it cannot be had at the moment it is asked again and again.
    if (!execution.links().watched.is_linked()) watched_.push_back(execution.links().watched);
    asks = true;
  }
  if (asks) ask_watched(lock, due);
}

// Each one once, or again where others went meanwhile. The answer is the host's, so no lock is held for it.
void InFlight::ask_watched(std::unique_lock<std::mutex>& lock, Places& due) noexcept {
  for (std::size_t left = watched_.size(); left > 0 && !watched_.empty(); --left) {
    watched_.splice(watched_.end(), watched_, watched_.begin());
    AsyncExecution& execution = watched_.back().execution;
    asked_ = &execution;
    lock.unlock();
    const ec_status state = execution.state();
    lock.lock();
    asked_ = nullptr;
    if (state != EC_OK && execution.withdraw(state)) due.push_back(execution.links().withdrawn);
    answered_.notify_all();
  }
  ask_at_ns_ = plugin::monotonic_ns() + cancel_poll_ns;
}

// One look at what is under way: what is parked is withdrawn, what waits for its executor alone is to be cut off. True:
// nothing is left. Until then somebody else has one of them, and will park it, or let it wait for its executor, or end it.
bool InFlight::settle(Places& withdrawn, Places& cut) noexcept {
  const std::scoped_lock lock(mutex_);
  bool is_still = true;
  for (Place& place : under_way_) {
    if (!place.execution.awaits_executor() || asked_ == &place.execution) is_still = false;
    if (place.execution.is_parked() && place.execution.withdraw(EC_CANCELLED))
      withdrawn.push_back(place.execution.links().withdrawn);
  }
  while (is_still && !under_way_.empty()) {
    AsyncExecution& execution = under_way_.front().execution;
    if (!execution.begin_cutting_off()) return false;
    forget(execution);
    cut.push_back(execution.links().withdrawn);
  }
  return is_still;
}

void InFlight::stop() noexcept {
  if (workers_.empty()) return;
  closing_ = true;
  for (;;) {
    Places withdrawn, cut;
    const bool is_done = settle(withdrawn, cut);
    for_each_taken(withdrawn, [](AsyncExecution& execution) { execution.arrive(); });
    for_each_taken(cut, [](AsyncExecution& execution) { execution.cut_off(); });
    if (is_done) break;
    std::this_thread::sleep_for(settle_poll);
  }
  end_threads();
}

}  // namespace ec::core
