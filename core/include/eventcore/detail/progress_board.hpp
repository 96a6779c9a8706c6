// How far a projection is, for whoever asks: written by the thread that projects with each event, without a lock.
#pragma once

#include <eventcore/projection_options.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace ec::detail {

class ProgressBoard {
 public:
  // What changes with each event.
  struct Place {
    Position position, saved, head;
    std::uint64_t handled = 0;
    std::optional<Time> last_event{};
  };

  // For the projecting thread alone. Whoever waits is woken; where nobody does, it is a few plain stores.
  void show(const Place& place) {
    in_turn([&] {
      position_.store(place.position);
      saved_.store(place.saved);
      head_.store(place.head);
      handled_.store(place.handled, std::memory_order_release);
      last_event_us_.store(place.last_event ? place.last_event->time_since_epoch().count() : no_event,
                           std::memory_order_release);
    });
  }

  // The same for one more event: the least there is to store.
  void show_passed(Position position, std::uint64_t handled, Time last_event) {
    in_turn([&] {
      position_.store(position);
      handled_.store(handled, std::memory_order_release);
      last_event_us_.store(last_event.time_since_epoch().count(), std::memory_order_release);
    });
  }

  // What changes seldom. Any thread.
  template <class Change>
  void note(Change&& change) {
    const std::scoped_lock lock(mutex_);
    change(rest_);
  }

  ProjectionProgress read() const {
    const Place place = look();
    const std::scoped_lock lock(mutex_);
    ProjectionProgress progress = rest_;
    progress.position = place.position;
    progress.saved = place.saved;
    progress.head = place.head;
    progress.handled = place.handled;
    progress.last_event = place.last_event;
    return progress;
  }

  // Until `position` is handled, or, unless `at_once`, saved.
  Result<> wait_for(Position position, bool at_once, const Call& call) const {
    const auto there = [&] {
      const Place place = look();
      return (at_once ? place.position : place.saved) >= position;
    };
    std::unique_lock lock(mutex_);
    waiting_.fetch_add(1);
    // What is shown right now may not know yet that somebody waits: it is looked at once more, a moment later.
    const auto soon = std::chrono::steady_clock::now() + std::chrono::milliseconds(1);
    bool came = moved_.wait_until(lock, call.stop, call.deadline ? std::min(soon, *call.deadline) : soon, there);
    if (!came)
      came = call.deadline ? moved_.wait_until(lock, call.stop, *call.deadline, there)
                           : moved_.wait(lock, call.stop, there);
    waiting_.fetch_sub(1);
    if (came) return {};
    return std::unexpected(call.stop.stop_requested()
                               ? Error{Code::cancelled, "cancelled while waiting for the projection"}
                               : Error{Code::timeout, "the projection did not come so far before the deadline"});
  }

  bool is_awaited() const { return waiting_.load() > 0; }

 private:
  static constexpr std::int64_t no_event = INT64_MIN;

  // Each half is stored and loaded for itself; `turn_` says whether they belong together.
  class SharedPosition {
   public:
    void store(Position position) {
      hi_.store(position.hi, std::memory_order_release);
      lo_.store(position.lo, std::memory_order_release);
    }
    Position load() const { return {hi_.load(std::memory_order_acquire), lo_.load(std::memory_order_acquire)}; }

   private:
    std::atomic<std::uint64_t> hi_{0}, lo_{0};
  };

  Place look() const {
    for (;;) {
      const std::uint64_t turn = turn_.load(std::memory_order_acquire);
      Place place{position_.load(), saved_.load(), head_.load(), handled_.load(std::memory_order_acquire), {}};
      const std::int64_t last_us = last_event_us_.load(std::memory_order_acquire);
      if (last_us != no_event) place.last_event = Time(std::chrono::microseconds(last_us));
      if (turn % 2 == 0 && turn_.load(std::memory_order_relaxed) == turn) return place;
    }
  }

  // Odd while it is written. Each store releases those before it, so a reader that saw one of them sees it odd, too.
  template <class Write>
  void in_turn(Write&& write) {
    const std::uint64_t turn = turn_.load(std::memory_order_relaxed);
    turn_.store(turn + 1, std::memory_order_relaxed);
    write();
    turn_.store(turn + 2, std::memory_order_release);
    if (waiting_.load(std::memory_order_relaxed) > 0) wake();
  }

  void wake() {
    {
      const std::scoped_lock lock(mutex_);
    }  // nobody is between a look and the sleep
    moved_.notify_all();
  }

  std::atomic<std::uint64_t> turn_{0};
  SharedPosition position_, saved_, head_;
  std::atomic<std::uint64_t> handled_{0};
  std::atomic<std::int64_t> last_event_us_{no_event};
  mutable std::atomic<std::uint64_t> waiting_{0};
  mutable std::mutex mutex_;
  mutable std::condition_variable_any moved_;
  ProjectionProgress rest_;
};

}  // namespace ec::detail
