#include "figures.hpp"
#include "markup.hpp"
#include "scale.hpp"

#include <eventcore/format.hpp>

#include <algorithm>
#include <cmath>
#include <set>

namespace cli::report {

namespace {

// The largest place that all series of ours have figures at; under an open loop one where all of them keep up, if there is.
std::optional<double> common_place(const Panel& panel, bool only_kept_up) {
  std::optional<std::set<double>> common;
  for (const Series& series : panel.series) {
    std::set<double> places;
    bool has_figures = false;
    for (const Point& point : series.points) {
      if (!point.is_good() || !point.x) continue;
      has_figures = true;
      if (!only_kept_up || kept_up(point.median())) places.insert(*point.x);
    }
    if (series.subject->is_rival || !has_figures) continue;
    if (!common) common = places;
    std::erase_if(*common, [&](double place) { return !places.contains(place); });
  }
  if (!common || common->empty()) return only_kept_up ? common_place(panel, false) : std::nullopt;
  return *common->rbegin();
}

}  // namespace

bool kept_up(const Run& run) {
  if (!run.is_open_loop() || !run.results) return true;
  const Results& results = *run.results;
  const double unfinished = results.unfinished.value_or(0);
  // What was answered may be fewer than the rate says, by chance alone.
  const double due =
      results.operations.value_or(0) + results.rejections.value_or(0) + results.given_up.value_or(0) + unfinished;
  return unfinished <= 0.05 * due;
}

const Point* compared(const Panel& panel, const Series& series) {
  const auto wanted = common_place(panel, panel.is_open_loop);
  const auto distance = [&](const Point& point) {
    if (!point.x || *point.x <= 0) return 1e9;
    // Twice as many clients is as far as half as many. Without a common place the largest is best.
    return wanted && *wanted > 0 ? std::abs(std::log(*point.x / *wanted)) : -*point.x;
  };
  const Point* best = nullptr;
  for (const Point& point : series.points)
    if (point.is_good() && (best == nullptr || distance(point) < distance(*best))) best = &point;
  return best;
}

std::string where(const Panel& panel, const Point& point) {
  if (!point.x) return panel.is_open_loop ? "at an unknown rate" : "with an unknown number of clients";
  if (panel.is_open_loop) return "at " + figure(*point.x) + " a second";
  return "with " + figure(*point.x) + (*point.x == 1 ? " client" : " clients");
}

std::string name_cell(const Series& series) {
  const Subject& subject = *series.subject;
  return ec::format("{}<bdi>{}</bdi><span class=\"aside\">{}{}{}</span>",
                    subject.is_rival ? "<b class=\"badge\">rival</b> " : "", label(subject.label),
                    label(subject.durability, 120),
                    series.differs.empty() ? "" : "; differs: ", label(series.differs, 120));
}

std::string with_spread(const Point& point, std::string (*words)(double), double (*value)(const Run&)) {
  const auto known = [&](const Run& run) { return std::isfinite(value(run)); };
  if (!known(point.median())) return "–";
  std::string out = escaped(words(value(point.median())));
  double low = value(point.median()), high = low;
  for (const Run* run : point.runs) {
    if (!known(*run)) continue;
    low = std::min(low, value(*run));
    high = std::max(high, value(*run));
  }
  if (low < high) out += ec::format(" <span class=\"spread\">{}–{}</span>", escaped(words(low)), escaped(words(high)));
  return out;
}

}  // namespace cli::report
