#include "figures.hpp"
#include "markup.hpp"
#include "page.hpp"
#include "plot.hpp"
#include "report_template.hpp"
#include "scale.hpp"
#include "table.hpp"

#include <eventcore/format.hpp>

#include <algorithm>

namespace cli::report {

namespace {

// A page of many runs has fewer points in each plot over time, so that it stays one that can be opened.
constexpr std::size_t points_on_page = 50'000;
constexpr std::size_t least_points = 12, most_points = 240;

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string all;
  for (const std::string& each : words)
    if (!each.empty()) all += (all.empty() ? "" : between) + each;
  return all;
}

std::string counted(std::size_t count, const char* one, const char* many) {
  return figure(static_cast<double>(count)) + " " + (count == 1 ? one : many);
}

std::string title_of(const Panel& panel) {
  std::string title = shortened(panel.workload, 60) + (panel.is_open_loop ? ", open loop" : "");
  for (const std::string& words : panel.apart) title += ", " + words;
  return title;
}

std::string letter(std::size_t number, std::size_t count, const char* what) {
  if (count < 2) return {};
  return ec::format("{} {}: ", what,
                    number < 26 ? std::string(1, static_cast<char>('A' + number)) : std::to_string(number + 1));
}

std::string in_words(const System& system) {
  const std::string cores = system.cores ? counted(*system.cores, "core", "cores") : "";
  const std::string memory = system.memory_bytes ? bytes(static_cast<double>(*system.memory_bytes)) : "";
  const std::string all = joined({system.cpu.value_or(""), cores, memory, system.kernel.value_or("")}, ", ");
  return all.empty() ? "unknown" : all;
}

std::string in_words(const Build& build) {
  const std::string version = build.version ? "eventcore " + *build.version : "";
  const std::string all = joined({version, build.compiler.value_or(""), build.type.value_or("")}, ", ");
  return all.empty() ? "unknown" : all;
}

// 2026-11-27 12:00:00 UTC
std::string readable(std::string time) {
  if (time.size() != 20 || time[10] != 'T' || time[19] != 'Z') return time;
  time[10] = ' ';
  return time.replace(19, 1, " UTC");
}

// The first and the last start, by their text: RFC 3339 in UTC sorts by time.
std::string when(const std::vector<Run>& runs) {
  std::string first, last;
  for (const Run& run : runs) {
    const std::string started = run.started.value_or("");
    if (started.empty()) continue;
    if (first.empty() || started < first) first = started;
    last = std::max(last, started);
  }
  if (first.empty()) return "at an unknown time";
  return first == last ? readable(first) : readable(first) + " to " + readable(last);
}

class Page {
 public:
  Page(const std::vector<Run>& runs, const std::string& title) : runs_(runs), title_(title), groups_(grouped(runs)) {}

  std::string made() {
    header();
    failures();
    summary();
    std::size_t lines = 1;
    for (const Panel& panel : groups_.panels) lines += panel.series.size();
    const std::size_t points = std::clamp(points_on_page / lines, least_points, most_points);
    for (const Panel& panel : groups_.panels) section(panel, points);
    all_runs();
    return std::string(page_begin) + escaped(title_) + page_middle + hatchings() + out_ + page_end;
  }

 private:
  void header() {
    std::size_t rivals = 0;
    for (const Run& run : runs_) rivals += run.is_rival() ? 1 : 0;
    out_ += "<header><h1><bdi>" + escaped(title_) + "</bdi></h1><dl>";
    const auto add = [&](const std::string& what, const std::string& value) {
      out_ += "<div><dt>" + what + "</dt><dd>" + value + "</dd></div>";
    };
    add("Runs", counted(runs_.size(), "run", "runs") +
                    (rivals == 0 ? "" : ", " + figure(static_cast<double>(rivals)) + " of rivals"));
    add("Measured", label(when(runs_), 120));
    std::vector<std::string> words;
    for (std::size_t i = 0; i < groups_.systems.size(); ++i)
      words.push_back(letter(i, groups_.systems.size(), "Machine") + "<bdi>" +
                      label(in_words(groups_.systems[i]), 160) + "</bdi>");
    add("System", joined(words, "<br>"));
    words.clear();
    for (std::size_t i = 0; i < groups_.builds.size(); ++i)
      words.push_back(letter(i, groups_.builds.size(), "Build") + "<bdi>" + label(in_words(groups_.builds[i]), 160) +
                      "</bdi>");
    add("Build", joined(words, "<br>"));
    out_ += "</dl></header>\n";
  }

  void failures() {
    std::string list;
    std::size_t count = 0;
    for (const Run& run : runs_) {
      if (run.is_good()) continue;
      ++count;
      list += "<li><bdi>" + label(run.name, 120) + "</bdi>: " + verdict(run) + "</li>";
    }
    if (count == 0) return;
    out_ += ec::format(
        "<section class=\"failed\"><h2>{} no figures</h2><p>What is here is in no plot and no median.</p>"
        "<ul>{}</ul></section>\n",
        counted(count, "run has", "runs have"), list);
  }

  static std::string verdict(const Run& run) {
    if (run.check && !run.check->ok)
      return std::string(run.results ? "the check failed" : "failed") +
             (run.check->problem ? ": " + label(*run.check->problem, 400) : std::string());
    if (run.results && run.results->interrupted.value_or(false)) return "was interrupted";
    if (!run.is_good()) return "no results";
    return run.check ? "checked" : "not checked";
  }

