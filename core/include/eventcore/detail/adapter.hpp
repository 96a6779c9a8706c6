// A typed command as the C table that libeventcore executes. Everything here runs under a C function: nothing may leave
// it but a status; what the user's code throws is kept and thrown again once the C function has returned.
#pragma once

#include <eventcore/command.hpp>
#include <eventcore/kept_state.hpp>

#include <exception>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace ec {

namespace detail {

// Buffers that a thread uses again and again; a command that executes another one finds them taken and gets its own.
struct Scratch {
  Streams streams;
  std::vector<ec_str> newly_discovered;
  std::vector<StreamId> discovered;
  std::vector<Encoded> encoded;
  std::vector<ec_new_event> events;
  std::string buffer;
  bool taken = false;

  void clear() {
    streams.names.clear();
    streams.entry_begins.clear();
    streams.declared = 0;
    discovered.clear();
  }
};
inline thread_local Scratch thread_scratch;

// Where a command is executed: on the thread that asks for it, or on several, one after the other.
enum class RunsOn { this_thread, any_thread };

class BorrowedScratch {
 public:
  explicit BorrowedScratch(RunsOn where)
      : own_(where == RunsOn::any_thread || thread_scratch.taken ? std::make_unique<Scratch>() : nullptr),
        scratch_(own_ != nullptr ? own_.get() : &thread_scratch) {
    scratch_->taken = true;
    scratch_->clear();
  }
  BorrowedScratch(const BorrowedScratch&) = delete;
  BorrowedScratch& operator=(const BorrowedScratch&) = delete;
  ~BorrowedScratch() { scratch_->taken = false; }
  Scratch& operator*() const { return *scratch_; }

 private:
  std::unique_ptr<Scratch> own_;
  Scratch* scratch_;
};

}  // namespace detail

struct Committed;

namespace detail {

template <class E>
concept Overwrites = requires { requires Codec<E>::overwrites; };

// Where events of a type are decoded, one after the other; empty where they are not.
template <class C, class E>
struct Slot {};
template <class C, class E>
  requires Applies<C, E> && Overwrites<E>
struct Slot<C, E> {
  E event{};
};

template <class C, class Events>
struct SlotsOf;
template <class C, class... E>
struct SlotsOf<C, Events<E...>> {
  using Type = std::tuple<Slot<C, E>...>;
};

}  // namespace detail

template <class C>
class CommandAdapter {
 public:
  using Variant = typename detail::RejectionsOf<C>::Type::Variant;

  CommandAdapter(const C& command, Committed& committed, detail::RunsOn where)
      : command_(command), committed_(committed), scratch_(where) {
    if constexpr (detail::Discovers<C>)
      table_.discover = [](void* ctx, const ec_str** streams, std::size_t* count, ec_error* error) {
        return self(ctx).guard(error, [&] { return self(ctx).discover(streams, count); });
      };
    if constexpr (detail::KeepsState<C>) table_.states = &hooks();
  }
  CommandAdapter(const CommandAdapter&) = delete;
  CommandAdapter& operator=(const CommandAdapter&) = delete;

  const ec_command& table() const { return table_; }
  Variant& rejection() { return rejection_; }
  // What ended the execution, if it was thrown; not what was thrown before it was asked again.
  std::exception_ptr thrown(const ec_error& error) const {
    return thrown_ && error.code == EC_INTERNAL && error.message[0] == '\0' ? thrown_ : nullptr;
  }

 private:
  using State = typename C::State;

  static CommandAdapter& self(void* ctx) { return *static_cast<CommandAdapter*>(ctx); }

  template <class Body>
  ec_status guard(ec_error* error, Body&& body) noexcept {
    if (thrown_) thrown_ = nullptr;  // of what was asked again since
    try {
      Result<> done = body();
      return done ? EC_OK : detail::fill(error, done.error());
    } catch (...) {
      thrown_ = std::current_exception();
      error->code = EC_INTERNAL;
      error->message[0] = '\0';  // by which thrown() knows it
      return EC_INTERNAL;
    }
  }

