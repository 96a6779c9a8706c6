// Finds things by a hash. One thread adds, any number look without a lock. It holds pointers, in one open table; a
// look-up that finds nothing, as for every new stream and every new commit id, touches one cache line, and growing
// touches no element.
#pragma once

#include "huge_pages.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace ec::memory {

template <class T>
class HashIndex {
 public:
  HashIndex() { add_table(64); }

  // The element with this hash that `is_it` says yes to, or null.
  template <class IsIt>
  T* find(std::uint64_t hash, IsIt&& is_it) const {
    const Table& table = *table_.load(std::memory_order_acquire);
    for (std::size_t at = hash;; ++at) {
      const Slot& slot = table[at & (table.size() - 1)];
      T* element = slot.element.load(std::memory_order_acquire);
      if (element == nullptr) return nullptr;
      if (slot.hash == hash && is_it(*element)) return element;
    }
  }

  // The adder's. Makes room, so that the next insert cannot fail.
  void reserve_one() {
    const Table& full = *tables_.back();
    if (2 * (count_ + 1) > full.size()) add_table(2 * full.size());
  }
  void insert(std::uint64_t hash, T& element) noexcept {
    put(*tables_.back(), hash, &element);
    ++count_;
  }

  // Nobody adds meanwhile.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const Slot& slot : *tables_.back())
      if (T* element = slot.element.load(std::memory_order_relaxed)) visit(*element);
  }

 private:
  // Written once: the hash, then the element.
  struct Slot {
    std::uint64_t hash = 0;
    std::atomic<T*> element{nullptr};
  };
  using Table = std::vector<Slot, HugePages<Slot>>;

  static void put(Table& table, std::uint64_t hash, T* element) {
    const auto slot_at = [&](std::size_t at) -> Slot& { return table[at & (table.size() - 1)]; };
    std::size_t at = hash;
    while (slot_at(at).element.load(std::memory_order_relaxed) != nullptr) ++at;
    slot_at(at).hash = hash;
    slot_at(at).element.store(element, std::memory_order_release);
  }

  void add_table(std::size_t size) {
    auto larger = std::make_unique<Table>(size);
    if (!tables_.empty())
      for (const Slot& slot : *tables_.back())
        if (T* element = slot.element.load(std::memory_order_relaxed)) put(*larger, slot.hash, element);
    tables_.push_back(std::move(larger));
    table_.store(tables_.back().get(), std::memory_order_release);
  }

  // The last one is in use. Somebody may still look into the others; together they are smaller than it.
  std::vector<std::unique_ptr<Table>> tables_;
  std::atomic<const Table*> table_{nullptr};  // a power of two in size, half empty at least
  std::size_t count_ = 0;
};

}  // namespace ec::memory
