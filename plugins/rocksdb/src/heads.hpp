// The versions of streams that were in use lately: only one process writes, so they can be known without reading.
// Bounded: two generations of at most half the size each; when the young one is full, the old one is forgotten.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <new>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace ec::rocks {

class Heads {
 public:
  explicit Heads(std::size_t most_streams) : half_(most_streams / 2) {}

  // Any thread. Nothing when it is not known.
  std::optional<std::uint64_t> find(std::string_view stream) const {
    const std::shared_lock lock(mutex_);
    for (const Map* map : {&young_, &old_})
      if (const auto found = map->find(stream); found != map->end()) return found->second;
    return std::nullopt;
  }

  // The writer's: `versions` is a range of pairs of a stream and its version. When it throws, some may be missing,
  // which is allowed, and none is wrong, which is not: those that are not taken over are forgotten.
  template <class Versions>
  void put(const Versions& versions) noexcept {
    const std::unique_lock lock(mutex_);
    try {
      for (const auto& [stream, version] : versions) {
        if (const auto found = young_.find(stream); found != young_.end()) {
          found->second = version;
          continue;
        }
        if (young_.size() >= half_) {
          old_ = std::move(young_);
          young_ = {};
        }
        young_.emplace(stream, version);
      }
    } catch (const std::bad_alloc&) {
      young_.clear();
      old_.clear();
    }
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Map = std::unordered_map<std::string, std::uint64_t, Hash, std::equal_to<>>;

  const std::size_t half_;
  mutable std::shared_mutex mutex_;
  Map young_;
  Map old_;
};

}  // namespace ec::rocks
