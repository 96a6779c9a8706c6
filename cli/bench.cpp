#include "bench_record.hpp"
#include "bench_told.hpp"
#include "output.hpp"
#include "stores.hpp"

#include <array>
#include <ctime>
#include <utility>

namespace cli {

namespace {

// What a store did wrong is a failure whatever its code; what was asked of it wrongly stays that.
template <class T>
T taken(ec::Result<T>&& result, const std::string& name) {
  if (!result && status_of(result.error().code) != wrong_usage)
    throw Failure(failed, name + ": " + result.error().message);
  return take(std::move(result), name + ": ");
}

std::string now_in_utc() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::string name_of(const BenchRun& run, const BenchStore& store) {
  std::string name = run.name;
  if (name.empty()) name = store.plugin + ", " + run.settings.workload;
  if (!run.varied.empty()) name += ", " + run.varied;
  if (run.name.empty() && run.varied.find(" client") == std::string::npos)
    name += ", " + std::to_string(run.settings.clients) + (run.settings.clients == 1 ? " client" : " clients");
  return name;
}

BenchRecord measure(BenchRun run, const Options& options, const std::stop_token& stop) {
  ec::Store store = open_to_write(run.config, stop);
  run.settings.config = run.config;
  run.settings.stop = stop;
  BenchRecord record;
  record.started = now_in_utc();
  record.system = bench_system();
  record.build = bench_build();
  record.store = bench_store(store, run.config);
  record.name = name_of(run, record.store);
  record.command = options.command_line;
  record.settings = bench_settings(run.settings);
  const bench::Outcome outcome = taken(bench::measure(store, run.settings), record.name);
  record.results = bench_results(outcome);
  record.check = {outcome.checked.events, outcome.checked.streams};
  return record;
}

}  // namespace

int run_bench(const Options& options, const std::stop_token& stop) {
  const std::vector<BenchRun> runs = bench_runs(options);
  for (const BenchRun& run : runs) check_given(run.config);
  Output out;
  std::optional<Output> file;
  if (!options.out.empty()) file.emplace(options.out);
  std::vector<BenchRecord> records;
  const auto finish = [&] {
    if (file && !records.empty()) file->finish();  // what there is stays, whatever became of the next run
  };
  for (const BenchRun& run : runs) {
    if (stop.stop_requested()) break;
    try {
      records.push_back(measure(run, options, stop));
    } catch (const Failure&) {
      finish();
      throw;
    }
    std::string line;
    ec::json::write(line, records.back());
    line += '\n';
    if (file) file->text() += line;
    if (file) file->flush();
    if (options.json)
      out.text() += line;
    else
      append_told(out.text(), records.back(), run.settings);
    out.flush();
  }
  if (!options.json && records.size() > 1) append_summary(out.text(), records);
  out.finish();
  finish();
  return done;
}

}  // namespace cli
