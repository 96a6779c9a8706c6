// What drives a projection, whatever its type: follow the store, deliver, retry, save, lead. See projection.hpp.
#pragma once

#include <eventcore/checkpoint.hpp>
#include <eventcore/dead_letter.hpp>
#include <eventcore/detail/any_projection.hpp>
#include <eventcore/detail/coarse_clock.hpp>
#include <eventcore/detail/delivery_run.hpp>
#include <eventcore/detail/leading.hpp>
#include <eventcore/detail/pause.hpp>
#include <eventcore/detail/progress_board.hpp>
#include <eventcore/detail/reporting.hpp>
#include <eventcore/detail/serving.hpp>
#include <eventcore/projection_options.hpp>
#include <eventcore/subscription.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

namespace ec::detail {

class Projecting {
 public:
  Projecting(Store& store, AnyProjection& projection, std::string name, Build build, Filter filter,
             ProjectionOptions options, bool is_rebuilt_elsewhere = false)
      : store_(store),
        projection_(projection),
        known_as_(std::move(name)),
        build_(build),
        name_(projection_id(known_as_, build)),
        filter_(std::move(filter)),
        options_(std::move(options)),
        is_rebuilt_elsewhere_(is_rebuilt_elsewhere),
        patiently_(options_.retry_base, options_.retry_cap,
                   [this] { board_.note([](ProjectionProgress& progress) { ++progress.store_failures; }); }) {}

  // To the head as it is when it gets there; an error ends it, waiting for a store that is down included at the
  // deadline.
  Result<Position> run_to_head(const Call& call) {
    if (auto done = run_reported(call, true); !done) return std::unexpected(std::move(done.error()));
    return progress().position;
  }

  // Until a stop; the error of what cannot be waited for.
  Result<> run(const Call& call) { return run_reported(call, false); }

  ProjectionProgress progress() const { return board_.read(); }

  Result<> wait_for(Position position, const Call& call) const {
    return board_.wait_for(position, projection_.shows_at_once(), call);
  }

 private:
  using Clock = std::chrono::steady_clock;

  Result<> run_reported(const Call& call, bool to_head) {
    reporting_.emplace(store_,
                       Reporting::Subject{known_as_, build_, options_.holder.value_or(""), is_rebuilt_elsewhere_},
                       options_.status_interval, options_.runs_superseded, [this] { return progress(); });
    auto done = lead_and_follow(call, to_head);
    const bool is_superseded = reporting_->is_superseded();
    board_.note([&](ProjectionProgress& progress) { progress.superseded = is_superseded; });
    reporting_.reset();
    if (is_superseded || (!to_head && call.stop.stop_requested())) return {};  // both are a good end
    return done;
  }

  // A lost lease begins anew: the checkpoint is read again, since another leader may have moved it.
  Result<> lead_and_follow(const Call& call, bool to_head) {
    for (;;) {
      is_lost_ = false;
      auto done = enter(call);
      if (done) done = lead(call, to_head);
      if (!done && !is_lost_) reporting_->look_for_newer();  // where that one took away what this one needs
      if (done || !is_lost_ || reporting_->is_superseded() || call.stop.stop_requested()) return done;
      pause(options_.retry_base, call);  // what it writes elsewhere may refuse each fence
    }
  }

  // Makes this build known, and looks which one is active.
  Result<> enter(const Call& call) {
    wants_over_ = is_first_ = false;
    if (!reporting_->is_on()) return {};
    const auto known = patiently_(call, [&] { return register_build(store_, known_as_, build_, call); });
    if (!known && known.error().code == Code::unsupported) {
      reporting_->give_up();
      return {};
    }
    if (!known) return std::unexpected(known.error());
    reporting_->note_active(known->active);
    wants_over_ = !known->active || *known->active < build_;
    is_first_ = !known->active;
    return {};
  }

  Result<> lead(const Call& call, bool to_head) {
    std::optional<Leadership> leadership;
    if (options_.holder) {
      reporting_->forget_asked();  // of the lead before; it is looked for again
      auto lease = turn(call, [&](const Call& own) { return acquire(own); });
      if (!lease) {
        is_lost_ = reporting_->is_asked() && !reporting_->is_superseded() && !is_over(call);
        return std::unexpected(lease.error());
      }
      leadership.emplace(std::move(*lease), time_to_live(), asked_);
      if (auto entered = enter(call); !entered) return entered;  // another one may have led it to its end
    }
    leadership_ = leadership ? &*leadership : nullptr;
    reporting_->lead(fence(), call);
    Result<> done;
    do {
      done = serve(call);
      if (done) done = turn(call, [&](const Call& own) { return follow(own, to_head); });
    } while (!done && reporting_->is_asked() && !reporting_->is_superseded() && !is_over(call) && holds(done));
    is_lost_ = !holds(done);
    if (is_lost_ && !done)
      board_.note([&](ProjectionProgress& progress) { progress.last_error = done.error().message; });
    report_end(done, call);
    leadership_ = nullptr;
    board_.note([](ProjectionProgress& progress) { progress.leads = false; });
    return done;
  }

