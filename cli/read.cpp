#include "ndjson.hpp"
#include "options.hpp"
#include "output.hpp"
#include "stores.hpp"

namespace cli {

int read(const Options& options, const std::stop_token& stop) {
  ec::Store store = open_to_look(options.config, stop);
  std::vector<ec::ReadFrom> from;
  for (const std::string& stream : options.streams) from.push_back({ec::StreamId(stream), options.after_version});
  Events events(store.read(from, {options.backward, options.limit}, {.stop = stop}));
  Output out;
  bool is_empty = true;
  while (const ec_event* event = events.next()) {
    is_empty = false;
    append_line(out.text(), ec::RecordedEvent(*event));
    out.drain();
  }
  out.finish();
  if (is_empty && options.after_version == 0)
    throw Failure(failed, options.streams.size() == 1 ? "stream '" + options.streams.front() + "' has no events"
                                                      : "none of these streams has events");
  return done;
}

}  // namespace cli
