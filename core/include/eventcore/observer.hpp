// Watching executions, for metrics and logs.
//
//   struct Count : ec::Observer {
//     int conflicts = 0;
//     void conflict(const Conflict&) override { ++conflicts; }
//   };
#pragma once

#include <eventcore/error.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ec {

// Called on the thread that executes, so one observer of many threads must be safe for them. Must not throw: that ends the
// process.
class Observer {
 public:
  // One more than options allow is told of where a state from a cache met a conflict, since that costs no attempt.
  struct Attempt {
    std::uint32_t number = 0;   // from 1
    std::optional<Code> error;  // none: it was committed
    std::chrono::nanoseconds read{}, decide{}, append{};
    std::size_t events_read = 0;
  };
  struct Conflict {
    std::uint32_t attempt = 0;
    std::string_view stream;
    std::uint64_t expected_version = 0, actual_version = 0;
  };
  struct Retry {
    std::uint32_t next_attempt = 0;
    Code cause = Code::internal;
    std::chrono::nanoseconds wait{};  // 0: it waits for its turn on streams in heavy use
  };
  struct Finished {
    std::optional<Code> error;  // none: it was committed
    std::uint32_t attempts = 0;
    std::chrono::nanoseconds total{};
  };

  Observer() = default;
  Observer(const Observer&) = default;
  Observer& operator=(const Observer&) = default;
  virtual ~Observer() = default;

  virtual void attempt(const Attempt&) {}
  virtual void conflict(const Conflict&) {}
  virtual void retry(const Retry&) {}
  virtual void finished(const Finished&) {}
};

namespace detail {

inline std::chrono::nanoseconds nanoseconds(std::uint64_t count) {
  return std::chrono::nanoseconds(static_cast<std::int64_t>(count));
}
inline std::optional<Code> failure(ec_status status) {
  return status == EC_OK ? std::nullopt : std::optional(static_cast<Code>(status));
}

inline Observer& observer_of(void* ctx) { return *static_cast<Observer*>(ctx); }

inline ec_observer to_raw(Observer& observer) {
  return {sizeof(ec_observer),
          0,
          &observer,
          [](void* ctx, std::uint32_t attempt, ec_status status, std::uint64_t read_ns, std::uint64_t decide_ns,
             std::uint64_t append_ns, std::size_t events_read) noexcept {
            observer_of(ctx).attempt({attempt, failure(status), nanoseconds(read_ns), nanoseconds(decide_ns),
                                      nanoseconds(append_ns), events_read});
          },
          [](void* ctx, std::uint32_t attempt, ec_str stream, std::uint64_t expected, std::uint64_t actual) noexcept {
            observer_of(ctx).conflict({attempt, view(stream), expected, actual});
          },
          [](void* ctx, std::uint32_t next, ec_status cause, std::uint64_t wait_ns) noexcept {
            observer_of(ctx).retry({next, static_cast<Code>(cause), nanoseconds(wait_ns)});
          },
          [](void* ctx, ec_status status, std::uint32_t attempts, std::uint64_t total_ns) noexcept {
            observer_of(ctx).finished({failure(status), attempts, nanoseconds(total_ns)});
          }};
}

}  // namespace detail

}  // namespace ec
