// The fixture for checkpoints, leases and snapshots: their C calls under short names.
#pragma once

#include "contract.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace ec::conformance {

inline constexpr std::uint64_t hour_ms = 3'600'000;

class Bookkeeping : public Contract {
 protected:
  std::string name(const std::string& text = "reader") const { return prefix() + text; }
  static ec_store* raw() { return store().raw(); }

  // ---- checkpoints
  static Told load(const std::string& name, Position& position) {
    ec_position found{};
    const Told told =
        tell([&](ec_error* e) { return ec_store_checkpoint_load(raw(), detail::str(name), nullptr, &found, e); });
    if (told.status == EC_OK) position = Position::from(found);
    return told;
  }
  static Told save(const std::string& name, Position position, std::uint64_t fence = 0) {
    return tell([&](ec_error* e) {
      return ec_store_checkpoint_save(raw(), detail::str(name), position.raw(), fence, nullptr, e);
    });
  }
  static Told remove(const std::string& name, std::uint64_t fence = 0) {
    return tell([&](ec_error* e) { return ec_store_checkpoint_remove(raw(), detail::str(name), fence, nullptr, e); });
  }
  static Position loaded(const std::string& name) {
    Position position;
    EXPECT_TRUE(ended(load(name, position), EC_OK));
    return position;
  }

  // ---- leases
  static Told acquire(const std::string& name, const std::string& holder, std::uint64_t ttl_ms, std::uint64_t& fence) {
    return tell([&](ec_error* e) {
      return ec_store_lease_acquire(raw(), detail::str(name), detail::str(holder), ttl_ms, nullptr, &fence, e);
    });
  }
  static Told renew(const std::string& name, std::uint64_t fence, std::uint64_t ttl_ms = hour_ms) {
    return tell([&](ec_error* e) { return ec_store_lease_renew(raw(), detail::str(name), fence, ttl_ms, nullptr, e); });
  }
  static Told release(const std::string& name, std::uint64_t fence) {
    return tell([&](ec_error* e) { return ec_store_lease_release(raw(), detail::str(name), fence, nullptr, e); });
  }
  // The fence of a lease that must be free.
  static std::uint64_t granted(const std::string& name, const std::string& holder, std::uint64_t ttl_ms = hour_ms) {
    std::uint64_t fence = 0;
    EXPECT_TRUE(ended(acquire(name, holder, ttl_ms, fence), EC_OK));
    return fence;
  }
  // What another holder's attempt to get the lease ends in.
  static Told tried(const std::string& name, const std::string& holder) {
    std::uint64_t fence = 0;
    return acquire(name, holder, hour_ms, fence);
  }

  // ---- snapshots
  struct Snapshot {
    std::string bytes;
    std::uint64_t etag = 0;
  };
  static Told load(const std::string& name, Snapshot& snapshot) {
    ec_blob* blob = nullptr;
    ec_bytes bytes{};
    const Told told = tell([&](ec_error* e) {
      return ec_store_snapshot_load(raw(), detail::str(name), nullptr, &blob, &bytes, &snapshot.etag, e);
    });
    if (told.status == EC_OK) snapshot.bytes = detail::view(bytes);
    ec_store_snapshot_release(raw(), blob);
    return told;
  }
  static Told save(const std::string& name, const std::string& bytes, std::uint64_t expected, std::uint64_t& etag) {
    return tell([&](ec_error* e) {
      return ec_store_snapshot_save(raw(), detail::str(name), detail::bytes(bytes), expected, nullptr, &etag, e);
    });
  }
  static Told remove_snapshot(const std::string& name, std::uint64_t expected) {
    return tell([&](ec_error* e) { return ec_store_snapshot_remove(raw(), detail::str(name), expected, nullptr, e); });
  }
  // The etag of a snapshot that must be saved.
  static std::uint64_t saved(const std::string& name, const std::string& bytes, std::uint64_t expected) {
    std::uint64_t etag = 0;
    EXPECT_TRUE(ended(save(name, bytes, expected, etag), EC_OK));
    return etag;
  }
  static Snapshot loaded_snapshot(const std::string& name) {
    Snapshot snapshot;
    EXPECT_TRUE(ended(load(name, snapshot), EC_OK));
    return snapshot;
  }

  // ---- whether the backend has them
  Told probe_checkpoints() const {
    Position position;
    return load(name("probe"), position);
  }
  Told probe_leases() const { return release(name("probe"), 1); }
  Told probe_snapshots() const {
    Snapshot snapshot;
    return load(name("probe"), snapshot);
  }
};

}  // namespace ec::conformance
