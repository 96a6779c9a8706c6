// Projections: what is built from events, to be read. A class with a handler for each event type that it takes.
//
//   struct Deposited { std::int64_t amount; };
//   EC_EVENT(Deposited, "deposited", amount)
//   struct Total {
//     static constexpr std::string_view name = "total";
//     static constexpr std::uint32_t version = 1;  // of what it builds: another one is built anew
//     using Events = ec::Events<Deposited>;
//     void on(const ec::Recorded<Deposited>& event) { sum += event->amount; }
//     std::int64_t sum = 0;
//   };
//   ec::Result<> follow(ec::Store& store, Total& total, std::stop_token stop) {
//     ec::Projector projector(store, total);
//     return projector.run({.stop = stop});
//   }
//
// A handler may also take a `const ec::Delivery&`, and give a Result<>; what it throws is an error as well. Handlers are
// called one at a time, in the store's order, on the thread that runs the projector. At least once: after a crash, from
// the last checkpoint.
//
// It may also have:
// - `static ec::Filter filter()`: which events it is given. Without it, all those of its Events; with it, an event that
//   it has no handler for is an error (`unsupported`), unless `using Ignores = ec::Ignore<...>` names it
// - `ec::Result<> flush()`: makes what was handled last; the checkpoint is saved after it, never before
// - `ec::Reaction on_failure(const ec::RecordedEvent&, const ec::Error&, std::uint32_t attempt)`: what becomes of an event
//   that could not be handled or decoded. Without it the projection stops there
// - its own checkpoint, kept in the same transaction as what it builds, which makes it exactly once:
//   `ec::Result<std::optional<ec::Position>> load_checkpoint()`, `ec::Result<> save_checkpoint(ec::Position, std::uint64_t
//   fence)`, which commits, and `void discard()`, which rolls back to the last save
// - `ec::Result<> reset(ec::Position to)`: forgets what it built of events behind that position, so that they can be
//   handled again; an error refuses. One that keeps its checkpoint commits it with the save_checkpoint() that follows
// - `ec::Result<> take_over()`: this build is to be read from now on, as when a table takes the name of another. Called
//   under the lease before readers are told; again where that was not seen to the end
#pragma once

#include <eventcore/command.hpp>
#include <eventcore/detail/projecting.hpp>
#include <eventcore/projection_status.hpp>

#include <concepts>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace ec {

