// The records that were written last, in memory: only one process writes, so it has seen them all. A command mostly
// folds what happened lately, and a look-up in RocksDB costs many times one here.
#pragma once

#include "record.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string_view>
#include <vector>

namespace ec::rocks {

class Recent {
 public:
  // Keeps at most this much; 0 keeps nothing.
  explicit Recent(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  // The writer's. Each record follows the one before; without the memory for it everything is forgotten.
  void add(std::uint64_t position, std::uint32_t count, std::string_view record) noexcept;
  void forget() noexcept;

  // What keeps found records where they are, also when they are forgotten meanwhile.
  class Segment;
  using Held = std::vector<std::shared_ptr<const Segment>>;

  // Calls `found(i, record)` for the entries 0, 1, ... that `entry_of(i)` gives, as long as their records are here and
  // it says true; gives how many that were, `count` at most. Any thread.
  template <class EntryOf, class Found>
  std::size_t find_leading(std::size_t count, Held& held, EntryOf&& entry_of, Found&& found) const {
    const std::shared_lock lock(mutex_);
    for (std::size_t i = 0; i < count; ++i) {
      const std::string_view record = find(entry_of(i), held);
      if (record.data() == nullptr) return i;
      if (!found(i, record)) return i + 1;
    }
    return count;
  }

  // The lowest position that is here; the highest number when there is none.
  std::uint64_t first() const;

 private:
  std::string_view find(const IndexEntry& entry, Held& held) const;
  void clear() noexcept;
  void add_segment(std::uint64_t position, std::size_t bytes);

  const std::size_t most_bytes_;
  mutable std::shared_mutex mutex_;
  std::deque<std::shared_ptr<Segment>> segments_;
  std::size_t bytes_ = 0;
};

// A piece of memory that is filled up once. What is in it never moves.
class Recent::Segment {
 public:
  Segment(std::uint64_t first, std::size_t capacity)
      : first_(first), behind_(first), bytes_(std::make_unique_for_overwrite<char[]>(capacity)), capacity_(capacity) {}

  std::uint64_t first() const { return first_; }
  std::uint64_t behind() const { return behind_; }  // the position behind its last one
  std::size_t capacity() const { return capacity_; }
  bool has_room(std::size_t size) const { return capacity_ - used_ >= size; }

  void add(std::uint32_t count, std::string_view record);
  // Of the record that begins at this position, one of this segment's.
  std::string_view record_at(std::uint64_t position) const;

 private:
  struct Place {
    std::uint32_t offset;
    std::uint32_t size;
  };

  const std::uint64_t first_;
  std::uint64_t behind_;
  std::unique_ptr<char[]> bytes_;
  const std::size_t capacity_;
  std::size_t used_ = 0;
  std::vector<Place> places_;  // by position
};

}  // namespace ec::rocks
