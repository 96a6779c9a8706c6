// Checkpoints, leases and snapshots, under one lock: they are small and seldom.
#pragma once

#include <eventcore/abi/base.h>
#include <eventcore/plugin/export.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace ec::memory {

class Bookkeeping {
 public:
  ec_position load_checkpoint(std::string_view name);
  void save_checkpoint(std::string_view name, ec_position position, std::uint64_t fence);
  void remove_checkpoint(std::string_view name, std::uint64_t fence);

  std::uint64_t acquire_lease(std::string_view name, std::string_view holder, std::uint64_t ttl_ms);
  void renew_lease(std::string_view name, std::uint64_t fence, std::uint64_t ttl_ms);
  void release_lease(std::string_view name, std::uint64_t fence);

  std::unique_ptr<plugin::Blob> load_snapshot(std::string_view name);
  std::uint64_t save_snapshot(std::string_view name, std::string_view bytes, std::uint64_t expected_etag);
  void remove_snapshot(std::string_view name, std::uint64_t expected_etag);

 private:
  struct Lease {
    std::string holder;
    std::uint64_t fence = 0;       // the highest ever granted
    std::uint64_t expires_ns = 0;  // on CLOCK_MONOTONIC; 0 = released
  };
  void check_fence(std::string_view name, std::uint64_t fence) const;
  Lease& current_lease(std::string_view name, std::uint64_t fence);
  void check_etag(std::string_view name, std::uint64_t expected_etag) const;

  std::mutex mutex_;
  std::map<std::string, ec_position, std::less<>> checkpoints_;
  std::map<std::string, Lease, std::less<>> leases_;
  std::map<std::string, plugin::Blob, std::less<>> snapshots_;
  std::uint64_t last_etag_ = 0;  // of any name, so that none is given twice, removed ones included
};

}  // namespace ec::memory
