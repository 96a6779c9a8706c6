// One holder at a time: who may do something that only one process, or thread, should do.
//
//   ec::Result<> lead(ec::Store& store) {
//     auto lease = ec::Lease::acquire(store, "mailer", "host-7", std::chrono::seconds(10));
//     if (!lease) return std::unexpected(lease.error());  // `conflict`: its message says who holds it
//     return ec::save_checkpoint(store, "mailer", {0, 42}, lease->fence());
//   }
#pragma once

#include <eventcore/checkpoint.hpp>
#include <eventcore/store.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

namespace ec {

// Released when it is destroyed. The store must outlive it. One thread at a time, but for fence().
class Lease {
 public:
  // `conflict` when another holder has it. A holder that asks again gets a new fence, and its old one is void.
  static Result<Lease> acquire(Store& store, std::string name, const std::string& holder,
                               std::chrono::milliseconds time_to_live, const Call& call = {}) {
    const ec_call raw = detail::to_raw(call);
    std::uint64_t fence = 0;
    ec_error error = EC_ERROR_INIT;
    if (ec_store_lease_acquire(store.raw(), detail::str(name), detail::str(holder), milliseconds(time_to_live), &raw,
                               &fence, &error) != EC_OK)
      return std::unexpected(detail::to_error(error));
    return Lease(store.raw(), std::move(name), fence);
  }

  // From now on for so long. `fenced` when its time was over or another one has it.
  Result<> renew(std::chrono::milliseconds time_to_live, const Call& call = {}) {
    const ec_call raw = detail::to_raw(call);
    ec_error error = EC_ERROR_INIT;
    if (ec_store_lease_renew(store_, detail::str(name_), fence_, milliseconds(time_to_live), &raw, &error) != EC_OK)
      return std::unexpected(detail::to_error(error));
    return {};
  }

  // Grows with each grant; what is saved under a fence is refused once a higher one was granted.
  std::uint64_t fence() const { return fence_; }

  Lease(Lease&& other) noexcept
      : store_(std::exchange(other.store_, nullptr)), name_(std::move(other.name_)), fence_(other.fence_) {}
  Lease& operator=(Lease&&) = delete;
  ~Lease() {
    if (store_ == nullptr) return;
    // It runs out by itself when this cannot be said within a moment.
    const Call call{.deadline = Call::in(std::chrono::seconds(1))};
    const ec_call raw = detail::to_raw(call);
    ec_store_lease_release(store_, detail::str(name_), fence_, &raw, nullptr);
  }

 private:
  Lease(ec_store* store, std::string name, std::uint64_t fence)
      : store_(store), name_(std::move(name)), fence_(fence) {}

  static std::uint64_t milliseconds(std::chrono::milliseconds time) {
    return time.count() > 0 ? static_cast<std::uint64_t>(time.count()) : 0;
  }

  ec_store* store_;
  std::string name_;
  std::uint64_t fence_;
};

}  // namespace ec
