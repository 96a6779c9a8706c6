#include "groups.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <tuple>

namespace cli::report {

namespace {

constexpr const char* unknown_durability = "durability unknown";

// Of what is told apart by `words`; what says nothing is like any other, and stands first then.
template <class T>
std::size_t place_of(std::vector<T>& known, const std::optional<T>& one, std::string (*words)(const T&)) {
  if (!one) return 0;
  const auto found = std::ranges::find(known, words(*one), words);
  if (found != known.end()) return static_cast<std::size_t>(found - known.begin());
  known.push_back(*one);
  return known.size() - 1;
}

// Some programs say "Linux 6.1.0" and some 6.1.0.
std::string machine_of(const System& system) {
  std::string kernel = system.kernel.value_or("");
  if (kernel.starts_with("Linux ")) kernel.erase(0, 6);
  return system.cpu.value_or("") + "\n" + std::to_string(system.cores.value_or(0)) + "\n" + kernel;
}

std::string words_of(const Build& build) {
  return build.version.value_or("") + "\n" + build.compiler.value_or("") + "\n" + build.type.value_or("");
}

std::string durability_of(const Run& run) {
  if (!run.store) return unknown_durability;
  const std::string how = run.store->durability.value_or("");
  if (!run.store->durable) return how.empty() ? unknown_durability : how;
  const std::string whether = *run.store->durable ? "durable" : "not durable";
  return how.empty() || how == whether ? whether : whether + ": " + how;
}

std::string base_of(const Run& run) {
  if (run.rival) return run.rival->empty() ? "rival" : *run.rival;
  return run.store && run.store->plugin && !run.store->plugin->empty() ? *run.store->plugin : "unknown plugin";
}

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& each : words) all += (all.empty() ? "" : ", ") + each;
  return all;
}

std::string options_of(const Run& run) {
  return run.store && run.store->options ? joined(in_words(*run.store->options)) : "";
}

std::string letter(std::size_t number) {
  return number < 26 ? std::string(1, static_cast<char>('A' + number)) : std::to_string(number + 1);
}

// What tells subjects apart that have the same name, the shortest that is enough.
class Subjects {
 public:
  explicit Subjects(Groups& groups) : groups_(groups) {}

  std::size_t number_of(const Run& run) {
    const std::size_t system = place_of(groups_.systems, run.system, machine_of);
    const std::size_t build = place_of(groups_.builds, run.build, words_of);
    const std::string version = run.store ? run.store->version.value_or("") : "";
    const std::string config = run.store ? run.store->config.value_or("") : "";
    const Key key{run.is_rival(), base_of(run), version, durability_of(run), options_of(run), config, system, build};
    const auto [place, is_new] = numbers_.try_emplace(key, keys_.size());
    if (is_new) {
      keys_.push_back(key);
      groups_.subjects.push_back({.label = std::get<1>(key),
                                  .durability = std::get<3>(key),
                                  .is_rival = run.is_rival(),
                                  .number = keys_.size() - 1});
    }
    return place->second;
  }

  void name() {
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      std::string& label = groups_.subjects[i].label;
      if (differs<2>(keys_[i]) && !std::get<2>(keys_[i]).empty()) label += " " + std::get<2>(keys_[i]);
      if (differs<3>(keys_[i])) label += ", " + std::get<3>(keys_[i]);
      if (differs<4>(keys_[i]) && !std::get<4>(keys_[i]).empty()) label += ", " + std::get<4>(keys_[i]);
      if (differs_in_config(keys_[i])) label += ", config " + std::get<5>(keys_[i]);
      if (differs<6>(keys_[i])) label += ", machine " + letter(std::get<6>(keys_[i]));
      if (differs<7>(keys_[i])) label += ", build " + letter(std::get<7>(keys_[i]));
    }
  }

 private:
  // Whether it is a rival, its name, version, durability, options, configuration file, system, build.
  using Key =
      std::tuple<bool, std::string, std::string, std::string, std::string, std::string, std::size_t, std::size_t>;

  template <std::size_t Part>
  bool differs(const Key& key) const {
    return std::ranges::any_of(keys_, [&](const Key& other) {
      return std::get<0>(other) == std::get<0>(key) && std::get<1>(other) == std::get<1>(key) &&
             std::get<Part>(other) != std::get<Part>(key);
    });
  }

  // Where the options do not say it.
  bool differs_in_config(const Key& key) const {
    return !std::get<5>(key).empty() && std::ranges::any_of(keys_, [&](const Key& other) {
      return std::get<0>(other) == std::get<0>(key) && std::get<1>(other) == std::get<1>(key) &&
             std::get<4>(other) == std::get<4>(key) && std::get<5>(other) != std::get<5>(key);
    });
  }

  Groups& groups_;
  std::map<Key, std::size_t> numbers_;
  std::vector<Key> keys_;
};

// What may differ within a panel.
Settings shared_settings(const Run& run) {
  Settings settings = run.settings;
  settings.erase("seed");
  settings.erase(run.is_open_loop() ? "rate" : "clients");
  std::erase_if(settings, [](const auto& setting) { return setting.second.text == "null"; });
  return settings;
}

// Of a rival against a panel. How long it was measured and how it was warmed up is its own matter, and what it does not
// say is not known to differ.
std::vector<std::string> differences(const Settings& rival, const Settings& panel) {
  std::vector<std::string> found;
  for (const auto& [name, value] : rival) {
    if (name == "workload" || name == "seconds" || name == "warm_up_seconds" || name == "loop") continue;
    const auto ours = panel.find(name);
    if (ours != panel.end() && ours->second.text != value.text) found.push_back(in_words(name, rival));
  }
  return found;
}

