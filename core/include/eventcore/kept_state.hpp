// States that are kept, so that a command need not fold its streams from the start each time: snapshots in the store, and
// a cache in memory. Both are opt-in, and neither changes what a command decides: the store still checks every version.
//
//   struct Opened { std::int64_t balance; };
//   EC_EVENT(Opened, "opened", balance)
//   struct Balance { std::int64_t sum = 0; };
//   EC_FIELDS(Balance, sum)
//   struct Open {
//     ec::StreamId account;
//     using Streams = ec::StreamSet<&Open::account>;
//     using Events = ec::Events<Opened>;
//     using State = Balance;
//     static constexpr ec::Snapshots snapshots{.name = "open", .schema_version = 1, .every = 500};
//     static constexpr bool caches_state = true;  // where ExecuteOptions name a cache
//     void apply(State& state, const ec::Recorded<Opened>& event) const { state.sum += event->balance; }
//     ec::Result<> decide(const State&, ec::Decision<Open>& out) const {
//       out.write<&Open::account>(Opened{100});
//       return {};
//     }
//   };
//
// The state of such a command must depend on nothing but the events of its streams: apply may look at the members that name
// streams, and at no others, unless `std::string state_key() const` gives them: it tells the states of one command apart.
//
// A snapshot needs the state as bytes: EC_FIELDS with every member for JSON, in which a state with an infinite number or a
// NaN gets no snapshot, or both `static void save_state(const State&, std::string&
// out)` and `static ec::Result<> load_state(std::string_view, State&)`. It is written after `every` folded events, behind
// the execution, and loaded where one begins, on Postgres in the round trip of the read. One that is missing, damaged, of
// another schema_version, of other streams or of another history is passed over and replaced: the last event that it was
// folded from is read once more. Raise schema_version by 1 when the state, or what apply makes of an event, changes;
// programs of both versions may run side by side.
//
// A cache needs a state whose copy shares nothing with it that apply changes. It also needs to know how large a state is, where that is not its sizeof: `static std::size_t state_bytes(const State&)`.
// An execution that finds its state there asks decide at once and reads nothing; the append tells whether the streams
// are still as they were. A rejection is only given on what was read, so decide may be called twice.
//
// Both keep what the streams of the StreamSet give; discovered ones are read each time.
#pragma once

#include <eventcore/command.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace ec {

struct Snapshots {
  std::string_view name;             // of the command, for ever its own: 1 to 128 bytes
  std::uint32_t schema_version = 1;  // of the state
  std::uint64_t every = 1'000;       // folded events, until the next one is written
};

// Folded states in memory, at most so many bytes of them, with what they need around; what was not used for the longest
// time goes first. One is enough for any number of threads, commands and stores. It must outlive the executions that use
// it.
class StateCache {
 public:
  struct Info {
    std::uint64_t max_bytes, bytes, states, hits, misses, evicted;
  };

  // Throws std::bad_alloc; std::invalid_argument is not thrown: at least one byte is kept.
  explicit StateCache(std::uint64_t max_bytes) {
    if (ec_state_cache_make(max_bytes > 0 ? max_bytes : 1, &raw_, nullptr) != EC_OK) throw std::bad_alloc();
  }
  StateCache(const StateCache&) = delete;
  StateCache& operator=(const StateCache&) = delete;
  ~StateCache() { ec_state_cache_free(raw_); }

  Info info() const {
    ec_state_cache_info raw{};
    raw.struct_size = sizeof raw;
    ec_state_cache_look(raw_, &raw, nullptr);
    return {raw.max_bytes, raw.bytes, raw.states, raw.hits, raw.misses, raw.evicted};
  }

  // The C handle; this keeps owning it.
  ec_state_cache* raw() const { return raw_; }

 private:
  ec_state_cache* raw_ = nullptr;
};

namespace detail {

template <class C>
concept HasSnapshots = requires {
  { C::snapshots } -> std::convertible_to<Snapshots>;
};
template <class C>
concept CachesState = requires { requires C::caches_state; };
template <class C>
concept KeepsState = HasSnapshots<C> || CachesState<C>;

template <class C>
concept SavesState = requires(const typename C::State& state, typename C::State& loaded, std::string& out) {
  C::save_state(state, out);
  { C::load_state(std::string_view(), loaded) } -> std::same_as<Result<>>;
};
template <class C>
concept CountsState = requires(const typename C::State& state) {
  { C::state_bytes(state) } -> std::convertible_to<std::size_t>;
};
template <class C>
concept HasStateKey = requires(const C& command) {
  { command.state_key() } -> std::convertible_to<std::string>;
};

template <class C>
consteval bool check_kept_state() {
  constexpr bool can_be_saved = !HasSnapshots<C> || SavesState<C> || Described<typename C::State>;
  static_assert(can_be_saved,
                "eventcore: a command with snapshots needs its State as bytes: an EC_FIELDS line for it, or "
                "static void save_state(const State&, std::string&) and "
                "static ec::Result<> load_state(std::string_view, State&)");
  constexpr bool has_size = !CachesState<C> || CountsState<C> || std::is_trivially_copyable_v<typename C::State>;
  static_assert(
      has_size,
      "eventcore: a command that caches its State needs `static std::size_t state_bytes(const State&)`, since "
      "the State holds more than its sizeof");
  constexpr bool can_be_copied = !CachesState<C> || std::copyable<typename C::State>;
  static_assert(can_be_copied, "eventcore: a command that caches its State needs one that can be copied");
  return can_be_saved && has_size && can_be_copied;
}

// Its address stands for the states of this type of command.
template <class C>
inline char state_kind = 0;

// False when it would not come back the same.
template <class C>
bool save_state(const typename C::State& state, std::string& out) {
  if constexpr (SavesState<C>) {
    C::save_state(state, out);
    return true;
  } else {
    json::detail::wrote_not_finite = false;
    json::write(out, state);
    return !json::detail::wrote_not_finite;
  }
}

template <class C>
Result<> load_state(std::string_view bytes, typename C::State& state) {
  if constexpr (SavesState<C>)
    return C::load_state(bytes, state);
  else
    return json::read(bytes, state);
}

template <class C>
std::size_t state_bytes(const typename C::State& state) {
  if constexpr (CountsState<C>)
    return C::state_bytes(state);
  else
    return sizeof state;
}

}  // namespace detail

}  // namespace ec
