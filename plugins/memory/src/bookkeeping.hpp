// Checkpoints and snapshots, under one lock: they are small and seldom. Leases stand beside them.
#pragma once

#include <eventcore/abi/base.h>
#include <eventcore/plugin/export.hpp>
#include <eventcore/plugin/leases.hpp>

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
  void save_checkpoint(std::string_view name, ec_position position, std::uint64_t fence, const plugin::Call& call);
  void remove_checkpoint(std::string_view name, std::uint64_t fence, const plugin::Call& call);

  std::unique_ptr<plugin::Blob> load_snapshot(std::string_view name);
  std::uint64_t save_snapshot(std::string_view name, std::string_view bytes, std::uint64_t expected_etag);
  void remove_snapshot(std::string_view name, std::uint64_t expected_etag);

  plugin::Leases leases;

 private:
  void check_etag(std::string_view name, std::uint64_t expected_etag) const;

  std::mutex mutex_;  // never held while a lease is waited for
  std::map<std::string, ec_position, std::less<>> checkpoints_;
  std::map<std::string, plugin::Blob, std::less<>> snapshots_;
  std::uint64_t last_etag_ = 0;  // of any name, so that none is given twice, removed ones included
};

}  // namespace ec::memory
