// Checkpoints, leases and snapshots, in the database beside the events and as durable as they are.
#pragma once

#include "database.hpp"

#include <eventcore/plugin/export.hpp>
#include <eventcore/plugin/leases.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace ec::rocks {

class Bookkeeping {
 public:
  // Fences go on from where an earlier process left them; its leases ended with it, since their holders lived in it.
  explicit Bookkeeping(Database& database);

  ec_position load_checkpoint(std::string_view name) const;
  void save_checkpoint(std::string_view name, ec_position position, std::uint64_t fence, const plugin::Call& call);
  void remove_checkpoint(std::string_view name, std::uint64_t fence, const plugin::Call& call);

  std::uint64_t acquire_lease(std::string_view name, std::string_view holder, std::uint64_t ttl_ms,
                              const plugin::Call& call);
  void renew_lease(std::string_view name, std::uint64_t fence, std::uint64_t ttl_ms, const plugin::Call& call);
  void release_lease(std::string_view name, std::uint64_t fence, const plugin::Call& call);

  std::unique_ptr<plugin::Blob> load_snapshot(std::string_view name) const;
  std::uint64_t save_snapshot(std::string_view name, std::string_view bytes, std::uint64_t expected_etag,
                              const plugin::Call& call);
  void remove_snapshot(std::string_view name, std::uint64_t expected_etag, const plugin::Call& call);

 private:
  std::optional<std::string> get(const std::string& key) const;
  void put(const std::string& key, std::string_view value, const plugin::Call& call);
  void remove(const std::string& key, const plugin::Call& call);
  std::uint64_t etag_of(const std::string& key) const;

  Database& database_;
  plugin::Leases leases_;
  std::mutex snapshots_mutex_;  // over the check of an etag and the write that rests on it
};

}  // namespace ec::rocks
