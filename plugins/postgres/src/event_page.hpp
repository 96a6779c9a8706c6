// One page of events as a read statement gives it (EVENT_COLUMNS in statements.cpp), and as a batch lends it.
#pragma once

#include "pool.hpp"
#include "rows.hpp"

#include <eventcore/plugin/export.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace ec::postgres {

// Events of a page at most, and so many bytes of large ones: what a cursor needs of memory.
inline constexpr std::uint64_t page_events = 1024;
inline constexpr std::uint64_t page_bytes = 16 * 1024 * 1024;

class EventPage {
 public:
  // Runs the statement and takes its events as far as they fit; what of them is large is fetched. The head that they
  // were read at goes into `head`.
  void load(Pool& pool, const Statement& statement, const Parameters& parameters, const plugin::Call& call,
            std::uint64_t& head);

  std::span<ec_event> events() { return events_; }
  // Whether the statement gave all it was asked for, `asked` events, or events were left because they did not fit.
  bool has_more(std::uint64_t asked) const { return cut_ || found_ >= asked; }
  // Keeps the first `count`.
  void keep(std::size_t count) { events_.resize(count); }

 private:
  void take(int row);
  void fetch_large(Pool& pool, const plugin::Call& call);

  Rows rows_, large_rows_;
  std::vector<ec_event> events_;
  std::vector<std::size_t> large_;  // of events_, those whose bytes are not in rows_
  std::uint64_t found_ = 0;
  bool cut_ = false;
};

}  // namespace ec::postgres
