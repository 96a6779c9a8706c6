#include "bench_told.hpp"
#include "table.hpp"
#include "used.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>
#include <utility>

namespace cli {

namespace {

// Three digits at least.
std::string rounded(double value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", value >= 100 ? 0 : value >= 10 ? 1 : 2, value);
  return text.data();
}

std::string count(std::uint64_t number) { return std::to_string(number); }

std::string percentiles(const std::optional<BenchLatency>& us) {
  if (!us) return "none, there was no answer";
  return "p50 " + rounded(us->p50) + ", p90 " + rounded(us->p90) + ", p99 " + rounded(us->p99) + ", p99.9 " +
         rounded(us->p99_9) + ", max " + rounded(us->max) + " us";
}

std::string second(const BenchSecond& each) {
  const std::string operations = count(each.operations) + " operations";
  if (!each.p50_us || !each.p99_us) return operations + ", no answer";
  return operations + ", p50 " + rounded(*each.p50_us) + ", p99 " + rounded(*each.p99_us) + " us";
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
    if (!bench::is_fact(settings, setting.name)) continue;
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
  if (settings.in_flight > 1)
    loop += ", " + std::to_string(settings.in_flight) + " in flight on each client's one thread, by execute_async";
  return loop;
}

std::string verdict(const BenchCheck& check) {
  if (!check.ok) return "failed: " + check.problem.value_or("");
  return "nothing is wrong in " + count(check.events.value_or(0)) + " events of " + count(check.streams.value_or(0)) +
         " streams";
}

void append_results(std::vector<Row>& rows, const BenchResults& results, const bench::Settings& settings) {
  rows.push_back({"measured", rounded(results.seconds) + " s" + (results.interrupted ? ", interrupted" : "")});
  rows.push_back({"operations", count(results.operations) + ", " + rounded(results.per_second) + "/s"});
  rows.push_back({"latency", percentiles(results.latency_us)});
  rows.push_back({"events", count(results.events_written) + " written, " + rounded(results.events_written_per_second) +
                                "/s, " + count(results.events_read) + " read"});
  rows.push_back({"attempts", count(results.attempts) + ", conflicts " + count(results.conflicts) + ", retries " +
                                  count(results.retries) + ", given up " + count(results.given_up) + ", rejections " +
                                  count(results.rejections)});
  if (settings.rate) rows.push_back({"unfinished", count(results.unfinished) + " were due and not begun"});
  if (const auto& projection = results.projection) {
    rows.push_back({"projection lag", percentiles(results.lag_us)});
    rows.push_back(
        {"projection",
         count(projection->behind_events) + " events behind at the end, " +
             (projection->left_events == 0 ? "caught up in " : "interrupted after ") +
             rounded(projection->catch_up_seconds) + " s" +
             (projection->left_events == 0 ? "" : ", " + count(projection->left_events) + " of them were left")});
  }
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
  for (const BenchSecond& each : results.over_time) rows.push_back({"second " + count(each.second), second(each)});
}

}  // namespace

void append_told(std::string& out, const BenchRecord& record, const bench::Settings& settings) {
  std::vector<Row> rows;
  if (record.store)
    rows.push_back({"store", record.store->plugin + " " + record.store->version + ", " + durability(*record.store)});
  rows.push_back({"workload", settings.workload + ", " + loop_of(settings)});
  rows.push_back({"settings", settings_of(settings)});
  if (record.results) append_results(rows, *record.results, settings);
  rows.push_back({"check", verdict(record.check)});
  append_table(out, {"RUN", record.name}, rows, true);
  out += '\n';
}

void append_summary(std::string& out, const std::vector<BenchRecord>& records) {
  std::vector<Row> rows;
  for (const BenchRecord& record : records) {
    Row row = {record.name, !record.store ? "unknown" : record.store->durable ? "yes" : "no"};
    if (record.results) {
      row.push_back(rounded(record.results->per_second));
      if (const auto& us = record.results->latency_us)
        for (const double each : {us->p50, us->p90, us->p99, us->p99_9, us->max}) row.push_back(rounded(each));
      else
        row.insert(row.end(), 5, "-");
    } else {
      row.insert(row.end(), {"failed", "", "", "", "", ""});
    }
    rows.push_back(std::move(row));
  }
  append_table(out, {"RUN", "DURABLE", "PER SECOND", "P50 US", "P90 US", "P99 US", "P99.9 US", "MAX US"}, rows, true);
}

}  // namespace cli
