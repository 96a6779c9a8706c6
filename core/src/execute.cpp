// The blocking driver of an Execution: carries out what it asks for, on the caller's thread.
#include "execution.hpp"
#include "first_release.hpp"
#include "nesting.hpp"
#include "requests.hpp"
#include "store.hpp"
#include "waiting.hpp"
#include "watch.hpp"

#include <eventcore/plugin/sized.hpp>
#include <eventcore/plugin/strided.hpp>

#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace ec::core {

namespace {

using Step = Execution::Step;

// Executions of this thread that are not in use: their buffers have the right size already. A command may execute
// another one from within, so there can be more than one.
thread_local std::vector<std::unique_ptr<Execution>> idle_executions;

class Borrowed {
 public:
  Borrowed() {
    if (idle_executions.empty()) {
      execution_ = std::make_unique<Execution>();
    } else {
      execution_ = std::move(idle_executions.back());
      idle_executions.pop_back();
    }
  }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  ~Borrowed() {
    try {
      idle_executions.push_back(std::move(execution_));
    } catch (const std::bad_alloc&) {
      execution_.reset();  // it is made anew next time
    }
  }
  Execution& operator*() const { return *execution_; }

 private:
  std::unique_ptr<Execution> execution_;
};

class Driver {
 public:
  Driver(ec_store& store, Execution& execution, const ec_execute_options& options, const ec_call* call)
      : store_(store), execution_(execution), call_(call), turn_(store.hot_streams), watch_(options.observer) {}

  ec_status run() {
    Step step = execution_.begin();
    // Looking a commit id up is durable work, and needs no turn.
    for (bool lines_up = !nesting_.nested(); step != Step::done;) {
      if (lines_up && Execution::begins_to_read(step)) {
        lines_up = false;
        if (store_.hot_streams.any()) step = line_up_if_hot(step);
      }
      step = carry_out(step);
    }
    watch_.finished(execution_);
    return execution_.status();
  }

 private:
  Step carry_out(Step step) {
    switch (step) {
      case Step::resume: return resume();
      case Step::load: return load();
      case Step::read: return read();
      case Step::read_group: return read_group();
      case Step::append: return append();
      case Step::queue: {
        watch_.retrying(execution_, 0);
        if (nesting_.nested()) return execution_.waited(EC_OK);
        return execution_.waited(waited([&] { return turn_.take_all(execution_.streams(), call_); }));
      }
      case Step::sleep: {
        watch_.retrying(execution_, execution_.sleep_ns());
        return execution_.waited(waited([&] { return sleep_for_ns(execution_.sleep_ns(), call_); }));
      }
      case Step::done: break;
    }
    return Step::done;
  }

  Step line_up_if_hot(Step step) {
    const ec_status status = waited([&] { return turn_.take_hot(execution_.streams(), call_); });
    watch_.lap();
    return status == EC_OK ? step : execution_.turned_away(status);
  }

  template <class Wait>
  ec_status waited(Wait&& wait) {
    return guard_status(&execution_.error(), wait);
  }

  Step resume() {
    const std::uint32_t attempt = execution_.attempts();
    const Step next = execution_.resume();
    watch_.add_decide();
    if (next == Step::done) watch_.attempt(execution_, attempt, execution_.error().code);
    return next;
  }

  // Without a snapshot, for whatever reason, everything is read.
  Step load() {
    if (const auto read_on = store_.read_on()) return this->read_on(read_on);
    ec_blob* blob = nullptr;
    ec_bytes bytes{};
    std::uint64_t etag = 0;
    const ec_status status = store_.snapshots->load(store_.backend, plugin::str(execution_.snapshot_name()),
                                                    call_.raw(), &blob, &bytes, &etag, &execution_.error());
    const Step next = execution_.loaded(status == EC_OK ? plugin::view(bytes) : std::string_view());
    if (status == EC_OK) store_.snapshots->release_blob(blob);
    watch_.add_read();
    return next;
  }

