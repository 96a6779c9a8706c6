// The backend: what the contract asks for, each part by the class that does it.
#pragma once

#include "bookkeeping.hpp"
#include "config.hpp"
#include "database.hpp"
#include "floor.hpp"
#include "sequencer.hpp"

#include <eventcore/plugin/export.hpp>
#include <eventcore/plugin/head_signal.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace ec::rocks {

class RocksStore {
 public:
  static std::unique_ptr<RocksStore> open(const plugin::Settings& settings, const plugin::Host& host,
                                          const plugin::Call& call);
  RocksStore(const Config& config, const plugin::Host& host);

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

  ec_position wait(ec_position after, const plugin::Call& call);
  void interrupt();

 private:
  void check_floor() const;

  const Config config_;
  std::string location_;
  const FloorFile floor_at_opening_;  // before the database, which another process may be writing to meanwhile
  Database database_;
  Sequencer sequencer_;
  Bookkeeping bookkeeping_;
  plugin::HeadSignal signal_;
  std::optional<Floor> floor_;
};

}  // namespace ec::rocks
