// Reading the whole store in its one order: with a filter, and later on from where one was.
//   020_read_all config/memory.yaml
#include <eventcore/eventcore.hpp>

#include <cstdio>

namespace {

struct Measured {
  double celsius;
};
struct Calibrated {
  double offset;
};
EC_EVENT(Measured, "measured", celsius)
EC_EVENT(Calibrated, "calibrated", offset)

ec::Result<> measure(ec::Store& store, const char* sensor, double celsius) {
  const auto appended = store.append({ec::Expect::any(ec::StreamId(sensor))},
                                     {ec::NewEvent::of(0, Calibrated{0.5}), ec::NewEvent::of(0, Measured{celsius})});
  if (!appended) return std::unexpected(appended.error());
  return {};
}

// Shows what the sensors of the kitchen measured behind `after`; gives the position up to which all was looked at.
ec::Result<ec::Position> show(ec::Store& store, ec::Position after) {
  const ec::Filter filter{.patterns = {"kitchen/*"}, .types = {"measured"}};
  auto events = store.read_all(filter, after);
  if (!events) return std::unexpected(events.error());
  while (events->next())
    for (const ec::RecordedEvent event : events->batch()) {
      const auto measured = event.as<Measured>();
      if (!measured) return std::unexpected(measured.error());
      std::printf("  %s version %llu: %.1f\n", std::string(event.stream()).c_str(),
                  static_cast<unsigned long long>(event.version()), measured->celsius);
    }
  if (events->error()) return std::unexpected(*events->error());
  return events->through();  // further than the last event shown: what the filter left out is done too
}

ec::Result<> run(ec::Store& store) {
  auto head = store.head();
  if (!head) return std::unexpected(head.error());
  if (auto done = measure(store, "kitchen/oven", 180.0); !done) return done;
  if (auto done = measure(store, "cellar/door", 9.5); !done) return done;
  std::printf("measured so far:\n");
  const auto seen = show(store, *head);
  if (!seen) return std::unexpected(seen.error());

  if (auto done = measure(store, "kitchen/fridge", 4.0); !done) return done;
  std::printf("measured since position %s:\n", seen->str().c_str());
  const auto rest = show(store, *seen);
  if (!rest) return std::unexpected(rest.error());
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  auto store = ec::Store::open(argc > 1 ? argv[1] : "config/memory.yaml");
  if (!store) return std::fprintf(stderr, "%s\n", store.error().message.c_str()), 1;
  const auto done = run(*store);
  if (!done) std::fprintf(stderr, "%s\n", done.error().message.c_str());
  return done ? 0 : 1;
}
