#include "async_execution.hpp"
#include "nesting.hpp"
#include "store.hpp"

#include <eventcore/plugin/sized.hpp>

#include <new>
#include <string_view>
#include <utility>
#include <vector>

namespace ec::core {

namespace {

// Those of this thread that are not in use: their buffers have the right size already.
thread_local std::vector<std::unique_ptr<AsyncExecution>> idle;
constexpr std::size_t most_idle = 512;

// Whether this thread is inside of a host's `post`.
thread_local int posting = 0;

std::unique_ptr<AsyncExecution> take_idle() {
  if (idle.empty()) return std::make_unique<AsyncExecution>();
  std::unique_ptr<AsyncExecution> taken = std::move(idle.back());
  idle.pop_back();
  return taken;
}

void give_back(std::unique_ptr<AsyncExecution> execution) noexcept {
  try {
    if (idle.size() < most_idle) idle.push_back(std::move(execution));
  } catch (const std::bad_alloc&) {
    return;  // it is made anew next time
  }
}

// Where nothing is kept beyond closing, the events are in this process's memory.
bool is_in_memory(const ec_info& info) {
  return (info.capabilities & (EC_CAP_DURABLE | EC_CAP_SHARED | EC_CAP_PERSISTENT)) == 0;
}

}  // namespace

void AsyncExecution::start(ec_store& store, InFlight& in_flight, const ec_command& command,
                           const ec_execute_options& options, const ec_call* call, const ec_executor* executor,
                           Done done, void* ctx) {
  std::unique_ptr<AsyncExecution> made = take_idle();
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
  give_back(std::unique_ptr<AsyncExecution>(begun));
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
  state_ = State::posted;
  if (executor_.post == nullptr || refused_) return in_flight_->run(*this);
  if (post()) return;
  refused_ = true;
  in_flight_->run(*this);
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
  give_back(std::move(own));
}

AsyncExecution::Next AsyncExecution::carry_out(Step step) {
  if (refused_) return execution_.stopped(EC_CANCELLED, "the executor refused what was left of the execution");
  if (host_ != nullptr || in_flight_->is_closing()) return cut_short();
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
  if (then_ != &AsyncExecution::appended && then_ != &AsyncExecution::group_read) then_ = &AsyncExecution::cut_short;
  state_ = State::cut;
  state_.notify_all();
}

AsyncExecution::Next AsyncExecution::on_thread(Work task, Then then) {
  if (in_place_) {
    carry_out(task);
    return (this->*then)();
  }
  park(Parked::thread, then);
  work_ = task;
  in_flight_->work(*this);
  return std::nullopt;
}

void AsyncExecution::work() noexcept {
  carry_out(work_);
  arrive();
}

void AsyncExecution::carry_out(Work task) noexcept {
  status_ = guard_plugin(&execution_.error(), [&] { return (this->*task)(); });
}

// How what it was parked for ended.
ec_status AsyncExecution::answer() {
  if (given_up_ == EC_OK) return status_;
  const ec_status state = std::exchange(given_up_, EC_OK);
  return plugin::set_error(&execution_.error(), state,
                           state == EC_CANCELLED ? "the call was cancelled" : "the deadline passed");
}

AsyncExecution::Next AsyncExecution::began() {
  const Step step = execution_.begin();
  if (step == Step::done || is_nested_ || !store_->hot_streams.any()) return step;
  first_ = step;
  return line_up(&HotStreams::Turn::start_hot, &AsyncExecution::lined_up);
}

AsyncExecution::Next AsyncExecution::lined_up() {
  end_line();
  const ec_status status = answer();
  watch_->lap();
  if (status == EC_OK) return first_;
  turn_->end();
  return execution_.turned_away(status);
}

AsyncExecution::Next AsyncExecution::queue() {
  watch_->retrying(execution_, 0);
  if (is_nested_) return execution_.waited(EC_OK);
  return line_up(&HotStreams::Turn::start_all, &AsyncExecution::has_turn);
}

AsyncExecution::Next AsyncExecution::has_turn() {
  end_line();
  const ec_status status = given_up_ != EC_OK ? std::exchange(given_up_, EC_OK) : status_;
  if (status != EC_OK) turn_->end();
  return execution_.waited(status);
}

void AsyncExecution::end_line() noexcept {
  in_flight_->unwatch_turn(*this);
  if (std::exchange(lost_patience_, false)) turn_->end();
}

AsyncExecution::Next AsyncExecution::line_up(decltype(&HotStreams::Turn::start_all) begin, Then then) {
  bool has_turn = false;
  const ec_status status = guard_status(&execution_.error(), [&] {
    const std::vector<std::string_view> streams = execution_.streams();
    in_flight_->watch_turn(*this);
    park(Parked::turn, then);
    has_turn = ((*turn_).*begin)(
        streams,
        [](void* self, ec_status told) noexcept {
          auto& own = *static_cast<AsyncExecution*>(self);
          own.status_ = told;
          if (told != EC_OK) plugin::set_error(&own.execution_.error(), told, "out of memory");
          own.arrive();
        },
        this);
    return EC_OK;
  });
  if (status == EC_OK && !has_turn) return std::nullopt;
  then_ = then;
  status_ = status;
  return stay();
}

AsyncExecution::Next AsyncExecution::resume() {
  const std::uint32_t attempt = execution_.attempts();
  const Step next = execution_.resume();
  watch_->add_decide();
  if (next == Step::done) watch_->attempt(execution_, attempt, execution_.error().code);
  return next;
}

AsyncExecution::Next AsyncExecution::load() {
  if (store_->read_on() != nullptr) return on_thread(&AsyncExecution::load_and_read, &AsyncExecution::loaded_and_read);
  return on_thread(&AsyncExecution::load_snapshot, &AsyncExecution::loaded);
}

ec_status AsyncExecution::load_snapshot() {
  std::uint64_t etag = 0;
  return store_->snapshots->load(store_->backend, plugin::str(execution_.snapshot_name()), read_call_.raw(), &blob_,
                                 &snapshot_, &etag, &execution_.error());
}

// Without a snapshot, for whatever reason, everything is read.
AsyncExecution::Next AsyncExecution::loaded() {
  (void)answer();
  const Step next = execution_.loaded(blob_ != nullptr ? plugin::view(snapshot_) : std::string_view());
  release_blob();
  watch_->add_read();
  return next;
}

ec_status AsyncExecution::load_and_read() {
  std::uint64_t etag = 0;
  const ec_status status =
      store_->read_on()(store_->backend, plugin::str(execution_.snapshot_name()), &execution_.read_request(),
                        read_call_.raw(), &blob_, &snapshot_, &etag, &cursor_, &execution_.error());
  return status == EC_OK ? fetch() : status;
}

// Of a snapshot that is no good nobody knows where the cursor began.
AsyncExecution::Next AsyncExecution::loaded_and_read() {
  const ec_status status = answer();
  const Step next = execution_.loaded(blob_ != nullptr ? plugin::view(snapshot_) : std::string_view());
  const bool fits = status == EC_OK && next == Step::read && (blob_ == nullptr || execution_.resumed());
  release_blob();
  if (fits) return fetched();
  close_cursor();
  return next;
}

ec_status AsyncExecution::open() {
  const ec_status status =
      store_->api.read(store_->backend, &execution_.read_request(), read_call_.raw(), &cursor_, &execution_.error());
  return status == EC_OK ? fetch() : status;
}

ec_status AsyncExecution::fetch() {
  batch_ = {};
  batch_.struct_size = sizeof batch_;
  return store_->api.next(cursor_, read_call_.raw(), &batch_, &execution_.error());
}

AsyncExecution::Next AsyncExecution::fetched() {
  ec_status status = answer();
  while (status == EC_OK) {
    status = guard_status(&execution_.error(), [&] { return execution_.take(batch_); });
    if (status != EC_OK || (batch_.flags & EC_BATCH_END) != 0) break;
    if (!in_place_) return on_thread(&AsyncExecution::fetch, &AsyncExecution::fetched);
    carry_out(&AsyncExecution::fetch);
    status = status_;
  }
  close_cursor();
  watch_->add_read();
  const std::uint32_t attempt = execution_.attempts();
  const Step next = execution_.read_done(status);
  watch_->add_decide();
  if (next == Step::done || next == Step::sleep) watch_->attempt(execution_, attempt, execution_.error().code);
  return next;
}

// Nothing of the command's is called here, so it is carried out in one go.
ec_status AsyncExecution::read_group() {
  ec_status status = store_->api.read_all(store_->backend, &execution_.group_request(), read_call_.raw(), &cursor_,
                                          &execution_.error());
  for (bool enough = false; status == EC_OK && !enough;) {
    status = fetch();
    if (status == EC_OK) enough = execution_.take_group(batch_) || (batch_.flags & EC_BATCH_END) != 0;
  }
  return status;
}

AsyncExecution::Next AsyncExecution::group_read() {
  const ec_status status = answer();
  close_cursor();
  return execution_.group_done(status);
}

AsyncExecution::Next AsyncExecution::append() {
  waiter_.request = &execution_.append_request();
  waiter_.outcome = &execution_.outcome();
  park(Parked::group, &AsyncExecution::appended);
  if (!store_->group_commit.start(waiter_, in_place_)) return std::nullopt;
  return stay();
}

AsyncExecution::Next AsyncExecution::appended() {
  if (given_up_ != EC_OK) GroupCommit::give_up(execution_.outcome(), std::exchange(given_up_, EC_OK));
  const std::uint32_t attempt = execution_.attempts();
  watch_->add_append();
  if ((execution_.append_request().flags & EC_APPEND_LOOKUP) == 0)
    watch_->attempt(execution_, attempt, execution_.outcome().status);
  return execution_.append_done();
}

AsyncExecution::Next AsyncExecution::sleep() {
  watch_->retrying(execution_, execution_.sleep_ns());
  park(Parked::sleep, &AsyncExecution::slept);
  in_flight_->sleep(*this, plugin::monotonic_ns() + execution_.sleep_ns());
  return std::nullopt;
}

AsyncExecution::Next AsyncExecution::slept() { return execution_.waited(std::exchange(given_up_, EC_OK)); }

void AsyncExecution::close_cursor() noexcept {
  if (cursor_ != nullptr) store_->api.close_cursor(std::exchange(cursor_, nullptr));
}

void AsyncExecution::release_blob() noexcept {
  if (blob_ != nullptr) store_->snapshots->release_blob(std::exchange(blob_, nullptr));
}

}  // namespace ec::core
