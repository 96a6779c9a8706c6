// bench_load: many clients on one store in a closed loop. One line of JSON on stdout; exit status 1 when an operation
// failed or the store does not hold what it should.
#include "check.hpp"
#include "memory.hpp"
#include "runner.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>

namespace {

using namespace bench;

struct Options {
  std::string config;
  std::string workload = "append";
  double seconds = 2;
  double warm_up_seconds = 0.5;
  std::uint64_t operations = 0;
  std::uint64_t prefill = 0;
  Settings settings;
};

void declare(CLI::App& app, Options& options) {
  Settings& settings = options.settings;
  app.add_option("--config", options.config, "the store's YAML file")->required();
  app.add_option("--workload", options.workload, std::string(workload_names));
  app.add_option("--clients", settings.clients, "threads, each with one operation in flight")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  app.add_option("--seconds", options.seconds, "of measuring")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--warm-up", options.warm_up_seconds, "seconds before it")->capture_default_str();
  app.add_option("--operations", options.operations, "of each client, instead of a time; a tenth more for warming up");
  app.add_option("--payload", settings.payload_bytes, "bytes of an event (not of deposits and transfers)")
      ->check(CLI::Range(1, 16'000'000))
      ->capture_default_str();
  app.add_option("--events", settings.events, "of one append or command; read: of those that prepare it")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.add_option("--streams", settings.streams, "of one append; read: to choose from; catch_up, read_all: in all")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.add_option("--interleaved", settings.interleaved, "streams that share the appends which prepare them (read)")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.add_option("--history", settings.history,
                 "events that a command or a read finds in a stream; hot: length at which a stream is left")
      ->capture_default_str();
  app.add_option("--accounts", settings.accounts,
                 "accounts, or pairs of them, for each client (deposit, snapshot, cache, transfer)")
      ->check(CLI::Range(1, 10'000'000))
      ->capture_default_str();
  app.add_option("--save-every", settings.save_every, "events a checkpoint (catch_up)")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--rate", settings.rate, "appends a second (live, paced)")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--prefill", options.prefill, "events of other streams that are in the store first");
}

// Every line that can be told apart by a reader of the figure.
void print(const Options& options, const ec_info& info, std::string_view plugin, const Measurement& measured,
           std::uint64_t rss_kib, std::uint64_t peak_kib) {
  const Settings& settings = options.settings;
  const Tally& tally = measured.tally;
  const auto per_second = [&](std::uint64_t count) { return static_cast<double>(count) / measured.seconds; };
  const auto us = [](std::uint64_t ns) { return static_cast<double>(ns) / 1'000; };
  const auto [least, most] = std::ranges::minmax_element(measured.by_client);
  std::printf(R"({"plugin": "%.*s", "durable": %s, "workload": "%s", "clients": %zu, "payload": %zu, "events": %zu, )"
              R"("streams": %zu, "history": %llu, )",
              static_cast<int>(plugin.size()), plugin.data(),
              (info.capabilities & EC_CAP_DURABLE) != 0 ? "true" : "false", options.workload.c_str(), settings.clients,
              settings.payload_bytes, settings.events, settings.streams,
              static_cast<unsigned long long>(settings.history));
  std::printf(
      R"("seconds": %.6f, "operations": %llu, "per_second": %.3f, "events_written_per_second": %.1f, )"
      R"("events_read_per_operation": %.2f, "attempts": %llu, "conflicts": %llu, )",
      measured.seconds, static_cast<unsigned long long>(tally.operations), per_second(tally.operations),
      per_second(tally.events_written),
      static_cast<double>(tally.events_read) / static_cast<double>(std::max<std::uint64_t>(tally.operations, 1)),
      static_cast<unsigned long long>(tally.attempts),
      static_cast<unsigned long long>(tally.attempts - tally.operations));
  std::printf(R"("mean_us": %.3f, "p50_us": %.3f, "p99_us": %.3f, "p99_9_us": %.3f, "max_us": %.3f, )"
              R"("least_by_client": %llu, "most_by_client": %llu, "rss_kib": %llu, "rss_growth_kib": %llu})"
              "\n",
              measured.latencies.mean() / 1'000, us(measured.latencies.percentile(50)),
              us(measured.latencies.percentile(99)), us(measured.latencies.percentile(99.9)),
              us(measured.latencies.max()), static_cast<unsigned long long>(*least),
              static_cast<unsigned long long>(*most), static_cast<unsigned long long>(rss_kib),
              static_cast<unsigned long long>(peak_kib > rss_kib ? peak_kib - rss_kib : 0));
}

std::chrono::nanoseconds nanoseconds(double seconds) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(seconds));
}

ec::Result<> measure(const Options& options) {
  auto store = ec::Store::open(options.config);
  if (!store) return std::unexpected(std::move(store.error()));
  auto info = store->info();
  if (!info) return std::unexpected(std::move(info.error()));
  auto start = store->head();
  if (!start) return std::unexpected(std::move(start.error()));
  const ec::StreamId other("prefill/" + start->str());
  if (auto filled = fill(*store, {other}, options.prefill, options.settings.payload_bytes); !filled) return filled;
  auto workload = make_workload(options.workload, *store, options.settings);
  if (!workload) return std::unexpected(std::move(workload.error()));
  const std::uint64_t rss_kib = status_kib("VmRSS");
  forget_peak();
  auto measured = run(**workload, options.settings.clients,
                      {nanoseconds(options.warm_up_seconds), nanoseconds(options.seconds), options.operations});
  if (!measured) return std::unexpected(std::move(measured.error()));
  const std::uint64_t peak_kib = status_kib("VmHWM");
  auto checked =
      check_history(*store, *start, options.prefill + (*workload)->prepared_events + measured->events_written);
  if (!checked) return checked;
  print(options, *info, ec::detail::view(ec_store_plugin(store->raw())->name), *measured, rss_kib, peak_kib);
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Closed-loop load on an eventcore store; prints one line of JSON");
  Options options;
  declare(app, options);
  CLI11_PARSE(app, argc, argv);
  options.settings.config = options.config;
  const auto done = measure(options);
  if (!done) std::fprintf(stderr, "bench_load: %s\n", done.error().message.c_str());
  return done ? 0 : 1;
}
