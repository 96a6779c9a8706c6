#include "bookkeeping.hpp"

#include <eventcore/plugin/refusals.hpp>

#include <algorithm>
#include <limits>

namespace ec::postgres {

using plugin::Call;
using plugin::Failure;

namespace {

enum Outcome : std::int32_t { done = 0, stale = 1, refused = 2 };

// The database's numbers are signed, and none of ours ever gets so high.
std::int64_t clamped(std::uint64_t number) {
  return static_cast<std::int64_t>(
      std::min(number, static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())));
}

std::int64_t ttl(std::uint64_t ms) {
  constexpr std::uint64_t longest_ms = 1000ULL * 365 * 24 * 3600 * 1000;  // a thousand years; intervals have an end
  return clamped(std::min(ms, longest_ms));
}

void check_fence(const Rows& rows, std::string_view name, std::uint64_t fence) {
  if (rows.int4(0, 0) == stale) throw plugin::fenced(name, fence);
}

}  // namespace

ec_position Bookkeeping::load_checkpoint(std::string_view name, const Call& call) {
  const Rows rows = pool_.run(statements::load_checkpoint, Parameters().bytes(name), call, "loading a checkpoint");
  if (rows.size() == 0) throw plugin::no_checkpoint(name);
  return {0, static_cast<std::uint64_t>(rows.int8(0, 0))};
}

void Bookkeeping::save_checkpoint(std::string_view name, ec_position position, std::uint64_t fence, const Call& call) {
  const std::int64_t at = position.hi != 0 ? std::numeric_limits<std::int64_t>::max() : clamped(position.lo);
  const Rows rows = pool_.write(statements::save_checkpoint, Parameters().bytes(name).number(at).number(clamped(fence)),
                                call, "saving a checkpoint", true);
  if (rows.int4(0, 0) == refused) plugin::check_not_above(name, position, static_cast<std::uint64_t>(rows.int8(0, 1)));
  check_fence(rows, name, fence);
}

void Bookkeeping::remove_checkpoint(std::string_view name, std::uint64_t fence, const Call& call) {
  check_fence(pool_.write(statements::remove_checkpoint, Parameters().bytes(name).number(clamped(fence)), call,
                          "removing a checkpoint", true),
              name, fence);
}

std::uint64_t Bookkeeping::acquire_lease(std::string_view name, std::string_view holder, std::uint64_t ttl_ms,
                                         const Call& call) {
  const Rows rows = pool_.write(statements::acquire_lease, Parameters().bytes(name).bytes(holder).number(ttl(ttl_ms)),
                                call, "acquiring a lease", true);
  if (rows.int4(0, 0) == done) return static_cast<std::uint64_t>(rows.int8(0, 1));
  throw plugin::lease_held(name, rows.bytes(0, 2), static_cast<std::uint64_t>(rows.int8(0, 3)));
}

void Bookkeeping::renew_lease(std::string_view name, std::uint64_t fence, std::uint64_t ttl_ms, const Call& call) {
  check_fence(pool_.write(statements::renew_lease, Parameters().bytes(name).number(clamped(fence)).number(ttl(ttl_ms)),
                          call, "renewing a lease", true),
              name, fence);
}

void Bookkeeping::release_lease(std::string_view name, std::uint64_t fence, const Call& call) {
  check_fence(pool_.write(statements::release_lease, Parameters().bytes(name).number(clamped(fence)), call,
                          "releasing a lease", true),
              name, fence);
}

std::unique_ptr<plugin::Blob> Bookkeeping::load_snapshot(std::string_view name, const Call& call) {
  const Rows rows = pool_.run(statements::load_snapshot, Parameters().bytes(name), call, "loading a snapshot");
  if (rows.size() == 0) throw plugin::no_snapshot(name);
  return std::make_unique<plugin::Blob>(
      plugin::Blob{std::string(rows.bytes(0, 1)), static_cast<std::uint64_t>(rows.int8(0, 0))});
}

std::uint64_t Bookkeeping::save_snapshot(std::string_view name, std::string_view bytes, std::uint64_t expected_etag,
                                         const Call& call) {
  constexpr std::size_t largest = 512 * 1024 * 1024;  // the server takes no message of a gigabyte
  if (bytes.size() > largest)
    throw Failure(EC_LIMIT, "snapshot '" + std::string(name) + "' has " + std::to_string(bytes.size()) +
                                " bytes, at most " + std::to_string(largest) + " are possible");
  const Rows rows =
      pool_.write(statements::save_snapshot, Parameters().bytes(name).bytes(bytes).number(clamped(expected_etag)), call,
                  "saving a snapshot", false);
  const auto etag = static_cast<std::uint64_t>(rows.int8(0, 1));
  if (rows.int4(0, 0) == refused) plugin::check_etag(name, etag, expected_etag);
  return etag;
}

void Bookkeeping::remove_snapshot(std::string_view name, std::uint64_t expected_etag, const Call& call) {
  const Rows rows = pool_.write(statements::remove_snapshot, Parameters().bytes(name).number(clamped(expected_etag)),
                                call, "removing a snapshot", false);
  if (rows.int4(0, 0) == refused) plugin::check_etag(name, static_cast<std::uint64_t>(rows.int8(0, 1)), expected_etag);
}

}  // namespace ec::postgres
