#include "event_page.hpp"

#include <eventcore/plugin/strided.hpp>

#include <algorithm>

namespace ec::postgres {

namespace {

constexpr std::int32_t snapshot_number = -2;

enum Column {
  number,
  position,
  version,
  recorded_at,
  encoding,
  schema,
  id,
  commit,
  stream,
  type,
  size,
  payload,
  metadata
};

// {NULL, 0} is no bytes; a pointer behind nothing would be another thing.
ec_bytes lent(std::string_view bytes) { return bytes.empty() ? ec_bytes{nullptr, 0} : plugin::bytes(bytes); }

}  // namespace

void EventPage::load(Pool& pool, const Statement& statement, const Parameters& parameters, std::uint64_t most,
                     bool backward, const plugin::Call& call, std::uint64_t& head) {
  events_.clear();
  large_.clear();
  rows_ = pool.run(statement, parameters, call, "reading");
  put_in_order(head, backward);
  has_more_ = order_.size() >= most;
  events_.reserve(std::min<std::size_t>(order_.size(), most));
  std::uint64_t large_bytes = 0;
  for (const int row : order_) {
    if (events_.size() == most) break;
    if (rows_.is_null(row, payload)) {
      large_bytes += static_cast<std::uint64_t>(rows_.int8(row, size));
      if (!large_.empty() && large_bytes > page_bytes) {
        has_more_ = true;
        break;
      }
      large_.push_back(events_.size());
    }
    take(row);
  }
  if (!large_.empty()) fetch_large(pool, call);
}

void EventPage::put_in_order(std::uint64_t& head, bool backward) {
  order_.clear();
  snapshot_row_ = -1;
  bool has_head = false;
  for (int row = 0; row < rows_.size(); ++row) {
    if (rows_.int4(row, number) >= 0) {
      order_.push_back(row);
      continue;
    }
    if (rows_.int4(row, number) == snapshot_number) {
      snapshot_row_ = row;
      continue;
    }
    head = static_cast<std::uint64_t>(rows_.int8(row, position));
    has_head = true;
  }
  if (!has_head) throw Rows::strange();
  const auto before = [&](int a, int b) {
    return backward ? rows_.int8(a, position) > rows_.int8(b, position)
                    : rows_.int8(a, position) < rows_.int8(b, position);
  };
  if (!std::ranges::is_sorted(order_, before)) std::ranges::sort(order_, before);
}

std::optional<EventPage::Snapshot> EventPage::snapshot() const {
  if (snapshot_row_ < 0) return std::nullopt;
  return Snapshot{static_cast<std::uint64_t>(rows_.int8(snapshot_row_, position)), rows_.bytes(snapshot_row_, payload)};
}

void EventPage::take(int row) {
  ec_event& event = events_.emplace_back();
  event.stream = plugin::str(rows_.bytes(row, stream));
  event.type = plugin::str(rows_.bytes(row, type));
  event.payload = lent(rows_.bytes(row, payload));
  event.metadata = lent(rows_.bytes(row, metadata));
  event.id = rows_.uuid(row, id);
  event.commit_id = rows_.uuid(row, commit);
  event.position = {0, static_cast<std::uint64_t>(rows_.int8(row, position))};
  event.version = static_cast<std::uint64_t>(rows_.int8(row, version));
  event.recorded_at_us = rows_.int8(row, recorded_at);
  event.stream_index = static_cast<std::uint32_t>(rows_.int4(row, number));
  event.encoding = static_cast<std::uint32_t>(rows_.int4(row, encoding));
  event.schema_version = static_cast<std::uint32_t>(rows_.int4(row, schema));
}

// Events never change, so what is read now is what the page saw.
void EventPage::fetch_large(Pool& pool, const plugin::Call& call) {
  Array positions(Type::int8);
  for (const std::size_t index : large_) positions.add(events_[index].position.lo);
  large_rows_ = pool.run(statements::large, Parameters().array(positions), call, "reading large events");
  if (large_rows_.size() != static_cast<int>(large_.size())) throw behind();
  for (int row = 0; row < large_rows_.size(); ++row) {
    const auto at = static_cast<std::uint64_t>(large_rows_.int8(row, 0));
    const auto found = std::ranges::find_if(large_, [&](std::size_t i) { return events_[i].position.lo == at; });
    if (found == large_.end()) throw Rows::strange();
    events_[*found].payload = lent(large_rows_.bytes(row, 1));
    events_[*found].metadata = lent(large_rows_.bytes(row, 2));
  }
}

}  // namespace ec::postgres