namespace detail {

template <class P, class E>
concept HandlesWithDelivery =
    requires(P& projection, const Recorded<E>& event, const Delivery& delivery) { projection.on(event, delivery); };
template <class P, class E>
concept Handles =
    HandlesWithDelivery<P, E> || requires(P& projection, const Recorded<E>& event) { projection.on(event); };

template <class P>
concept KeepsCheckpoint = requires(P& projection, Position position, std::uint64_t fence) {
  { projection.load_checkpoint() } -> std::same_as<Result<std::optional<Position>>>;
  { projection.save_checkpoint(position, fence) } -> std::same_as<Result<>>;
  projection.discard();
};

template <class P>
concept Flushes = requires(P& projection) {
  { projection.flush() } -> std::same_as<Result<>>;
};

template <class P>
concept Reacts = requires(P& projection, const RecordedEvent& event, const Error& error, std::uint32_t attempt) {
  { projection.on_failure(event, error, attempt) } -> std::same_as<Reaction>;
};

template <class P>
concept Resets = requires(P& projection, Position to) {
  { projection.reset(to) } -> std::same_as<Result<>>;
};

template <class P>
concept TakesOver = requires(P& projection) {
  { projection.take_over() } -> std::same_as<Result<>>;
};

template <class P>
consteval bool handles_each() {
  return []<class... E>(std::type_identity<Events<E...>>) {
    return (Handles<P, E> && ...);
  }(std::type_identity<typename P::Events>{});
}

// Says what is missing, one thing at a time.
template <class P>
consteval bool check_projection() {
  constexpr bool has_name = requires { std::string_view(P::name); };
  constexpr bool has_version = requires { std::uint32_t{P::version}; };
  constexpr bool has_events = requires { typename P::Events; };
  static_assert(has_name, "eventcore: a projection needs `static constexpr std::string_view name = \"...\"`");
  static_assert(has_version, "eventcore: a projection needs `static constexpr std::uint32_t version = 1`");
  static_assert(has_events, "eventcore: a projection needs `using Events = ec::Events<...>`");
  if constexpr (has_name && has_version && has_events && requires { requires P::Events::described; }) {
    constexpr bool handles = handles_each<P>();
    static_assert(handles,
                  "eventcore: the projection has no on(const ec::Recorded<E>&) for one of its Events: add it, or take "
                  "the event out of the list");
    constexpr bool keeps = KeepsCheckpoint<P>;
    constexpr bool keeps_in_part = requires { &P::load_checkpoint; } || requires { &P::save_checkpoint; };
    static_assert(keeps || !keeps_in_part,
                  "eventcore: a projection that keeps its checkpoint needs all three: "
                  "ec::Result<std::optional<ec::Position>> load_checkpoint(), "
                  "ec::Result<> save_checkpoint(ec::Position, std::uint64_t fence), void discard()");
    constexpr bool flushes = Flushes<P> || !requires { &P::flush; };
    constexpr bool reacts = Reacts<P> || !requires { &P::on_failure; };
    static_assert(flushes, "eventcore: the projection's flush() is not called as it is: ec::Result<> flush()");
    static_assert(reacts,
                  "eventcore: the projection's on_failure() is not called as it is: ec::Reaction on_failure("
                  "const ec::RecordedEvent&, const ec::Error&, std::uint32_t attempt)");
    constexpr bool resets = Resets<P> || !requires { &P::reset; };
    constexpr bool takes_over = TakesOver<P> || !requires { &P::take_over; };
    static_assert(resets,
                  "eventcore: the projection's reset() is not called as it is: ec::Result<> reset(ec::Position)");
    static_assert(takes_over,
                  "eventcore: the projection's take_over() is not called as it is: ec::Result<> take_over()");
    return handles && (keeps || !keeps_in_part) && flushes && reacts && resets && takes_over;
  }
  return false;
}

template <class P>
class ProjectionAdapter final : public AnyProjection {
 public:
  explicit ProjectionAdapter(P& projection) : projection_(projection) {}

  Result<> handle(const RecordedEvent& event, const Delivery& delivery) override {
    return guarded("the handler", [&] {
      Result<> done;
      dispatch(event, delivery, done);
      return done;
    });
  }

  Result<> handle(DeliveryRun& run) override {
    return guarded("the handler", [&] {
      Result<> done;
      run.deliver(
          [&](const RecordedEvent& event, const Delivery& delivery) { return dispatch(event, delivery, done); });
      return done;
    });
  }

  Result<Reaction> react(const RecordedEvent& event, const Error& error, std::uint32_t attempt) override {
    if constexpr (Reacts<P>)
      return guarded("on_failure()",
                     [&]() -> Result<Reaction> { return projection_.on_failure(event, error, attempt); });
    else
      return Reaction::stop;
  }

  bool shows_at_once() const override { return !KeepsCheckpoint<P> && !Flushes<P>; }
  Result<> flush() override {
    if constexpr (Flushes<P>) return guarded("flush()", [&] { return projection_.flush(); });
    return {};
  }

  bool keeps_checkpoint() const override { return KeepsCheckpoint<P>; }
  Result<std::optional<Position>> load() override {
    if constexpr (KeepsCheckpoint<P>)
      return guarded("load_checkpoint()", [&] { return projection_.load_checkpoint(); });
    return std::optional<Position>();
  }
  Result<> save(Position through, std::uint64_t fence) override {
    if constexpr (KeepsCheckpoint<P>)
      return guarded("save_checkpoint()", [&] { return projection_.save_checkpoint(through, fence); });
    return {};
  }
  Result<> discard() override {
    if constexpr (KeepsCheckpoint<P>)
      return guarded("discard()", [&]() -> Result<> { return projection_.discard(), Result<>(); });
    return {};
  }

