#include "../support/plugin_folder.hpp"
#include "support.hpp"

#include <algorithm>
#include <map>
#include <ostream>

namespace ec::rocks::test {

std::string configuration(const std::filesystem::path& path, const std::vector<std::string>& options) {
  std::string yaml =
      "plugin: rocksdb\nplugin_path: [" + ec::test::plugin_folder() + "]\noptions:\n  path: " + path.string();
  for (const std::string& option : options) yaml += "\n  " + option;
  return yaml;
}

Result<Store> open(const std::filesystem::path& path, const std::vector<std::string>& options) {
  return Store::open_text(configuration(path, options), "test.yaml");
}

void PrintTo(const Seen& seen, std::ostream* out) {
  *out << seen.stream << '@' << seen.version << " at " << seen.position << ", " << seen.payload.size() << " bytes";
}

Result<std::vector<Seen>> drain(Result<EventCursor> cursor) {
  if (!cursor) return std::unexpected(cursor.error());
  std::vector<Seen> seen;
  while (cursor->next())
    for (const RecordedEvent each : cursor->batch())
      seen.push_back({std::string(each.stream()), each.version(), each.position().lo, std::string(each.payload())});
  if (cursor->error()) return std::unexpected(*cursor->error());
  return seen;
}

std::vector<Seen> everything(Store& store) { return value(drain(store.read_all())); }

std::vector<Seen> stream(Store& store, const std::string& name) { return value(drain(store.read({{StreamId(name)}}))); }

Result<std::vector<Seen>> everything_in_every_way(Store& store) {
  auto all = drain(store.read_all());
  if (!all) return all;
  const auto differs = [](const std::string& way) {
    return std::unexpected(Error{Code::internal, way + " gives something else than read_all"});
  };
  auto backward = drain(store.read_all({}, {}, {.backward = true}));
  if (!backward) return backward;
  std::ranges::reverse(*backward);
  if (*backward != *all) return differs("read_all backward");
  std::map<std::string, std::vector<Seen>> streams;
  for (const Seen& each : *all) streams[each.stream].push_back(each);
  const auto listed = store.list_streams();
  if (!listed) return std::unexpected(listed.error());
  if (listed->size() != streams.size()) return differs("list_streams");
  for (const StreamVersion& each : *listed) {
    if (each.version != streams[each.stream.str()].size()) return differs("list_streams");
    for (const bool turned : {false, true}) {
      auto read = drain(store.read({{each.stream}}, {.backward = turned}));
      if (!read) return read;
      if (turned) std::ranges::reverse(*read);
      if (*read != streams[each.stream.str()]) return differs("read of '" + each.stream.str() + "'");
    }
  }
  return all;
}

NewEvent event(std::size_t expect, std::string payload) { return {expect, "happened", std::move(payload)}; }

Appended append(Store& store, const std::string& name, const std::vector<std::string>& payloads, Uuid commit_id) {
  std::vector<NewEvent> events;
  for (const std::string& payload : payloads) events.push_back(event(0, payload));
  return value(store.append({Expect::any(StreamId(name))}, events, commit_id));
}

void fill(Store& store, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    value(store.append(
        {Expect::any(StreamId("s" + std::to_string(i % 5))), Expect::any(StreamId("s" + std::to_string((i + 1) % 5)))},
        {event(0, std::to_string(i) + std::string(40, 'a')), event(1, std::to_string(i) + "b")}, Uuid::make()));
}

}  // namespace ec::rocks::test
