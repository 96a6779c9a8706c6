// Figures that set backends and rivals beside each other.
#include "figures.hpp"
#include "markup.hpp"
#include "plot.hpp"
#include "table.hpp"

#include <eventcore/format.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace cli::report {

namespace {

struct Entry {
  const Series* series;
  const Point* point;
};

std::vector<Entry> entries_of(const Panel& panel) {
  std::vector<Entry> entries;
  for (const Series& series : panel.series)
    if (const Point* point = compared(panel, series)) entries.push_back({&series, point});
  return entries;
}

std::string title_of(const Panel& panel, const char* what, const std::vector<Entry>& entries) {
  return std::string(what) + ", " + where(panel, *entries.front().point);
}

// A name, and what it has, above its bar; at which place, where that is not the title's.
std::string row_begin(const Panel& panel, const Entry& entry, const Entry& first, const std::string& value) {
  std::string out = "<div class=\"row " + classes(*entry.series->subject) + "\"><p><span>" + name_cell(*entry.series);
  if (entry.point->x != first.point->x)
    out += "<span class=\"aside\">· " + escaped(where(panel, *entry.point)) + "</span>";
  return out + "</span><span class=\"value\">" + value + "</span></p>";
}

// One that waits for the disk and one that does not are not to be compared.
struct Kind {
  const char* name;
  std::optional<bool> is_durable;
};

std::optional<bool> is_durable(const Entry& entry) {
  const Run& run = entry.point->median();
  return run.store ? run.store->durable : std::nullopt;
}

Latency latency_of(const Entry& entry, Latencies which) {
  const Run& run = entry.point->median();
  return which == Latencies::of_operations ? run.latency() : run.lag();
}

double throughput_of(const Run& run) { return run.per_second(); }

double highest_of(const Point& point) { return point.runs.back()->per_second(); }

std::string bar(const Entry& entry, double most) {
  const double value = entry.point->median().per_second();
  std::string out = "<svg class=\"bar\" role=\"img\" aria-label=\"" + escaped(figure(value)) + "\">";
  const std::string width = percent(value / most);
  out += "<rect class=\"track\" width=\"100%\" height=\"14\" rx=\"3\"/>";
  const Subject& subject = *entry.series->subject;
  const std::string fill = subject.is_rival ? ec::format(" fill=\"url(#{})\"", hatching(subject)) : "";
  out += ec::format("<rect class=\"bar\" width=\"{}\" height=\"14\" rx=\"3\"{}/>", width, fill);
  const double low = entry.point->runs.front()->per_second(), high = highest_of(*entry.point);
  if (low < high)
    out += ec::format("<line class=\"whisker\" x1=\"{}\" x2=\"{}\" y1=\"7\" y2=\"7\"/>", percent(low / most),
                      percent(high / most));
  return out + "</svg></div>";
}

// From p50 to the longest, a mark at each percentile.
std::string range(const Latency& latency, const Scale& scale) {
  std::string dots;
  std::string first, last;
  const auto add = [&](const char* name, const char* kind, const std::optional<double>& value) {
    if (!value || *value <= 0) return;
    last = percent(scale.at(*value));
    if (first.empty()) first = last;
    dots += ec::format("<svg x=\"{}\" y=\"10\"><title>{}</title><path class=\"{}\" d=\"M0,-6V6\"/></svg>", last,
                       escaped(std::string(name) + " " + duration(*value)), kind);
  };
  add("p50", "percentile first", latency.p50);
  add("p90", "percentile", latency.p90);
  add("p99", "percentile", latency.p99);
  add("p99.9", "percentile", latency.p99_9);
  add("max", "percentile", latency.max);
  if (dots.empty()) return "</div>";
  std::string out = "<svg class=\"range\" role=\"img\" aria-label=\"latency from p50 to the longest\">";
  for (const Tick& tick : scale.ticks_across()) {
    const std::string x = percent(scale.at(tick.value));
    out += ec::format("<line class=\"grid\" x1=\"{}\" x2=\"{}\" y1=\"0\" y2=\"20\"/>", x, x);
  }
  return out + ec::format("<line class=\"line\" x1=\"{}\" x2=\"{}\" y1=\"10\" y2=\"10\"/>", first, last) + dots +
         "</svg></div>";
}

std::string range_words(const Latency& latency) {
  std::string out;
  const auto add = [&](const char* name, const std::optional<double>& value) {
    if (value) out += ec::format("{}<span>{} {}</span>", out.empty() ? "" : " ", name, escaped(duration(*value)));
  };
  add("p50", latency.p50);
  add("p90", latency.p90);
  add("p99", latency.p99);
  add("p99.9", latency.p99_9);
  add("max", latency.max);
  return out.empty() ? "not known" : out;
}

}  // namespace