  // Whether it leads still, or has no need to.
  bool holds(const Result<>& done) const {
    return leadership_ == nullptr || (leadership_->holds() && (done || done.error().code != Code::fenced));
  }

  void report_end(const Result<>& done, const Call& call) {
    if (is_lost_)
      reporting_->end(std::nullopt, "");
    else if (reporting_->is_superseded())
      reporting_->end(ProjectionState::superseded, "");
    else if (done || call.stop.stop_requested())
      reporting_->end(ProjectionState::stopped, "");
    else
      reporting_->end(ProjectionState::failed, done.error().message);
  }

  // What ends early when something is asked, another build took over, or the lead is lost.
  template <class Body>
  auto turn(const Call& call, Body&& body) -> decltype(body(call)) {
    std::stop_source source;
    const auto end = [&source] { source.request_stop(); };
    const std::stop_callback on_stop(call.stop, end);
    const std::stop_callback on_loss(leadership_ != nullptr ? leadership_->lost() : std::stop_token(), end);
    const Reporting::Interruptible interruptible(*reporting_, source);
    return body(Call{.deadline = call.deadline, .stop = source.get_token(), .traceparent = call.traceparent});
  }

  // Between two turns: nothing is handled meanwhile, and what was is kept.
  Result<> serve(const Call& call) {
    if (!reporting_->is_on() || reporting_->is_superseded()) return {};
    reporting_->forget_asked();
    const auto requests = patiently_(call, [&] { return list_requests(store_, known_as_, call); });
    if (!requests) {
      board_.note([&](ProjectionProgress& progress) { progress.last_error = requests.error().message; });
      return is_over(call) ? std::unexpected(requests.error()) : Result<>();  // what is asked can wait
    }
    Serving serving(store_, projection_, build_, name_, patiently_, leadership_, [this](Position to) {
      position_ = saved_ = to;
      show();
      reporting_->tell();
    });
    for (const ProjectionRequest& each : *requests) {
      if (!reporting_->concerns(each)) continue;
      const auto answer = serving.answer(each, call);
      if (!answer) return std::unexpected(answer.error());
      handled_ += serving.take_handled();
      show();
      if (auto told = patiently_(call, [&] { return answer_request(store_, known_as_, each.id, *answer, call); });
          !told)
        return told;
    }
    return {};
  }

  // What a leader that is gone leaves of its lease, and the wait of another until it asks again, come to the lease time.
  std::chrono::milliseconds time_to_live() const { return options_.lease_time - options_.lease_time / 4; }

  Result<Lease> acquire(const Call& call) {
    for (;;) {
      asked_ = Clock::now();
      auto lease = Lease::acquire(store_, name_, *options_.holder, time_to_live(), call);
      if (lease) {
        board_.note([](ProjectionProgress& progress) { progress.leads = true; });
        return lease;
      }
      const Error& error = lease.error();
      if ((error.code != Code::conflict && !can_wait_for(error)) || is_over(call)) return lease;
      pause(std::max(options_.lease_time / 4, std::chrono::milliseconds(1)), call);
    }
  }

  std::uint64_t fence() const { return leadership_ != nullptr ? leadership_->fence() : 0; }

  Result<> begin(const Call& call) {
    auto saved = load_position(store_, projection_, name_, patiently_, call);
    if (!saved) return std::unexpected(std::move(saved.error()));
    const auto head = patiently_(call, [&] { return store_.head(call); });
    if (!head) return std::unexpected(head.error());
    position_ = saved_ = saved->value_or(Position{});
    saved_at_ = Clock::now();
    unsaved_ = 0;
    if (position_ > *head)
      return std::unexpected(Error{Code::invalid, "the checkpoint of '" + name_ + "', " + position_.str() +
                                                      ", is above the store's head, " + head->str() +
                                                      ": it belongs to another store, or this one was put back"});
    const std::string since = replay_end_name(name_);
    auto live_from = patiently_(call, [&] { return load_checkpoint(store_, since, call); });
    if (live_from && !*live_from) {
      live_from = patiently_(call, [&]() -> Result<std::optional<Position>> {
        if (auto kept = save_checkpoint(store_, since, *head, 0, call); !kept)
          return std::unexpected(std::move(kept.error()));
        return std::optional(*head);
      });
    }
    if (!live_from) return std::unexpected(std::move(live_from.error()));
    live_from_ = **live_from;
    publish({}, *head);
    reporting_->begin(live_from_);
    return is_first_ ? take_over(call) : Result<>();
  }

