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
#include <exception>
#include <expected>
#include <new>
#include <optional>
#include <string>
#include <utility>
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

namespace detail {

// A typed execution as the C function takes it. Points into the command and the options, and into itself.
template <class C>
class RawExecution {
 public:
  using Failed = typename Outcome<C>::error_type;

  RawExecution(const C& command, const ExecuteOptions& options, RunsOn where)
      : adapter_(command, committed_, where), metadata_(options.metadata.encode()) {
    const bool is_new = !options.commit_id || options.commit_id->is_zero();
    commit_id_ = is_new ? Uuid::make() : *options.commit_id;
    raw_.struct_size = sizeof raw_;
    raw_.max_attempts = options.max_attempts;
    raw_.backoff_base_us = static_cast<std::uint64_t>(options.backoff_base.count());
    raw_.backoff_cap_us = static_cast<std::uint64_t>(options.backoff_cap.count());
    raw_.max_streams = options.max_streams;
    raw_.max_rounds = options.max_rounds;
    raw_.commit_id = commit_id_.value;
    if (is_new) raw_.flags = EC_EXECUTE_NEW_COMMIT_ID;
    raw_.metadata = bytes(metadata_);
    if (options.observer != nullptr) {
      observer_ = to_raw(*options.observer);
      raw_.observer = &observer_;
    }
    raw_.state_cache = options.cache != nullptr ? options.cache->raw() : nullptr;
    call_ = to_raw(options.call);
  }
  RawExecution(const RawExecution&) = delete;
  RawExecution& operator=(const RawExecution&) = delete;

  // What is wrong with it before it begins.
  std::optional<Failed> refusal() const {
    if (ec_utf8_check(str(metadata_)) != 0) return std::nullopt;
    return Failed{{Code::invalid, "a text in the metadata is not valid UTF-8; convert it"}, commit_id_, {}};
  }
  const ec_command& command() const { return adapter_.table(); }
  const ec_execute_options& options() const { return raw_; }
  const ec_call& call() const { return call_; }

  // What the command threw, if that was the end of it, and otherwise what became of it.
  std::exception_ptr thrown(const ec_error& error) const { return adapter_.thrown(error); }
  Outcome<C> outcome(ec_status status, const ec_error& error) {
    if (status == EC_OK) return std::move(committed_);
    Failed failed{to_error(error), commit_id_, {}};
    if (status == EC_REJECTED) failed.reason = std::move(adapter_.rejection());
    return std::unexpected(std::move(failed));
  }

 private:
  Committed committed_;
  CommandAdapter<C> adapter_;
  const std::string metadata_;
  Uuid commit_id_;
  ec_observer observer_{};
  ec_execute_options raw_{};
  ec_call call_{};
};

}  // namespace detail

// Blocks until it is over. Any number of threads. What decide, apply or discover throws comes out of here, and then
// nothing is stored. Without a thread that waits: execute_async.hpp.
template <class C>
Outcome<C> execute(Store& store, const C& command, const ExecuteOptions& options = {}) {
  if constexpr (detail::check_command<C>()) {
    detail::RawExecution<C> raw(command, options, detail::RunsOn::this_thread);
    if (auto refusal = raw.refusal()) return std::unexpected(std::move(*refusal));
    ec_error error = EC_ERROR_INIT;
    const ec_status status = ec_store_execute(store.raw(), &raw.command(), &raw.options(), &raw.call(), &error);
    if (const auto thrown = status == EC_OK ? nullptr : raw.thrown(error)) std::rethrow_exception(thrown);
    return raw.outcome(status, error);
  } else {
    return Committed{};  // not reached: the missing part of the command was named above
  }
}

}  // namespace ec
