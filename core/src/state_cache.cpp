#include "first_release.hpp"
#include "requests.hpp"
#include "state_cache.hpp"

#include <eventcore/plugin/failure.hpp>

#include <numeric>
#include <utility>

namespace ec::core {

std::uint64_t events_in(const std::vector<std::uint64_t>& versions) {
  return std::accumulate(versions.begin(), versions.end(), std::uint64_t{0});
}

bool is_older(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b) {
  return events_in(a) < events_in(b);
}

namespace {

// Nodes, pointers, the allocator's share.
constexpr std::uint64_t overhead = 256;

}  // namespace

}  // namespace ec::core

std::shared_ptr<const ec::core::KeptState> ec_state_cache::find(std::string_view key) {
  const std::scoped_lock lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) {
    ++misses_;
    return nullptr;
  }
  ++hits_;
  places_.splice(places_.begin(), places_, found->second);
  return found->second->state;
}

void ec_state_cache::put(std::string_view key, std::shared_ptr<const ec::core::KeptState> state, std::uint64_t bytes) {
  const std::uint64_t counted =
      bytes + key.size() + ec::core::overhead + state->footing().versions.size() * sizeof(std::uint64_t);
  Places gone;  // states are given back without the lock
  Places made;
  made.push_front({std::string(key), std::move(state), counted});
  const ec::core::KeptState& coming = *made.front().state;
  const std::scoped_lock lock(mutex_);
  const auto known = by_key_.find(key);
  if (known != by_key_.end()) {
    if (ec::core::is_older(coming.footing().versions, known->second->state->footing().versions)) return;
    take_out(known->second, gone);
  }
  if (counted > max_bytes_ || counted < bytes) {
    ++evicted_;
    return;
  }
  while (bytes_ + counted > max_bytes_) {
    take_out(std::prev(places_.end()), gone);
    ++evicted_;
  }
  by_key_.emplace(made.front().key, made.begin());
  places_.splice(places_.begin(), made);
  bytes_ += counted;
}

void ec_state_cache::remove(std::string_view key) {
  Places gone;
  const std::scoped_lock lock(mutex_);
  if (const auto known = by_key_.find(key); known != by_key_.end()) take_out(known->second, gone);
}

void ec_state_cache::take_out(Places::iterator place, Places& gone) {
  bytes_ -= place->bytes;
  by_key_.erase(place->key);
  gone.splice(gone.end(), places_, place);
}

ec_state_cache_info ec_state_cache::info() const {
  const std::scoped_lock lock(mutex_);
  return {sizeof(ec_state_cache_info), 0, max_bytes_, bytes_, places_.size(), hits_, misses_, evicted_};
}

extern "C" {

ec_status ec_state_cache_make(uint64_t max_bytes, ec_state_cache** cache, ec_error* error) {
  return ec::plugin::guard(error, [&] {
    if (max_bytes == 0) throw ec::plugin::Failure(EC_INVALID, "a state cache needs at least one byte");
    *cache = new ec_state_cache(max_bytes);
  });
}

void ec_state_cache_free(ec_state_cache* cache) { delete cache; }

ec_status ec_state_cache_look(ec_state_cache* cache, ec_state_cache_info* info, ec_error* error) {
  return ec::plugin::guard(error, [&] {
    ec::core::check_size(info->struct_size, ec::core::first_size<ec_state_cache_info>, "ec_state_cache_info");
    ec::plugin::put(*info, cache->info());
  });
}

}  // extern "C"