  // The same where a failure is none of the execution's.
  template <class Body>
  static ec_status guard_keeping(ec_error* error, Body&& body) noexcept {
    try {
      Result<> done = body();
      return done ? EC_OK : detail::fill(error, done.error());
    } catch (...) {
      error->code = EC_INTERNAL;
      return EC_INTERNAL;
    }
  }

  Result<> streams(const ec_str** streams, std::size_t* count) {
    detail::Streams& known = scratch().streams;
    C::Streams::for_each(command_, [&](std::size_t entry, const StreamId& stream) {
      while (known.entry_begins.size() <= entry) known.entry_begins.push_back(known.names.size());
      known.names.push_back(detail::str(stream.str()));
    });
    while (known.entry_begins.size() < C::Streams::size) known.entry_begins.push_back(known.names.size());
    known.declared = known.names.size();
    *streams = known.names.data();
    *count = known.names.size();
    return {};
  }

  Result<> discover(const ec_str** streams, std::size_t* count) {
    detail::Scratch& own = scratch();
    const std::size_t before = own.discovered.size();
    for (StreamId& stream : command_.discover(std::as_const(state_))) {
      bool known = false;
      for (const ec_str& name : own.streams.names) known = known || stream == detail::view(name);
      for (std::size_t i = before; i < own.discovered.size(); ++i) known = known || own.discovered[i] == stream;
      if (!known) own.discovered.push_back(std::move(stream));
    }
    // Ids may have moved with the vector, so all names of discovered streams are set anew.
    own.streams.names.resize(own.streams.declared);
    for (const StreamId& stream : own.discovered) own.streams.names.push_back(detail::str(stream.str()));
    *streams = own.streams.names.data() + own.streams.declared + before;
    *count = own.discovered.size() - before;
    return {};
  }

  Result<> apply(const ec_event& event) {
    const std::string_view type = detail::view(event.type);
    Result<> done;
    const bool known = detail::for_each_of(std::type_identity<typename C::Events>{}, type, event.schema_version,
                                           [&]<class E>(std::type_identity<E>) {
                                             if (auto folded = fold<E>(event); !folded) done = std::move(folded);
                                             return done.has_value();
                                           });
    if (known || detail::IgnoresOf<C>::Type::matches(type)) return done;
    return std::unexpected(
        Error{Code::unsupported, "stream '" + std::string(detail::view(event.stream)) + "', version " +
                                     std::to_string(event.version) + ": the command does not know events of type '" +
                                     std::string(type) +
                                     "'; add the type to its Events, or name it (or ec::OtherEvents) in its Ignores"});
  }

  template <class E>
  Result<> fold(const ec_event& event) {
    if constexpr (detail::Applies<C, E>) {
      if constexpr (detail::Overwrites<E>) return fold_into(std::get<detail::Slot<C, E>>(slots_).event, event);
      E fresh{};
      return fold_into(fresh, event);
    }
    return {};
  }

  template <class E>
  Result<> fold_into(E& value, const ec_event& event) {
    const auto decoded = RecordedEvent(event).decode_named_into(value);
    if (!decoded) return std::unexpected(decoded.error());
    if (*decoded) command_.apply(state_, Recorded<E>(event, value));
    return {};
  }

  Result<> decide(ec_decision& decision) {
    detail::Scratch& own = scratch();
    own.encoded.clear();
    own.buffer.clear();
    Decision<C> out(own.streams, own.encoded, own.buffer);
    Result<> decided = command_.decide(std::as_const(state_), out);
    rejection_ = std::move(out.rejection_);
    if (!decided) return decided;
    if (!out.refusal_.empty()) return std::unexpected(Error{Code::invalid, std::move(out.refusal_)});
    own.events.clear();
    for (const detail::Encoded& each : own.encoded)
      own.events.push_back({each.stream_index,
                            each.encoding,
                            each.schema_version,
                            0,
                            {},
                            0,
                            detail::str(each.type),
                            detail::bytes(std::string_view(own.buffer).substr(each.offset, each.size)),
                            {nullptr, 0}});
    decision.events = own.events.data();
    decision.count = own.events.size();
    decision.stride = sizeof(ec_new_event);
    return {};
  }

  void reset() {
    state_ = State{};
    detail::Scratch& own = scratch();
    own.discovered.clear();
    own.streams.names.resize(own.streams.declared);
  }

