// Commands: which streams they read, how they fold what is there into a state, what they decide. A command is a class
// with the members below; ec::execute carries it out.
//
//   struct Opened { std::int64_t balance; };
//   EC_EVENT(Opened, "opened", balance)
//   struct Open {
//     ec::StreamId account;
//     std::int64_t balance;
//     using Streams = ec::StreamSet<&Open::account>;  // what it reads, and may write to
//     using Events = ec::Events<Opened>;              // what it folds and may write
//     struct State { bool open = false; };
//     void apply(State& state, const ec::Recorded<Opened>&) const { state.open = true; }
//     ec::Result<> decide(const State& state, ec::Decision<Open>& out) const {
//       EC_REQUIRE(!state.open, "account {} is open already", account);
//       out.write<&Open::account>(Opened{balance});
//       return {};
//     }
//   };
//
// It may also have:
// - `using Ignores = ec::Ignore<Renamed>`: event types in its streams that do not matter to it; ec::OtherEvents for all
// - `using Rejections = ec::Rejections<Refusal>`: what out.reject(Refusal{...}) may be given
// - `std::vector<ec::StreamId> discover(const State&) const`: further streams, from what was folded so far
// - `static constexpr ec::Snapshots snapshots{...}`, `static constexpr bool caches_state = true`: its state need not be
//   folded from the start each time; see kept_state.hpp
//
// An event whose type is in neither list ends the execution with an error: nothing is passed over silently.
#pragma once

#include <eventcore/event.hpp>
#include <eventcore/format.hpp>
#include <eventcore/recorded.hpp>
#include <eventcore/stream_set.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace ec {

template <class... E>
struct Events {
  static constexpr bool described = (Event<E> && ...);
  static_assert(described, "eventcore: each event type needs an EC_EVENT line that gives its name and fields");
  template <class T>
  static constexpr bool contains = (std::same_as<T, E> || ...);
};

namespace detail {

// Calls body(std::type_identity<E>) for each E that an event of that name is, or was once, until it says no; whether
// there is any. Where a name that several came from goes on for one of them, what is newer is that one's alone.
template <class... E, class Body>
bool for_each_of(std::type_identity<Events<E...>>, std::string_view type, [[maybe_unused]] std::uint32_t schema_version,
                 Body&& body) {
  if constexpr ((Upcasted<E> || ...)) {
    const bool is_told = (is_or_was<E>(type, schema_version) || ...);
    bool known = false;
    bool goes_on = true;
    ((goes_on && (is_told ? is_or_was<E>(type, schema_version) : is_named<E>(type)) &&
      (known = true, goes_on = body(std::type_identity<E>{}), true)),
     ...);
    return known;
  } else {
    return ((is_type_of<E>(type) && (body(std::type_identity<E>{}), true)) || ...);
  }
}

}  // namespace detail

// In Ignore: every type that is not among the Events.
struct OtherEvents {};

template <class... E>
struct Ignore {
  static constexpr bool all = (std::same_as<E, OtherEvents> || ...);
  template <class T>
  static constexpr bool contains = (std::same_as<T, E> || ...);
  static bool matches(std::string_view type) {
    [[maybe_unused]] const auto is = [&]<class T>(std::type_identity<T>) {
      if constexpr (std::same_as<T, OtherEvents>)
        return true;
      else
        return detail::is_named<T>(type);
    };
    return (is(std::type_identity<E>{}) || ...);
  }
};

template <class... R>
struct Rejections {
  using Variant = std::variant<std::monostate, R...>;
  template <class T>
  static constexpr bool contains = (std::same_as<T, R> || ...);
};

