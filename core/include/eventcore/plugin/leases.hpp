// Leases of one process, for backends that only one process has open: who holds a name lives in memory, the fences may
// be kept elsewhere too.
//
//   ec::plugin::Leases leases;
//   const ec::plugin::Call call(nullptr);
//   const std::uint64_t fence = leases.acquire("projector", "host-1", 30'000, call, [](std::uint64_t) {});
//   leases.fenced_by("projector", fence, call, [] {});  // throws EC_FENCED when a higher one was granted
#pragma once

#include <eventcore/plugin/call.hpp>
#include <eventcore/plugin/refusals.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace ec::plugin {

class Leases {
 public:
  // The highest fence that was ever granted for a name, as an earlier run left it. Nobody holds the lease.
  void restore(std::string_view name, std::uint64_t fence) {
    const std::scoped_lock lock(mutex_);
    leases_[std::string(name)].fence = fence;
  }

  // `keep(fence)` is called before the fence is granted; when it throws, nothing is.
  template <class Keep>
  std::uint64_t acquire(std::string_view name, std::string_view holder, std::uint64_t ttl_ms, const Call& call,
                        Keep&& keep) {
    const auto lock = lock_within(mutex_, call);
    Lease& lease = leases_[std::string(name)];
    const std::uint64_t now_ns = monotonic_ns();
    if (lease.expires_ns > now_ns && lease.holder != holder)
      throw lease_held(name, lease.holder, (lease.expires_ns - now_ns) / 1'000'000U + 1);
    std::string new_holder(holder);
    keep(lease.fence + 1);
    lease.holder = std::move(new_holder);
    lease.expires_ns = expiry_ns(ttl_ms);
    return ++lease.fence;
  }

  void renew(std::string_view name, std::uint64_t fence, std::uint64_t ttl_ms, const Call& call) {
    const auto lock = lock_within(mutex_, call);
    Lease& lease = current(name, fence);
    if (lease.expires_ns <= monotonic_ns()) throw fenced(name, fence);
    lease.expires_ns = expiry_ns(ttl_ms);
  }

  void release(std::string_view name, std::uint64_t fence, const Call& call) {
    const auto lock = lock_within(mutex_, call);
    current(name, fence).expires_ns = 0;
  }

  // Runs `body` if no higher fence was granted for the name, and keeps one from being granted meanwhile.
  template <class Body>
  void fenced_by(std::string_view name, std::uint64_t fence, const Call& call, Body&& body) {
    const auto lock = lock_within(mutex_, call);
    const auto lease = leases_.find(name);
    if (lease != leases_.end() && fence < lease->second.fence) throw fenced(name, fence);
    body();
  }

 private:
  struct Lease {
    std::string holder;
    std::uint64_t fence = 0;       // the highest ever granted
    std::uint64_t expires_ns = 0;  // on CLOCK_MONOTONIC; 0 = nobody holds it
  };

  static std::uint64_t expiry_ns(std::uint64_t ttl_ms) {
    constexpr std::uint64_t longest_ms = std::numeric_limits<std::uint64_t>::max() / 4'000'000U;
    return monotonic_ns() + std::min(ttl_ms, longest_ms) * 1'000'000U;
  }

  Lease& current(std::string_view name, std::uint64_t fence) {
    const auto found = leases_.find(name);
    if (found == leases_.end() || found->second.fence != fence) throw fenced(name, fence);
    return found->second;
  }

  std::mutex mutex_;
  std::map<std::string, Lease, std::less<>> leases_;
};

}  // namespace ec::plugin
