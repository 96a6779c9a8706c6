#include "allocations.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace ec::rocks::test {

namespace {

std::atomic<std::int64_t> blocks{0};
thread_local std::uint64_t left = 0;  // until one fails; 0: none does
thread_local bool all_fail = false;
thread_local bool has_failed = false;

bool fails() noexcept {
  if (left == 0 || --left > 0) return false;
  has_failed = true;
  if (all_fail) left = 1;
  return true;
}

void* allocate(std::size_t size, std::size_t alignment) {
  constexpr std::size_t usual = alignof(std::max_align_t);
  void* const block = fails() ? nullptr
                      : alignment <= usual
                          ? std::malloc(std::max<std::size_t>(size, 1))
                          : std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  if (block == nullptr) throw std::bad_alloc();
  ++blocks;
  return block;
}

void release(void* block) noexcept {
  if (block == nullptr) return;
  --blocks;
  std::free(block);
}

}  // namespace

Exhausted::Exhausted(std::uint64_t nth, Extent extent) noexcept {
  has_failed = false;
  all_fail = extent == Extent::all;
  left = nth;
}
Exhausted::~Exhausted() { left = 0; }

bool Exhausted::happened() const noexcept { return has_failed; }

std::int64_t blocks_in_use() noexcept { return blocks.load(); }

}  // namespace ec::rocks::test

// What RocksDB was building up when it threw is its own leak.
// NOLINTNEXTLINE(bugprone-reserved-identifier): the sanitizer's name for it
extern "C" __attribute__((visibility("default"))) const char* __lsan_default_suppressions() {
  return "leak:librocksdb";
}

// In place of the standard library's, for everything that the program loads; the other forms call these.
#define EXPORTED __attribute__((visibility("default")))
EXPORTED void* operator new(std::size_t size) { return ec::rocks::test::allocate(size, 1); }
EXPORTED void* operator new[](std::size_t size) { return ec::rocks::test::allocate(size, 1); }
EXPORTED void* operator new(std::size_t size, std::align_val_t alignment) {
  return ec::rocks::test::allocate(size, static_cast<std::size_t>(alignment));
}
EXPORTED void* operator new[](std::size_t size, std::align_val_t alignment) {
  return ec::rocks::test::allocate(size, static_cast<std::size_t>(alignment));
}
EXPORTED void operator delete(void* block) noexcept { ec::rocks::test::release(block); }
EXPORTED void operator delete[](void* block) noexcept { ec::rocks::test::release(block); }
EXPORTED void operator delete(void* block, std::size_t) noexcept { ec::rocks::test::release(block); }
EXPORTED void operator delete[](void* block, std::size_t) noexcept { ec::rocks::test::release(block); }
EXPORTED void operator delete(void* block, std::align_val_t) noexcept { ec::rocks::test::release(block); }
EXPORTED void operator delete[](void* block, std::align_val_t) noexcept { ec::rocks::test::release(block); }
EXPORTED void operator delete(void* block, std::size_t, std::align_val_t) noexcept { ec::rocks::test::release(block); }
EXPORTED void operator delete[](void* block, std::size_t, std::align_val_t) noexcept {
  ec::rocks::test::release(block);
}
