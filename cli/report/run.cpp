#include "../failure.hpp"
#include "../lines.hpp"
#include "run.hpp"

#include <eventcore/format.hpp>
#include <eventcore/json_read.hpp>

#include <algorithm>

namespace cli::report {

namespace {

// A line has a histogram and each second of its run.
constexpr std::size_t longest_line_bytes = 64U << 20U;
constexpr std::size_t most_seconds = 240;

struct Form {
  std::optional<int> eventcore_bench;
};
EC_FIELDS(Form, eventcore_bench)

ec::Error wrong(std::string what) { return {ec::Code::invalid, std::move(what)}; }

bool is_empty(std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; }

std::optional<double> worse(const std::optional<double>& one, const std::optional<double>& other) {
  return one && other ? std::max(*one, *other) : one ? one : other;
}

// What Lines and parse_run() complain of does not name the file.
Failure in_file(const std::string& file, const std::string& what) {
  return {wrong_usage, (file == "-" ? "standard input" : file) + ", " + what};
}

void read_file(const std::string& file, const std::stop_token& stop, std::vector<Run>& runs) {
  Lines lines(file, longest_line_bytes, stop);
  const std::size_t before = runs.size();
  const auto next = [&] {
    try {
      return lines.next();
    } catch (const Failure& failure) {
      if (!std::string_view(failure.what()).starts_with("line ")) throw;
      throw in_file(file, failure.what());
    }
  };
  while (const auto line = next()) {
    if (is_empty(*line)) continue;
    auto run = parse_run(*line);
    if (!run) throw in_file(file, ec::format("line {}: {}", lines.number(), run.error().message));
    runs.push_back(std::move(*run));
  }
  if (!lines.stopped() && runs.size() == before)
    throw in_file(file, "line 1: there is no run in it; `eventcore bench --json` writes them, one a line");
}

}  // namespace

bool Run::is_good() const {
  return results && results->per_second && !results->interrupted.value_or(false) && (!check || check->ok);
}

std::optional<double> Run::number(const std::string& setting) const {
  const auto found = settings.find(setting);
  double value = 0;
  if (found == settings.end() || found->second.text == "null" || !ec::json::read(found->second.text, value)) return {};
  return value;
}

std::optional<std::string> Run::text(const std::string& setting) const {
  const auto found = settings.find(setting);
  std::string value;
  if (found == settings.end() || !ec::json::read(found->second.text, value)) return {};
  return value;
}

bool Run::is_open_loop() const { return number("rate").has_value(); }

ec::Result<Run> parse_run(std::string_view line) {
  if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  Form form;
  if (auto read = ec::json::read(line, form); !read) return std::unexpected(wrong(read.error().message));
  if (!form.eventcore_bench)
    return std::unexpected(wrong("this is no run of `eventcore bench`: the member 'eventcore_bench' is missing"));
  if (*form.eventcore_bench != known_form)
    return std::unexpected(
        wrong(ec::format("the run is of form {}, this eventcore reads form {}; use the eventcore that "
                         "wrote it",
                         *form.eventcore_bench, known_form)));
  Run run;
  if (auto read = ec::json::read(line, run); !read) return std::unexpected(wrong(read.error().message));
  // In older files a 0 stands where nothing was measured.
  if (run.results)
    for (auto* latency : {&run.results->latency_us, &run.results->lag_us})
      if (*latency && (*latency)->max == 0) latency->reset();
  if (run.results && run.results->over_time) {
    auto& seconds = *run.results->over_time;
    // What is behind the end is no second, but the last answers.
    std::erase_if(seconds,
                  [&](const Second& each) { return each.second > run.results->seconds.value_or(each.second); });
    for (Second& each : seconds) {
      each.least = each.most = each.operations;
      if (each.p99_us == 0) each.p50_us = each.p99_us = std::nullopt;
    }
    std::ranges::sort(seconds, {}, &Second::second);
    seconds = thinned(seconds, most_seconds);
  }
  return run;
}

std::vector<Run> read_runs(const std::vector<std::string>& files, const std::stop_token& stop) {
  std::vector<Run> runs;
  for (const std::string& file : files) read_file(file, stop, runs);
  return runs;
}

std::vector<Second> thinned(const std::vector<Second>& seconds, std::size_t most) {
  if (seconds.size() <= most || most == 0) return seconds;
  const std::size_t together = (seconds.size() + most - 1) / most;
  std::vector<Second> made;
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    if (i % together == 0) {
      made.push_back(seconds[i]);
      continue;
    }
    Second& into = made.back();
    into.second = seconds[i].second;
    into.operations += seconds[i].operations;
    into.seconds += seconds[i].seconds;
    into.p50_us = worse(into.p50_us, seconds[i].p50_us);
    into.p99_us = worse(into.p99_us, seconds[i].p99_us);
    into.least = std::min(into.least, seconds[i].least);
    into.most = std::max(into.most, seconds[i].most);
  }
  return made;
}

}  // namespace cli::report