std::string bars_figure(const Panel& panel) {
  const std::vector<Entry> entries = entries_of(panel);
  if (panel.is_open_loop || entries.size() < 2) return {};
  std::string out = "<figure class=\"half bars\"><figcaption>" + title_of(panel, "Side by side", entries) +
                    "</figcaption><p class=\"unit\"><span>operations a second</span></p>";
  std::size_t kinds = 0;
  for (const Kind& kind : {Kind{"Durable", true}, Kind{"Not durable", false}, Kind{"Durability unknown", {}}}) {
    double most = 0;
    for (const Entry& entry : entries)
      if (is_durable(entry) == kind.is_durable) most = std::max(most, highest_of(*entry.point));
    if (!(most > 0)) continue;
    ++kinds;
    out += ec::format("<p class=\"kind\">{}</p>", kind.name);
    for (const Entry& entry : entries) {
      if (is_durable(entry) != kind.is_durable) continue;
      out += row_begin(panel, entry, entries.front(), with_spread(*entry.point, figure, throughput_of));
      out += bar(entry, most);
    }
  }
  if (kinds == 0) return {};
  if (kinds > 1) out += "<p class=\"note\">What is durable and what is not have each a scale of its own.</p>";
  return out + "</figure>\n";
}

std::string ranges_figure(const Panel& panel, Latencies which, bool is_whole) {
  std::vector<Entry> entries = entries_of(panel);
  std::erase_if(entries, [&](const Entry& entry) { return !latency_of(entry, which).p50; });
  double lowest = std::numeric_limits<double>::infinity(), highest = 0;
  for (const Entry& entry : entries) {
    const Latency latency = latency_of(entry, which);
    for (const auto& value : {latency.p50, latency.p90, latency.p99, latency.p99_9, latency.max}) {
      if (!value || *value <= 0) continue;
      lowest = std::min(lowest, *value);
      highest = std::max(highest, *value);
    }
  }
  if (!(highest > 0)) return {};
  const Scale scale = Scale::logarithmic(lowest, highest, duration);
  std::string out = "<figure class=\"" + std::string(is_whole ? "whole" : "half") + " bars\"><figcaption>" +
                    title_of(panel, which == Latencies::of_operations ? "Latency" : "Lag of the projection", entries) +
                    "</figcaption><p class=\"unit\"><span>p50, p90, p99, p99.9 and the longest, log scale</span></p>";
  for (const Entry& entry : entries)
    out += row_begin(panel, entry, entries.front(), range_words(latency_of(entry, which))) +
           range(latency_of(entry, which), scale);
  out += "<svg class=\"under\" aria-hidden=\"true\">";
  for (const Tick& tick : scale.ticks_across()) {
    const double place = scale.at(tick.value);
    out += ec::format("<text class=\"{}\" x=\"{}\" y=\"14\">{}</text>",
                      place < 0.05   ? "from"
                      : place > 0.95 ? "to"
                                     : "x",
                      percent(place), escaped(tick.text));
  }
  return out + "</svg></figure>\n";
}

}  // namespace cli::report
