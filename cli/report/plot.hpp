// Lines over two axes, as SVG that fits any width: places are shares of it, sizes of text and marks are not.
#pragma once

#include "groups.hpp"
#include "scale.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cli::report {

struct Spot {
  double x = 0, y = 0;
  std::optional<double> low, high;  // of the repetitions, or within the seconds that were put together
  std::string words;                // shown when it is pointed at
  bool is_late = false;             // the store did not keep up: it gets a ring
  bool is_behind_gap = false;       // no line comes here from the one before
};

struct Line {
  const Series* series = nullptr;
  std::vector<Spot> spots;  // by x
};

struct Plot {
  std::string what;  // what stands above it
  std::string unit;
  std::string x_name;
  Scale x, y;
  std::vector<Line> lines;
  bool is_over_time = false;  // few marks, and a band instead of whiskers
};

// As many as can be told apart; the others stand in the table alone.
constexpr std::size_t most_lines = 12;
// Lines have their names at their ends up to so many.
constexpr std::size_t few_lines = 4;

std::string drawn(const Plot& plot);

// The classes that give a subject its colour, and a rival its look.
std::string classes(const Subject& subject);
// The subject's mark around the middle of its place.
std::string mark(const Subject& subject);
// The id of what fills a rival's bar. The page has them once, by hatchings().
std::string hatching(const Subject& subject);
std::string hatchings();
// What the lines are.
std::string legend(const std::vector<const Series*>& all);

}  // namespace cli::report
