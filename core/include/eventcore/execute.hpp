// Executing a command: read its streams, fold, decide, append, all or nothing; on a conflict again by itself.
//
//   template <class Command>
//   void run(ec::Store& store, const Command& command) {
//     const auto done = ec::execute(store, command);
//     if (done) std::printf("committed at %s\n", done->last.str().c_str());
//     else std::printf("%s: %s\n", ec::name_of(done.error().code), done.error().message.c_str());
//   }
#pragma once

#include <eventcore/call.hpp>
#include <eventcore/command.hpp>
#include <eventcore/detail/adapter.hpp>
#include <eventcore/kept_state.hpp>
#include <eventcore/metadata.hpp>
#include <eventcore/observer.hpp>
#include <eventcore/store.hpp>

#include <chrono>
#include <cstdint>
#include <expected>
#include <new>
#include <optional>
#include <variant>
#include <vector>

namespace ec {

struct ExecuteOptions {
  std::uint32_t max_attempts = 10;  // the first one counts
  std::chrono::microseconds backoff_base{
      1'000};  // the first wait is drawn from [0, base], the next from [0, 2 base], ...
  std::chrono::microseconds backoff_cap{200'000};  // ... never from more than [0, cap]
  std::uint32_t max_streams = 1'000;               // declared and discovered
  std::uint32_t max_rounds = 16;                   // of discovery
  std::optional<Uuid> commit_id{};                 // given: has one effect, however often it is executed
  Metadata metadata{};                             // for each event that is written
  Observer* observer = nullptr;                    // lent for the call
  StateCache* cache = nullptr;                     // likewise; for commands whose states may be kept (kept_state.hpp)
  Call call{};                                     // deadline and stop
};

struct Committed {
  Uuid commit_id;
  Position first, last;                 // {0,0} when no event was written
  std::uint32_t attempts = 1;           // 0: an earlier execution with this commit id did it all
  bool repeated = false;                // the commit id was stored before
  std::vector<StreamVersion> versions;  // of each stream, right after; of a repeat: those that were written

  // 0 when the stream took no part.
  std::uint64_t version_of(const StreamId& stream) const {
    for (const StreamVersion& each : versions)
      if (each.stream == stream) return each.version;
    return 0;
  }
};

// Why a command was not committed. Conflict: after all its attempts. In doubt: execute it again with `commit_id` to
// find out. Anything else: nothing is stored, nor will be.
template <class... R>
struct Failure : Error {
  Uuid commit_id;
  std::variant<std::monostate, R...> reason;

  // The rejection of that type, or null.
  template <class T>
  const T* rejection() const {
    static_assert((std::same_as<T, R> || ...), "eventcore: this rejection is not declared by the command");
    return std::get_if<T>(&reason);
  }
};

namespace detail {

template <class T>
struct FailureOf;
template <class... R>
struct FailureOf<Rejections<R...>> {
  using Type = Failure<R...>;
};

}  // namespace detail

template <class C>
using Outcome = std::expected<Committed, typename detail::FailureOf<typename detail::RejectionsOf<C>::Type>::Type>;

template <class C>
void CommandAdapter<C>::note(const ec_commit& commit) noexcept {
  committed_.commit_id = {commit.commit_id};
  committed_.first = Position::from(commit.first);
  committed_.last = Position::from(commit.last);
  committed_.attempts = commit.attempts;
  committed_.repeated = (commit.flags & EC_OUTCOME_REPEATED) != 0;
  try {
    committed_.versions.reserve(commit.stream_count);
    for (std::size_t i = 0; i < commit.stream_count; ++i)
      committed_.versions.push_back(
          {StreamId(std::string(detail::view(commit.streams[i].stream))), commit.streams[i].version});
  } catch (const std::bad_alloc&) {
    committed_.versions.clear();  // it is committed all the same
  }
}

// Blocks until it is over. Any number of threads. What decide, apply or discover throws comes out of here, and then
// nothing is stored.
template <class C>
Outcome<C> execute(Store& store, const C& command, const ExecuteOptions& options = {}) {
  if constexpr (detail::check_command<C>()) {
    Committed committed;
    CommandAdapter<C> adapter(command, committed);
    const std::string metadata = options.metadata.encode();
    const bool is_new = !options.commit_id || options.commit_id->is_zero();
    const Uuid commit_id = is_new ? Uuid::make() : *options.commit_id;
    using Failed = typename Outcome<C>::error_type;
    if (ec_utf8_check(detail::str(metadata)) == 0)
      return std::unexpected(
          Failed{{Code::invalid, "a text in the metadata is not valid UTF-8; convert it"}, commit_id, {}});
    const ec_observer observer = options.observer != nullptr ? detail::to_raw(*options.observer) : ec_observer{};
    ec_execute_options raw{};
    raw.struct_size = sizeof raw;
    raw.max_attempts = options.max_attempts;
    raw.backoff_base_us = static_cast<std::uint64_t>(options.backoff_base.count());
    raw.backoff_cap_us = static_cast<std::uint64_t>(options.backoff_cap.count());
    raw.max_streams = options.max_streams;
    raw.max_rounds = options.max_rounds;
    raw.commit_id = commit_id.value;
    if (is_new) raw.flags = EC_EXECUTE_NEW_COMMIT_ID;
    raw.metadata = detail::bytes(metadata);
    raw.observer = options.observer != nullptr ? &observer : nullptr;
    raw.state_cache = options.cache != nullptr ? options.cache->raw() : nullptr;
    const ec_call call = detail::to_raw(options.call);
    ec_error error = EC_ERROR_INIT;
    const ec_status status = ec_store_execute(store.raw(), &adapter.table(), &raw, &call, &error);
    if (status == EC_OK) return committed;
    adapter.rethrow(error);
    Failed failed{detail::to_error(error), commit_id, {}};
    if (status == EC_REJECTED) failed.reason = std::move(adapter.rejection());
    return std::unexpected(std::move(failed));
  } else {
    return Committed{};  // not reached: the missing part of the command was named above
  }
}

}  // namespace ec
