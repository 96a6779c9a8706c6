// What drives a projection, whatever its type: follow the store, deliver, retry, save, lead. See projection.hpp.
#pragma once

#include <eventcore/checkpoint.hpp>
#include <eventcore/dead_letter.hpp>
#include <eventcore/detail/pause.hpp>
#include <eventcore/lease.hpp>
#include <eventcore/projection_options.hpp>
#include <eventcore/subscription.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

namespace ec::detail {

// A projection as the engine sees it.
class AnyProjection {
 public:
  AnyProjection() = default;
  AnyProjection(const AnyProjection&) = delete;
  AnyProjection& operator=(const AnyProjection&) = delete;
  virtual ~AnyProjection() = default;

  virtual Result<> handle(const RecordedEvent& event, const Delivery& delivery) = 0;
  virtual Result<Reaction> react(const RecordedEvent& event, const Error& error, std::uint32_t attempt) = 0;
  // Whether what is handled is seen at once, and not just when it is kept.
  virtual bool shows_at_once() const = 0;
  // What was handled is to be kept for good; then the checkpoint follows.
  virtual Result<> flush() = 0;
  // Only of those that keep their checkpoint themselves.
  virtual bool keeps_checkpoint() const = 0;
  virtual Result<std::optional<Position>> load() = 0;
  virtual Result<> save(Position through, std::uint64_t fence) = 0;
  // Forgets what was handled since the last save, where it can.
  virtual Result<> discard() = 0;
};

// The lease, kept alive by a thread. Losing it requests a stop of what is led.
class Leadership {
 public:
  // `asked`: when the lease was asked for.
  Leadership(Lease lease, std::chrono::milliseconds time_to_live, std::chrono::steady_clock::time_point asked)
      : lease_(std::move(lease)),
        fence_(lease_.fence()),
        time_to_live_(time_to_live),
        until_(asked + time_to_live),
        keeper_([this](const std::stop_token& stop) { keep(stop); }) {}
  std::uint64_t fence() const { return fence_; }
  std::stop_token lost() const { return lost_.get_token(); }
  // By this process's own clock: one that was paused knows it before it hears it.
  bool holds() const { return Clock::now() < until_.load() && !lost_.stop_requested(); }

 private:
  using Clock = std::chrono::steady_clock;

  void keep(const std::stop_token& stop) {
    while (!lost_.stop_requested()) {
      pause(time_to_live_ / 3, {.stop = stop});
      if (stop.stop_requested()) return;
      const auto asked = Clock::now();
      // What fails otherwise may go well the next time, while the lease still runs.
      const auto renewed = lease_.renew(time_to_live_, {.deadline = until_.load(), .stop = stop});
      if (renewed)
        until_ = asked + time_to_live_;
      else if (renewed.error().code == Code::fenced || Clock::now() >= until_.load())
        lost_.request_stop();
    }
  }

  Lease lease_;
  const std::uint64_t fence_;
  const std::chrono::milliseconds time_to_live_;
  std::atomic<Clock::time_point> until_;
  std::stop_source lost_;
  std::jthread keeper_;
};

class Projecting {
 public:
  Projecting(Store& store, AnyProjection& projection, std::string name, Filter filter, ProjectionOptions options)
      : store_(store),
        projection_(projection),
        name_(std::move(name)),
        filter_(std::move(filter)),
        options_(std::move(options)) {}

  // To the head as it is when it gets there; an error ends it, waiting for a store that is down included at the
  // deadline.
  Result<Position> run_to_head(const Call& call) {
    if (auto done = lead_and_follow(call, true); !done) return std::unexpected(std::move(done.error()));
    return progress().position;
  }

  // Until a stop; the error of what cannot be waited for.
  Result<> run(const Call& call) { return lead_and_follow(call, false); }

  ProjectionProgress progress() const {
    const std::scoped_lock lock(mutex_);
    return progress_;
  }

