#include "ndjson.hpp"
#include "options.hpp"
#include "output.hpp"
#include "progress.hpp"
#include "stores.hpp"

#include <utility>

namespace cli {

int export_events(const Options& options, const std::stop_token& stop) {
  const ec::Position after = position_of(options.after);
  ec::Store store = open_to_look(options.config, stop);
  Output out(options.file);
  Events events(store.read_all(options.filter, after, {}, {.stop = stop}));
  {
    Progress progress("exporting", count_to(info_of(store), take(store.head({.stop = stop}))), !out.is_terminal());
    std::uint64_t count = 0;
    ec::Uuid commit_before;
    while (const ec_event* event = events.next()) {
      // Whole commits: should this end before its time, an import behind a pipe takes what it has for all of one.
      const ec::Uuid commit{event->commit_id};
      if (std::exchange(commit_before, commit) != commit || commit.is_zero()) out.drain();
      append_line(out.text(), ec::RecordedEvent(*event));
      progress.set(event->position.lo, ++count);
    }
  }
  out.finish();
  return done;
}

}  // namespace cli
