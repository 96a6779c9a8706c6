// Finds things by a hash. It holds pointers, in one open table; a look-up that finds nothing, as for every new stream
// and every new commit id, touches one cache line, and growing touches no element.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ec::memory {

template <class T>
class HashIndex {
 public:
  // The element with this hash that `is_it` says yes to, or null.
  template <class IsIt>
  T* find(std::uint64_t hash, IsIt&& is_it) const {
    for (std::size_t at = hash;; ++at) {
      const Slot& slot = slots_[at & (slots_.size() - 1)];
      if (slot.element == nullptr) return nullptr;
      if (slot.hash == hash && is_it(*slot.element)) return slot.element;
    }
  }

  // Makes room, so that the next insert cannot fail.
  void reserve_one() {
    if (2 * (count_ + 1) <= slots_.size()) return;
    std::vector<Slot> larger(2 * slots_.size());
    for (const Slot& slot : slots_)
      if (slot.element != nullptr) put(larger, slot);
    slots_.swap(larger);
  }
  void insert(std::uint64_t hash, T& element) noexcept {
    put(slots_, {hash, &element});
    ++count_;
  }

  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const Slot& slot : slots_)
      if (slot.element != nullptr) visit(*slot.element);
  }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    T* element = nullptr;
  };
  static void put(std::vector<Slot>& slots, Slot slot) {
    std::size_t at = slot.hash;
    while (slots[at & (slots.size() - 1)].element != nullptr) ++at;
    slots[at & (slots.size() - 1)] = slot;
  }

  std::vector<Slot> slots_ = std::vector<Slot>(64);  // a power of two, half empty at least
  std::size_t count_ = 0;
};

}  // namespace ec::memory