  Result<> wait_for(Position position, const Call& call) const {
    const bool at_once = projection_.shows_at_once();
    std::unique_lock lock(mutex_);
    const auto there = [&] { return (at_once ? progress_.position : progress_.saved) >= position; };
    ++waiting_;
    const bool came =
        call.deadline ? moved_.wait_until(lock, call.stop, *call.deadline, there) : moved_.wait(lock, call.stop, there);
    --waiting_;
    if (came) return {};
    return std::unexpected(call.stop.stop_requested()
                               ? Error{Code::cancelled, "cancelled while waiting for the projection"}
                               : Error{Code::timeout, "the projection did not come so far before the deadline"});
  }

 private:
  using Clock = std::chrono::steady_clock;

  // A lost lease begins anew: the checkpoint is read again, since another leader may have moved it.
  Result<> lead_and_follow(const Call& call, bool to_head) {
    for (;;) {
      std::optional<Leadership> leadership;
      if (options_.holder) {
        auto lease = acquire(call);
        if (!lease) return ended(lease.error(), call, to_head);
        leadership.emplace(std::move(*lease), time_to_live(), asked_);
      }
      std::stop_source either;
      const std::stop_callback on_stop(call.stop, [&] { either.request_stop(); });
      const std::stop_callback on_loss(leadership ? leadership->lost() : std::stop_token(),
                                       [&] { either.request_stop(); });
      leadership_ = leadership ? &*leadership : nullptr;
      auto done =
          follow({.deadline = call.deadline, .stop = either.get_token(), .traceparent = call.traceparent}, to_head);
      leadership_ = nullptr;
      note([](ProjectionProgress& progress) { progress.leads = false; });
      if (done) return done;
      const bool is_lost = leadership && (!leadership->holds() || done.error().code == Code::fenced);
      if (!is_lost || call.stop.stop_requested()) return ended(done.error(), call, to_head);
      pause(options_.retry_base, call);  // what it writes elsewhere may refuse each fence
    }
  }

  // A stop is how run() ends.
  static Result<> ended(const Error& error, const Call& call, bool to_head) {
    if (!to_head && call.stop.stop_requested()) return {};
    return std::unexpected(error);
  }

  // What a leader that is gone leaves of its lease, and the wait of another until it asks again, come to the lease time.
  std::chrono::milliseconds time_to_live() const { return options_.lease_time - options_.lease_time / 4; }

  Result<Lease> acquire(const Call& call) {
    for (;;) {
      asked_ = Clock::now();
      auto lease = Lease::acquire(store_, name_, *options_.holder, time_to_live(), call);
      if (lease) {
        note([](ProjectionProgress& progress) { progress.leads = true; });
        return lease;
      }
      const Error& error = lease.error();
      if ((error.code != Code::conflict && !can_wait_for(error)) || is_over(call)) return lease;
      pause(std::max(options_.lease_time / 4, std::chrono::milliseconds(1)), call);
    }
  }

  // All that is asked of the store can be asked again, so doubt is no end either.
  static bool can_wait_for(const Error& error) {
    return error.code == Code::unavailable || error.code == Code::in_doubt || error.retryable;
  }

  // `body` again and again while the store is down.
  template <class Body>
  auto patiently(const Call& call, Body&& body) -> decltype(body()) {
    for (auto wait = options_.retry_base;; wait = std::min(2 * wait, options_.retry_cap)) {
      auto done = body();
      if (done || !can_wait_for(done.error()) || is_over(call)) return done;
      note([](ProjectionProgress& progress) { ++progress.store_failures; });
      pause(wait, call);
    }
  }

  Result<std::optional<Position>> load(const Call& call) {
    if (projection_.keeps_checkpoint()) return projection_.load();
    return patiently(call, [&] { return load_checkpoint(store_, name_, call); });
  }

  std::uint64_t fence() const { return leadership_ != nullptr ? leadership_->fence() : 0; }

