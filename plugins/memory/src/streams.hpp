// The streams of the store, found by id or walked in order. Streams are made by appends, which go one after the other,
// and never go away.
#pragma once

#include "arena.hpp"
#include "hash_index.hpp"
#include "log.hpp"

#include <eventcore/abi/event_store.h>
#include <eventcore/plugin/digest.hpp>

#include <atomic>
#include <cstdint>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <string_view>

namespace ec::memory {

using EventLog = Log<const ec_event*, 10, 40>;
using StreamLog = Log<const ec_event*, 2, 30>;

struct Stream {
  explicit Stream(std::string_view name) : id(name) {}
  const std::string_view id;  // as long as the store
  StreamLog events;
  Stream* made_before = nullptr;  // of those that are not in order yet

  // How many of its events lie at or below a position: its version in that view. An append may be putting more behind.
  std::uint64_t version_at(std::uint64_t head) const {
    std::uint64_t version = events.size();
    while (version > 0 && events[version - 1]->position.lo > head) --version;
    return version;
  }
};

class Streams {
 public:
  Streams() = default;
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;
  ~Streams() {
    by_id_.for_each([](Stream& stream) { stream.~Stream(); });
  }

  // Null when there is none. Any thread, without a lock.
  Stream* find(std::string_view id) const {
    return by_id_.find(hash_of(id), [id](const Stream& stream) { return stream.id == id; });
  }

  // The appender's. There must be none yet; one without events is as good as absent.
  Stream& make(std::string_view id) {
    by_id_.reserve_one();
    std::byte* memory = arena_.allocate(sizeof(Stream) + id.size());
    std::memcpy(memory + sizeof(Stream), id.data(), id.size());
    Stream& stream = *new (memory) Stream({reinterpret_cast<const char*>(memory + sizeof(Stream)), id.size()});
    by_id_.insert(hash_of(id), stream);
    stream.made_before = last_made_.load(std::memory_order_relaxed);
    while (!last_made_.compare_exchange_weak(stream.made_before, &stream, std::memory_order_release)) continue;
    return stream;
  }

  // Calls `visit(stream)` for the streams from `first` on, in byte order of their ids, until it says false.
  template <class Visit>
  void walk(std::string_view first, Visit&& visit) {
    const std::scoped_lock lock(order_mutex_);
    put_in_order();
    for (auto at = in_order_.lower_bound(first); at != in_order_.end(); ++at)
      if (!visit(*at->second)) return;
  }

 private:
  static std::uint64_t hash_of(std::string_view id) { return XXH3_64bits(id.data(), id.size()); }

  // Left to those who ask for the order, because few do: an append need not pay for it, nor wait for it.
  void put_in_order() {
    do {
      for (; arriving_ != nullptr; arriving_ = arriving_->made_before) in_order_.try_emplace(arriving_->id, arriving_);
      arriving_ = last_made_.exchange(nullptr, std::memory_order_acquire);
    } while (arriving_ != nullptr);
  }

  Arena arena_;  // the appender's
  HashIndex<Stream> by_id_;
  std::atomic<Stream*> last_made_{nullptr};

  std::mutex order_mutex_;  // guards what stands below
  std::map<std::string_view, const Stream*> in_order_;
  const Stream* arriving_ = nullptr;
};

}  // namespace ec::memory