class Maker {
 public:
  explicit Maker(const std::vector<Run>& runs) : subjects_(groups_) {
    for (const Run& run : runs) numbers_.push_back(subjects_.number_of(run));
    subjects_.name();
    for (const bool is_rival : {false, true})
      for (std::size_t i = 0; i < runs.size(); ++i)
        if (runs[i].is_rival() == is_rival) add(runs[i], numbers_[i]);
    for (Panel& panel : groups_.panels) finish(panel);
    tell_apart();
    choose_looks();
  }

  Groups made() { return std::move(groups_); }

 private:
  void add(const Run& run, std::size_t subject) {
    const Settings settings = shared_settings(run);
    if (run.is_rival() && join_nearest(run, settings, subject)) return;
    std::string key = run.is_open_loop() ? "open" : "closed";
    for (const auto& [name, value] : settings) key.append("\n").append(name).append("\t").append(value.text);
    const auto [place, is_new] = panels_.try_emplace(key, groups_.panels.size());
    if (is_new) {
      Panel panel;
      panel.is_open_loop = run.is_open_loop();
      panel.workload = run.text("workload").value_or("unknown workload");
      panel.settings = settings;
      groups_.panels.push_back(std::move(panel));
      series_of_panel_.emplace_back();
    }
    put(place->second, run, subject, {});
    if (!run.is_rival()) ours_ = groups_.panels.size();
  }

  // Beside the runs of ours that are most like it; whether there are any.
  bool join_nearest(const Run& run, const Settings& settings, std::size_t subject) {
    std::size_t least = std::numeric_limits<std::size_t>::max();
    std::vector<std::pair<std::size_t, std::string>> nearest;
    for (std::size_t i = 0; i < ours_; ++i) {
      const Panel& panel = groups_.panels[i];
      if (panel.is_open_loop != run.is_open_loop() || panel.workload != run.text("workload")) continue;
      const auto found = differences(settings, panel.settings);
      if (found.size() < least) nearest.clear();
      if (found.size() > least) continue;
      least = found.size();
      nearest.emplace_back(i, joined(found));
    }
    for (const auto& [panel, differs] : nearest) put(panel, run, subject, differs);
    return !nearest.empty();
  }

  void put(std::size_t panel, const Run& run, std::size_t subject, const std::string& differs) {
    std::vector<Series>& all = groups_.panels[panel].series;
    const auto [place, is_new] = series_of_panel_[panel].try_emplace({subject, differs}, all.size());
    if (is_new) all.push_back({.subject = &groups_.subjects[subject], .differs = differs, .points = {}});
    std::vector<Point>& points = all[place->second].points;
    const auto x = run.number(groups_.panels[panel].x_name());
    auto point = std::ranges::find(points, x, &Point::x);
    if (point == points.end()) {
      points.push_back({.x = x, .runs = {}, .failed = {}});
      point = points.end() - 1;
    }
    (run.is_good() ? point->runs : point->failed).push_back(&run);
  }

  static void finish(Panel& panel) {
    for (Series& series : panel.series) {
      std::ranges::sort(series.points, {}, [](const Point& point) { return point.x.value_or(0); });
      for (Point& point : series.points)
        std::ranges::sort(point.runs, {}, [&](const Run* run) {
          return panel.is_open_loop ? run->latency().p99.value_or(0) : run->per_second();
        });
    }
  }

  // A panel's heading has what others of the same workload do not have.
  void tell_apart() {
    std::map<std::pair<std::string, bool>, std::vector<Panel*>> alike;
    for (Panel& panel : groups_.panels) alike[{panel.workload, panel.is_open_loop}].push_back(&panel);
    for (const auto& [workload, panels] : alike) {
      std::map<std::string, std::size_t> counts;
      for (const Panel* panel : panels)
        for (const std::string& words : in_words(panel->settings)) ++counts[words];
      for (Panel* panel : panels)
        for (const std::string& words : in_words(panel->settings))
          if (counts[words] < panels.size()) panel->apart.push_back(words);
    }
  }

  // Its place among all is its number, unless one that it stands beside has that colour or that mark.
  void choose_looks() {
    std::vector<std::set<std::size_t>> beside(groups_.subjects.size());
    const auto place = [&](const Series& series) {
      return static_cast<std::size_t>(series.subject - groups_.subjects.data());
    };
    for (const Panel& panel : groups_.panels)
      for (std::size_t i = 0; i < std::min(panel.series.size(), looks); ++i)
        for (std::size_t k = 0; k < i; ++k) {
          const auto [first, second] = std::minmax({place(panel.series[i]), place(panel.series[k])});
          if (first != second) beside[second].insert(first);
        }
    for (std::size_t i = 0; i < groups_.subjects.size(); ++i) {
      std::set<std::size_t> its_colours, its_shapes;
      for (const std::size_t other : beside[i]) {
        its_colours.insert(groups_.subjects[other].number % colours);
        its_shapes.insert(groups_.subjects[other].number % shapes);
      }
      std::optional<std::size_t> other_colour;
      for (std::size_t k = 0; k < looks; ++k) {
        const std::size_t number = (i + k) % (looks);
        if (its_colours.contains(number % colours)) continue;
        if (!other_colour) other_colour = number;
        if (its_shapes.contains(number % shapes)) continue;
        other_colour = number;
        break;
      }
      groups_.subjects[i].number = other_colour.value_or(i);
    }
  }

  Groups groups_;
  Subjects subjects_;
  std::vector<std::size_t> numbers_;
  std::map<std::string, std::size_t> panels_;
  std::vector<std::map<std::pair<std::size_t, std::string>, std::size_t>> series_of_panel_;
  std::size_t ours_ = 0;  // panels that begin with runs of ours
};

}  // namespace

Groups grouped(const std::vector<Run>& runs) { return Maker(runs).made(); }

}  // namespace cli::report