  void summary() {
    out_ +=
        "<section><h2>Summary</h2><div class=\"scroll\" tabindex=\"0\"><table class=\"summary\"><thead><tr>"
        "<th scope=\"col\">Backend and durability</th><th scope=\"col\">At</th><th scope=\"col\">Operations/s</th>"
        "<th scope=\"col\">Events/s</th><th scope=\"col\">p50</th><th scope=\"col\">p99</th>"
        "<th scope=\"col\">p99.9</th><th scope=\"col\">Max</th><th scope=\"col\">Runs</th></tr></thead>\n";
    for (std::size_t i = 0; i < groups_.panels.size(); ++i) {
      const Panel& panel = groups_.panels[i];
      out_ += ec::format(
          "<tbody><tr class=\"group\"><th scope=\"rowgroup\" colspan=\"9\"><span><a "
          "href=\"#p{}\">{}</a></span></th></tr>\n",
          i + 1, escaped(title_of(panel)));
      for (const Series& series : panel.series) summary_row(panel, series);
      out_ += "</tbody>\n";
    }
    out_ +=
        "</table></div><p class=\"note\">Each line is the series where it did best: the highest throughput, or under "
        "an "
        "open loop the highest rate that it kept up with. Of repetitions the median run is shown, with the lowest and "
        "the highest throughput of them; percentiles are never averaged.</p></section>\n";
  }

  static const Point* best(const Panel& panel, const Series& series) {
    const Point* found = nullptr;
    const auto value = [&](const Point& point) {
      return panel.is_open_loop ? (kept_up(point.median()) ? 1 : -1) * point.x.value_or(0)
                                : point.median().per_second();
    };
    for (const Point& point : series.points)
      if (point.is_good() && (found == nullptr || value(point) > value(*found))) found = &point;
    return found;
  }

  static std::string place(const Panel& panel, const Point& point) {
    if (!point.x) return "–";
    if (panel.is_open_loop) return figure(*point.x) + "/s";
    return figure(*point.x) + (*point.x == 1 ? " client" : " clients");
  }

  void summary_row(const Panel& panel, const Series& series) {
    const Point* point = best(panel, series);
    out_ += ec::format(
        "<tr class=\"{}\"><th scope=\"row\"><svg class=\"key\" width=\"14\" height=\"14\"><svg x=\"7\" y=\"7\">{}"
        "</svg></svg> {}</th>",
        classes(*series.subject), mark(*series.subject), name_cell(series));
    if (point == nullptr) {
      out_ += "<td colspan=\"8\" class=\"bad\">no run with figures</td></tr>\n";
      return;
    }
    const Results& results = *point->median().results;
    const Latency latency = point->median().latency();
    const auto cell = [&](const std::string& text) { out_ += "<td>" + text + "</td>"; };
    const auto time = [](const std::optional<double>& value) { return value ? duration(*value) : std::string("–"); };
    cell(place(panel, *point) + (kept_up(point->median()) ? "" : " <b class=\"badge\">did not keep up</b>"));
    cell(with_spread(*point, figure, [](const Run& run) { return run.per_second(); }));
    cell(results.events_written_per_second ? figure(*results.events_written_per_second) : "–");
    for (const auto& value : {latency.p50, latency.p99, latency.p99_9, latency.max}) cell(time(value));
    cell(std::to_string(point->runs.size()));
    out_ += "</tr>\n";
  }

  void section(const Panel& panel, std::size_t points) {
    const std::size_t number = static_cast<std::size_t>(&panel - groups_.panels.data()) + 1;
    out_ += ec::format("<section id=\"p{}\"><h2><bdi>{}</bdi></h2><p class=\"settings\">{}</p>", number,
                       escaped(title_of(panel)), escaped(joined(report::in_words(that_matter(panel.settings)), " · ")));
    out_ += "<div class=\"figures\">";
    const std::string throughput = throughput_figure(panel), bars = bars_figure(panel);
    // Beside a half there is another.
    const bool is_pair = throughput.empty() == bars.empty();
    out_ += throughput + bars;
    if (!is_pair) out_ += ranges_figure(panel, Latencies::of_operations, false);
    out_ += latency_figure(panel) + time_figure(panel, points);
    if (is_pair) out_ += ranges_figure(panel, Latencies::of_operations, true);
    out_ += ranges_figure(panel, Latencies::of_projection, true);
    out_ += "</div></section>\n";
  }

  void all_runs() {
    HtmlTable table{{"Run", "Started", "Seed", "Operations/s", "Check", "CPU", "Memory", "Written", "Command"}, {}};
    for (const Run& run : runs_) {
      const Results results = run.results.value_or(Results{});
      const auto seed = run.settings.find("seed");
      const auto& memory = results.memory_bytes;
      table.rows.push_back(
          {(run.is_rival() ? "<b class=\"badge\">rival</b> " : "") + ("<bdi>" + label(run.name, 400) + "</bdi>"),
           label(run.started.value_or("–")), seed == run.settings.end() ? "–" : label(seed->second.text, 30),
           run.is_good() ? figure(run.per_second()) : "–", verdict(run),
           results.cpu_seconds ? figure(results.cpu_seconds->user + results.cpu_seconds->system) + " s" : "–",
           memory && memory->peak ? bytes(static_cast<double>(*memory->peak)) : "–",
           results.bytes_written ? bytes(*results.bytes_written) : "–",
           "<code>" + label(run.command.value_or("–"), 1000) + "</code>"});
    }
    out_ += "<section class=\"runs\"><h2>Runs</h2>" + folded("All runs and their commands", table) +
            "<p class=\"note\">A rival has a hatched bar, a broken line and a hollow mark. Whiskers go from the lowest "
            "to the "
            "highest repetition.</p></section>\n";
  }

  const std::vector<Run>& runs_;
  const std::string& title_;
  const Groups groups_;
  std::string out_;
};

}  // namespace

std::string page(const std::vector<Run>& runs, const std::string& title) { return Page(runs, title).made(); }

}  // namespace cli::report
