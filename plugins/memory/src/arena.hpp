// Memory for events, which live as long as the store: bumped off large chunks, freed all at once.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace ec::memory {

class Arena {
 public:
  // `size` bytes, aligned for anything. Throws std::bad_alloc and leaves the arena as it was.
  std::byte* allocate(std::size_t size) {
    size = (size + alignment - 1) / alignment * alignment;
    if (size > left_) {
      const std::size_t chunk = size > chunk_bytes ? size : chunk_bytes;
      chunks_.push_back(std::make_unique_for_overwrite<std::byte[]>(chunk));
      next_ = chunks_.back().get();
      left_ = chunk;
    }
    std::byte* result = next_;
    next_ += size;
    left_ -= size;
    return result;
  }

 private:
  static constexpr std::size_t alignment = alignof(std::max_align_t);
  static constexpr std::size_t chunk_bytes = 256 * 1024;

  std::vector<std::unique_ptr<std::byte[]>> chunks_;
  std::byte* next_ = nullptr;
  std::size_t left_ = 0;
};

}  // namespace ec::memory
