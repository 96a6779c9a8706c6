// Figures with lines: throughput, latency percentiles, and both over time.
#include "figures.hpp"
#include "markup.hpp"
#include "plot.hpp"
#include "table.hpp"

#include <eventcore/format.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace cli::report {

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t most_table_rows = 60;

struct Percentile {
  const char* name;
  double (*of)(const Run&);
};
constexpr std::array<Percentile, 5> percentiles = {
    {{"p50", [](const Run& run) { return run.latency().p50.value_or(unknown); }},
     {"p90", [](const Run& run) { return run.latency().p90.value_or(unknown); }},
     {"p99", [](const Run& run) { return run.latency().p99.value_or(unknown); }},
     {"p99.9", [](const Run& run) { return run.latency().p99_9.value_or(unknown); }},
     {"max", [](const Run& run) { return run.latency().max.value_or(unknown); }}}};
constexpr std::array<std::size_t, 3> drawn_percentiles = {0, 2, 3};

double throughput_of(const Run& run) { return run.per_second(); }
double events_of(const Run& run) { return run.results->events_written_per_second.value_or(unknown); }

using Value = double (*)(const Run&);

// Values above 0 only, where the axis is logarithmic.
std::vector<Line> lines_of(const Panel& panel, Value value, Words words, bool above_zero) {
  std::vector<Line> lines;
  for (const Series& series : panel.series) {
    Line line{.series = &series, .spots = {}};
    for (const Point& point : series.points) {
      if (!point.is_good() || !point.x) continue;
      const double y = value(point.median());
      if (!std::isfinite(y) || (above_zero && y <= 0)) continue;
      Spot spot{.x = *point.x, .y = y, .low = y, .high = y, .words = {}, .is_late = !kept_up(point.median())};
      for (const Run* run : point.runs) {
        const double other = value(*run);
        if (!std::isfinite(other) || (above_zero && other <= 0)) continue;
        spot.low = std::min(*spot.low, other);
        spot.high = std::max(*spot.high, other);
      }
      spot.words = words(y) + " " + where(panel, point);
      line.spots.push_back(std::move(spot));
    }
    if (!line.spots.empty() && lines.size() < most_lines) lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<double> places(const std::vector<Line>& lines) {
  std::vector<double> all;
  for (const Line& line : lines)
    for (const Spot& spot : line.spots) all.push_back(spot.x);
  return all;
}

// Whether some line has two places, else bars say it better.
bool is_line(const std::vector<Line>& lines) {
  return std::ranges::any_of(lines, [](const Line& line) { return line.spots.size() > 1; });
}

std::vector<const Series*> series_of(const std::vector<Line>& lines) {
  std::vector<const Series*> all;
  for (const Line& line : lines) all.push_back(line.series);
  return all;
}

std::string left_out(const Panel& panel, const std::vector<Line>& lines) {
  if (lines.size() < most_lines || panel.series.size() <= most_lines) return {};
  return ec::format("<p class=\"note\">The first {} of {} series are drawn; the table has all.</p>", most_lines,
                    panel.series.size());
}

std::string figure_of(const char* kind, const std::string& title, const std::string& rest) {
  return ec::format("<figure class=\"{}\"><figcaption>{}</figcaption>{}</figure>\n", kind, title, rest);
}

// Where series are far apart, the slow ones would lie on the axis.
Scale throughput_scale(const std::vector<Line>& lines, std::string& unit) {
  double highest = 0, lowest_line = std::numeric_limits<double>::infinity(), lowest = lowest_line;
  for (const Line& line : lines) {
    double most = 0;
    for (const Spot& spot : line.spots) {
      most = std::max(most, spot.high.value_or(spot.y));
      if (const double low = spot.low.value_or(spot.y); low > 0) lowest = std::min(lowest, low);
    }
    highest = std::max(highest, most);
    lowest_line = std::min(lowest_line, most);
  }
  unit = "operations a second";
  if (highest <= 20 * lowest_line || lowest_line <= 0) return Scale::linear(highest);
  unit += ", log scale";
  return Scale::logarithmic(lowest, highest);
}

bool is_late(const Line& line) { return std::ranges::any_of(line.spots, &Spot::is_late); }

HtmlTable latency_table(const Panel& panel) {
  HtmlTable table{{"", panel.is_open_loop ? "Asked, 1/s" : "Clients", "Done, 1/s"}, {}};
  for (const Percentile& percentile : percentiles) table.heading.emplace_back(percentile.name);
  if (panel.is_open_loop) table.heading.emplace_back("Unfinished");
  for (const Series& series : panel.series) {
    for (const Point& point : series.points) {
      if (!point.is_good()) continue;
      std::vector<std::string> row = {name_cell(series), point.x ? figure(*point.x) : "–",
                                      with_spread(point, figure, throughput_of)};
      for (const Percentile& percentile : percentiles) row.push_back(with_spread(point, duration, percentile.of));
      if (panel.is_open_loop) row.push_back(figure(point.median().results->unfinished.value_or(0)));
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

}  // namespace

std::string throughput_figure(const Panel& panel) {
  const std::vector<Line> lines = lines_of(panel, throughput_of, figure, false);
  if (panel.is_open_loop || !is_line(lines)) return {};
  std::string unit;
  const Scale scale = throughput_scale(lines, unit);
  const Plot plot{"", unit, "clients", Scale::of_values(places(lines)), scale, lines, false};
  HtmlTable table{{"", "Clients", "Operations/s", "Events/s", "Conflicts", "Retries", "Runs"}, {}};
  for (const Series& series : panel.series) {
    for (const Point& point : series.points) {
      if (!point.is_good()) continue;
      const Results& results = *point.median().results;
      const auto count = [](const std::optional<double>& value) { return value ? figure(*value) : std::string("–"); };
      table.rows.push_back({name_cell(series), point.x ? figure(*point.x) : "–",
                            with_spread(point, figure, throughput_of), with_spread(point, figure, events_of),
                            count(results.conflicts), count(results.retries), std::to_string(point.runs.size())});
    }
  }
  return figure_of("half", "Throughput against clients",
                   legend(series_of(lines)) + drawn(plot) + left_out(panel, lines) + folded("Figures", table));
}

std::string latency_figure(const Panel& panel) {
  std::vector<std::vector<Line>> all;
  double lowest = std::numeric_limits<double>::infinity(), highest = 0;
  std::vector<double> xs;
  for (const std::size_t which : drawn_percentiles) {
    all.push_back(lines_of(panel, percentiles[which].of, duration, true));
    for (const Line& line : all.back()) {
      for (const Spot& spot : line.spots) {
        lowest = std::min(lowest, spot.low.value_or(spot.y));
        highest = std::max(highest, spot.high.value_or(spot.y));
        xs.push_back(spot.x);
      }
    }
  }
  if (!is_line(all.front())) return {};
  std::string plots = legend(series_of(all.front())) + "<div class=\"frames\">";
  const std::string x_name = panel.is_open_loop ? "operations a second asked for" : "clients";
  for (std::size_t i = 0; i < all.size(); ++i)
    plots += drawn({percentiles[drawn_percentiles[i]].name, "log scale", x_name, Scale::of_values(xs),
                    Scale::logarithmic(lowest, highest, duration), all[i], false});
  plots += "</div>";
  if (std::ranges::any_of(all.front(), is_late))
    plots += "<p class=\"note\">A ring: the store did not keep up with the rate, and what waited grew.</p>";
  return figure_of("whole", panel.is_open_loop ? "Latency against the rate" : "Latency against clients",
                   plots + left_out(panel, all.front()) + folded("Figures", latency_table(panel)));
}

namespace {

HtmlTable time_table(const std::vector<std::pair<const Series*, const Run*>>& runs, std::size_t most_rows) {
  HtmlTable table{{"", "Seconds", "Operations/s", "Least", "Most", "p50", "p99"}, {}};
  for (const auto& [series, run] : runs) {
    double before = 0;
    for (const Second& each : thinned(*run->results->over_time, most_rows)) {
      const auto latency = [](const std::optional<double>& value) {
        return value ? duration(*value) : std::string("–");
      };
      table.rows.push_back({"<bdi>" + label(series->subject->label) + "</bdi>",
                            each.seconds > 1 ? figure(before + 1) + "–" + figure(each.second) : figure(each.second),
                            figure(each.operations / each.seconds), figure(each.least), figure(each.most),
                            latency(each.p50_us), latency(each.p99_us)});
      before = each.second;
    }
  }
  return table;
}

}  // namespace

std::string time_figure(const Panel& panel, std::size_t most_points) {
  std::vector<Line> rates, latencies;
  std::vector<std::pair<const Series*, const Run*>> runs;
  double last = 0, low = std::numeric_limits<double>::infinity(), high = 0;
  bool is_thinned = false;
  std::string of, elsewhere;
  for (const Series& series : panel.series) {
    const Point* point = compared(panel, series);
    if (point == nullptr || rates.size() == most_lines) continue;
    const Run& run = point->median();
    if (!run.results->over_time || run.results->over_time->size() < 2) continue;
    runs.emplace_back(&series, &run);
    if (of.empty())
      of = where(panel, *point);
    else if (where(panel, *point) != of)
      elsewhere += (elsewhere.empty() ? "" : ", ") + shortened(series.subject->label, 60) + " " + where(panel, *point);
    Line rate{.series = &series, .spots = {}}, latency{.series = &series, .spots = {}};
    bool is_gap = false;
    for (const Second& each : thinned(*run.results->over_time, most_points)) {
      const double per_second = each.operations / each.seconds;
      is_thinned = is_thinned || each.seconds > 1;
      const std::string words = "second " + figure(each.second);
      rate.spots.push_back(
          {each.second, per_second, each.least, each.most, words + ", " + figure(per_second) + " a second"});
      last = std::max(last, each.second);
      if (!each.p99_us || *each.p99_us <= 0) {
        is_gap = true;
        continue;
      }
      latency.spots.push_back({each.second, *each.p99_us, {}, {}, words + ", " + duration(*each.p99_us)});
      latency.spots.back().is_behind_gap = std::exchange(is_gap, false);
      low = std::min(low, *each.p99_us);
      high = std::max(high, *each.p99_us);
    }
    rates.push_back(std::move(rate));
    if (!latency.spots.empty()) latencies.push_back(std::move(latency));
  }
  if (rates.empty()) return {};
  std::string plots = legend(series_of(rates)) + "<div class=\"frames\">";
  std::string unit;
  const Scale scale = throughput_scale(rates, unit);
  plots += drawn({"", unit, "seconds", Scale::up_to(last), scale, rates, true});
  if (!latencies.empty())
    plots += drawn(
        {"p99", "log scale", "seconds", Scale::up_to(last), Scale::logarithmic(low, high, duration), latencies, true});
  plots += "</div>";
  if (!elsewhere.empty()) plots += "<p class=\"note\">But " + escaped(elsewhere) + ".</p>";
  if (is_thinned)
    plots +=
        "<p class=\"note\">Several seconds make a point: their mean, with a band from the least to the most, and "
        "the worst p99 of them.</p>";
  return figure_of("whole", "Over time, " + of,
                   plots + folded("Figures", time_table(runs, std::min(most_points, most_table_rows))));
}

}  // namespace cli::report