  // The snapshot and what came since, in one call. Of a snapshot that is no good nobody knows where the cursor began.
  Step read_on(decltype(ec_snapshot_api::read_on) call) {
    ec_blob* blob = nullptr;
    ec_bytes bytes{};
    std::uint64_t etag = 0;
    ec_cursor* cursor = nullptr;
    const ec_status status = call(store_.backend, plugin::str(execution_.snapshot_name()), &execution_.read_request(),
                                  call_.raw(), &blob, &bytes, &etag, &cursor, &execution_.error());
    if (status != EC_OK) return execution_.loaded({});
    const Step next = execution_.loaded(blob != nullptr ? plugin::view(bytes) : std::string_view());
    const bool fits = next == Step::read && (blob == nullptr || execution_.resumed());
    if (blob != nullptr) store_.snapshots->release_blob(blob);
    if (fits) return read(cursor, EC_OK);
    store_.api.close_cursor(cursor);
    return next;
  }

  Step read() {
    ec_cursor* cursor = nullptr;
    const ec_status status =
        store_.api.read(store_.backend, &execution_.read_request(), call_.raw(), &cursor, &execution_.error());
    return read(cursor, status);
  }

  Step read(ec_cursor* cursor, ec_status status) {
    if (status == EC_OK) status = drain(cursor, [&](const ec_batch& batch) { return execution_.take(batch); });
    watch_.add_read();
    const std::uint32_t attempt = execution_.attempts();
    const Step next = execution_.read_done(status);
    watch_.add_decide();
    if (next == Step::done || next == Step::sleep) watch_.attempt(execution_, attempt, execution_.error().code);
    return next;
  }

  Step read_group() {
    ec_cursor* cursor = nullptr;
    ec_status status =
        store_.api.read_all(store_.backend, &execution_.group_request(), call_.raw(), &cursor, &execution_.error());
    bool enough = false;
    if (status == EC_OK)
      status = drain(
          cursor,
          [&](const ec_batch& batch) {
            enough = execution_.take_group(batch);
            return EC_OK;
          },
          &enough);
    return execution_.group_done(status);
  }

  template <class Take>
  ec_status drain(ec_cursor* cursor, Take&& take, const bool* enough = nullptr) {
    ec_batch batch{};
    batch.struct_size = sizeof batch;
    ec_status status = EC_OK;
    do {
      status = store_.api.next(cursor, call_.raw(), &batch, &execution_.error());
      if (status == EC_OK) status = guard_status(&execution_.error(), [&] { return take(batch); });
    } while (status == EC_OK && (batch.flags & EC_BATCH_END) == 0 && (enough == nullptr || !*enough));
    store_.api.close_cursor(cursor);
    return status;
  }

  Step append() {
    const std::uint32_t attempt = execution_.attempts();
    const bool looks_up = (execution_.append_request().flags & EC_APPEND_LOOKUP) != 0;
    store_.group_commit.append(execution_.append_request(), call_, execution_.outcome());
    watch_.add_append();
    if (!looks_up) watch_.attempt(execution_, attempt, execution_.outcome().status);
    return execution_.append_done();
  }

  ec_store& store_;
  Execution& execution_;
  const plugin::Call call_;
  const Nesting nesting_;
  HotStreams::Turn turn_;
  Watch watch_;
};

}  // namespace

}  // namespace ec::core

extern "C" ec_status ec_store_execute(ec_store* store, const ec_command* command, const ec_execute_options* options,
                                      const ec_call* call, ec_error* error) {
  using namespace ec::core;
  return guard_call(store, error, [&] {
    const ec_command whole = checked(*command);
    const ec_execute_options known = checked(options);
    const Borrowed execution;
    const bool has_snapshots = store->snapshots != nullptr && (store->info.capabilities & EC_CAP_READ_ONLY) == 0;
    (*execution).reset(whole, known, store->info, {known.state_cache, has_snapshots, store->serial});
    const ec_status status = Driver(*store, *execution, known, call).run();
    if (auto snapshot = (*execution).take_snapshot()) store->snapshot_writer.add(std::move(*snapshot));
    if (status != EC_OK && error != nullptr) copy_error(*error, (*execution).error());
    return status;
  });
}
