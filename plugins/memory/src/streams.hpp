// The streams of the store, found by id or walked in order. Streams are made by appends and never go away.
#pragma once

#include "log.hpp"

#include <eventcore/abi/event_store.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace ec::memory {

using EventLog = Log<const ec_event*, 10>;
using StreamLog = Log<const ec_event*, 2>;

struct Stream {
  explicit Stream(std::string_view name) : id(name) {}
  const std::string id;
  StreamLog events;

  // How many of its events lie at or below a position: its version in that view. An append may be putting more behind.
  std::uint64_t version_at(std::uint64_t head) const {
    std::uint64_t version = events.size();
    while (version > 0 && events[version - 1]->position.lo > head) --version;
    return version;
  }
};

class Streams {
 public:
  // Null when there is none.
  Stream* find(std::string_view id) const {
    const std::shared_lock lock(mutex_);
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second.get();
  }

  // Makes it when it is missing; one without events is as good as absent.
  Stream& find_or_make(std::string_view id) {
    if (Stream* stream = find(id)) return *stream;
    auto made = std::make_unique<Stream>(id);
    Stream& stream = *made;
    const std::unique_lock lock(mutex_);
    const auto [place, inserted] = in_order_.try_emplace(stream.id, &stream);
    try {
      by_id_.try_emplace(stream.id, std::move(made));
    } catch (...) {
      in_order_.erase(place);
      throw;
    }
    return stream;
  }

  // Calls `visit(stream)` for the streams from `first` on, in byte order of their ids, until it says false.
  template <class Visit>
  void walk(std::string_view first, Visit&& visit) const {
    const std::shared_lock lock(mutex_);
    for (auto at = in_order_.lower_bound(first); at != in_order_.end(); ++at)
      if (!visit(*at->second)) return;
  }

 private:
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string_view, std::unique_ptr<Stream>> by_id_;
  std::map<std::string_view, Stream*> in_order_;
};

}  // namespace ec::memory
