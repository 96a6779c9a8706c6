// Tells the host's observer of an execution; costs nothing without one.
#pragma once

#include "execution.hpp"

#include <eventcore/plugin/append.hpp>
#include <eventcore/plugin/call.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace ec::core {

class Watch {
 public:
  explicit Watch(const ec_observer* observer) : observer_(observer) {
    if (observer_ != nullptr) began_ns_ = lap_ns_ = plugin::monotonic_ns();
  }

  std::uint64_t lap() {
    if (observer_ == nullptr) return 0;
    const std::uint64_t now_ns = plugin::monotonic_ns();
    return now_ns - std::exchange(lap_ns_, now_ns);
  }
  void add_read() { read_ns_ += lap(); }
  void add_decide() { decide_ns_ += lap(); }
  void add_append() { append_ns_ += lap(); }

  void attempt(Execution& execution, std::uint32_t number, ec_status status) {
    if (observer_ == nullptr) return;
    if (observer_->attempt != nullptr)
      observer_->attempt(observer_->ctx, number, status, read_ns_, decide_ns_, append_ns_,
                         execution.events_read() - events_told_);
    events_told_ = execution.events_read();
    read_ns_ = decide_ns_ = append_ns_ = 0;
    if (status != EC_CONFLICT || observer_->conflict == nullptr) return;
    const ec_error& error = execution.error();
    observer_->conflict(observer_->ctx, number, plugin::str(execution.conflict_stream()), error.expected_version,
                        error.actual_version);
  }
  void retry(std::uint32_t next, ec_status cause, std::uint64_t wait_ns) const {
    if (observer_ != nullptr && observer_->retry != nullptr) observer_->retry(observer_->ctx, next, cause, wait_ns);
  }
  void retrying(Execution& execution, std::uint64_t wait_ns) {
    retry(execution.attempts(), execution.error().code, wait_ns);
    lap();
  }
  void finished(const Execution& execution) const {
    if (observer_ != nullptr && observer_->finished != nullptr)
      observer_->finished(observer_->ctx, execution.status(), execution.attempts(), plugin::monotonic_ns() - began_ns_);
  }

 private:
  const ec_observer* observer_;
  std::uint64_t began_ns_ = 0;
  std::uint64_t lap_ns_ = 0;
  std::uint64_t read_ns_ = 0;
  std::uint64_t decide_ns_ = 0;
  std::uint64_t append_ns_ = 0;
  std::size_t events_told_ = 0;
};

}  // namespace ec::core
