// The backend: appends go one after the other through one writer's lock; readers take none, they look at the head first
// and at nothing above it.
#pragma once

#include "arena.hpp"
#include "bookkeeping.hpp"
#include "hash_index.hpp"
#include "streams.hpp"

#include <eventcore/plugin/export.hpp>
#include <eventcore/plugin/head_signal.hpp>
#include <eventcore/plugin/store_id.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace ec::memory {

class MemoryStore {
 public:
  static std::unique_ptr<MemoryStore> open(const plugin::Settings& settings, const plugin::Host& host,
                                           const plugin::Call& call);
  explicit MemoryStore(std::uint64_t max_payload);

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
  struct Commit {
    ec_uuid id{};
    std::uint64_t digest = 0;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::span<std::uint64_t> versions;
  };

  void append_one(const ec_append& request, ec_outcome& outcome);
  bool answered_by_commit(const ec_append& request, std::uint64_t digest, ec_outcome& outcome) const;
  void write(const ec_append& request, std::uint64_t digest, ec_outcome& outcome);
  ec_event* make_event(const ec_append& request, const ec_new_event& event, std::int64_t now_us);
  std::string_view intern(std::string_view type);
  std::uint64_t visible_head() const { return head_.load(std::memory_order_acquire); }

  const std::uint64_t max_payload_;
  const ec_uuid store_id_ = plugin::make_store_id();

  std::mutex append_mutex_;  // guards what stands up to the next blank line
  Arena arena_;
  std::unordered_set<std::string> types_;
  std::array<std::string_view, 4> recent_types_{};  // of types_: most events are of few types
  std::size_t next_recent_ = 0;
  HashIndex<Commit> commits_;        // by commit id
  std::vector<Stream*> targets_;     // of the append under way, one for each expectation
  std::vector<std::size_t> counts_;  // likewise, of the events for it
  std::vector<ec_event*> written_;   // likewise, one for each event

  Streams streams_;
  EventLog events_;
  std::atomic<std::uint64_t> head_{0};

  Bookkeeping bookkeeping_;

  plugin::HeadSignal signal_;
};

}  // namespace ec::memory
