// How long a call may take, and who can stop it.
//
//   std::stop_source stop;
//   const ec::Call call{.deadline = ec::Call::in(std::chrono::seconds(2)), .stop = stop.get_token()};
#pragma once

#include <eventcore/abi/base.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

namespace ec {

// Everything may be left out: then a call takes as long as it takes.
struct Call {
  std::optional<std::chrono::steady_clock::time_point> deadline{};
  std::stop_token stop{};
  std::string traceparent{};  // W3C trace context, handed to backends that can pass it on

  static std::chrono::steady_clock::time_point in(std::chrono::nanoseconds time) {
    return std::chrono::steady_clock::now() + time;
  }
};

namespace detail {

// Points into `call`, which must outlive it.
inline ec_call to_raw(const Call& call) {
  ec_call raw{};
  raw.struct_size = sizeof raw;
  if (call.deadline) {
    const auto since_boot_ns =
        std::chrono::duration_cast<std::chrono::nanoseconds>(call.deadline->time_since_epoch()).count();
    raw.deadline_ns = since_boot_ns > 0 ? static_cast<std::uint64_t>(since_boot_ns) : 1;
  }
  if (call.stop.stop_possible()) {
    raw.cancel_ctx = const_cast<std::stop_token*>(&call.stop);
    raw.cancelled = [](void* ctx) { return static_cast<const std::stop_token*>(ctx)->stop_requested() ? 1 : 0; };
  }
  raw.traceparent = {call.traceparent.data(), call.traceparent.size()};
  return raw;
}

}  // namespace detail

}  // namespace ec
