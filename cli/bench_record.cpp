#include "bench_record.hpp"
#include "used.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <thread>

namespace cli {

namespace {

double us(std::uint64_t ns) { return static_cast<double>(ns) / 1'000; }

std::optional<double> us(const std::optional<std::uint64_t>& ns) { return ns ? std::optional(us(*ns)) : std::nullopt; }

std::optional<BenchLatency> latency(const bench::Histogram& of) {
  if (of.count() == 0) return std::nullopt;
  return BenchLatency{of.mean() / 1'000,     us(of.percentile(50)),   us(of.percentile(90)),
                      us(of.percentile(99)), us(of.percentile(99.9)), us(of.max())};
}

ec::json::Raw histogram(const bench::Histogram& of) {
  ec::json::Raw list{"["};
  of.each([&](std::uint64_t ns, std::uint64_t count) {
    if (list.text.size() > 1) list.text += ',';
    list.text += '[';
    ec::json::write(list.text, us(std::min(ns, of.max())));
    list.text += ',';
    ec::json::write(list.text, count);
    list.text += ']';
  });
  list.text += ']';
  return list;
}

std::string cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name"))
      if (const std::size_t colon = line.find(": "); colon != std::string::npos) return line.substr(colon + 2);
  return "unknown";
}

}  // namespace

BenchSystem bench_system() {
  utsname kernel{};
  uname(&kernel);
  struct sysinfo memory{};
  sysinfo(&memory);
  return {cpu_model(), std::thread::hardware_concurrency(), std::uint64_t{memory.totalram} * memory.mem_unit,
          std::string(kernel.sysname) + " " + kernel.release};
}

BenchBuild bench_build() {
#ifdef __clang__
  const std::string compiler = "clang " __clang_version__;
#else
  const std::string compiler = "gcc " __VERSION__;
#endif
  return {EVENTCORE_VERSION, compiler, EVENTCORE_BUILD_TYPE};
}

ec::json::Raw bench_settings(const bench::Settings& settings) {
  ec::json::Raw made{"{"};
  for (const bench::Setting& setting : bench::all_settings()) {
    if (!bench::is_fact(settings, setting.name)) continue;
    if (made.text.size() > 1) made.text += ',';
    // Neither is a setting of its own.
    if (setting.name == "rate") made.text += settings.rate ? R"("loop":"open",)" : R"("loop":"closed",)";
    made.text += '"';
    made.text += setting.name;
    made.text += "\":";
    setting.write(made.text, settings);
    if (setting.name == "in_flight")
      made.text += settings.in_flight == 1 ? R"(,"in_flight_by":"threads")" : R"(,"in_flight_by":"execute_async")";
  }
  made.text += '}';
  return made;
}

BenchResults bench_results(const bench::Outcome& outcome, const bench::Settings& settings) {
  const bench::Measurement& measured = outcome.measured;
  const bench::Tally& tally = measured.tally;
  const auto a_second = [&](std::uint64_t count) {
    return measured.seconds > 0 ? static_cast<double>(count) / measured.seconds : 0;
  };
  BenchResults results;
  results.seconds = measured.seconds;
  results.operations = tally.operations;
  results.per_second = a_second(tally.operations);
  results.events_written = tally.events_written;
  results.events_written_per_second = a_second(tally.events_written);
  results.events_read = tally.events_read;
  results.attempts = tally.attempts;
  results.conflicts = tally.conflicts;
  results.retries = tally.retries;
  results.rejections = tally.rejections;
  results.given_up = tally.given_up;
  results.unfinished = measured.unfinished;
  results.latency_us = latency(measured.latencies);
  results.histogram_us = histogram(measured.latencies);
  // The last answers, which came behind the end, are no second; one without any is.
  const double whole = std::ceil(measured.seconds);
  const auto last =
      static_cast<std::uint64_t>(settings.operations > 0 ? whole : std::min(whole, std::ceil(settings.seconds)));
  for (std::uint64_t second = 1; second <= last; ++second) {
    const bench::Second each =
        second <= measured.over_time.size() ? measured.over_time[second - 1] : bench::Second{.second = second};
    results.over_time.push_back({each.second, each.operations, us(each.p50_ns), us(each.p99_ns)});
  }
  results.cpu_seconds = {measured.usage.user_seconds, measured.usage.system_seconds};
  results.memory_bytes = {outcome.memory_before, outcome.memory_peak};
  results.bytes_written = measured.usage.bytes_written;
  results.store_growth_bytes = outcome.store_growth;
  const auto [least, most] = std::ranges::minmax(measured.by_client);
  results.by_client = {least, most};
  if (outcome.found.lag) results.lag_us = latency(*outcome.found.lag);
  if (const auto& followed = outcome.found.followed)
    results.projection = BenchProjection{followed->behind, followed->seconds, followed->left};
  if (outcome.found.catch_ups)
    results.catch_ups =
        BenchCatchUps{*outcome.found.catch_ups, outcome.found.catch_up_events, outcome.found.catch_up_seconds};
  results.interrupted = measured.interrupted;
  return results;
}

}  // namespace cli
