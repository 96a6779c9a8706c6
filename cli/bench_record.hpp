// The result of one run, as it is written: one JSON object a line. docs/command-line.md has its members.
#pragma once

#include "bench_runs.hpp"
#include "measure.hpp"

#include <eventcore/json_write.hpp>
#include <eventcore/store.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cli {

struct BenchSystem {
  std::string cpu;
  std::uint64_t cores = 0, memory_bytes = 0;
  std::string kernel;
};
EC_FIELDS(BenchSystem, cpu, cores, memory_bytes, kernel)

struct BenchBuild {
  std::string version, compiler, type;
};
EC_FIELDS(BenchBuild, version, compiler, type)

struct BenchStore {
  std::string plugin, version;
  bool durable = false;
  std::string durability;
  std::string config;     // its file's name
  ec::json::Raw options;  // that are not what they usually are; without its place, and what is secret
};
EC_FIELDS(BenchStore, plugin, version, durable, durability, config, options)

struct BenchLatency {
  double mean = 0, p50 = 0, p90 = 0, p99 = 0, p99_9 = 0, max = 0;
};
EC_FIELDS(BenchLatency, mean, p50, p90, p99, p99_9, max)

struct BenchSecond {
  std::uint64_t second = 0, operations = 0;
  std::optional<double> p50_us{}, p99_us{};
};
EC_FIELDS(BenchSecond, second, operations, p50_us, p99_us)

struct BenchCpu {
  double user = 0, system = 0;
};
EC_FIELDS(BenchCpu, user, system)

struct BenchMemory {
  std::uint64_t before = 0, peak = 0;
};
EC_FIELDS(BenchMemory, before, peak)

struct BenchByClient {
  std::uint64_t least = 0, most = 0;
};
EC_FIELDS(BenchByClient, least, most)

struct BenchCatchUps {
  std::uint64_t count = 0, events = 0;
  double seconds = 0;
};
EC_FIELDS(BenchCatchUps, count, events, seconds)

struct BenchProjection {
  std::uint64_t behind_events = 0;  // when the last operation was over
  double catch_up_seconds = 0;
  std::uint64_t left_events = 0;  // when that was interrupted
};
EC_FIELDS(BenchProjection, behind_events, catch_up_seconds, left_events)

struct BenchResults {
  double seconds = 0;
  std::uint64_t operations = 0;
  double per_second = 0;
  std::uint64_t events_written = 0;
  double events_written_per_second = 0;
  std::uint64_t events_read = 0, attempts = 0, conflicts = 0, retries = 0, rejections = 0, given_up = 0, unfinished = 0;
  std::optional<BenchLatency> latency_us;  // none: there was no answer
  ec::json::Raw histogram_us;              // [[upper bound, count], ...]
  std::vector<BenchSecond> over_time;
  BenchCpu cpu_seconds;
  BenchMemory memory_bytes;
  std::optional<std::uint64_t> bytes_written, store_growth_bytes;
  BenchByClient by_client;
  std::optional<BenchLatency> lag_us;
  std::optional<BenchProjection> projection;
  std::optional<BenchCatchUps> catch_ups;
  bool interrupted = false;
};
EC_FIELDS(BenchResults, seconds, operations, per_second, events_written, events_written_per_second, events_read,
          attempts, conflicts, retries, rejections, given_up, unfinished, latency_us, histogram_us, over_time,
          cpu_seconds, memory_bytes, bytes_written, store_growth_bytes, by_client, lag_us, projection, catch_ups,
          interrupted)

struct BenchCheck {
  std::optional<std::uint64_t> events{}, streams{};  // that were read back
  bool ok = true;
  std::optional<std::string> problem{};  // why not, or what else the run failed with
};
EC_FIELDS(BenchCheck, events, streams, ok, problem)

struct BenchRecord {
  int eventcore_bench = 1;  // of this form
  std::string name, started;
  BenchSystem system;
  BenchBuild build;
  std::optional<BenchStore> store;  // none: it could not be opened
  std::optional<std::string> rival;
  std::string command;
  ec::json::Raw settings;
  std::optional<BenchResults> results;  // of a run that is well
  BenchCheck check;
};
EC_FIELDS(BenchRecord, eventcore_bench, name, started, system, build, store, rival, command, settings, results, check)

BenchSystem bench_system();
BenchBuild bench_build();
// Of a store that was opened with that file. Throws Failure.
BenchStore bench_store(ec::Store& store, const std::string& config);
ec::json::Raw bench_settings(const bench::Settings& settings);
BenchResults bench_results(const bench::Outcome& outcome, const bench::Settings& settings);

}  // namespace cli