  static const ec_state_hooks& hooks() {
    static const ec_state_hooks made = make_hooks();
    return made;
  }

  static ec_state_hooks make_hooks() {
    ec_state_hooks hooks{};
    hooks.struct_size = sizeof hooks;
    hooks.reset = [](void* ctx, ec_error* error) {
      return self(ctx).guard(error, [&] { return self(ctx).reset(), Result<>(); });
    };
    if constexpr (detail::HasStateKey<C> || !C::Streams::all_single)
      hooks.key = [](void* ctx, ec_bytes* key, ec_error* error) {
        return self(ctx).guard(error, [&] { return self(ctx).key(*key); });
      };
    if constexpr (detail::HasSnapshots<C>) {
      hooks.snapshot_name = detail::str(C::snapshots.name);
      hooks.snapshot_version = C::snapshots.schema_version;
      hooks.snapshot_every = C::snapshots.every;
      hooks.capture = [](void* ctx, ec_bytes* state, ec_error* error) {
        return guard_keeping(error, [&] { return self(ctx).capture(*state); });
      };
      hooks.restore = [](void* ctx, ec_bytes state, ec_error* error) {
        return guard_keeping(error, [&] { return detail::load_state<C>(detail::view(state), self(ctx).state_); });
      };
    }
    if constexpr (detail::CachesState<C>) {
      hooks.cache_kind = &detail::state_kind<C>;
      hooks.keep = [](void* ctx, const void** state, std::uint64_t* bytes, ec_error* error) {
        return guard_keeping(error, [&] { return self(ctx).keep(*state, *bytes); });
      };
      hooks.resume = [](void* ctx, const void* state, ec_error* error) {
        return guard_keeping(error, [&] { return self(ctx).state_ = *static_cast<const State*>(state), Result<>(); });
      };
      hooks.drop = [](const void* state) { delete static_cast<const State*>(state); };
    }
    return hooks;
  }

  // Which streams stand for which entry, where that is not their order alone, and what the command adds.
  Result<> key(ec_bytes& key) {
    own_.clear();
    for (const std::size_t begin : scratch().streams.entry_begins) own_ += std::to_string(begin) + ' ';
    if constexpr (detail::HasStateKey<C>) own_ += command_.state_key();
    key = detail::bytes(own_);
    return {};
  }

  Result<> capture(ec_bytes& state) {
    own_.clear();
    if (!detail::save_state<C>(std::as_const(state_), own_))
      return std::unexpected(
          Error{Code::invalid, "the state holds a number that is not finite, which JSON has no text for"});
    state = detail::bytes(own_);
    return {};
  }

  // It is the last that is asked, so the state is given away; but for a command that goes on to discover streams.
  Result<> keep(const void*& state, std::uint64_t& bytes) {
    const auto copy = [&] {
      if constexpr (detail::Discovers<C>)
        return std::make_unique<State>(std::as_const(state_));
      else
        return std::make_unique<State>(std::move(state_));
    };
    auto kept = copy();
    bytes = detail::state_bytes<C>(*kept);
    state = kept.release();
    return {};
  }

  void note(const ec_commit& commit) noexcept;

  detail::Scratch& scratch() { return *scratch_; }

  const C& command_;
  Committed& committed_;
  State state_{};
  typename detail::SlotsOf<C, typename C::Events>::Type slots_;
  Variant rejection_;
  std::exception_ptr thrown_;
  std::string own_;  // bytes that are lent to the core: a key, a captured state
  detail::BorrowedScratch scratch_;
  ec_command table_{sizeof(ec_command),
                    0,
                    this,
                    [](void* ctx, const ec_str** streams, std::size_t* count, ec_error* error) {
                      return self(ctx).guard(error, [&] { return self(ctx).streams(streams, count); });
                    },
                    nullptr,
                    [](void* ctx, const ec_event* event, ec_error* error) {
                      return self(ctx).guard(error, [&] { return self(ctx).apply(*event); });
                    },
                    [](void* ctx, ec_decision* decision, ec_error* error) {
                      return self(ctx).guard(error, [&] { return self(ctx).decide(*decision); });
                    },
                    [](void* ctx, const ec_commit* commit) { self(ctx).note(*commit); },
                    nullptr};
};

}  // namespace ec
