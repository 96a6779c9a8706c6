// An allocator that asks the kernel for huge pages where much is wanted: a store that grows touches new memory all the
// time, and the faults of small pages were a third of the time of a short command.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>
#include <sys/mman.h>

namespace ec::memory {

constexpr std::size_t huge_page_bytes = std::size_t{2} * 1024 * 1024;

template <class T>
struct HugePages {
  using value_type = T;

  HugePages() = default;
  template <class U>
  explicit HugePages(const HugePages<U>&) {}

  static T* allocate(std::size_t count) {
    const std::size_t bytes = count * sizeof(T);
    const bool large = bytes >= huge_page_bytes;
    const std::size_t whole = (bytes + huge_page_bytes - 1) / huge_page_bytes * huge_page_bytes;
    void* memory = large ? std::aligned_alloc(huge_page_bytes, whole) : std::malloc(bytes);
    if (memory == nullptr) throw std::bad_alloc();
    if (large) madvise(memory, whole, MADV_HUGEPAGE);  // a hint: without it everything works, more slowly
    return static_cast<T*>(memory);
  }
  static void deallocate(T* memory, std::size_t) { std::free(memory); }

  friend bool operator==(const HugePages&, const HugePages&) { return true; }
};

}  // namespace ec::memory
