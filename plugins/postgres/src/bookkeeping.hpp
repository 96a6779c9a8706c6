// Checkpoints, leases and snapshots: rows that database functions change (migrations/003_bookkeeping.sql).
#pragma once

#include "pool.hpp"

#include <eventcore/plugin/export.hpp>

#include <cstdint>
#include <memory>
#include <string_view>

namespace ec::postgres {

class Bookkeeping {
 public:
  explicit Bookkeeping(Pool& pool) : pool_(pool) {}

  ec_position load_checkpoint(std::string_view name, const plugin::Call& call);
  void save_checkpoint(std::string_view name, ec_position position, std::uint64_t fence, const plugin::Call& call);
  void remove_checkpoint(std::string_view name, std::uint64_t fence, const plugin::Call& call);

  std::uint64_t acquire_lease(std::string_view name, std::string_view holder, std::uint64_t ttl_ms,
                              const plugin::Call& call);
  void renew_lease(std::string_view name, std::uint64_t fence, std::uint64_t ttl_ms, const plugin::Call& call);
  void release_lease(std::string_view name, std::uint64_t fence, const plugin::Call& call);

  std::unique_ptr<plugin::Blob> load_snapshot(std::string_view name, const plugin::Call& call);
  std::uint64_t save_snapshot(std::string_view name, std::string_view bytes, std::uint64_t expected_etag,
                              const plugin::Call& call);
  void remove_snapshot(std::string_view name, std::uint64_t expected_etag, const plugin::Call& call);

 private:
  Pool& pool_;
};

}  // namespace ec::postgres
