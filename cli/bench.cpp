#include "bench_record.hpp"
#include "bench_told.hpp"
#include "output.hpp"
#include "stores.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <utility>

namespace cli {

namespace {

std::string now_in_utc() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::string name_of(const BenchRun& run, const std::string& store) {
  std::string name = run.name;
  if (name.empty()) name = store + ", " + run.settings.workload;
  if (!run.varied.empty()) name += ", " + run.varied;
  if (run.name.empty() && run.varied.find(" client") == std::string::npos)
    name += ", " + std::to_string(run.settings.clients) + (run.settings.clients == 1 ? " client" : " clients");
  if (run.name.empty() && run.settings.in_flight > 1 && run.varied.find(" in flight") == std::string::npos)
    name += ", " + std::to_string(run.settings.in_flight) + " in flight";
  return name;
}

// What a store does wrong stands in the record, and the next run begins; what was asked of it wrongly ends them all.
void add_problem(BenchRecord& record, const ec::Error& error, const std::stop_token& stop) {
  if (stop.stop_requested() || status_of(error.code) == wrong_usage) throw failure(error, record.name + ": ");
  record.check = {.ok = false, .problem = error.message};
}

BenchRecord measure(BenchRun run, const Options& options, const std::stop_token& stop) {
  run.settings.config = run.config;
  run.settings.stop = stop;
  BenchRecord record;
  record.started = now_in_utc();
  record.system = bench_system();
  record.build = bench_build();
  record.name = name_of(run, std::filesystem::path(run.config).stem().string());
  record.command = options.command_line;
  record.settings = bench_settings(run.settings);
  auto store = ec::Store::open(run.config, {.stop = stop});
  if (!store) {
    add_problem(record, store.error(), stop);
    return record;
  }
  record.store = bench_store(*store, run.config);
  record.name = name_of(run, record.store->plugin);
  const auto outcome = bench::measure(*store, run.settings);
  if (!outcome) {
    add_problem(record, outcome.error(), stop);
    return record;
  }
  record.results = bench_results(*outcome, run.settings);
  record.check = {outcome->checked.events, outcome->checked.streams};
  return record;
}

void complain(const BenchRecord& record) {
  const std::string text = record.name + ": " + record.check.problem.value_or("");
  std::fprintf(stderr, "eventcore: %s\n", without_controls(text).c_str());
}

void measure_all(const std::vector<BenchRun>& runs, const Options& options, const std::stop_token& stop, Output* file,
                 std::vector<BenchRecord>& records) {
  Output out;
  for (const BenchRun& run : runs) {
    if (stop.stop_requested()) break;
    const BenchRecord& record = records.emplace_back(measure(run, options, stop));
    std::string line;
    ec::json::write(line, record);
    line += '\n';
    if (file != nullptr) {
      file->text() += line;
      file->flush();
    }
    if (!record.check.ok) complain(record);
    if (options.json)
      out.text() += line;
    else
      append_told(out.text(), record, run.settings);
    out.flush();
  }
  if (!options.json && records.size() > 1) append_summary(out.text(), records);
  out.finish();
}

}  // namespace

int run_bench(const Options& options, const std::stop_token& stop) {
  const std::vector<BenchRun> runs = bench_runs(options);
  for (const BenchRun& run : runs) check_given(run.config);
  std::optional<Output> file;
  if (!options.out.empty()) {
    file.emplace(options.out);
    std::signal(SIGPIPE, SIG_IGN);  // who reads the text and goes away does not take the file with him
  }
  std::vector<BenchRecord> records;
  const auto finish = [&] {
    if (file && !records.empty()) file->finish();  // what there is stays, whatever became of the rest
  };
  try {
    measure_all(runs, options, stop, file ? &*file : nullptr, records);
  } catch (...) {
    finish();
    throw;
  }
  finish();
  return std::ranges::all_of(records, [](const BenchRecord& record) { return record.check.ok; }) ? done : failed;
}

}  // namespace cli
