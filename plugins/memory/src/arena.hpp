// Memory for events, which live as long as the store: bumped off large chunks, freed all at once.
#pragma once

#include "huge_pages.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <vector>

namespace ec::memory {

class Arena {
 public:
  // `size` bytes, aligned for anything. Throws std::bad_alloc and leaves the arena as it was.
  std::byte* allocate(std::size_t size) {
    size = (size + alignment - 1) / alignment * alignment;
    if (size > left_) add_chunk(std::max(size, next_chunk_bytes_));
    std::byte* result = next_;
    next_ += size;
    left_ -= size;
    return result;
  }

 private:
  static constexpr std::size_t alignment = alignof(std::max_align_t);
  static constexpr std::size_t first_chunk_bytes = std::size_t{64} * 1024;

  struct Free {
    void operator()(std::byte* chunk) const { HugePages<std::byte>::deallocate(chunk, 0); }
  };
  using Chunk = std::unique_ptr<std::byte, Free>;

  // Each twice as large as the last, so that a small store stays small, up to one huge page.
  void add_chunk(std::size_t bytes) {
    Chunk chunk(HugePages<std::byte>::allocate(bytes));
    chunks_.push_back(std::move(chunk));
    next_ = chunks_.back().get();
    left_ = bytes;
    next_chunk_bytes_ = std::min(2 * next_chunk_bytes_, huge_page_bytes);
  }

  std::vector<Chunk> chunks_;
  std::size_t next_chunk_bytes_ = first_chunk_bytes;
  std::byte* next_ = nullptr;
  std::size_t left_ = 0;
};

}  // namespace ec::memory