namespace detail {

template <class C>
struct IgnoresOf {
  using Type = Ignore<>;
};
template <class C>
  requires requires { typename C::Ignores; }
struct IgnoresOf<C> {
  using Type = typename C::Ignores;
};

template <class C>
struct RejectionsOf {
  using Type = Rejections<>;
};
template <class C>
  requires requires { typename C::Rejections; }
struct RejectionsOf<C> {
  using Type = typename C::Rejections;
};

template <class C>
concept Discovers = requires(const C& command, const typename C::State& state) {
  { command.discover(state) } -> std::convertible_to<std::vector<StreamId>>;
};

// What a decision collects: encoded events, one after the other in one buffer.
struct Encoded {
  std::uint32_t stream_index;
  std::uint32_t encoding;
  std::uint32_t schema_version;
  std::string_view type;
  std::size_t offset;
  std::size_t size;
};

struct Streams {
  std::vector<ec_str> names;              // those of the StreamSet, then the discovered ones
  std::vector<std::size_t> entry_begins;  // where each entry of the StreamSet begins in names
  std::size_t declared = 0;
};

}  // namespace detail

// What decide writes into.
template <class C>
class Decision {
 public:
  using Set = typename C::Streams;

  // An event for the stream that this member names. For an optional member it must name one.
  template <auto Member, class E>
  void write(const E& event) {
    if constexpr (checked<Member, E>()) {
      constexpr bool many = detail::MemberOf<decltype(Member)>::kind == detail::StreamKind::many;
      static_assert(!many, "eventcore: this member names several streams: write<&Command::member>(index, event)");
      write_at(Set::template index_of<Member>(), 0, event);
    }
  }

  // An event for one of the streams that this vector names.
  template <auto Member, class E>
  void write(std::size_t index, const E& event) {
    if constexpr (checked<Member, E>()) write_at(Set::template index_of<Member>(), index, event);
  }

  // An event for a discovered stream, by the id that it was discovered by.
  template <class E>
  void write_to(const StreamId& stream, const E& event) {
    static_assert(detail::Discovers<C>,
                  "eventcore: this command discovers no streams: give it discover(const State&), or declare the stream "
                  "in its StreamSet and write by member");
    if constexpr (check_event<E>()) {
      for (std::size_t i = streams_.declared; i < streams_.names.size(); ++i)
        if (stream == detail::view(streams_.names[i])) return add(i, event);
      refuse("stream '" + stream.str() +
             "' was not discovered by this command: discover it, or write to a declared stream by its member");
    }
  }

  // return out.reject(InsufficientFunds{...}): a rejection with a type, which the caller of execute finds in the
  // failure.
  template <class R>
  std::unexpected<Error> reject(R reason) {
    if constexpr (detail::RejectionsOf<C>::Type::template contains<R>) {
      Error error{Code::rejected, {}};
      if constexpr (requires { error.message = reason.message(); })
        error.message = reason.message();
      else
        error.message = "rejected by a rule";
      rejection_ = std::move(reason);
      return std::unexpected(std::move(error));
    } else {
      static_assert(detail::RejectionsOf<C>::Type::template contains<R>,
                    "eventcore: this rejection is not declared: add it to the command's `using Rejections = "
                    "ec::Rejections<...>`");
      return std::unexpected(Error{});
    }
  }

 private:
  template <class>
  friend class CommandAdapter;

  Decision(const detail::Streams& streams, std::vector<detail::Encoded>& events, std::string& buffer)
      : streams_(streams), events_(events), buffer_(buffer) {}

  template <class E>
  static consteval bool check_event() {
    static_assert(
        C::Events::template contains<E>,
        "eventcore: this event type is not among the command's Events: add it to `using Events = ec::Events<...>`");
    return C::Events::template contains<E>;
  }
  template <auto Member, class E>
  static consteval bool checked() {
    static_assert(Set::template declares<Member>,
                  "eventcore: this member is not in the command's StreamSet: add it to `using Streams = "
                  "ec::StreamSet<...>` to write to its stream");
    static_assert(!Set::template declares<Member> || Set::template writable<Member>,
                  "eventcore: this member is ec::read_only in the command's StreamSet: its stream is read and checked, "
                  "never written");
    return Set::template declares<Member> && Set::template writable<Member> && check_event<E>();
  }

  template <class E>
  void write_at(std::size_t entry, std::size_t index, const E& event) {
    const std::size_t begin = streams_.entry_begins[entry];
    const std::size_t end =
        entry + 1 < streams_.entry_begins.size() ? streams_.entry_begins[entry + 1] : streams_.declared;
    if (index >= end - begin)
      return refuse(begin == end ? std::string("an event was written through a member that names no stream")
                                 : "an event was written to stream " + std::to_string(index) +
                                       " of a member that names " + std::to_string(end - begin));
    add(begin + index, event);
  }

