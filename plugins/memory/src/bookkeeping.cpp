#include "bookkeeping.hpp"

#include <limits>

namespace ec::memory {

using plugin::Failure;

namespace {

std::string quoted(std::string_view name) { return "'" + std::string(name) + "'"; }

std::uint64_t expiry_ns(std::uint64_t ttl_ms) {
  constexpr std::uint64_t longest_ms = std::numeric_limits<std::uint64_t>::max() / 4'000'000U;
  return plugin::monotonic_ns() + std::min(ttl_ms, longest_ms) * 1'000'000U;
}

Failure fenced(std::string_view name, std::uint64_t fence) {
  return {EC_FENCED, "lease " + quoted(name) + ": fence " + std::to_string(fence) +
                         " is no longer valid; stop, and acquire the lease again"};
}

}  // namespace

void Bookkeeping::check_fence(std::string_view name, std::uint64_t fence) const {
  const auto lease = leases_.find(name);
  if (lease != leases_.end() && fence < lease->second.fence) throw fenced(name, fence);
}

ec_position Bookkeeping::load_checkpoint(std::string_view name) {
  const std::scoped_lock lock(mutex_);
  const auto found = checkpoints_.find(name);
  if (found == checkpoints_.end()) throw Failure(EC_NOT_FOUND, "there is no checkpoint " + quoted(name));
  return found->second;
}

void Bookkeeping::save_checkpoint(std::string_view name, ec_position position, std::uint64_t fence) {
  const std::scoped_lock lock(mutex_);
  check_fence(name, fence);
  checkpoints_.insert_or_assign(std::string(name), position);
}

void Bookkeeping::remove_checkpoint(std::string_view name, std::uint64_t fence) {
  const std::scoped_lock lock(mutex_);
  check_fence(name, fence);
  const auto found = checkpoints_.find(name);
  if (found != checkpoints_.end()) checkpoints_.erase(found);
}

std::uint64_t Bookkeeping::acquire_lease(std::string_view name, std::string_view holder, std::uint64_t ttl_ms) {
  const std::scoped_lock lock(mutex_);
  Lease& lease = leases_[std::string(name)];
  const std::uint64_t now_ns = plugin::monotonic_ns();
  if (lease.expires_ns > now_ns && lease.holder != holder)
    throw Failure(EC_CONFLICT,
                  "lease " + quoted(name) + " is held by " + quoted(lease.holder) + " for another " +
                      std::to_string((lease.expires_ns - now_ns) / 1'000'000U + 1) + " ms",
                  {}, true);
  lease.holder = holder;
  lease.expires_ns = expiry_ns(ttl_ms);
  return ++lease.fence;
}

Bookkeeping::Lease& Bookkeeping::current_lease(std::string_view name, std::uint64_t fence) {
  const auto found = leases_.find(name);
  if (found == leases_.end() || found->second.fence != fence) throw fenced(name, fence);
  return found->second;
}

void Bookkeeping::renew_lease(std::string_view name, std::uint64_t fence, std::uint64_t ttl_ms) {
  const std::scoped_lock lock(mutex_);
  Lease& lease = current_lease(name, fence);
  if (lease.expires_ns <= plugin::monotonic_ns()) throw fenced(name, fence);
  lease.expires_ns = expiry_ns(ttl_ms);
}

void Bookkeeping::release_lease(std::string_view name, std::uint64_t fence) {
  const std::scoped_lock lock(mutex_);
  current_lease(name, fence).expires_ns = 0;
}

std::unique_ptr<plugin::Blob> Bookkeeping::load_snapshot(std::string_view name) {
  const std::scoped_lock lock(mutex_);
  const auto found = snapshots_.find(name);
  if (found == snapshots_.end()) throw Failure(EC_NOT_FOUND, "there is no snapshot " + quoted(name));
  return std::make_unique<plugin::Blob>(found->second);
}

void Bookkeeping::check_etag(std::string_view name, std::uint64_t expected_etag) const {
  const auto found = snapshots_.find(name);
  const std::uint64_t etag = found == snapshots_.end() ? 0 : found->second.etag;
  if (etag != expected_etag)
    throw Failure(EC_CONFLICT, "snapshot " + quoted(name) + " has etag " + std::to_string(etag) + ", expected was " +
                                   std::to_string(expected_etag));
}

std::uint64_t Bookkeeping::save_snapshot(std::string_view name, std::string_view bytes, std::uint64_t expected_etag) {
  const std::scoped_lock lock(mutex_);
  check_etag(name, expected_etag);
  snapshots_.insert_or_assign(std::string(name), plugin::Blob{std::string(bytes), last_etag_ + 1});
  return ++last_etag_;
}

void Bookkeeping::remove_snapshot(std::string_view name, std::uint64_t expected_etag) {
  const std::scoped_lock lock(mutex_);
  check_etag(name, expected_etag);
  const auto found = snapshots_.find(name);
  if (found != snapshots_.end()) snapshots_.erase(found);
}

}  // namespace ec::memory
