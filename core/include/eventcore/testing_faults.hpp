// A store that fails when a test wants it: the nth call of a kind, or calls drawn with a seeded probability.
//
//   bool survives_a_conflict(std::function<bool(ec::Store&)> transfer) {
//     ec::testing::Faults faults;
//     faults.fail("append", 1, EC_CONFLICT);  // the first append meets one, then all is well
//     ec::Store store = ec::testing::faulty_store(faults);
//     return transfer(store) && faults.count() == 1;
//   }
#pragma once

#include <eventcore/store.hpp>
#include <eventcore/testing.hpp>

#include <cstdint>
#include <cstring>
#include <map>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>

namespace ec::testing {

// What is to go wrong. Any thread. Must outlive its stores.
class Faults {
 public:
  // The nth call from now (1: the next one) of `function` answers that: append, read, read_all, next, head, list_streams,
  // load and save (of checkpoints). Another name is std::invalid_argument.
  // Nothing is carried out, but for EC_IN_DOUBT, which is carried out every second time.
  void fail(const std::string& function, std::uint64_t nth, ec_status status) {
    const std::scoped_lock lock(mutex_);
    check(function);
    planned_[function][calls_[function] + nth] = status;
  }
  // Each call from now on with that probability, from 0 to 1; the same seed gives the same answers to the same calls.
  void fail_randomly(const std::string& function, double probability, ec_status status, std::uint64_t seed) {
    const std::scoped_lock lock(mutex_);
    check(function);
    random_[function] = {probability, status, std::mt19937_64(seed)};
  }
  void stop_failing() {
    const std::scoped_lock lock(mutex_);
    planned_.clear();
    random_.clear();
  }
  // How many calls failed so far.
  std::uint64_t count() const {
    const std::scoped_lock lock(mutex_);
    return count_;
  }

  // For the store: what becomes of this call.
  ec_status next(const std::string& function) {
    const std::scoped_lock lock(mutex_);
    const std::uint64_t call = ++calls_[function];
    ec_status status = EC_OK;
    if (const auto planned = planned_[function].extract(call)) status = planned.mapped();
    if (const auto random = random_.find(function); status == EC_OK && random != random_.end())
      if (std::uniform_real_distribution<>()(random->second.generator) < random->second.probability)
        status = random->second.status;
    if (status != EC_OK) ++count_;
    return status;
  }
  bool carries_out(ec_status status) {
    const std::scoped_lock lock(mutex_);
    return status == EC_IN_DOUBT && in_doubt_++ % 2 == 1;
  }

 private:
  // One that is misspelt would never fail, and its test could not.
  static void check(std::string_view function) {
    for (const char* known : {"append", "read", "read_all", "next", "head", "list_streams", "load", "save"})
      if (function == known) return;
    throw std::invalid_argument("no function '" + std::string(function) + "' of a store is made to fail");
  }

  struct Random {
    double probability = 0;
    ec_status status = EC_OK;
    std::mt19937_64 generator;
  };
  mutable std::mutex mutex_;
  std::map<std::string, std::map<std::uint64_t, ec_status>> planned_;
  std::map<std::string, Random> random_;
  std::map<std::string, std::uint64_t> calls_;
  std::uint64_t count_ = 0, in_doubt_ = 0;
};

namespace detail {

// The memory plugin with the faults in front of it, as a plugin that is part of the program.
class FaultyPlugin {
 public:
  // Throws std::runtime_error where the memory plugin is not found.
  static FaultyPlugin& instance() {
    static FaultyPlugin& only = *new FaultyPlugin;  // leaks on purpose, as plugins do
    return only;
  }

  // Which faults the next store takes; held until it is open.
  std::unique_lock<std::mutex> prepare(Faults& faults) {
    std::unique_lock lock(mutex_);
    next_ = &faults;
    return lock;
  }

 private:
  struct Backend {
    ec_backend* inner;
    Faults* faults;
  };
  struct Cursor {
    ec_cursor* inner;
    Backend* backend;
  };