  // Readers are told that it is this build from now on, unless a newer one was faster.
  Result<> take_over(const Call& call) {
    if (auto saved = save(call); !saved) return saved;
    if (leadership_ != nullptr && !leadership_->holds()) return lost_lease();
    if (auto taken = projection_.take_over(); !taken) return taken;
    if (leadership_ != nullptr && !leadership_->holds()) return lost_lease();
    // Its own readers may see it already, so a stop does not come in between.
    const Call own{.deadline = Call::in(options_.stop_time)};
    const auto active = patiently_(own, [&] { return activate_build(store_, known_as_, build_, own); });
    if (!active) return std::unexpected(active.error());
    wants_over_ = is_first_ = false;
    reporting_->note_active(*active);
    return {};
  }

  Result<> lost_lease() const { return std::unexpected(Error{Code::fenced, "the lease of '" + name_ + "' ran out"}); }

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
    if (to_head || wants_over_) {
      const auto behind = patiently_(call, [&] { return is_behind(call); });
      if (!behind) return std::unexpected(behind.error());
      if (!*behind && wants_over_)
        if (auto taken = take_over(call); !taken) return taken;
      if (!*behind && to_head) return {};
    }
    for (;;) {
      if (auto next = this->next(events, call); !next) return next;
      if (auto delivered = deliver(events, call); !delivered || must_go_back_) return delivered;
      if (!events.is_live()) continue;
      if (wants_over_)
        if (auto taken = take_over(call); !taken) return taken;
      if (to_head) return {};
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
      auto next = patiently_(own, [&] { return events.next(own); });
      const bool is_due = !next && own.deadline != call.deadline && Clock::now() >= *own.deadline &&
                          (next.error().code == Code::timeout || can_wait_for(next.error()));
      if (!is_due) return next;
      if (auto saved = save(call); !saved) return saved;
    }
  }

  Result<> deliver(Subscription& events, const Call& call) {
    const ec_batch& batch = events.batch().raw();
    for (std::size_t at = 0; at < batch.count;) {
      if (call.stop.stop_requested()) return std::unexpected(Error{Code::cancelled, "stopped"});
      if (leadership_ != nullptr && !leadership_->holds()) return lost_lease();
      if (event_at(batch, at).position() == isolated_)
        if (auto saved = save(call); !saved) return saved;
      const std::size_t count = run_length(batch, at);
      head_ = std::max({head_, events.head(), event_at(batch, at + count - 1).position()});
      show();
      DeliveryRun run(batch, at, count, delivery_of(event_at(batch, at), 1), handled_,
                      {.stop = call.stop, .leadership = leadership_, .board = board_});
      auto done = projection_.handle(run);
      handled_ = run.handled();
      at += run.passed();
      if (run.passed() > 0) pass(event_at(batch, at - 1), run.passed());
      if (!done) {
        const RecordedEvent failed = event_at(batch, at++);
        done = overcome(failed, std::move(done.error()), call);
        if (!done || must_go_back_) return done;
        pass(failed, 1);
      }
      if (unsaved_ >= options_.save_every || position_ == isolated_ || is_time_to_save())
        if (auto saved = save(call); !saved) return saved;
    }
    if (events.position() > position_) ++unsaved_;
    publish(events.position(), events.head());
    return is_awaited() ? save(call) : Result<>();
  }

  static RecordedEvent event_at(const ec_batch& batch, std::size_t index) {
    const char* const first = reinterpret_cast<const char*>(batch.events);
    return RecordedEvent(*reinterpret_cast<const ec_event*>(first + index * batch.stride));
  }

  // How many events go by before the clock is looked at. Where replay ends, and where one failed, each goes alone.
  std::size_t run_length(const ec_batch& batch, std::size_t at) const {
    const Position first = event_at(batch, at).position();
    const Position last = event_at(batch, batch.count - 1).position();
    if ((first <= live_from_ && live_from_ < last) || (first <= isolated_ && isolated_ <= last)) return 1;
    const std::uint64_t until_save = options_.save_every > unsaved_ ? options_.save_every - unsaved_ : 1;
    return std::min({batch.count - at, quick_, static_cast<std::size_t>(until_save)});
  }

  // Events so quick that the clock stood still may go on together; where it moved, the next one goes alone.
  bool is_time_to_save() {
    const auto now = coarse_now();
    quick_ = now == looked_at_ ? std::min(2 * quick_, most_in_a_run) : 1;
    looked_at_ = now;
    return now - saved_at_ >= options_.save_interval;
  }

