// Group commit: appends of many threads that arrive while one is under way go to the plugin in one call, each with its
// own outcome. A lone caller goes straight through on its own thread: one uncontended lock before, one after.
//
// The first to come leads; those who come meanwhile queue up. When the leader is done it either carries out the queue
// itself, where that is cheaper than waking somebody (a backend that answers within microseconds), or hands the lead to
// the first in the queue and goes home. Who waits without a thread (start) is carried along by whoever leads; where he
// is the first in the queue, one of the threads that serve such ones leads. To tell him runs functions of the host's, so
// whoever leads hands the lead on first, after a few groups where they are quick.
#pragma once

#include "waiting.hpp"

#include <eventcore/abi/event_store.h>
#include <eventcore/plugin/call.hpp>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace ec::core {

class GroupCommit {
 public:
  struct Limits {
    std::size_t max_appends;  // in one call
    std::uint64_t max_bytes;  // payloads and metadata in one call; a single larger append goes alone
  };

  GroupCommit(const ec_store_api& api, ec_backend* backend, Limits limits);

  const Limits& limits() const { return limits_; }

  // Carries out one append that has been checked; blocks until its outcome is there. outcome.error must not be null. A
  // passed deadline or a cancellation is noticed up to the moment the append is handed to the plugin, from then on it
  // is the plugin that watches for them. Any number of threads.
  ec_status append(const ec_append& request, const plugin::Call& call, ec_outcome& outcome) noexcept;

  enum class Place { nowhere, queued, leading, taken };

  // An append under way. It stays where it is, with all it names, until its outcome is there.
  struct Waiter {
    const ec_append* request = nullptr;
    const plugin::Call* call = nullptr;
    ec_outcome* outcome = nullptr;
    // Of one without a thread: told once that the outcome is there, by the thread that led; it may free the waiter.
    void (*told)(Waiter& waiter) noexcept = nullptr;

    std::uint64_t bytes = 0;
    Waiter* next = nullptr;
    Place place = Place::nowhere;  // guarded by mutex_
    bool again = false;            // another one's deadline or cancellation ended it: it is carried out once more
    Signal woken{};                // the outcome is there, or it is this one's turn to lead
  };

  // Whether this thread may carry out what it starts, and what others queued up meanwhile.
  enum class InPlace { no, own, all };

  // The same for a waiter without a thread, which has `told`. True: the outcome is there already, and nobody tells so;
  // that is if the time is over, or if it was carried out in place. There must be a thread that serves.
  bool start(Waiter& waiter, InPlace in_place) noexcept;

  // Takes a waiter without a thread out of the queue; false: it is not in there, and told or yet to be.
  bool withdraw(Waiter& waiter) noexcept;
  // The outcome of one that was withdrawn.
  static ec_status give_up(ec_outcome& outcome, ec_status state);

  // Waits until somebody is to lead for those without a thread, and does so once. False: end_serving() was called; then
  // nobody may be in the queue. Two threads should do this in turn: one leads while the other one tells its group.
  bool serve() noexcept;
  void begin_serving() noexcept;
  void end_serving() noexcept;

  // How many appends stand in the queue right now.
  std::size_t queued() const;

 private:
  void run_alone(Waiter& waiter) noexcept;
  // Waiters whose outcome is there, to be told so once the lead is handed on.
  struct Untold {
    void add(Waiter& waiter) noexcept {
      waiter.next = nullptr;
      (first == nullptr ? first : last->next) = &waiter;
      last = &waiter;
    }
    Waiter* first = nullptr;
    Waiter* last = nullptr;
  };

  void lead(Waiter* own, bool serves = false) noexcept;
  void enqueue(Waiter& waiter) noexcept;
  Waiter* take_group(Waiter* first) noexcept;
  void run_group(Waiter* group) noexcept;
  static int any_cancelled(void* group);
  void settle(Waiter& waiter, const ec_outcome& outcome) noexcept;
  void retire(Waiter* group, const Waiter* own, Untold& untold) noexcept;
  static void tell(const Untold& untold) noexcept;
  void hand_over() noexcept;
  void release_lead() noexcept;
  void push_front(Waiter& waiter) noexcept;

  const ec_store_api& api_;
  ec_backend* const backend_;
  const Limits limits_;

  mutable std::mutex mutex_;
  bool busy_ = false;        // somebody leads
  bool quick_ = false;       // the last group was carried out sooner than a sleeper is awake
  Waiter* first_ = nullptr;  // the queue
  Waiter* last_ = nullptr;
  std::condition_variable serving_;
  bool serves_next_ = false;  // the lead is handed to serve()
  bool is_over_ = false;

  // The leader's.
  std::vector<ec_append> requests_;
  std::vector<ec_outcome> outcomes_;
  std::vector<ec_error> errors_;
  std::uint64_t last_group_ns_ = ~std::uint64_t{0};
};

}  // namespace ec::core
