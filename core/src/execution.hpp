// One execution of a command, as a state machine: it says what it needs next (a read, an append, a wait) and does none
// of it, so that a blocking and an asynchronous driver run the same code, and a test can drive it step by step.
//
//   Execution execution(...);
//   for (auto step = execution.begin(); step != Execution::Step::done;)
//     switch (step) { case Execution::Step::read: ...; step = execution.read_done(status); break; ... }
#pragma once

#include "states.hpp"

#include <eventcore/abi/eventcore.h>
#include <eventcore/plugin/failure.hpp>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ec::core {

class Execution {
 public:
  enum class Step {
    resume,      // call resume(): an earlier execution's state may be there
    load,        // load the snapshot snapshot_name(), then loaded()
    read,        // carry out read_request(), give each batch to take(), then read_done()
    read_group,  // the same with group_request() and take_group(), which says when it has seen enough; then
                 // group_done()
    append,      // carry out append_request() into outcome(), then append_done()
    queue,       // wait for a turn on each of its streams, to be held until it is done; then waited()
    sleep,       // wait sleep_ns(), then waited()
    done         // status() and error() are final
  };
  static constexpr bool begins_to_read(Step step) {
    return step == Step::resume || step == Step::load || step == Step::read;
  }

  // Makes it ready for another command; what an earlier one allocated is used again. The command and
  // the info stay where they are until it is done.
  // Zero options get their defaults here. Throws plugin::Failure for hooks of states that are not whole.
  void reset(const ec_command& command, const ec_execute_options& options, const ec_info& info,
             const States::Setting& states = {});

  Step begin();
  Step resume();

  const std::string& snapshot_name() const { return states_.snapshot_name(); }
  // `snapshot` is empty when there is none, for whatever reason.
  Step loaded(std::string_view snapshot);
  // Whether the state was folded by an earlier execution in part.
  bool resumed() const { return resumed_; }
  // Whether the cache gets its state once it is committed.
  bool keeps_state() const { return states_.has_cache(); }
  // A snapshot to be written behind it, once it is done.
  std::optional<SnapshotToWrite> take_snapshot() { return states_.take_snapshot(); }

  const ec_read& read_request();
  // EC_OK, or the read must be given up with this status (error() is filled).
  ec_status take(const ec_batch& batch);
  // `status` and error() as the read ended.
  Step read_done(ec_status status);

  const ec_read_all& group_request() const { return group_request_; }
  bool take_group(const ec_batch& batch);
  Step group_done(ec_status status);

  const ec_append& append_request() const { return append_; }
  ec_outcome& outcome() { return outcome_; }
  Step append_done();

  // The stream of the conflict that the last append met, for an observer; empty when the index is none of ours.
  std::string_view conflict_stream() const;

  std::uint64_t sleep_ns() const { return sleep_ns_; }
  // EC_OK: go on. EC_TIMEOUT or EC_CANCELLED: the caller's time was over.
  Step waited(ec_status status);

  // Instead of the step asked for: it could not have a turn on its streams.
  Step turned_away(ec_status status);

  // Instead of the step asked for: it cannot go on.
  Step stopped(ec_status status, const char* why) noexcept;

  // Its distinct streams as far as they are known now; good until the next step.
  std::vector<std::string_view> streams() const;

  ec_status status() const { return status_; }
  ec_error& error() { return error_; }
  std::uint32_t attempts() const { return attempts_; }

  // For an observer.
  std::size_t events_read() const { return events_read_; }
  const ec_commit* commit() const { return status_ == EC_OK ? &commit_ : nullptr; }

 private:
  struct Stream {
    std::string id;
    std::uint64_t version = 0;        // folded so far
    std::uint32_t command_index = 0;  // the lowest under which the command named it
  };
  enum class Asked { append, look_up };

  template <class Body>
  Step guarded(Body&& body) noexcept {
    try {
      return body();
    } catch (...) {
      const ec_status status = plugin::set_error_from_exception(&error_);
      return in_doubt_ ? unclear(status) : finish(status);
    }
  }
  Step first_read() const { return states_.any() ? Step::resume : Step::read; }
  Step fold_more();
  Step read_again();
  Step decide();
  Step ask(Asked what);
  Step look_up();
  Step looked_up();
  Step committed();
  Step conflicted();
  Step pause(Step then);
  Step unclear(ec_status cause) noexcept;
  Step finish(ec_status status) noexcept;
  Step fail(ec_status status, const std::string& message);
  bool retryable(ec_status status) const;
  void prepare_append(const ec_decision& decision);
  void name_stream(std::string_view id, bool discovered);
  std::uint32_t index_of(std::string_view id);
  void tell_commit(std::uint32_t flags, std::uint32_t attempts);
  void stand_on(const Footing& footing);
  bool is_last(const ec_event& event) const;
  ec_status begin_anew();
  std::vector<std::uint64_t> versions() const;
  void keep_state() noexcept;
  bool fold_own_events() noexcept;

  const ec_command* command_ = nullptr;
  ec_execute_options options_{};
  const ec_info* info_ = nullptr;

  std::deque<Stream> streams_;  // the first known_ are in use; a deque, because by_id_ points into it
  std::size_t known_ = 0;
  std::size_t declared_ = 0;                                   // of them; the others were discovered
  std::size_t declared_names_ = 0;                             // by which the command declares them
  std::vector<std::uint32_t> by_command_index_;                // the place in streams_
  std::unordered_map<std::string_view, std::uint32_t> by_id_;  // only for large sets
  std::uint32_t rounds_ = 0;

  std::vector<ec_stream_from> from_;
  ec_read read_{};
  ec_read_all group_request_{};
  ec_position group_last_{};
  std::size_t events_read_ = 0;
  bool command_failed_ = false;  // in apply: whatever its status says, that is the end

  States states_;
  bool resumed_ = false;     // the state was folded by an earlier execution in part
  bool unverified_ = false;  // ... and its streams may have moved on since
  bool foreign_ = false;     // ... and is none of this store's
  // The last event that it was folded from is still to be read once more: it shows whether it is one of this store's.
  bool awaits_last_ = false;

  std::vector<ec_expect> expects_;
  std::vector<ec_new_event> events_;
  std::vector<std::uint64_t> versions_;
  ec_append append_{};
  ec_outcome outcome_{};
  std::vector<ec_stream_info> commit_streams_;
  ec_commit commit_{};

  Asked asked_ = Asked::append;
  bool taken_ = false;     // the backend said that the commit id is another append's
  bool in_doubt_ = false;  // an append of this execution may have been stored
  bool lined_up_ = false;  // it holds a turn on its streams: whoever is in the way now does not line up
  Step after_wait_ = Step::done;
  std::uint32_t pauses_ = 0;
  std::uint64_t sleep_ns_ = 0;
  std::uint32_t attempts_ = 0;

  ec_status status_ = EC_OK;
  ec_error error_ = EC_ERROR_INIT;
};

}  // namespace ec::core
