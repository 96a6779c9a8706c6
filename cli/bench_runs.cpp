#include "bench_runs.hpp"
#include "failure.hpp"
#include "used.hpp"
#include "yaml.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <span>
#include <utility>

namespace cli {

namespace {

constexpr std::size_t most_runs = 1'000;

struct Value {
  std::string text, origin;
};

// What is said of one run, or of all: a setting's name, `name` or `config`, and its values.
using Said = std::map<std::string, std::vector<Value>>;

[[noreturn]] void complain(const std::string& origin, const std::string& what) {
  throw Failure(wrong_usage, origin + ": " + what);
}

void check_key(const std::string& key, const std::string& origin) {
  if (key == "name" || key == "config" || bench::find_setting(key) != nullptr) return;
  std::string known = "name, config";
  for (const bench::Setting& setting : bench::all_settings()) known += ", " + std::string(setting.name);
  complain(origin, "'" + key + "' is no setting of a run; there are " + known);
}

Said said_in(const Yaml& map, const std::string& what, const std::string& folder) {
  if (map.kind != Yaml::Kind::map) complain(map.origin, what + " must be a map of settings, as 'clients: 4'");
  Said said;
  for (const Yaml& value : map.items) {
    const std::string& key = value.key;
    check_key(key, value.origin);
    std::vector<Value>& values = said[key];
    const auto add = [&](const Yaml& one) {
      if (one.kind != Yaml::Kind::value) complain(one.origin, "'" + key + "' needs a value or a list of values");
      const bool is_path = key == "config";
      values.push_back({is_path ? (std::filesystem::path(folder) / one.text).string() : one.text, one.origin});
    };
    if (value.kind != Yaml::Kind::list)
      add(value);
    else
      std::ranges::for_each(value.items, add);
    if (values.empty()) complain(value.origin, "'" + key + "' needs a value at least");
    if (key == "name" && values.size() > 1) complain(value.origin, "'name' has one value");
  }
  return said;
}

// Also the values that a comma parts.
Said said_by(const Options& options) {
  Said said;
  for (const auto& [name, text] : options.bench_settings) {
    std::vector<Value>& values = said[name];
    values.clear();
    for (std::size_t begin = 0, end = 0; end != std::string::npos; begin = end + 1) {
      end = text.find(',', begin);
      values.push_back({text.substr(begin, end - begin), "--" + name});
    }
  }
  if (!options.name.empty()) said["name"] = {{options.name, "--name"}};
  if (!options.config.empty() && options.is_config_given) said["config"] = {{options.config, "--config"}};
  return said;
}

// `over` counts more.
Said together(Said said, const Said& over) {
  for (const auto& [key, values] : over) said[key] = values;
  return said;
}

void set(BenchRun& run, const std::string& key, const Value& value) {
  if (key == "name")
    run.name = value.text;
  else if (key == "config")
    run.config = value.text;
  else if (const std::string wrong = bench::find_setting(key)->set(run.settings, value.text); !wrong.empty())
    complain(value.origin, key + " '" + value.text + "': " + wrong);
}

std::string varied(const std::string& key, const Value& value) {
  if (key == "config") return std::filesystem::path(value.text).stem().string();
  if (key == "clients") return value.text + (value.text == "1" ? " client" : " clients");
  if (key == "in_flight") return value.text + " in flight";
  return key + " " + value.text;
}

// One more for each further value of each setting.
void expand(const Said& said, const std::string& origin, std::vector<BenchRun>& runs) {
  std::vector<BenchRun> made(1);
  for (const auto& [key, values] : said) {
    std::vector<BenchRun> more;
    for (const BenchRun& run : made)
      for (const Value& value : values) {
        set(more.emplace_back(run), key, value);
        if (values.size() > 1) more.back().varied += (run.varied.empty() ? "" : ", ") + varied(key, value);
      }
    made = std::move(more);
    if (runs.size() + made.size() > most_runs) complain(origin, "this makes more than a thousand runs");
  }
  for (BenchRun& run : made)
    if (const std::string wrong = bench::complete(run.settings); !wrong.empty()) complain(origin, wrong);
  std::ranges::move(made, std::back_inserter(runs));
}

// A setting that changes none of the runs for which it was said would stand beside figures that have nothing of it.
void check_used(const Said& said, std::span<const BenchRun> runs) {
  for (const auto& [key, values] : said) {
    if (bench::find_setting(key) == nullptr) continue;
    const auto is_used = [&](const BenchRun& run) { return bench::uses(run.settings, key); };
    if (std::ranges::any_of(runs, is_used)) continue;
    std::string problem = "'" + key + "' changes nothing in ";
    problem.append(runs.front().settings.workload).append(" as it is set; leave it out");
    complain(values.front().origin, problem);
  }
}

}  // namespace

std::vector<BenchRun> bench_runs(const Options& options) {
  const Said flags = said_by(options);
  Said environment;
  if (!options.config.empty()) environment["config"] = {{options.config, "EVENTCORE_CONFIG"}};
  std::vector<BenchRun> runs;
  if (options.bench_file.empty()) {
    expand(together(environment, flags), "the command line", runs);
    check_used(flags, runs);
    return runs;
  }
  const std::string& path = options.bench_file;
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const Yaml file = read_yaml(path);
  if (file.kind != Yaml::Kind::map) complain(path, "a map with 'runs', and perhaps 'defaults', is needed");
  for (const Yaml& value : file.items)
    if (value.key != "runs" && value.key != "defaults")
      complain(value.origin, "'" + value.key + "' is not known here; there are runs and defaults");
  Said said_of_all;
  if (const Yaml* given = file.find("defaults"); given != nullptr) said_of_all = said_in(*given, "'defaults'", folder);
  const Said defaults = together(environment, said_of_all);
  const Yaml* list = file.find("runs");
  if (list == nullptr || list->kind != Yaml::Kind::list || list->items.empty())
    complain(list == nullptr ? path : list->origin, "'runs' must be a list of runs, as '- workload: transfer'");
  for (const Yaml& run : list->items) {
    const Said said = said_in(run, "a run", folder);
    const std::size_t before = runs.size();
    expand(together(together(defaults, said), flags), run.origin, runs);
    check_used(said, std::span(runs).subspan(before));
  }
  check_used(said_of_all, runs);
  check_used(flags, runs);
  return runs;
}

}  // namespace cli
