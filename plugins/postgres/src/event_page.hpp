// One page of events as a read statement gives it (EVENT_COLUMNS in statements.cpp), and as a batch lends it.
#pragma once

#include "pool.hpp"
#include "rows.hpp"

#include <eventcore/plugin/export.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace ec::postgres {

// Events of a page at most, and so many bytes of large ones: what a cursor needs of memory.
inline constexpr std::uint64_t page_events = 1024;
inline constexpr std::uint64_t page_bytes = 16 * 1024 * 1024;

// Pages of one read can come from different servers. One that lacks what another has shown cannot go on with it.
inline plugin::Failure behind() {
  return {EC_UNAVAILABLE,
          "this server is behind the one that the read began on; read again, or name one server in the option 'dsn'",
          {},
          true};
}

class EventPage {
 public:
  // Runs the statement and takes the first `most` of its events as far as they fit, in the order of their positions,
  // or against it; what of them is large is fetched. The head that they were read at goes into `head`.
  void load(Pool& pool, const Statement& statement, const Parameters& parameters, std::uint64_t most, bool backward,
            const plugin::Call& call, std::uint64_t& head);

  std::span<ec_event> events() { return events_; }
  // There may be events behind those taken.
  bool has_more() const { return has_more_; }
  // Of a statement that gives one (read_on): the snapshot, or nothing.
  struct Snapshot {
    std::uint64_t etag;
    std::string_view bytes;
  };
  std::optional<Snapshot> snapshot() const;
  // Keeps the first `count`.
  void keep(std::size_t count) { events_.resize(count); }

 private:
  void put_in_order(std::uint64_t& head, bool backward);
  void take(int row);
  void fetch_large(Pool& pool, const plugin::Call& call);

  Rows rows_, large_rows_;
  std::vector<ec_event> events_;
  std::vector<std::size_t> large_;  // of events_, those whose bytes are not in rows_
  std::vector<int> order_;          // the rows that are events
  int snapshot_row_ = -1;
  bool has_more_ = false;
};

}  // namespace ec::postgres
