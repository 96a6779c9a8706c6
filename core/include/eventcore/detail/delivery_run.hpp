// Some events of a batch that are handed over one after the other, so that what is asked between two of them is a few
// loads and stores. See projecting.hpp.
#pragma once

#include <eventcore/dead_letter.hpp>
#include <eventcore/detail/leading.hpp>
#include <eventcore/detail/progress_board.hpp>
#include <eventcore/projection_options.hpp>

#include <cstddef>
#include <cstdint>
#include <stop_token>

namespace ec::detail {

class DeliveryRun {
 public:
  // What else is looked at and told with each event.
  struct Around {
    const std::stop_token& stop;
    const Leadership* leadership;  // none where there is no lease
    ProgressBoard& board;
  };

  // `count` events of the batch, from that index on, each with the same delivery. `handled`: how many were before.
  DeliveryRun(const ec_batch& batch, std::size_t first, std::size_t count, const Delivery& delivery,
              std::uint64_t handled, const Around& around)
      : at_(reinterpret_cast<const char*>(batch.events) + first * batch.stride),
        begin_(at_),
        end_(at_ + count * batch.stride),
        batch_end_(reinterpret_cast<const char*>(batch.events) + batch.count * batch.stride),
        stride_(batch.stride),
        delivery_(delivery),
        handled_(handled),
        around_(around) {}

  // Hands them to `handle` until that says no, there is a stop, or the lead is lost. Dead letters are passed over. What
  // handle throws is of the event behind those that are passed.
  template <class Handle>
  void deliver(Handle&& handle) {
    // Copies, which nothing that a handler writes to can change: they stay in registers.
    const std::size_t stride = stride_;
    const char* const end = end_;
    const char* const batch_end = batch_end_;
    std::uint64_t handled = handled_;
    for (const char* at = at_; at != end; at_ = at += stride) {
      if (around_.stop.stop_requested()) return;
      if (around_.leadership != nullptr && !around_.leadership->holds()) return;
      if (static_cast<std::size_t>(batch_end - at) > ahead * stride)
        fetch(reinterpret_cast<const ec_event*>(at + ahead * stride)->payload);
      const RecordedEvent event(*reinterpret_cast<const ec_event*>(at));
      if (!is_dead_letter(event)) {
        if (!handle(event, delivery_)) return;
        handled_ = ++handled;
      }
      around_.board.show_passed(event.position(), handled, event.time());
    }
  }

  // How many of its events are behind it, dead letters included.
  std::size_t passed() const { return static_cast<std::size_t>(at_ - begin_) / stride_; }
  std::uint64_t handled() const { return handled_; }

 private:
  static constexpr std::size_t ahead = 32;

  // Nothing has looked at the payload yet: where it lies in memory, a handler would wait for each.
  static void fetch(const ec_bytes& payload) {
    __builtin_prefetch(payload.data);
    if (payload.size > 0) __builtin_prefetch(payload.data + payload.size - 1);
  }

  const char* at_;
  const char* const begin_;
  const char* const end_;
  const char* const batch_end_;
  const std::size_t stride_;
  const Delivery delivery_;
  std::uint64_t handled_;
  const Around around_;
};

}  // namespace ec::detail
