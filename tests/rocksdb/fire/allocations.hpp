// Memory that runs out when a test says so: the program's own operator new, which RocksDB and the plugin use too.
#pragma once

#include <cstdint>

namespace ec::rocks::test {

// From the nth allocation of this thread on, counted from 1, either that one alone or all of them fail, for as long as
// the object lives. Allocations of other threads are never touched.
class Exhausted {
 public:
  enum class Extent { one, all };

  Exhausted(std::uint64_t nth, Extent extent) noexcept;
  Exhausted(const Exhausted&) = delete;
  Exhausted& operator=(const Exhausted&) = delete;
  ~Exhausted();

  // Whether it came to that.
  bool happened() const noexcept;
};

// Blocks of all threads that were allocated and not freed.
std::int64_t blocks_in_use() noexcept;

}  // namespace ec::rocks::test
