// What `eventcore bench` says of a run, read back: one JSON object a line. Rivals' runs have the same form, with what is
// known of them.
#pragma once

#include <eventcore/event.hpp>
#include <eventcore/json_write.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace cli::report {

constexpr int known_form = 1;

using Settings = std::map<std::string, ec::json::Raw>;

struct System {
  std::optional<std::string> cpu;
  std::optional<std::uint64_t> cores, memory_bytes;
  std::optional<std::string> kernel;
};
EC_FIELDS(System, cpu, cores, memory_bytes, kernel)

struct Build {
  std::optional<std::string> version, compiler, type;
};
EC_FIELDS(Build, version, compiler, type)

struct Backend {
  std::optional<std::string> plugin, version;
  std::optional<bool> durable;
  std::optional<std::string> durability;
  std::optional<std::string> config;  // its file's name
  std::optional<Settings> options;    // that are not what they usually are
};
EC_FIELDS(Backend, plugin, version, durable, durability, config, options)

struct Latency {
  std::optional<double> mean, p50, p90, p99, p99_9, max;
};
EC_FIELDS(Latency, mean, p50, p90, p99, p99_9, max)

// What happened within a second, or within several of them: thinned() puts neighbours together.
struct Second {
  double second = 0;  // the last one
  double operations = 0;
  std::optional<double> p50_us, p99_us;  // the worst of them
  double seconds = 1;                    // how many they are
  double least = 0, most = 0;            // operations in one of them
};
EC_FIELDS(Second, second, operations, p50_us, p99_us)

struct Processor {
  double user = 0, system = 0;
};
EC_FIELDS(Processor, user, system)

struct Memory {
  std::optional<std::uint64_t> before, peak;
};
EC_FIELDS(Memory, before, peak)

struct Results {
  std::optional<double> seconds, operations, per_second, events_written, events_written_per_second, events_read,
      attempts, conflicts, retries, rejections, given_up, unfinished;
  std::optional<Latency> latency_us;
  std::optional<std::vector<Second>> over_time;
  std::optional<Processor> cpu_seconds;
  std::optional<Memory> memory_bytes;
  std::optional<double> bytes_written;
  std::optional<Latency> lag_us;  // of a projection
  std::optional<bool> interrupted;
};
EC_FIELDS(Results, seconds, operations, per_second, events_written, events_written_per_second, events_read, attempts,
          conflicts, retries, rejections, given_up, unfinished, latency_us, over_time, cpu_seconds, memory_bytes,
          bytes_written, lag_us, interrupted)

struct Check {
  bool ok = false;
  std::optional<std::string> problem;
};
EC_FIELDS(Check, ok, problem)

struct Run {
  std::string name;
  std::optional<std::string> started;
  std::optional<System> system;
  std::optional<Build> build;
  std::optional<Backend> store;
  std::optional<std::string> rival, command;
  Settings settings;
  std::optional<Results> results;
  std::optional<Check> check;

  bool is_rival() const { return rival.has_value(); }
  // It has figures, of all its time, and nothing has been found wrong in what it stored.
  bool is_good() const;
  // Of a setting; nothing when it is not there, null, or no number.
  std::optional<double> number(const std::string& setting) const;
  // Likewise for text.
  std::optional<std::string> text(const std::string& setting) const;
  bool is_open_loop() const;
  double per_second() const { return results && results->per_second ? *results->per_second : 0; }
  Latency latency() const { return results ? results->latency_us.value_or(Latency{}) : Latency{}; }
  Latency lag() const { return results ? results->lag_us.value_or(Latency{}) : Latency{}; }
};
EC_FIELDS(Run, name, started, system, build, store, rival, command, settings, results, check)

// A line of a file of runs. Its seconds are thinned.
ec::Result<Run> parse_run(std::string_view line);

// All runs of the files, in their order; "-" is standard input. Throws Failure, which names file and line, when one
// cannot be read, is of another form, or has no run.
std::vector<Run> read_runs(const std::vector<std::string>& files, const std::stop_token& stop);

// At most so many, neighbours put together: the operations add up, of the percentiles the worst one stays.
std::vector<Second> thinned(const std::vector<Second>& seconds, std::size_t most);

}  // namespace cli::report
