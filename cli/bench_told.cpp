#include "bench_told.hpp"
#include "table.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

namespace cli {

namespace {

// Three digits at least.
std::string rounded(double value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", value >= 100 ? 0 : value >= 10 ? 1 : 2, value);
  return text.data();
}

std::string percentiles(const BenchLatency& us) {
  return "p50 " + rounded(us.p50) + ", p90 " + rounded(us.p90) + ", p99 " + rounded(us.p99) + ", p99.9 " +
         rounded(us.p99_9) + ", max " + rounded(us.max) + " us";
}

std::string mebibytes(std::uint64_t bytes) { return rounded(static_cast<double>(bytes) / (1 << 20U)) + " MiB"; }

std::string durability(const BenchStore& store) {
  return std::string(store.durable ? "durable: " : "not durable: ") + store.durability;
}

// Those of which something was said, and those that every figure needs.
std::string settings_of(const bench::Settings& settings) {
  constexpr auto needed =
      std::to_array<std::string_view>({"clients", "seed", "payload_bytes", "events", "streams", "accounts", "choice"});
  const bench::Settings usual;
  std::string all;
  for (const bench::Setting& setting : bench::all_settings()) {
    std::string value, usual_value;
    setting.write(value, settings);
    setting.write(usual_value, usual);
    const bool is_needed = std::ranges::find(needed, setting.name) != needed.end();
    if (setting.name == "workload" || (value == usual_value && !is_needed)) continue;
    all += (all.empty() ? "" : ", ") + std::string(setting.name) + " " + value;
  }
  return all;
}

std::string loop_of(const bench::Settings& settings) {
  std::string loop =
      settings.rate ? "open loop, " + rounded(*settings.rate) + "/s due, " + settings.arrivals : "closed loop";
  if (settings.in_flight > 1) loop += ", in flight by threads";
  return loop;
}

}  // namespace

void append_told(std::string& out, const BenchRecord& record, const bench::Settings& settings) {
  const BenchResults& results = record.results;
  const auto count = [](std::uint64_t number) { return std::to_string(number); };
  std::vector<Row> rows = {
      {"store", record.store.plugin + " " + record.store.version + ", " + durability(record.store)},
      {"workload", settings.workload + ", " + loop_of(settings)},
      {"settings", settings_of(settings)},
      {"measured", rounded(results.seconds) + " s" + (results.interrupted ? ", interrupted" : "")},
      {"operations", count(results.operations) + ", " + rounded(results.per_second) + "/s"},
      {"latency", percentiles(results.latency_us)},
      {"events", count(results.events_written) + " written, " + rounded(results.events_written_per_second) + "/s, " +
                     count(results.events_read) + " read"},
      {"attempts", count(results.attempts) + ", conflicts " + count(results.conflicts) + ", retries " +
                       count(results.retries) + ", given up " + count(results.given_up) + ", rejections " +
                       count(results.rejections)}};
  if (settings.rate) rows.push_back({"unfinished", count(results.unfinished) + " were due and not begun"});
  if (results.lag_us) rows.push_back({"projection lag", percentiles(*results.lag_us)});
  if (results.catch_ups)
    rows.push_back({"catch-ups", count(results.catch_ups->count) + ", " + count(results.catch_ups->events) +
                                     " events in " + rounded(results.catch_ups->seconds) + " s"});
  rows.push_back({"cpu", rounded(results.cpu_seconds.user) + " s user, " + rounded(results.cpu_seconds.system) +
                             " s system, of this process alone"});
  rows.push_back({"memory", mebibytes(results.memory_bytes.before) + " before, " +
                                mebibytes(results.memory_bytes.peak) + " at most"});
  rows.push_back(
      {"written",
       (results.bytes_written ? mebibytes(*results.bytes_written) : "an unknown number of bytes") + " by this process" +
           (results.store_growth_bytes ? ", store grown by " + mebibytes(*results.store_growth_bytes) : "")});
  for (const BenchSecond& each : results.over_time)
    rows.push_back({"second " + count(each.second), count(each.operations) + " operations, p50 " +
                                                        rounded(each.p50_us) + ", p99 " + rounded(each.p99_us) +
                                                        " us"});
  rows.push_back({"check", "nothing is wrong in " + count(record.check.events) + " events of " +
                               count(record.check.streams) + " streams"});
  append_table(out, {"RUN", record.name}, rows, true);
  out += '\n';
}

void append_summary(std::string& out, const std::vector<BenchRecord>& records) {
  std::vector<Row> rows;
  for (const BenchRecord& record : records) {
    const BenchLatency& us = record.results.latency_us;
    rows.push_back({record.name, record.store.durable ? "yes" : "no", rounded(record.results.per_second),
                    rounded(us.p50), rounded(us.p90), rounded(us.p99), rounded(us.p99_9), rounded(us.max)});
  }
  append_table(out, {"RUN", "DURABLE", "PER SECOND", "P50 US", "P90 US", "P99 US", "P99.9 US", "MAX US"}, rows, true);
}

}  // namespace cli
