// The versions of streams that were in use lately: only one process writes, so they can be known without reading.
// Bounded: when there are as many as it may hold, a new one takes the place of one drawn at random that was not written
// to again since the last time it was drawn. Forgetting the oldest first would know none of them when a few streams too
// many are written to in turn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <new>
#include <optional>
#include <random>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ec::rocks {

class Heads {
 public:
  explicit Heads(std::size_t most_streams) : most_(most_streams) {}

  // Any thread. Nothing when it is not known.
  std::optional<std::uint64_t> find(std::string_view stream) const {
    const std::shared_lock lock(mutex_);
    const auto found = known_.find(stream);
    return found == known_.end() ? std::nullopt : std::optional(found->second.version);
  }

  // The writer's: `versions` is a range of pairs of a stream and its version. When it throws, some may be missing,
  // which is allowed, and none is wrong, which is not: those that are not taken over are forgotten.
  template <class Versions>
  void put(const Versions& versions) noexcept {
    const std::unique_lock lock(mutex_);
    try {
      for (const auto& [stream, version] : versions) {
        if (const auto found = known_.find(stream); found != known_.end())
          found->second = {version, true};
        else
          add(stream, version);
      }
    } catch (const std::bad_alloc&) {
      known_.clear();
      places_.clear();
    }
  }

 private:
  struct Head {
    std::uint64_t version;
    bool used;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Map = std::unordered_map<std::string, Head, Hash, std::equal_to<>>;

  void add(std::string_view stream, std::uint64_t version) {
    if (places_.size() < most_) {
      places_.push_back(nullptr);
      places_.back() = &*known_.emplace(stream, Head{version, false}).first;
      return;
    }
    Map::value_type*& place = drawn();
    Map::node_type node = known_.extract(known_.find(place->first));
    node.key() = stream;
    node.mapped() = {version, false};
    known_.insert(std::move(node));
  }

  // Who was written to again gets a second chance, as long as there are others.
  Map::value_type*& drawn() {
    constexpr int tries = 8;
    std::size_t at = random_() % places_.size();
    for (int i = 0; i < tries && std::exchange(places_[at]->second.used, false); ++i) at = random_() % places_.size();
    return places_[at];
  }

  const std::size_t most_;
  mutable std::shared_mutex mutex_;
  Map known_;
  std::vector<Map::value_type*> places_;
  std::minstd_rand random_;
};

}  // namespace ec::rocks