  Result<> begin(const Call& call) {
    auto saved = load(call);
    if (!saved) return std::unexpected(std::move(saved.error()));
    const auto head = patiently(call, [&] { return store_.head(call); });
    if (!head) return std::unexpected(head.error());
    position_ = saved_ = saved->value_or(Position{});
    saved_at_ = Clock::now();
    unsaved_ = 0;
    if (position_ > *head)
      return std::unexpected(Error{Code::invalid, "the checkpoint of '" + name_ + "', " + position_.str() +
                                                      ", is above the store's head, " + head->str() +
                                                      ": it belongs to another store, or this one was put back"});
    const std::string since = name_ + "/live-from";
    auto live_from = patiently(call, [&] { return load_checkpoint(store_, since, call); });
    if (live_from && !*live_from) {
      live_from = patiently(call, [&]() -> Result<std::optional<Position>> {
        if (auto kept = save_checkpoint(store_, since, *head, 0, call); !kept)
          return std::unexpected(std::move(kept.error()));
        return std::optional(*head);
      });
    }
    if (!live_from) return std::unexpected(std::move(live_from.error()));
    live_from_ = **live_from;
    publish({});
    return {};
  }

  Result<> follow(const Call& call, bool to_head) {
    if (auto begun = begin(call); !begun) return begun;
    Result<> done;
    do {
      must_go_back_ = false;
      Subscription events = store_.subscribe(filter_, position_, options_.subscription);
      done = follow(events, call, to_head);
    } while (must_go_back_);
    // What was handled is kept, also when the end is an error: an event that stopped it is not among it.
    if (leadership_ == nullptr || leadership_->holds())
      if (auto saved = save({.deadline = Call::in(options_.stop_time)}); !saved && done) done = std::move(saved);
    if (unsaved_ > 0)
      if (auto undone = give_up(); !undone && done) done = std::move(undone);
    return done;
  }

  Result<> follow(Subscription& events, const Call& call, bool to_head) {
    if (to_head) {
      const auto behind = patiently(call, [&] { return is_behind(call); });
      if (!behind) return std::unexpected(behind.error());
      if (!*behind) return {};
    }
    for (;;) {
      if (auto next = this->next(events, call); !next) return next;
      if (auto delivered = deliver(events, call); !delivered || must_go_back_) return delivered;
      if (to_head && events.is_live()) return {};
    }
  }

  Result<bool> is_behind(const Call& call) {
    const auto head = store_.head(call);
    if (!head) return std::unexpected(head.error());
    return *head > position_;
  }

  // Wakes up in time for a save that is due.
  Result<> next(Subscription& events, const Call& call) {
    for (;;) {
      Call own = call;
      const auto due = saved_at_ + options_.save_interval;
      if (unsaved_ > 0 && (!call.deadline || due < *call.deadline)) own.deadline = std::max(due, Clock::now());
      auto next = patiently(own, [&] { return events.next(own); });
      const bool is_due = !next && own.deadline != call.deadline && Clock::now() >= *own.deadline &&
                          (next.error().code == Code::timeout || can_wait_for(next.error()));
      if (!is_due) return next;
      if (auto saved = save(call); !saved) return saved;
    }
  }

  Result<> deliver(Subscription& events, const Call& call) {
    for (const RecordedEvent event : events.batch()) {
      if (call.stop.stop_requested()) return std::unexpected(Error{Code::cancelled, "stopped"});
      if (event.position() == isolated_)
        if (auto saved = save(call); !saved) return saved;
      if (!is_dead_letter(event))
        if (auto done = deliver(event, call); !done || must_go_back_) return done;
      ++unsaved_;
      publish(event.position(), &event, events.head());
      if (unsaved_ >= options_.save_every || event.position() == isolated_ ||
          Clock::now() - saved_at_ >= options_.save_interval)
        if (auto saved = save(call); !saved) return saved;
    }
    if (events.position() > position_) ++unsaved_;
    publish(events.position(), nullptr, events.head());
    return is_awaited() ? save(call) : Result<>();
  }