  FaultyPlugin() : probe_(memory_store()), inner_(*ec_store_plugin(probe_.raw())) {
    api_ = {sizeof api_,  0,    close,        info,         append,        read,         read_all, next,
            close_cursor, head, list_streams, next_streams, close_streams, get_extension};
    plugin_ = {EC_PLUGIN_MAGIC,
               sizeof plugin_,
               EC_ABI_MAJOR,
               EC_ABI_MINOR,
               EC_LIT("eventcore-testing"),
               EC_LIT("1"),
               EC_LIT("the memory store with faults, for tests"),
               nullptr,
               0,
               sizeof(ec_option),
               &api_,
               open};
    ec_error error = EC_ERROR_INIT;
    if (ec_plugin_register(&plugin_, &error) != EC_OK) throw std::runtime_error(error.message);
  }

  static const ec_store_api& real() { return *instance().inner_.api; }
  static Backend& of(ec_backend* backend) { return *reinterpret_cast<Backend*>(backend); }
  static Cursor& of(ec_cursor* cursor) { return *reinterpret_cast<Cursor*>(cursor); }

  static ec_status say(ec_status status, const char* function, ec_error* error) {
    if (error != nullptr) {
      error->code = status;
      if (status == EC_UNAVAILABLE || status == EC_CONFLICT) error->flags |= EC_ERROR_RETRYABLE;
      const std::string message = std::string("a fault of the test's, at ") + function;
      message.copy(error->message, sizeof error->message - 1);
    }
    return status;
  }
  static ec_status fault(Backend& backend, const char* function, ec_error* error) {
    const ec_status status = backend.faults->next(function);
    return status == EC_OK ? EC_OK : say(status, function, error);
  }

  static ec_status open(const ec_setting*, size_t, size_t, const ec_host* host, const ec_call* call,
                        ec_backend** backend, ec_error* error) {
    static constexpr ec_setting largest{EC_LIT("max_payload"), EC_LIT("16777216"), EC_LIT("default")};
    ec_backend* inner = nullptr;
    const ec_status status = instance().inner_.open(&largest, 1, sizeof largest, host, call, &inner, error);
    if (status == EC_OK) *backend = reinterpret_cast<ec_backend*>(new Backend{inner, instance().next_});
    return status;
  }
  static void close(ec_backend* backend) {
    real().close(of(backend).inner);
    delete &of(backend);
  }
  static ec_status info(ec_backend* backend, ec_info* info, ec_error* error) {
    return real().info(of(backend).inner, info, error);
  }
  // Each append of a group for itself, in order: so the nth is the nth.
  static ec_status append(ec_backend* backend, const ec_append* appends, size_t append_stride, ec_outcome* outcomes,
                          size_t outcome_stride, size_t count, const ec_call* call, ec_error* error) {
    for (size_t i = 0; i < count; ++i) {
      const auto* each = reinterpret_cast<const ec_append*>(reinterpret_cast<const char*>(appends) + i * append_stride);
      auto* outcome = reinterpret_cast<ec_outcome*>(reinterpret_cast<char*>(outcomes) + i * outcome_stride);
      Faults& faults = *of(backend).faults;
      const ec_status status = faults.next("append");
      if (status == EC_OK || faults.carries_out(status))
        if (const ec_status done =
                real().append(of(backend).inner, each, append_stride, outcome, outcome_stride, 1, call, error);
            done != EC_OK)
          say(outcome->status = done, "append", outcome->error);
      if (status != EC_OK) say(outcome->status = status, "append", outcome->error);
    }
    return EC_OK;
  }
  template <class Open>
  static ec_status cursor(ec_backend* backend, const char* function, ec_cursor** made, ec_error* error, Open&& open) {
    if (const ec_status status = fault(of(backend), function, error); status != EC_OK) return status;
    ec_cursor* inner = nullptr;
    const ec_status status = open(&inner);
    if (status == EC_OK) *made = reinterpret_cast<ec_cursor*>(new Cursor{inner, &of(backend)});
    return status;
  }
  static ec_status read(ec_backend* backend, const ec_read* request, const ec_call* call, ec_cursor** made,
                        ec_error* error) {
    return cursor(backend, "read", made, error,
                  [&](ec_cursor** inner) { return real().read(of(backend).inner, request, call, inner, error); });
  }
  static ec_status read_all(ec_backend* backend, const ec_read_all* request, const ec_call* call, ec_cursor** made,
                            ec_error* error) {
    return cursor(backend, "read_all", made, error,
                  [&](ec_cursor** inner) { return real().read_all(of(backend).inner, request, call, inner, error); });
  }
  static ec_status next(ec_cursor* cursor, const ec_call* call, ec_batch* batch, ec_error* error) {
    if (const ec_status status = fault(*of(cursor).backend, "next", error); status != EC_OK) return status;
    return real().next(of(cursor).inner, call, batch, error);
  }
  static void close_cursor(ec_cursor* cursor) {
    real().close_cursor(of(cursor).inner);
    delete &of(cursor);
  }
  static ec_status head(ec_backend* backend, const ec_call* call, ec_position* head, ec_error* error) {
    if (const ec_status status = fault(of(backend), "head", error); status != EC_OK) return status;
    return real().head(of(backend).inner, call, head, error);
  }
  static ec_status list_streams(ec_backend* backend, const ec_list* request, const ec_call* call,
                                ec_stream_cursor** made, ec_error* error) {
    if (const ec_status status = fault(of(backend), "list_streams", error); status != EC_OK) return status;
    return real().list_streams(of(backend).inner, request, call, made, error);
  }
  static ec_status next_streams(ec_stream_cursor* cursor, const ec_call* call, ec_stream_batch* batch,
                                ec_error* error) {
    return real().next_streams(cursor, call, batch, error);
  }
  static void close_streams(ec_stream_cursor* cursor) { real().close_stream_cursor(cursor); }

