#include "bookkeeping.hpp"

#include <eventcore/plugin/refusals.hpp>

namespace ec::memory {

ec_position Bookkeeping::load_checkpoint(std::string_view name) {
  const std::scoped_lock lock(mutex_);
  const auto found = checkpoints_.find(name);
  if (found == checkpoints_.end()) throw plugin::no_checkpoint(name);
  return found->second;
}

void Bookkeeping::save_checkpoint(std::string_view name, ec_position position, std::uint64_t fence,
                                  const plugin::Call& call) {
  leases.fenced_by(name, fence, call, [&] {
    const std::scoped_lock lock(mutex_);
    checkpoints_.insert_or_assign(std::string(name), position);
  });
}

void Bookkeeping::remove_checkpoint(std::string_view name, std::uint64_t fence, const plugin::Call& call) {
  leases.fenced_by(name, fence, call, [&] {
    const std::scoped_lock lock(mutex_);
    const auto found = checkpoints_.find(name);
    if (found != checkpoints_.end()) checkpoints_.erase(found);
  });
}

std::unique_ptr<plugin::Blob> Bookkeeping::load_snapshot(std::string_view name) {
  const std::scoped_lock lock(mutex_);
  const auto found = snapshots_.find(name);
  if (found == snapshots_.end()) throw plugin::no_snapshot(name);
  return std::make_unique<plugin::Blob>(found->second);
}

void Bookkeeping::check_etag(std::string_view name, std::uint64_t expected_etag) const {
  const auto found = snapshots_.find(name);
  plugin::check_etag(name, found == snapshots_.end() ? 0 : found->second.etag, expected_etag);
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
