// The caller's deadline and its wish to stop, as a plugin asks for them.
//
//   for (...) { call.check(); ... }   // throws EC_TIMEOUT or EC_CANCELLED when it is time to give up
#pragma once

#include <eventcore/abi/base.h>
#include <eventcore/plugin/failure.hpp>

#include <cstdint>
#include <ctime>

namespace ec::plugin {

inline std::uint64_t monotonic_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(now.tv_nsec);
}

class Call {
 public:
  explicit Call(const ec_call* call) : call_(call) {}

  // Nanoseconds on CLOCK_MONOTONIC; 0 = none.
  std::uint64_t deadline_ns() const { return call_ == nullptr ? 0 : call_->deadline_ns; }
  bool cancelled() const {
    return call_ != nullptr && call_->cancelled != nullptr && call_->cancelled(call_->cancel_ctx) != 0;
  }
  bool expired() const { return deadline_ns() != 0 && monotonic_ns() >= deadline_ns(); }

  // EC_OK, EC_CANCELLED or EC_TIMEOUT.
  ec_status state() const {
    if (cancelled()) return EC_CANCELLED;
    return expired() ? EC_TIMEOUT : EC_OK;
  }

  // Throws when the caller no longer waits for an answer.
  void check() const {
    const ec_status now = state();
    if (now == EC_CANCELLED) throw Failure(EC_CANCELLED, "the call was cancelled");
    if (now == EC_TIMEOUT) throw Failure(EC_TIMEOUT, "the deadline passed");
  }

  const ec_call* raw() const { return call_; }

 private:
  const ec_call* call_;
};

}  // namespace ec::plugin
