// An execution that holds no thread: user code runs through the host's executor, what blocks on threads of the store
// (see InFlight), and between them it is parked.
#pragma once

#include "execution.hpp"
#include "gathered.hpp"
#include "group_commit.hpp"
#include "hot_streams.hpp"
#include "in_flight.hpp"
#include "log.hpp"
#include "watch.hpp"

#include <eventcore/abi/eventcore.h>
#include <eventcore/plugin/call.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

struct ec_store;

namespace ec::core {

class AsyncExecution {
 public:
  using Done = void (*)(void* ctx, ec_status status, const ec_error* error);

  AsyncExecution() = default;
  AsyncExecution(const AsyncExecution&) = delete;
  AsyncExecution& operator=(const AsyncExecution&) = delete;

  // Begins one, whose command and options were checked; `done` ends it. Null for `executor`: threads of the store's.
  // Throws plugin::Failure, and then nothing was begun.
  static void start(ec_store& store, InFlight& in_flight, const ec_command& command, const ec_execute_options& options,
                    const ec_call* call, const ec_executor* executor, Done done, void* ctx);

  // What follows is for InFlight.
  InFlight::Links& links() { return links_; }

  // Goes on with it, on the executor; it may be gone then.
  static void run(void* self);
  // What blocks, on a thread of InFlight's.
  void work() noexcept;
  // Its owner goes on with it: gives it to the executor where functions of the host's come next.
  void arrive() noexcept;
  // Goes on with it on a thread of the store's, up to where functions of the host's come next.
  void go_on_here(bool may_block) noexcept;

  bool is_parked() const { return state_ == State::parked; }
  bool awaits_executor() const { return state_ == State::posted; }
  // The caller's time and wish.
  ec_status state() const { return call_.state(); }
  // Takes it out of where it is parked, to go on with this status. False: somebody else has it.
  bool withdraw(ec_status status) noexcept;
  // It goes on without the turn that it waits for, where the line does not move. False: it does, or it waits for none.
  bool give_up_turn() noexcept;

  // The store goes: what waits for its executor ends without it. False: it runs.
  bool begin_cutting_off() noexcept;
  void cut_off() noexcept;

 private:
  using Step = Execution::Step;
  // What is to be done next; none: somebody else has it now.
  using Next = std::optional<Step>;
  enum class State { parked, posted, running, cutting, cut };
  enum class Parked { nowhere, thread, group, turn, sleep };

  using Then = Next (AsyncExecution::*)();
  using Work = ec_status (AsyncExecution::*)();

  struct Waiter : GroupCommit::Waiter {
    AsyncExecution* execution = nullptr;
  };

  void prepare(ec_store& store, InFlight& in_flight, const ec_command& command, const ec_execute_options& options,
               const ec_call* call, const ec_executor* executor);
  bool post() noexcept;
  void post_or_run() noexcept;
  bool looks_up() const { return (execution_.append_request().flags & EC_APPEND_LOOKUP) != 0; }
  bool needs_no_host() const;
  bool needs_host_for(Step step) const;
  bool is_committed();
  bool take() noexcept;
  void go_on();
  void end() noexcept;

  // What the host's functions throw, beyond what is guarded already, ends the execution.
  template <class Body>
  Next guarded(Body&& body) noexcept {
    try {
      return body();
    } catch (...) {
      ec_error error = EC_ERROR_INIT;
      const ec_status status = plugin::set_error_from_exception(&error);
      return execution_.stopped(status, error.message);
    }
  }

  Next carry_out(Step step);
  void carry_out(Work task) noexcept;
  void park(Parked where, Then then) noexcept;
  Next stay();
  Next on_thread(Work task, Then then);
  Next line_up(decltype(&HotStreams::Turn::start_all) begin, Then then);
  ec_status answer();
  Next cut_short();

  Next take_up() { return first_; }

  // Each step, what it does on a thread, and what comes then.
  Next began();
  Next lined_up();
  Next resume();
  Next load();
  ec_status load_snapshot();
  Next loaded();
  ec_status load_and_read();
  Next loaded_and_read();
  ec_status open();
  ec_status fetch();
  ec_status next_batch();
  Next fetched();
  ec_status read_group();
  Next group_read();
  Next append();
  Next appended();
  Next queue();
  Next has_turn();
  void end_line() noexcept;
  Next sleep();
  Next slept();
  void close_cursor() noexcept;
  void release_blob() noexcept;

  ec_store* store_ = nullptr;
  InFlight* in_flight_ = nullptr;
  std::shared_ptr<const PluginHost> host_;  // of a store that is gone
  bool in_place_ = false;                   // the backend answers sooner than a thread is awake
  bool may_block_ = false;                  // it is with a thread of the store's that has time for it
  bool is_nested_ = false;
  bool lines_up_ = false;  // where its streams are hot, once it begins to read

  ec_command command_{};
  ec_executor executor_{};
  bool refused_ = false;  // by the executor
  Done done_ = nullptr;
  void* ctx_ = nullptr;
  ec_call raw_call_{};
  plugin::Call call_{&raw_call_};
  ec_call raw_read_call_{};  // which ends with the store, too
  plugin::Call read_call_{&raw_read_call_};

  Execution execution_;
  std::optional<Watch> watch_;
  std::optional<HotStreams::Turn> turn_;
  Waiter waiter_;
  InFlight::Links links_{*this};

  std::atomic<State> state_{State::running};
  std::atomic<Parked> parked_{Parked::nowhere};
  Then then_ = nullptr;
  Work work_ = nullptr;
  ec_status status_ = EC_OK;    // how what it was parked for ended
  ec_status given_up_ = EC_OK;  // ... or why it was withdrawn
  bool lost_patience_ = false;  // with the line for its turn
  Step first_ =
      Step::done;  // how it begins to read, once it has its turn; what it goes on with, once its executor has it
  ec_cursor* cursor_ = nullptr;
  Gathered gathered_;  // what came before ...
  ec_batch batch_{};   // ... the one that the cursor lends
  ec_blob* blob_ = nullptr;
  ec_bytes snapshot_{};
};

}  // namespace ec::core
