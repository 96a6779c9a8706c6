#include "check.hpp"

#include <unordered_map>

namespace bench {

namespace {

std::unexpected<ec::Error> wrong(const std::string& what) {
  return std::unexpected(ec::Error{ec::Code::corrupt, "the check at the end: " + what});
}

}  // namespace

ec::Result<Checked> check_history(ec::Store& store, ec::Position start, std::uint64_t expected,
                                  ec::Position acknowledged, Workload& workload, const std::stop_token& stop) {
  auto info = store.info();
  if (!info) return std::unexpected(std::move(info.error()));
  const bool dense = (info->capabilities & EC_CAP_DENSE_POSITIONS) != 0;
  auto events = store.read_all({}, start, {}, {.stop = stop});
  if (!events) return std::unexpected(std::move(events.error()));
  std::unordered_map<std::string, std::uint64_t> versions;
  ec::Position last = start;
  std::uint64_t count = 0;
  while (events->next())
    for (const ec::RecordedEvent event : events->batch()) {
      const ec::Position position = event.position();
      if (dense ? position.lo != last.lo + 1 : position <= last)
        return wrong("position " + position.str() + " comes after " + last.str());
      std::uint64_t& version = versions[std::string(event.stream())];
      if (event.version() != version + 1)
        return wrong("stream '" + std::string(event.stream()) + "' has version " + std::to_string(event.version()) +
                     " after " + std::to_string(version));
      version = event.version();
      if (auto looked = workload.look_at(event); !looked) return std::unexpected(std::move(looked.error()));
      last = position;
      ++count;
    }
  if (const auto& error = events->error()) return std::unexpected(*error);
  if (count != expected)
    return wrong("the store has " + std::to_string(count) + " new events, the clients wrote " +
                 std::to_string(expected));
  if (acknowledged > last)
    return wrong("an append was acknowledged at position " + acknowledged.str() + ", the last event is at " +
                 last.str());
  if (auto looked = workload.end_look(); !looked) return std::unexpected(std::move(looked.error()));
  return Checked{count, versions.size()};
}

}  // namespace bench
