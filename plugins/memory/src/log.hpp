// An append-only array that one thread writes and any number read without a lock: elements never move, because it grows
// by segments of doubling size. The first one is part of it, so a short array costs no allocation.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <new>

namespace ec::memory {

// Holds 2^FirstBits * (2^Segments - 1) elements at most.
template <class T, unsigned FirstBits, unsigned Segments>
class Log {
 public:
  Log() { segments_[0].store(first_.data(), std::memory_order_relaxed); }
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log() {
    for (std::size_t i = 1; i < ready_; ++i) delete[] segments_[i].load(std::memory_order_relaxed);
  }

  // What a reader may look at: everything below.
  std::size_t size() const { return size_.load(std::memory_order_acquire); }

  T& operator[](std::size_t index) const {
    const Place place = place_of(index);
    return segments_[place.segment].load(std::memory_order_acquire)[place.offset];
  }

  // The writer's. Makes room, so that `count` calls of push cannot fail.
  void reserve(std::size_t count) {
    if (count == 0) return;
    const std::size_t last = place_of(size_.load(std::memory_order_relaxed) + count - 1).segment;
    if (last >= Segments) throw std::bad_alloc();
    for (std::size_t i = ready_; i <= last; ++i) {
      segments_[i].store(new T[std::size_t{1} << (i + FirstBits)], std::memory_order_release);
      ready_ = i + 1;
    }
  }
  void push(T value) noexcept {
    const std::size_t index = size_.load(std::memory_order_relaxed);
    (*this)[index] = value;
    size_.store(index + 1, std::memory_order_release);
  }

 private:
  struct Place {
    std::size_t segment;
    std::size_t offset;
  };
  static Place place_of(std::size_t index) {
    const std::size_t shifted = index + (std::size_t{1} << FirstBits);
    const auto bit = static_cast<std::size_t>(std::bit_width(shifted)) - 1;
    return {bit - FirstBits, shifted - (std::size_t{1} << bit)};
  }

  std::array<T, std::size_t{1} << FirstBits> first_{};
  std::array<std::atomic<T*>, Segments> segments_{};
  std::atomic<std::size_t> size_{0};
  std::size_t ready_ = 1;
};

}  // namespace ec::memory