  Delivery delivery_of(const RecordedEvent& event, std::uint32_t attempt) const {
    return {
        .is_replay = event.position() <= live_from_, .attempt = attempt, .fence = fence(), .is_active = !wants_over_};
  }

  // What becomes of an event whose first attempt failed.
  Result<> overcome(const RecordedEvent& event, Error error, const Call& call) {
    auto wait = options_.retry_base;
    for (std::uint32_t attempt = 1;; ++attempt) {
      if (projection_.keeps_checkpoint())
        if (auto undone = isolate(event); !undone || must_go_back_) return undone;
      error.message.insert(0, where(event));
      board_.note([&](ProjectionProgress& progress) { progress.last_error = error.message; });
      const auto reaction = projection_.react(event, error, attempt);
      if (!reaction) return std::unexpected(reaction.error());
      switch (*reaction) {
        case Reaction::skip: board_.note([](ProjectionProgress& progress) { ++progress.skipped; }); return {};
        case Reaction::dead_letter: return bury(event, error, attempt, call);
        case Reaction::stop: return std::unexpected(std::move(error));
        case Reaction::retry: break;
      }
      if (is_over(call)) return std::unexpected(std::move(error));
      board_.note([](ProjectionProgress& progress) { ++progress.retries; });
      pause(wait, call);
      if (call.stop.stop_requested()) return std::unexpected(Error{Code::cancelled, "stopped"});
      wait = std::min(2 * wait, options_.retry_cap);
      if (leadership_ != nullptr && !leadership_->holds()) return lost_lease();
      auto handled = projection_.handle(event, delivery_of(event, attempt + 1));
      if (handled) {
        ++handled_;
        return {};
      }
      error = std::move(handled.error());
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
        patiently_(call, [&] { return keep_dead_letter(store_, name_, event, error, attempts, commit_id, call); });
    if (kept) board_.note([](ProjectionProgress& progress) { ++progress.dead_letters; });
    return kept;
  }

  std::string where(const RecordedEvent& event) const {
    return "projection '" + name_ + "', position " + event.position().str() + ", stream '" +
           std::string(event.stream()) + "', version " + std::to_string(event.version()) + ": ";
  }

  // First what was built, then how far it is: the checkpoint is never ahead.
  Result<> save(const Call& call) {
    if (unsaved_ == 0) return {};
    if (leadership_ != nullptr && !leadership_->holds()) {  // another one may be at it already
      (void)give_up();
      return lost_lease();
    }
    const bool keeps = projection_.keeps_checkpoint();
    if (auto kept = keeps ? projection_.save(position_, fence()) : projection_.flush(); !kept) {
      // Whether it still has what was handled nobody knows, so no later save may speak for it.
      (void)give_up();
      return kept;
    }
    if (!keeps)
      if (auto saved = patiently_(call, [&] { return save_checkpoint(store_, name_, position_, fence(), call); });
          !saved)
        return saved;
    saved_ = position_;
    saved_at_ = Clock::now();
    unsaved_ = 0;
    show();
    return {};
  }

  void publish(Position through, Position head = {}) {
    position_ = std::max(position_, through);
    head_ = std::max({head_, head, position_});
    show();
  }

  // So many events are behind it, that one the last.
  void pass(const RecordedEvent& last, std::size_t count) {
    unsaved_ += count;
    last_event_ = last.time();
    publish(last.position());
  }

  void show() { board_.show({position_, saved_, head_, handled_, last_event_}); }

  // Whether somebody waits for what is seen when it is kept.
  bool is_awaited() const { return !projection_.shows_at_once() && board_.is_awaited(); }

  Store& store_;
  AnyProjection& projection_;
  const std::string known_as_;
  const Build build_;
  const std::string name_;  // of the build's checkpoint, lease and dead letters
  const Filter filter_;
  const ProjectionOptions options_;
  const bool is_rebuilt_elsewhere_;
  const Patiently patiently_;
  std::optional<Reporting> reporting_;  // while it runs
  Position position_, saved_, head_, live_from_;
  std::optional<Time> last_event_;
  std::uint64_t unsaved_ = 0;  // events and moves since the last save
  std::uint64_t handled_ = 0;
  Position isolated_;  // the event that failed last: it is handled and saved by itself
  bool must_go_back_ = false;
  const Leadership* leadership_ = nullptr;
  bool is_lost_ = false;     // the lease, by the end of a lead
  bool wants_over_ = false;  // another build is active, and this one is to be when it has caught up
  bool is_first_ = false;    // no build is active, so this one is to be at once
  Clock::time_point asked_, saved_at_;
  static constexpr std::size_t most_in_a_run = 32;
  std::size_t quick_ = 1;          // how many events go by between two looks at the clock
  Clock::time_point looked_at_{};  // the last of these
  ProgressBoard board_;
};

}  // namespace ec::detail
