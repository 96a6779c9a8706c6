#include "used.hpp"

#include <algorithm>
#include <array>

namespace bench {

namespace {

struct Row {
  std::string_view setting;
  std::array<std::string_view, 11> workloads;
};

// What is not here is for all of them.
constexpr auto users = std::to_array<Row>({
    {"payload_bytes",
     {"append", "hot", "catch-up-while-writing", "projection-lag", "read", "catch-up", "read-all", "live", "paced"}},
    {"events", {"append", "hot", "read"}},
    {"streams", {"append", "catch-up-while-writing", "read", "catch-up", "read-all"}},
    {"accounts", {"transfer", "read-mostly", "disjoint-transfer", "deposit", "snapshot", "cache"}},
    {"balance", {"transfer", "read-mostly"}},
    {"choice", {"transfer", "read-mostly"}},
    {"zipf", {"transfer", "read-mostly"}},
    {"read_share", {"read-mostly"}},
    {"history",
     {"transfer", "read-mostly", "hot", "catch-up-while-writing", "disjoint-transfer", "deposit", "snapshot", "cache",
      "read", "catch-up", "read-all"}},
    {"interleaved", {"read"}},
    {"save_every", {"catch-up-while-writing", "catch-up"}},
});

bool is_among(const std::string& workload, auto... names) { return ((workload == names) || ...); }

}  // namespace

bool uses(const Settings& settings, std::string_view setting) {
  if (setting == "arrivals") return settings.rate.has_value();
  if (setting == "zipf" && settings.choice != "zipf") return false;
  if (setting == "payload_bytes" && settings.prefill > 0) return true;
  const auto row = std::ranges::find(users, setting, &Row::setting);
  return row == users.end() || std::ranges::find(row->workloads, settings.workload) != row->workloads.end();
}

bool is_fact(const Settings& settings, std::string_view setting) {
  if (setting == "events") return !is_among(settings.workload, "catch-up", "read-all");
  if (setting == "streams" && is_among(settings.workload, "transfer", "read-mostly", "disjoint-transfer")) return true;
  return uses(settings, setting);
}

}  // namespace bench
