// Folded states in memory, by the streams that they were folded from: the newest of each, at most so many bytes of all.
#pragma once

#include "snapshot.hpp"

#include <eventcore/abi/eventcore.h>

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ec::core {

// How far a state is folded.
struct Footing {
  std::vector<std::uint64_t> versions;  // of each distinct declared stream
  LastEvent last;
  std::uint64_t since_snapshot = 0;  // events
};

std::uint64_t events_in(const std::vector<std::uint64_t>& versions);
// Whether `a` has seen less than `b`. Both are states that the store was in, so one is before the other.
bool is_older(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b);

// A state that a command gave out, with what it takes to give it back.
class KeptState {
 public:
  KeptState(const void* state, void (*drop)(const void*), Footing footing)
      : state_(state), drop_(drop), footing_(std::move(footing)) {}
  KeptState(const KeptState&) = delete;
  KeptState& operator=(const KeptState&) = delete;
  ~KeptState() { drop_(state_); }
  const void* state() const { return state_; }
  const Footing& footing() const { return footing_; }

 private:
  const void* const state_;
  void (*const drop_)(const void*);
  const Footing footing_;
};

}  // namespace ec::core

// Any number of threads.
struct ec_state_cache {
 public:
  explicit ec_state_cache(std::uint64_t max_bytes) : max_bytes_(max_bytes) {}
  ec_state_cache(const ec_state_cache&) = delete;
  ec_state_cache& operator=(const ec_state_cache&) = delete;
  ~ec_state_cache() = default;

  // Null when there is none.
  std::shared_ptr<const ec::core::KeptState> find(std::string_view key);
  // Unless a newer one is there. `bytes` is what the state alone counts as.
  void put(std::string_view key, std::shared_ptr<const ec::core::KeptState> state, std::uint64_t bytes);
  // One that turned out to be no state of its store.
  void remove(std::string_view key);
  ec_state_cache_info info() const;

 private:
  struct Place {
    std::string key;
    std::shared_ptr<const ec::core::KeptState> state;
    std::uint64_t bytes;
  };
  using Places = std::list<Place>;

  void take_out(Places::iterator place, Places& gone);

  const std::uint64_t max_bytes_;
  mutable std::mutex mutex_;
  Places places_;  // the last used first
  std::unordered_map<std::string_view, Places::iterator> by_key_;
  std::uint64_t bytes_ = 0, hits_ = 0, misses_ = 0, evicted_ = 0;
};