  static const ec_checkpoint_api& checkpoints(ec_backend* backend) {
    return *static_cast<const ec_checkpoint_api*>(real().get_extension(of(backend).inner, EC_EXT_CHECKPOINT));
  }
  static const ec_notify_api& notify(ec_backend* backend) {
    return *static_cast<const ec_notify_api*>(real().get_extension(of(backend).inner, EC_EXT_NOTIFY));
  }
  static const void* get_extension(ec_backend*, const char* id) {
    static constexpr ec_checkpoint_api checkpoint_table{
        sizeof(ec_checkpoint_api), 0,
        [](ec_backend* backend, ec_str name, const ec_call* call, ec_position* position, ec_error* error) {
          const ec_status status = fault(of(backend), "load", error);
          return status != EC_OK ? status : checkpoints(backend).load(of(backend).inner, name, call, position, error);
        },
        [](ec_backend* backend, ec_str name, ec_position position, uint64_t fence, const ec_call* call,
           ec_error* error) {
          const ec_status status = fault(of(backend), "save", error);
          return status != EC_OK ? status
                                 : checkpoints(backend).save(of(backend).inner, name, position, fence, call, error);
        },
        [](ec_backend* backend, ec_str name, uint64_t fence, const ec_call* call, ec_error* error) {
          return checkpoints(backend).remove(of(backend).inner, name, fence, call, error);
        }};
    static constexpr ec_notify_api notify_table{
        sizeof(ec_notify_api), 0,
        [](ec_backend* backend, ec_position after, const ec_call* call, ec_position* head, ec_error* error) {
          return notify(backend).wait(of(backend).inner, after, call, head, error);
        },
        [](ec_backend* backend) { notify(backend).interrupt(of(backend).inner); }};
    if (std::strcmp(id, EC_EXT_CHECKPOINT) == 0) return &checkpoint_table;
    if (std::strcmp(id, EC_EXT_NOTIFY) == 0) return &notify_table;
    return nullptr;
  }

  std::mutex mutex_;
  Faults* next_ = nullptr;
  Store probe_;
  const ec_plugin& inner_;
  ec_store_api api_{};
  ec_plugin plugin_{};
};

}  // namespace detail

// An empty store in memory with these faults in front of it; without leases and snapshots. Throws std::runtime_error
// where there is no memory plugin.
inline Store faulty_store(Faults& faults) {
  const auto lock = detail::FaultyPlugin::instance().prepare(faults);
  auto store = Store::open_text("plugin: eventcore-testing");
  if (!store) throw std::runtime_error(store.error().message);
  return std::move(*store);
}

}  // namespace ec::testing
