// damage PATH WHAT: does something to a database of the RocksDB plugin behind its back, so that a test can see who
// notices. The store's events have positions from 1, and no record holds more than one commit.
#include "keys.hpp"
#include "raw_database.hpp"
#include "record.hpp"

#include <cstdio>
#include <functional>
#include <map>
#include <string_view>

namespace {

using namespace ec::rocks;
using namespace ec::rocks::test;

std::string key_of(std::uint64_t position) {
  std::string buffer;
  return event_key(buffer, position).ToString();
}

// The entry of the index for the first event of the record at that position.
std::string index_key_of(const RawDatabase& raw, std::uint64_t position) {
  const std::string record = raw.get(events_family, key_of(position));
  ec_event event{};
  RecordReader(record, position).next(event);
  std::string buffer;
  return index_key(buffer, {event.stream.data, event.stream.size}, event.version).ToString();
}

std::string entry(std::uint64_t position) {
  std::string bytes;
  put_index_entry(bytes, {position, position});
  return bytes;
}

// Far from the end, which is looked at when the store is opened.
constexpr std::uint64_t old = 2;

const std::map<std::string_view, std::function<void(RawDatabase&)>> kinds = {
    {"event_missing", [](RawDatabase& raw) { raw.remove(events_family, key_of(old)); }},
    {"event_unreadable", [](RawDatabase& raw) { raw.put(events_family, key_of(old), "nonsense"); }},
    {"event_of_another",
     [](RawDatabase& raw) { raw.put(events_family, key_of(old), raw.get(events_family, key_of(old + 2))); }},
    {"index_missing", [](RawDatabase& raw) { raw.remove(index_family, index_key_of(raw, old)); }},
    {"index_elsewhere", [](RawDatabase& raw) { raw.put(index_family, index_key_of(raw, old), entry(old + 1)); }},
    {"index_too_high",
     [](RawDatabase& raw) {
       std::string key = index_key_of(raw, old);
       key.back() = 77;  // of the version
       raw.put(index_family, key, entry(old));
     }},
    {"commit_elsewhere",
     [](RawDatabase& raw) {
       const auto keys = raw.keys(commits_family);
       raw.put(commits_family, keys.at(0), raw.get(commits_family, keys.at(1)));
     }},
    {"commit_missing", [](RawDatabase& raw) { raw.remove(commits_family, raw.keys(commits_family).at(0)); }},
    {"commit_unreadable", [](RawDatabase& raw) { raw.put(commits_family, raw.keys(commits_family).at(0), "\x80"); }},
    {"into_tables", [](RawDatabase& raw) { raw.rewrite_tables(events_family); }},
};

}  // namespace

int main(int argc, char** argv) {
  const auto kind = argc == 3 ? kinds.find(argv[2]) : kinds.end();
  if (kind == kinds.end()) {
    std::fprintf(stderr, "usage: rocksdb_damage PATH WHAT; WHAT is one of:\n");
    for (const auto& [name, damage] : kinds) std::fprintf(stderr, "  %s\n", std::string(name).c_str());
    return 2;
  }
  RawDatabase raw(argv[1]);
  kind->second(raw);
  return 0;
}