  Result<> deliver(const RecordedEvent& event, const Call& call) {
    auto wait = options_.retry_base;
    for (std::uint32_t attempt = 1;; ++attempt) {
      if (leadership_ != nullptr && !leadership_->holds())
        return std::unexpected(Error{Code::fenced, "the lease of '" + name_ + "' ran out"});
      const auto handled = projection_.handle(event, {event.position() <= live_from_, attempt, fence()});
      if (handled) {
        note([](ProjectionProgress& progress) { ++progress.handled; });
        return {};
      }
      if (projection_.keeps_checkpoint())
        if (auto undone = isolate(event); !undone || must_go_back_) return undone;
      Error error = handled.error();
      error.message.insert(0, where(event));
      const auto reaction = projection_.react(event, error, attempt);
      if (!reaction) return std::unexpected(reaction.error());
      switch (*reaction) {
        case Reaction::skip: note([](ProjectionProgress& progress) { ++progress.skipped; }); return {};
        case Reaction::dead_letter: return bury(event, error, attempt, call);
        case Reaction::stop: return std::unexpected(std::move(error));
        case Reaction::retry: break;
      }
      if (is_over(call)) return std::unexpected(std::move(error));
      note([](ProjectionProgress& progress) { ++progress.retries; });
      pause(wait, call);
      if (call.stop.stop_requested()) return std::unexpected(Error{Code::cancelled, "stopped"});
      wait = std::min(2 * wait, options_.retry_cap);
    }
  }

  // A transaction that holds more than what failed is given up whole, and what is good in it is handled again without
  // that event, which then has one of its own.
  Result<> isolate(const RecordedEvent& event) {
    isolated_ = event.position();
    must_go_back_ = unsaved_ > 0;
    auto undone = give_up();
    if (!undone) must_go_back_ = false;
    return undone;
  }

  // What was handled since the last save comes again.
  Result<> give_up() {
    position_ = saved_;
    unsaved_ = 0;
    publish({});
    return projection_.discard();
  }

  Result<> bury(const RecordedEvent& event, const Error& error, std::uint32_t attempts, const Call& call) {
    const Uuid commit_id = Uuid::make();  // so that one whose answer was lost is kept once
    auto kept =
        patiently(call, [&] { return keep_dead_letter(store_, name_, event, error, attempts, commit_id, call); });
    if (kept) note([](ProjectionProgress& progress) { ++progress.dead_letters; });
    return kept;
  }

  std::string where(const RecordedEvent& event) const {
    return "projection '" + name_ + "', position " + event.position().str() + ", stream '" +
           std::string(event.stream()) + "', version " + std::to_string(event.version()) + ": ";
  }

  // First what was built, then how far it is: the checkpoint is never ahead.
  Result<> save(const Call& call) {
    if (unsaved_ == 0) return {};
    const bool keeps = projection_.keeps_checkpoint();
    if (auto kept = keeps ? projection_.save(position_, fence()) : projection_.flush(); !kept) {
      // Whether it still has what was handled nobody knows, so no later save may speak for it.
      (void)give_up();
      return kept;
    }
    if (!keeps)
      if (auto saved = patiently(call, [&] { return save_checkpoint(store_, name_, position_, fence(), call); });
          !saved)
        return saved;
    saved_ = position_;
    saved_at_ = Clock::now();
    unsaved_ = 0;
    note([&](ProjectionProgress& progress) { progress.saved = saved_; });
    moved_.notify_all();
    return {};
  }

  void publish(Position through, const RecordedEvent* event = nullptr, Position head = {}) {
    position_ = std::max(position_, through);
    note([&](ProjectionProgress& progress) {
      progress.position = position_;
      progress.saved = saved_;
      progress.head = std::max({progress.head, head, position_});
      if (event != nullptr) progress.last_event = event->time();
    });
    moved_.notify_all();
  }

  // Whether somebody waits for what is seen when it is kept.
  bool is_awaited() const {
    if (projection_.shows_at_once()) return false;
    const std::scoped_lock lock(mutex_);
    return waiting_ > 0;
  }

  template <class Change>
  void note(Change&& change) {
    const std::scoped_lock lock(mutex_);
    change(progress_);
  }

  Store& store_;
  AnyProjection& projection_;
  const std::string name_;
  const Filter filter_;
  const ProjectionOptions options_;
  Position position_, saved_, live_from_;
  std::uint64_t unsaved_ = 0;  // events and moves since the last save
  Position isolated_;          // the event that failed last: it is handled and saved by itself
  bool must_go_back_ = false;
  const Leadership* leadership_ = nullptr;
  Clock::time_point asked_, saved_at_;
  mutable std::mutex mutex_;
  mutable std::condition_variable_any moved_;
  mutable std::uint64_t waiting_ = 0;  // in wait_for()
  ProjectionProgress progress_;
};

}  // namespace ec::detail
