#include "bookkeeping.hpp"
#include "keys.hpp"
#include "status.hpp"

#include <eventcore/plugin/refusals.hpp>

namespace ec::rocks {

namespace {

constexpr std::string_view checkpoint_prefix = "checkpoint/";
constexpr std::string_view lease_prefix = "lease/";
constexpr std::string_view snapshot_prefix = "snapshot/";
constexpr const char* last_etag_key = "last_etag";
constexpr std::size_t number_bytes = 8;

std::string key_of(std::string_view prefix, std::string_view name) { return std::string(prefix).append(name); }

std::string bytes_of(std::uint64_t number) {
  std::string bytes;
  put_ordered(bytes, number);
  return bytes;
}

std::uint64_t number_in(std::string_view value) {
  if (value.size() < number_bytes)
    throw plugin::Failure(
        EC_CORRUPT, "an entry of checkpoints, leases or snapshots is damaged; restore the database from a backup");
  return get_ordered(value);
}

}  // namespace

Bookkeeping::Bookkeeping(Database& database) : database_(database) {
  Entries entries = database_.entries(database_.meta());
  for (entries.Seek(slice(lease_prefix)); entries.Valid() && view(entries.key()).starts_with(lease_prefix);
       entries.Next())
    leases_.restore(view(entries.key()).substr(lease_prefix.size()), number_in(view(entries.value())));
  check(entries.status(), "reading leases");
}

std::optional<std::string> Bookkeeping::get(const std::string& key) const {
  rocksdb::PinnableSlice value;
  const rocksdb::Status status = database_.get(database_.meta(), key, &value);
  if (status.IsNotFound()) return std::nullopt;
  check(status, "reading '" + key + "'");
  return value.ToString();
}

void Bookkeeping::put(const std::string& key, std::string_view value, const plugin::Call& call) {
  rocksdb::WriteBatch batch = Database::make_batch();
  check(batch.Put(database_.meta(), key, slice(value)), "writing '" + key + "'");
  database_.write(batch, call);
}

void Bookkeeping::remove(const std::string& key, const plugin::Call& call) {
  rocksdb::WriteBatch batch = Database::make_batch();
  check(batch.Delete(database_.meta(), key), "removing '" + key + "'");
  database_.write(batch, call);
}

ec_position Bookkeeping::load_checkpoint(std::string_view name) const {
  const auto value = get(key_of(checkpoint_prefix, name));
  if (!value) throw plugin::no_checkpoint(name);
  return {0, number_in(*value)};
}

void Bookkeeping::save_checkpoint(std::string_view name, ec_position position, std::uint64_t fence,
                                  const plugin::Call& call) {
  leases_.fenced_by(name, fence, call, [&] { put(key_of(checkpoint_prefix, name), bytes_of(position.lo), call); });
}

void Bookkeeping::remove_checkpoint(std::string_view name, std::uint64_t fence, const plugin::Call& call) {
  leases_.fenced_by(name, fence, call, [&] { remove(key_of(checkpoint_prefix, name), call); });
}

std::uint64_t Bookkeeping::acquire_lease(std::string_view name, std::string_view holder, std::uint64_t ttl_ms,
                                         const plugin::Call& call) {
  return leases_.acquire(name, holder, ttl_ms, call,
                         [&](std::uint64_t fence) { put(key_of(lease_prefix, name), bytes_of(fence), call); });
}

void Bookkeeping::renew_lease(std::string_view name, std::uint64_t fence, std::uint64_t ttl_ms,
                              const plugin::Call& call) {
  leases_.renew(name, fence, ttl_ms, call);
}

void Bookkeeping::release_lease(std::string_view name, std::uint64_t fence, const plugin::Call& call) {
  leases_.release(name, fence, call);
}

std::unique_ptr<plugin::Blob> Bookkeeping::load_snapshot(std::string_view name) const {
  auto value = get(key_of(snapshot_prefix, name));
  if (!value) throw plugin::no_snapshot(name);
  const std::uint64_t etag = number_in(*value);
  value->erase(0, number_bytes);
  return std::make_unique<plugin::Blob>(plugin::Blob{std::move(*value), etag});
}

std::uint64_t Bookkeeping::etag_of(const std::string& key) const {
  const auto value = get(key);
  return value ? number_in(*value) : 0;
}

// One counter for all names, so that no etag is given twice, also not after a snapshot was removed.
std::uint64_t Bookkeeping::save_snapshot(std::string_view name, std::string_view bytes, std::uint64_t expected_etag,
                                         const plugin::Call& call) {
  const auto lock = plugin::lock_within(snapshots_mutex_, call);
  const std::string key = key_of(snapshot_prefix, name);
  plugin::check_etag(name, etag_of(key), expected_etag);
  const std::string etag = bytes_of(etag_of(last_etag_key) + 1);
  rocksdb::WriteBatch batch = Database::make_batch();
  check(batch.Put(database_.meta(), last_etag_key, etag), "writing a snapshot");
  check(batch.Put(database_.meta(), key, etag + std::string(bytes)), "writing a snapshot");
  database_.write(batch, call);
  return number_in(etag);
}

void Bookkeeping::remove_snapshot(std::string_view name, std::uint64_t expected_etag, const plugin::Call& call) {
  const auto lock = plugin::lock_within(snapshots_mutex_, call);
  const std::string key = key_of(snapshot_prefix, name);
  plugin::check_etag(name, etag_of(key), expected_etag);
  if (expected_etag != 0) remove(key, call);
}

}  // namespace ec::rocks
