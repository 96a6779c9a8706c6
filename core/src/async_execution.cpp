#include "async_execution.hpp"
#include "idle_pool.hpp"
#include "nesting.hpp"
#include "store.hpp"

#include <eventcore/plugin/sized.hpp>

#include <memory>
#include <utility>

namespace ec::core {

namespace {

using Idle = IdlePool<AsyncExecution>;

// Whether this thread is inside of a host's `post`.
thread_local int posting = 0;

// Where nothing is kept beyond closing, the events are in this process's memory.
bool is_in_memory(const ec_info& info) {
  return (info.capabilities & (EC_CAP_DURABLE | EC_CAP_SHARED | EC_CAP_PERSISTENT)) == 0;
}

}  // namespace

void AsyncExecution::start(ec_store& store, InFlight& in_flight, const ec_command& command,
                           const ec_execute_options& options, const ec_call* call, const ec_executor* executor,
                           Done done, void* ctx) {
  std::unique_ptr<AsyncExecution> made = Idle::take();
  made->prepare(store, in_flight, command, options, call, executor);
  made->done_ = done;
  made->ctx_ = ctx;
  made->then_ = &AsyncExecution::began;
  in_flight.add(*made, made->call_.deadline_ns(), made->raw_call_.cancelled != nullptr);
  made->state_ = State::posted;
  AsyncExecution* const begun = made.release();
  if (begun->executor_.post == nullptr) return in_flight.run(*begun);
  if (begun->post()) return;
  in_flight.remove(*begun);
  begun->turn_.reset();
  Idle::give_back(std::unique_ptr<AsyncExecution>(begun));
  throw plugin::Failure(EC_CANCELLED, "the executor refused the execution");
}

void AsyncExecution::prepare(ec_store& store, InFlight& in_flight, const ec_command& command,
                             const ec_execute_options& options, const ec_call* call, const ec_executor* executor) {
  store_ = &store;
  in_flight_ = &in_flight;
  in_place_ = is_in_memory(store.info);
  is_nested_ = Nesting::is_under_way();
  command_ = command;
  executor_ = executor == nullptr ? ec_executor{} : plugin::known(*executor);
  refused_ = false;
  raw_call_ = call == nullptr ? ec_call{} : plugin::known(*call);
  raw_call_.struct_size = sizeof raw_call_;
  raw_read_call_ = raw_call_;
  raw_read_call_.cancel_ctx = this;
  raw_read_call_.cancelled = [](void* self) {
    const auto& own = *static_cast<const AsyncExecution*>(self);
    return own.in_flight_->is_closing() || own.call_.cancelled() ? 1 : 0;
  };
  const bool has_snapshots = store.snapshots != nullptr && (store.info.capabilities & EC_CAP_READ_ONLY) == 0;
  execution_.reset(command_, options, store.info, {options.state_cache, has_snapshots, store.serial});
  watch_.emplace(options.observer);
  turn_.emplace(store.hot_streams);
  waiter_.execution = this;
  waiter_.call = &call_;
  waiter_.told = [](GroupCommit::Waiter& waiter) noexcept { static_cast<Waiter&>(waiter).execution->arrive(); };
  may_block_ = false;
  given_up_ = EC_OK;
  lost_patience_ = false;
}

// Whether the executor took it; if so, it may be gone already.
bool AsyncExecution::post() noexcept {
  bool taken = false;
  const ec_executor executor = executor_;
  ++posting;
  try {
    taken = executor.post(executor.ctx, &AsyncExecution::run, this) == 0;
  } catch (...) {
    taken = false;
  }
  --posting;
  return taken;
}

void AsyncExecution::arrive() noexcept {
  parked_ = Parked::nowhere;
  // The next one need not wait for this one's executor; but where the state is kept there, it would resume an older one.
  if (is_committed() && !execution_.keeps_state()) turn_->end();
  if (!needs_no_host()) return post_or_run();
  state_ = State::running;
  if (!in_flight_->keep(*this)) go_on_here(false);
}

void AsyncExecution::post_or_run() noexcept {
  state_ = State::posted;
  if (executor_.post == nullptr || refused_) return in_flight_->run(*this);
  if (post()) return;
  refused_ = true;
  in_flight_->run(*this);
}

bool AsyncExecution::is_committed() {
  return then_ == &AsyncExecution::appended && given_up_ == EC_OK && !looks_up() &&
         execution_.outcome().status == EC_OK;
}

// Whether what comes next calls none of the host's functions.
bool AsyncExecution::needs_no_host() const {
  if (in_place_ || refused_) return false;
  return then_ == &AsyncExecution::lined_up || then_ == &AsyncExecution::has_turn ||
         (then_ == &AsyncExecution::appended && looks_up());
}

bool AsyncExecution::needs_host_for(Step step) const {
  switch (step) {
    case Step::load:
    case Step::read:
    case Step::read_group: return false;
    case Step::append: return !looks_up();
    case Step::resume:
    case Step::queue:
    case Step::sleep:
    case Step::done: break;
  }
  return true;
}

void AsyncExecution::go_on_here(bool may_block) noexcept {
  may_block_ = may_block;
  Next next = guarded([&] { return (this->*then_)(); });
  while (next && !needs_host_for(*next)) next = guarded([&] { return carry_out(*next); });
  if (!next) return;
  may_block_ = false;
  first_ = *next;
  then_ = &AsyncExecution::take_up;
  post_or_run();
}

// False: it is for somebody else to run it.
bool AsyncExecution::take() noexcept {
  State was = State::posted;
  if (state_.compare_exchange_strong(was, State::running)) {
    if (posting == 0) return true;
    state_ = State::posted;
    in_flight_->run(*this);
    return false;
  }
  while (was == State::cutting) {
    state_.wait(State::cutting);
    was = state_;
  }
  return true;
}

void AsyncExecution::run(void* self) {
  auto& own = *static_cast<AsyncExecution*>(self);
  if (own.take()) own.go_on();
}

void AsyncExecution::go_on() {
  {
    const Nesting nesting;
    Next next = guarded([&] { return (this->*then_)(); });
    while (next && *next != Step::done) next = guarded([&] { return carry_out(*next); });
    if (!next) return;
    guarded([&] { return watch_->finished(execution_), next; });
  }
  end();
}

void AsyncExecution::end() noexcept {
  std::unique_ptr<AsyncExecution> own(this);
  auto snapshot = execution_.take_snapshot();
  const bool has_failed = execution_.status() != EC_OK;
  if (host_ != nullptr) {
    if (has_failed) host_->secrets().redact(execution_.error());
    host_.reset();
  } else {
    if (has_failed) store_->host->secrets().redact(execution_.error());
    if (snapshot) store_->snapshot_writer.add(std::move(*snapshot));
    turn_->end();
    in_flight_->remove(*this);  // from here on the store may go
  }
  turn_.reset();
  done_(ctx_, execution_.status(), &execution_.error());
  Idle::give_back(std::move(own));
}

AsyncExecution::Next AsyncExecution::carry_out(Step step) {
  if (refused_) return execution_.stopped(EC_CANCELLED, "the executor refused what was left of the execution");
  if (host_ != nullptr || in_flight_->is_closing()) return cut_short();
  // Looking a commit id up is durable work, and needs no turn.
  if (lines_up_ && Execution::begins_to_read(step)) {
    lines_up_ = false;
    first_ = step;
    if (store_->hot_streams.any()) return line_up(&HotStreams::Turn::start_hot, &AsyncExecution::lined_up);
  }
  switch (step) {
    case Step::resume: return resume();
    case Step::load: return load();
    case Step::read: return on_thread(&AsyncExecution::open, &AsyncExecution::fetched);
    case Step::read_group: return on_thread(&AsyncExecution::read_group, &AsyncExecution::group_read);
    case Step::append: return append();
    case Step::queue: return queue();
    case Step::sleep: return sleep();
    case Step::done: break;
  }
  return Step::done;
}

AsyncExecution::Next AsyncExecution::cut_short() {
  return execution_.stopped(EC_CANCELLED, "the store was closed while the command was under way");
}

// From here on others may have it, and what comes next is `then`.
void AsyncExecution::park(Parked where, Then then) noexcept {
  then_ = then;
  status_ = EC_OK;
  parked_ = where;
  state_ = State::parked;
}

// It was parked, and nobody took it.
AsyncExecution::Next AsyncExecution::stay() {
  parked_ = Parked::nowhere;
  state_ = State::running;
  return (this->*then_)();
}

bool AsyncExecution::withdraw(ec_status status) noexcept {
  bool is_mine = false;
  switch (parked_.load()) {
    case Parked::nowhere: break;
    case Parked::thread: is_mine = in_flight_->withdraw_work(*this); break;
    case Parked::group: is_mine = store_->group_commit.withdraw(waiter_); break;
    case Parked::turn: is_mine = turn_->withdraw(); break;
    case Parked::sleep: is_mine = in_flight_->withdraw_sleep(*this); break;
  }
  if (is_mine) given_up_ = status;
  return is_mine;
}

bool AsyncExecution::give_up_turn() noexcept {
  if (parked_ != Parked::turn || !turn_->withdraw_if_stalled()) return false;
  lost_patience_ = true;
  return true;
}

bool AsyncExecution::begin_cutting_off() noexcept {
  State was = State::posted;
  return state_.compare_exchange_strong(was, State::cutting);
}

void AsyncExecution::cut_off() noexcept {
  close_cursor();
  release_blob();
  turn_->end();
  host_ = store_->host;
  // What an append or a look-up has told is the truth all the same.
  const bool has_ended = then_ == &AsyncExecution::take_up && first_ == Step::done;
  if (then_ != &AsyncExecution::appended && then_ != &AsyncExecution::group_read && !has_ended)
    then_ = &AsyncExecution::cut_short;
  state_ = State::cut;
  state_.notify_all();
}

}  // namespace ec::core
