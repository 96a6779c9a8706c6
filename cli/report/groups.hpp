// Runs put together: what is equal in all but clients or rate stands in one panel, and who was measured makes a series
// of it. Repetitions are never averaged: the median run stands for them.
#pragma once

#include "run.hpp"

#include <string>
#include <vector>

namespace cli::report {

// Repetitions of one measurement, which differ in their seed alone, from the lowest to the highest: in throughput, or
// in p99 under an open loop, where the rate is given.
struct Point {
  std::optional<double> x;  // clients, or the rate
  std::vector<const Run*> runs;
  std::vector<const Run*> failed;

  // The lower one of two. There must be a good one.
  const Run& median() const { return *runs[(runs.size() - 1) / 2]; }
  bool is_good() const { return !runs.empty(); }
};

// How many colours and marks there are to tell subjects apart.
constexpr std::size_t colours = 8, shapes = 6, looks = 24;

// A backend as it was built and set, on its machine, or a rival.
struct Subject {
  std::string label;       // short, and no other subject has it
  std::string durability;  // never empty
  bool is_rival = false;
  std::size_t number = 0;  // of its colour and its mark: the same on the whole page, another than in each of its panels
};

struct Series {
  const Subject* subject = nullptr;
  // Of a rival: the settings that are not those of the panel.
  std::string differs;
  std::vector<Point> points;  // by x
};

struct Panel {
  bool is_open_loop = false;
  std::string workload;
  Settings settings;               // without what differs within
  std::vector<std::string> apart;  // what it has and another panel of the same workload has not
  std::vector<Series> series;      // ours first

  const char* x_name() const { return is_open_loop ? "rate" : "clients"; }
};

struct Groups {
  std::vector<Subject> subjects;
  std::vector<System> systems;  // in the order in which they appear
  std::vector<Build> builds;
  std::vector<Panel> panels;
};

// Lends from `runs`, which must outlive it and stay where they are.
Groups grouped(const std::vector<Run>& runs);

// A setting in words, as "256 B payload"; empty when there is nothing to say.
std::string in_words(const std::string& name, const Settings& settings);
// All of them.
std::vector<std::string> in_words(const Settings& settings);
// Without those that mean nothing to the workload, or change nothing as they are.
Settings that_matter(const Settings& settings);

}  // namespace cli::report
