#include "builds.hpp"
#include "options.hpp"
#include "output.hpp"
#include "table.hpp"

#include <eventcore/format.hpp>
#include <eventcore/json_write.hpp>

#include <cmath>
#include <unistd.h>
#include <utility>

namespace cli {

namespace {

std::string events_behind(const ShownBuild& build) {
  return ec::format("{}{}", build.events_behind, build.more_behind ? "+" : "");
}

std::string time_behind(const ShownBuild& build) {
  if (build.events_behind == 0) return "0";
  return in_words(std::chrono::microseconds(std::llround(build.seconds_behind * 1e6)));
}

std::string rate(const ShownBuild& build) { return ec::format("{}/s", std::llround(build.events_per_second)); }

void write_json(Output& out, const ShownBuild& build) {
  ec::json::write(out.text(), build);
  out.text() += '\n';
}

// The one that is read, and those that may take over from it.
bool is_listed(const ec::KnownProjection& projection, const ec::Build& build) {
  return !projection.active || build >= *projection.active;
}

std::vector<Row> rows_of(const ShownBuild& build) {
  std::vector<Row> rows = {{"projection", build.name},
                           {"build", build.build + (build.is_active ? ", the active one" : ", not active")},
                           {"state", build.state},
                           {"leader", build.leader.value_or("none")},
                           {"handled up to", build.position.empty() ? "unknown" : build.position},
                           {"saved up to", build.saved},
                           {"events behind, at most", events_behind(build)},
                           {"time behind, at most", time_behind(build)},
                           {"rate", rate(build)},
                           {"handled", std::to_string(build.handled)},
                           {"skipped", std::to_string(build.skipped)},
                           {"retries", std::to_string(build.retries)},
                           {"dead letters", ec::format("{} left of {}", build.dead_letters_left, build.dead_letters)},
                           {"fence", std::to_string(build.fence)}};
  const auto add = [&](const char* what, const std::optional<std::string>& value) {
    if (value) rows.push_back({what, *value});
  };
  if (!build.replay_end.empty()) add("replay ends at", build.replay_end);
  add("last event of", build.last_event);
  add("begun", build.began);
  add("last heard of", build.told);
  add("error", build.error);
  for (const ShownRequest& each : build.requests)
    rows.push_back({ec::format("request {}", each.id),
                    ec::format("{}: {}{}", each.what, each.answer && !each.is_done ? "refused, " : "",
                               each.answer.value_or("no answer yet"))});
  return rows;
}

}  // namespace

int list_projections(const Options& options, const std::stop_token& stop) {
  ec::Store store = open_to_look(options.config, stop);
  Output out;
  std::vector<Row> rows;
  for (const ec::KnownProjection& projection : take(ec::list_projections(store, {.stop = stop})))
    for (const ec::Build& build : projection.builds) {
      if (!is_listed(projection, build)) continue;
      const ShownBuild shown = look_at(store, projection, build, {.stop = stop});
      if (options.json)
        write_json(out, shown);
      else
        rows.push_back({shown.name, shown.build, shown.is_active ? "yes" : "no", shown.state,
                        shown.leader.value_or("-"), events_behind(shown), time_behind(shown), rate(shown),
                        std::to_string(shown.skipped), std::to_string(shown.dead_letters_left)});
    }
  if (!options.json)
    append_table(out.text(),
                 {"NAME", "BUILD", "ACTIVE", "STATE", "LEADER", "EVENTS BEHIND, AT MOST", "TIME BEHIND, AT MOST",
                  "RATE", "SKIPPED", "DEAD LETTERS"},
                 rows, is_terminal(STDOUT_FILENO));
  out.finish();
  return done;
}

int show_projection(const Options& options, const std::stop_token& stop) {
  ec::Store store = open_to_look(options.config, stop);
  const ec::KnownProjection projection = take(ec::find_projection(store, options.name, {.stop = stop}));
  Output out;
  bool is_first = true;
  for (const ec::Build& build : projection.builds) {
    const ShownBuild shown = look_at(store, projection, build, {.stop = stop});
    if (options.json) {
      write_json(out, shown);
      continue;
    }
    if (!std::exchange(is_first, false)) out.text() += '\n';
    append_table(out.text(), {}, rows_of(shown), is_terminal(STDOUT_FILENO));
  }
  out.finish();
  return done;
}

}  // namespace cli