  template <class E>
  void add(std::size_t stream, const E& event) {
    const std::size_t offset = buffer_.size();
    Codec<E>::encode(event, buffer_);
    if constexpr (Codec<E>::encoding == EC_ENCODING_JSON) {
      if (ec_utf8_check(detail::str(std::string_view(buffer_).substr(offset))) == 0)
        return refuse("event '" + std::string(type_of<E>) +
                      "': a text in it is not valid UTF-8, so it could not be read back; convert it, or write an "
                      "ec::Codec that takes bytes");
    }
    events_.push_back({static_cast<std::uint32_t>(stream), Codec<E>::encoding, schema_version_of<E>, type_of<E>, offset,
                       buffer_.size() - offset});
  }

  void refuse(std::string why) {
    if (refusal_.empty()) refusal_ = std::move(why);
  }

  const detail::Streams& streams_;
  std::vector<detail::Encoded>& events_;
  std::string& buffer_;
  std::string refusal_;
  typename detail::RejectionsOf<C>::Type::Variant rejection_;
};

namespace detail {

template <class C, class E>
concept Applies =
    requires(const C& command, typename C::State& state, const Recorded<E>& event) { command.apply(state, event); };

template <class C>
consteval bool has_apply_for_each() {
  return []<class... E>(std::type_identity<Events<E...>>) {
    return ((Applies<C, E> || IgnoresOf<C>::Type::template contains<E>) && ...);
  }(std::type_identity<typename C::Events>{});
}

template <class C>
consteval bool check_kept_state();  // kept_state.hpp

// Says what is missing, one thing at a time, in the order in which one writes a command.
template <class C>
consteval bool check_command() {
  constexpr bool has_streams = requires { typename C::Streams; };
  constexpr bool has_events = requires { typename C::Events; };
  constexpr bool has_state = requires { typename C::State; };
  static_assert(has_streams, "eventcore: a command needs `using Streams = ec::StreamSet<&Command::member, ...>`");
  static_assert(has_events, "eventcore: a command needs `using Events = ec::Events<...>`");
  static_assert(has_state, "eventcore: a command needs a State");
  if constexpr (has_streams && has_events && has_state && requires { requires C::Events::described; }) {
    constexpr bool owns = C::Streams::template belongs_to<C>;
    static_assert(owns, "eventcore: the command's StreamSet names a member of another class");
    constexpr bool makes_state = std::default_initializable<typename C::State>;
    static_assert(makes_state,
                  "eventcore: the command's State must be default constructible: it is what an empty history gives");
    constexpr bool applies = has_apply_for_each<C>();
    static_assert(applies,
                  "eventcore: the command has no apply(State&, const ec::Recorded<E>&) const for one of its Events: "
                  "add it, or name the event in `using Ignores = ec::Ignore<...>`");
    constexpr bool decides = requires(const C& command, const typename C::State& state, Decision<C>& out) {
      { command.decide(state, out) } -> std::same_as<Result<>>;
    };
    static_assert(decides,
                  "eventcore: the command needs `ec::Result<> decide(const State&, ec::Decision<Command>&) const`");
    return owns && makes_state && applies && decides && check_kept_state<C>();
  }
  return false;
}

}  // namespace detail

}  // namespace ec

// In decide: the rule, and what to say when it does not hold. Returns from decide with a rejection.
#define EC_REQUIRE(condition, text, ...)                                                                          \
  do {                                                                                                            \
    static_assert(::ec::detail::count_places(text) == decltype(::ec::detail::count_values(__VA_ARGS__)){},        \
                  "eventcore: the text of EC_REQUIRE needs one {} for each value behind it");                     \
    if (!(condition))                                                                                             \
      return ::std::unexpected(::ec::Error{::ec::Code::rejected, ::ec::format(text __VA_OPT__(, ) __VA_ARGS__)}); \
  } while (false)
