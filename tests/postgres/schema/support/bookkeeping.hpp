// Checkpoints, leases and snapshots of a store: their C calls under short names, each giving its status.
#pragma once

#include "support.hpp"

#include <cstdint>
#include <string>

namespace ec::postgres::test {

inline ec_status look_up(Store& store, const Uuid& commit_id) {
  const ec_append request{
      sizeof request,      EC_APPEND_LOOKUP, commit_id.value, nullptr, 0, sizeof(ec_expect), nullptr, 0,
      sizeof(ec_new_event)};
  ec_error error = EC_ERROR_INIT;
  ec_outcome outcome{sizeof outcome, EC_OK, 0, 0, {}, {}, nullptr, &error};
  return ec_store_append(store.raw(), &request, nullptr, &outcome, &error);
}

class Bookkeeping {
 public:
  explicit Bookkeeping(Store& store) : store_(store.raw()) {}

  ec_status save_checkpoint(const std::string& name, Position position, std::uint64_t fence = 0) const {
    ec_error error = EC_ERROR_INIT;
    return ec_store_checkpoint_save(store_, detail::str(name), position.raw(), fence, nullptr, &error);
  }
  ec_status load_checkpoint(const std::string& name, Position& position) const {
    ec_error error = EC_ERROR_INIT;
    ec_position found{};
    const ec_status status = ec_store_checkpoint_load(store_, detail::str(name), nullptr, &found, &error);
    position = Position::from(found);
    return status;
  }
  ec_status remove_checkpoint(const std::string& name, std::uint64_t fence = 0) const {
    ec_error error = EC_ERROR_INIT;
    return ec_store_checkpoint_remove(store_, detail::str(name), fence, nullptr, &error);
  }
  ec_status acquire(const std::string& name, const std::string& holder, std::uint64_t& fence) const {
    constexpr std::uint64_t hour_ms = 3'600'000;
    ec_error error = EC_ERROR_INIT;
    return ec_store_lease_acquire(store_, detail::str(name), detail::str(holder), hour_ms, nullptr, &fence, &error);
  }
  ec_status renew(const std::string& name, std::uint64_t fence) const {
    ec_error error = EC_ERROR_INIT;
    return ec_store_lease_renew(store_, detail::str(name), fence, 1000, nullptr, &error);
  }
  ec_status release(const std::string& name, std::uint64_t fence) const {
    ec_error error = EC_ERROR_INIT;
    return ec_store_lease_release(store_, detail::str(name), fence, nullptr, &error);
  }
  ec_status save_snapshot(const std::string& name, const std::string& bytes, std::uint64_t expected,
                          std::uint64_t& etag) const {
    ec_error error = EC_ERROR_INIT;
    return ec_store_snapshot_save(store_, detail::str(name), detail::bytes(bytes), expected, nullptr, &etag, &error);
  }
  ec_status load_snapshot(const std::string& name, std::string& bytes) const {
    ec_error error = EC_ERROR_INIT;
    ec_blob* blob = nullptr;
    ec_bytes found{};
    std::uint64_t etag = 0;
    const ec_status status = ec_store_snapshot_load(store_, detail::str(name), nullptr, &blob, &found, &etag, &error);
    bytes = detail::view(found);
    ec_store_snapshot_release(store_, blob);
    return status;
  }
  ec_status remove_snapshot(const std::string& name, std::uint64_t expected) const {
    ec_error error = EC_ERROR_INIT;
    return ec_store_snapshot_remove(store_, detail::str(name), expected, nullptr, &error);
  }

  // All of them once, under this name; the store holds at least one event.
  void go_through(const std::string& name) const {
    Position position;
    std::uint64_t fence = 0, etag = 0;
    std::string bytes;
    EXPECT_EQ(acquire(name, name, fence), EC_OK);
    EXPECT_EQ(renew(name, fence), EC_OK);
    EXPECT_EQ(save_checkpoint(name, {0, 1}, fence), EC_OK);
    EXPECT_EQ(load_checkpoint(name, position), EC_OK);
    EXPECT_EQ(position, (Position{0, 1}));
    EXPECT_EQ(remove_checkpoint(name, fence), EC_OK);
    EXPECT_EQ(release(name, fence), EC_OK);
    EXPECT_EQ(save_snapshot(name, name, 0, etag), EC_OK);
    EXPECT_EQ(save_snapshot(name, name + "2", etag, etag), EC_OK);
    EXPECT_EQ(load_snapshot(name, bytes), EC_OK);
    EXPECT_EQ(bytes, name + "2");
    EXPECT_EQ(remove_snapshot(name, etag), EC_OK);
  }

 private:
  ec_store* store_;
};

}  // namespace ec::postgres::test