  bool can_reset() const override { return Resets<P>; }
  Result<> reset(Position to) override {
    if constexpr (Resets<P>) return guarded("reset()", [&] { return projection_.reset(to); });
    return {};
  }
  Result<> take_over() override {
    if constexpr (TakesOver<P>) return guarded("take_over()", [&] { return projection_.take_over(); });
    return {};
  }

  static Filter filter() {
    if constexpr (requires {
                    { P::filter() } -> std::convertible_to<Filter>;
                  }) {
      return P::filter();
    } else {
      Filter made;
      [&]<class... E>(std::type_identity<Events<E...>>) {
        (detail::add_names<E>(made.types), ...);
      }(std::type_identity<typename P::Events>{});
      return made;
    }
  }

 private:
  template <class Body>
  static auto guarded(const char* what, Body&& body) -> decltype(body()) {
    try {
      return body();
    } catch (const std::exception& problem) {
      return std::unexpected(Error{Code::internal, std::string(what) + " threw: " + problem.what()});
    } catch (...) {
      return std::unexpected(Error{Code::internal, std::string(what) + " threw what is no std::exception"});
    }
  }

  // Whether it went well; `done` is touched only where it did not.
  bool dispatch(const RecordedEvent& event, const Delivery& delivery, Result<>& done) {
    bool is_good = true;
    const bool known =
        for_each_of(std::type_identity<typename P::Events>{}, event.type(), event.raw().schema_version,
                    [&]<class E>(std::type_identity<E>) { return is_good = on<E>(event, delivery, done); });
    if (known || IgnoresOf<P>::Type::matches(event.type())) return is_good;
    done = unknown(event);
    return false;
  }

  // Apart, so that the way of those that are known stays small.
  [[gnu::noinline]] static Result<> unknown(const RecordedEvent& event) {
    return std::unexpected(
        Error{Code::unsupported, "the projection has no handler for events of type '" + std::string(event.type()) +
                                     "'; add the type to its Events, name it (or ec::OtherEvents) in its Ignores, or "
                                     "leave it out with its filter()"});
  }

  template <class E>
  bool on(const RecordedEvent& event, const Delivery& delivery, Result<>& done) {
    E value{};
    if (const auto decoded = event.decode_named_into(value); !decoded) {
      done = std::unexpected(decoded.error());
      return false;
    } else if (!*decoded) {
      return true;
    }
    const Recorded<E> recorded(event.raw(), value);
    const auto call = [&] {
      if constexpr (HandlesWithDelivery<P, E>)
        return projection_.on(recorded, delivery);
      else
        return projection_.on(recorded);
    };
    if constexpr (std::is_void_v<decltype(call())>) {
      call();
      return true;
    } else {
      Result<> handled = call();
      if (handled) return true;
      done = std::move(handled);
      return false;
    }
  }

  P& projection_;
};

}  // namespace detail

// Runs a projection. Store and projection must outlive it. run() and run_to_head() are for one thread at a time;
// progress() and wait_for() for any.
template <class P>
class Projector {
  static_assert(detail::check_projection<P>());

 public:
  Projector(Store& store, P& projection, ProjectionOptions options = {})
      : adapter_(projection),
        engine_(store, adapter_, std::string(P::name), {P::version, 0}, detail::ProjectionAdapter<P>::filter(),
                std::move(options)) {}

  // Handles everything there is, saves the checkpoint, and gives the position that was reached.
  Result<Position> run_to_head(const Call& call = {}) { return engine_.run_to_head(call); }

  // Handles what there is and what comes, until a stop, which is a good end. A store that is down is waited for, and so
  // is the lease where there is a holder. An error ends it: a handler's, a checkpoint that cannot be had. A newer build
  // that took over is a good end, too: progress().superseded.
  Result<> run(const Call& call = {}) { return engine_.run(call); }

  ProjectionProgress progress() const { return engine_.progress(); }

  // Blocks until this projector, running on another thread, has handled that position: a reader sees what an execution
  // wrote (its Committed::last). Where the projection has a flush() or its own checkpoint: until that is kept, which
  // takes up to save_interval.
  Result<> wait_for(Position position, const Call& call = {}) const { return engine_.wait_for(position, call); }

 private:
  detail::ProjectionAdapter<P> adapter_;
  detail::Projecting engine_;
};

}  // namespace ec
