// What an asynchronous execution does at each step.
#include "async_execution.hpp"
#include "store.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace ec::core {

AsyncExecution::Next AsyncExecution::on_thread(Work task, Then then) {
  if (in_place_) {
    carry_out(task);
    return (this->*then)();
  }
  if (std::exchange(may_block_, false)) {
    then_ = then;
    carry_out(task);
    arrive();
    return std::nullopt;
  }
  park(Parked::thread, then);
  work_ = task;
  in_flight_->work(*this);
  return std::nullopt;
}

void AsyncExecution::work() noexcept {
  carry_out(work_);
  if (executor_.post != nullptr) return arrive();
  parked_ = Parked::nowhere;
  state_ = State::running;
  go_on();
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
  lines_up_ = !is_nested_;
  return execution_.begin();
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
    has_turn =
        ((*turn_).*begin)(streams, [](void* self) noexcept { static_cast<AsyncExecution*>(self)->arrive(); }, this);
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

// As much as can be folded at once.
ec_status AsyncExecution::fetch() {
  gathered_.clear();
  ec_status status = EC_OK;
  do {
    status = next_batch();
  } while (status == EC_OK && (batch_.flags & EC_BATCH_END) == 0 && !in_place_ &&
           gathered_.add(batch_, in_flight_->gathered_budget()));
  return status;
}

ec_status AsyncExecution::next_batch() {
  batch_ = {};
  batch_.struct_size = sizeof batch_;
  return store_->api.next(cursor_, read_call_.raw(), &batch_, &execution_.error());
}

AsyncExecution::Next AsyncExecution::fetched() {
  ec_status status = answer();
  while (status == EC_OK) {
    status = guard_status(&execution_.error(), [&] {
      const ec_status before = gathered_.for_each([&](const ec_batch& batch) { return execution_.take(batch); });
      return before == EC_OK ? execution_.take(batch_) : before;
    });
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
    status = next_batch();
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
  using InPlace = GroupCommit::InPlace;
  const bool may_block = std::exchange(may_block_, false);
  park(Parked::group, &AsyncExecution::appended);
  if (!store_->group_commit.start(waiter_, in_place_ ? InPlace::all : may_block ? InPlace::own : InPlace::no))
    return std::nullopt;
  may_block_ = may_block;
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
  gathered_.clear();
  if (cursor_ != nullptr) store_->api.close_cursor(std::exchange(cursor_, nullptr));
}

void AsyncExecution::release_blob() noexcept {
  if (blob_ != nullptr) store_->snapshots->release_blob(std::exchange(blob_, nullptr));
}

}  // namespace ec::core
