#include "ndjson.hpp"
#include "options.hpp"
#include "output.hpp"
#include "progress.hpp"
#include "stores.hpp"

namespace cli {

int export_events(const Options& options, const std::stop_token& stop) {
  const ec::Position after = position_of(options.after);
  ec::Store store = open_to_look(options.config, stop);
  Output out(options.file);
  Events events(store.read_all(options.filter, after, {}, {.stop = stop}));
  {
    Progress progress("exporting", count_to(info_of(store), take(store.head({.stop = stop}))));
    std::uint64_t count = 0;
    while (const ec_event* event = events.next()) {
      append_line(out.text(), ec::RecordedEvent(*event));
      out.drain();
      progress.set(event->position.lo, ++count);
    }
  }
  out.finish();
  return done;
}

}  // namespace cli
