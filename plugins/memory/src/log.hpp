// An append-only array that one thread writes and any number read without a lock: elements never move, because it grows
// by segments of doubling size. The first one is part of it, so a short array is small and costs no allocation.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <new>

namespace ec::memory {

// Holds 2^FirstBits * 2^Segments elements at most.
template <class T, unsigned FirstBits, unsigned Segments>
class Log {
 public:
  Log() = default;
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log() {
    if (further_ == nullptr) return;
    for (auto& segment : *further_) delete[] segment.load(std::memory_order_relaxed);
    delete further_;
  }

  // What a reader may look at: everything below.
  std::size_t size() const { return size_.load(std::memory_order_acquire); }

  T operator[](std::size_t index) const {
    if (index < first_.size()) return first_[index];
    const Place place = place_of(index);
    return (*further_.load(std::memory_order_acquire))[place.segment].load(std::memory_order_acquire)[place.offset];
  }

  // The writer's. Makes room, so that `count` calls of push cannot fail.
  void reserve(std::size_t count) {
    const std::size_t wanted = size_.load(std::memory_order_relaxed) + count;
    if (wanted <= first_.size()) return;
    const std::size_t last = place_of(wanted - 1).segment;
    if (last >= Segments) throw std::bad_alloc();
    if (further_ == nullptr) further_.store(new Further{}, std::memory_order_release);
    Further& further = *further_;
    for (; ready_ <= last; ++ready_) further[ready_].store(new T[first_.size() << ready_], std::memory_order_release);
  }
  void push(T value) noexcept {
    const std::size_t index = size_.load(std::memory_order_relaxed);
    if (index < first_.size()) {
      first_[index] = value;
    } else {
      const Place place = place_of(index);
      (*further_)[place.segment].load(std::memory_order_relaxed)[place.offset] = value;
    }
    size_.store(index + 1, std::memory_order_release);
  }

 private:
  using Further = std::array<std::atomic<T*>, Segments>;

  // Of an index behind the first segment; the next one is as long as it, each further one twice as long as the last.
  struct Place {
    std::size_t segment;
    std::size_t offset;
  };
  static Place place_of(std::size_t index) {
    const auto bit = static_cast<std::size_t>(std::bit_width(index)) - 1;
    return {bit - FirstBits, index - (std::size_t{1} << bit)};
  }

  std::array<T, std::size_t{1} << FirstBits> first_{};
  std::atomic<Further*> further_{nullptr};
  std::atomic<std::size_t> size_{0};
  std::size_t ready_ = 0;  // of further_
};

}  // namespace ec::memory
