// The backend: what the contract asks for, each part by the class that does it.
#pragma once

#include "bell.hpp"
#include "bookkeeping.hpp"
#include "config.hpp"
#include "health.hpp"
#include "pool.hpp"
#include "writer.hpp"

#include <eventcore/plugin/export.hpp>
#include <eventcore/plugin/head_signal.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>

namespace ec::postgres {

class PostgresStore {
 public:
  static std::unique_ptr<PostgresStore> open(const plugin::Settings& settings, const plugin::Host& host,
                                             const plugin::Call& call);
  PostgresStore(const Config& config, const plugin::Host& host, const plugin::Call& call);

  void info(ec_info& info) const;
  void append(plugin::Appends appends, const plugin::Call& call);
  std::unique_ptr<plugin::EventCursor> read(const ec_read& request, const plugin::Call& call);
  std::unique_ptr<plugin::EventCursor> read_all(const ec_read_all& request, const plugin::Call& call);
  ec_position head(const plugin::Call& call);
  std::unique_ptr<plugin::StreamCursor> list_streams(const ec_list& request, const plugin::Call& call);

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
  plugin::SnapshotRead read_on(std::string_view name, const ec_read& request, const plugin::Call& call);

  ec_position wait(ec_position after, const plugin::Call& call);
  void interrupt();

 private:
  void look_up(plugin::Appends appends, const plugin::Call& call);

  const Config config_;
  const plugin::Host host_;
  Pool pool_;
  Writer writer_;
  Bookkeeping bookkeeping_;
  const Health health_;
  std::atomic<std::uint64_t> head_{0};  // the highest that was seen
  plugin::HeadSignal signal_;
  Ringer ringer_;
  Listener listener_;
};

}  // namespace ec::postgres
