// What a store needs for executions that hold no thread: threads of its own for what blocks (reads; leading a group of
// appends; waiting for a time), and a list of what is under way, for deadlines, cancellations and closing.
//
// An execution has one owner at a time: the thread that runs it, or where it is parked. Who takes it out there, with its
// answer or because its time is over, owns it from then on.
#pragma once

#include "gathered.hpp"
#include "group_commit.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include <boost/intrusive/list.hpp>
#include <boost/intrusive/set.hpp>

namespace ec::core {

class AsyncExecution;

class InFlight {
 public:
  // An execution's place in a list.
  struct Place : boost::intrusive::list_base_hook<> {
    explicit Place(AsyncExecution& whose) : execution(whose) {}
    AsyncExecution& execution;
  };
  using Places = boost::intrusive::list<Place>;
  // A time at which something is due for it.
  struct Alarm : boost::intrusive::set_base_hook<> {
    explicit Alarm(AsyncExecution& whose) : execution(whose) {}
    AsyncExecution& execution;
    std::uint64_t at_ns = 0;
    friend bool operator<(const Alarm& a, const Alarm& b) { return a.at_ns < b.at_ns; }
  };
  using Alarms = boost::intrusive::multiset<Alarm>;

  struct Links {
    explicit Links(AsyncExecution& execution)
        : under_way(execution),
          watched(execution),
          next(execution),
          withdrawn(execution),
          deadline(execution),
          sleep(execution),
          turn(execution) {}
    Place under_way;
    Place watched;         // it is asked now and then whether it is to go on
    Place next;            // it waits for a thread
    Place withdrawn;       // it is with who withdrew it
    bool is_work = false;  // what it waits for a thread for; guarded by the mutex of the tasks
    Alarm deadline;
    Alarm sleep;
    Alarm turn;
  };

  // Starts the threads. Throws std::system_error.
  explicit InFlight(GroupCommit& group_commit);
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;
  ~InFlight() { stop(); }

  void add(AsyncExecution& execution, std::uint64_t deadline_ns, bool is_cancellable) noexcept;
  void remove(AsyncExecution& execution) noexcept;

  // Parks it until a thread of ours has called its work().
  void work(AsyncExecution& execution) noexcept;
  // Parks it until that time.
  void sleep(AsyncExecution& execution, std::uint64_t until_ns) noexcept;
  // Looks now and then whether the line for its turn moves, until it has its turn.
  void watch_turn(AsyncExecution& execution) noexcept;
  void unwatch_turn(AsyncExecution& execution) noexcept;
  // A thread of ours calls its run().
  void run(AsyncExecution& execution) noexcept;
  // On a thread that led a group: it calls its go_on_here() once it has told all of the group. False: it is another thread,
  // or has to be there for the next group.
  bool keep(AsyncExecution& execution) noexcept;

  // Takes it out of where work() and sleep() have parked it; false: it is not there. For AsyncExecution::withdraw.
  bool withdraw_work(AsyncExecution& execution) noexcept;
  bool withdraw_sleep(AsyncExecution& execution) noexcept;

  bool is_closing() const { return closing_; }
  Gathered::Budget& gathered_budget() { return gathered_budget_; }

  // Ends what is under way, and the threads. From then on no execution knows of this.
  void stop() noexcept;

 private:
  void start_threads();
  void end_threads() noexcept;
  void serve_groups() noexcept;
  void serve_tasks() noexcept;
  void serve_alarms() noexcept;
  void add_task(AsyncExecution& execution, bool is_work) noexcept;
  void take_due(std::unique_lock<std::mutex>& lock, Places& due) noexcept;
  void ask_watched(std::unique_lock<std::mutex>& lock, Places& due) noexcept;
  void forget(AsyncExecution& execution) noexcept;
  void wake_for(std::uint64_t at_ns) noexcept;
  bool settle(Places& withdrawn, Places& cut) noexcept;

  GroupCommit& group_commit_;
  std::atomic<bool> closing_{false};
  Gathered::Budget gathered_budget_;
  std::atomic<bool> keeps_one_{false};  // one of the threads that lead groups does something else

  std::mutex mutex_;
  std::condition_variable alarm_;
  Places under_way_;
  Places watched_;
  Alarms deadlines_;
  Alarms sleeps_;
  Alarms turns_;
  const AsyncExecution* asked_ = nullptr;  // the host is asked whether this one is to go on: it must stay
  std::condition_variable answered_;
  std::uint64_t ask_at_ns_ = ~std::uint64_t{0};   // when those who are watched are asked next
  std::uint64_t wake_at_ns_ = ~std::uint64_t{0};  // until when the thread of the alarms sleeps

  std::mutex task_mutex_;
  std::condition_variable task_;
  Places tasks_;
  std::size_t idle_ = 0;

  bool alarms_are_over_ = false;  // each guarded by its mutex
  bool tasks_are_over_ = false;
  std::vector<std::thread> leaders_;  // who call others: they end first
  std::vector<std::thread> workers_;
};

}  // namespace ec::core
