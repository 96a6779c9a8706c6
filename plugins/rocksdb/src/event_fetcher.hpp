// Events by their positions, in a batch: the nearer they lie to each other, the more of them come with one look-up.
#pragma once

#include "buffer.hpp"
#include "database.hpp"
#include "recent.hpp"
#include "record.hpp"

#include <eventcore/abi/event_store.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ec::rocks {

struct Wanted {
  IndexEntry entry;
  std::string_view stream;
  std::uint64_t version = 0;
  std::uint32_t stream_index = 0;
};

// Events of one stream that follow each other closely: where the first and the last of them are is known, and whatever
// lies between is walked through.
struct Run {
  std::string_view stream;
  std::uint64_t version = 0;  // of the next one
  std::uint64_t left = 0;
  std::uint64_t record = 0;    // where to look on for it
  std::uint64_t position = 0;  // of the last one
  std::uint32_t stream_index = 0;
};

class EventFetcher {
 public:
  EventFetcher(const Database& database, const Recent& recent) : database_(database), recent_(recent) {}

  // Fetches from the front of `wanted`, whose positions rise or fall, as many as fit into a batch (one at least), and
  // puts them into `events`; gives their number. The bytes stay until the next call.
  std::size_t fetch(const Wanted* wanted, std::size_t count, std::vector<ec_event>& events);

  // The same from the front of `run`, which it shortens.
  void fetch(Run& run, std::vector<ec_event>& events);

  // Whether walking through `events` positions for `wanted` of them is cheaper than looking each one up.
  static bool is_dense(std::uint64_t wanted, std::uint64_t positions);

 private:
  void begin(std::vector<ec_event>& events);
  void seek_record(std::uint64_t record, std::uint64_t position);
  void fetch_recent(const Wanted* wanted, std::size_t count, std::vector<ec_event>& events);
  void fetch_scattered(const Wanted* wanted, std::size_t count, std::vector<ec_event>& events);
  void fetch_one_by_one(const Wanted* wanted, std::size_t count, std::vector<ec_event>& events);
  void fetch_dense(const Wanted* wanted, std::size_t count, std::vector<ec_event>& events);
  void add(const Wanted& wanted, std::string_view record, std::vector<ec_event>& events);
  void take_from_record(Run& run, std::vector<ec_event>& events);

  const Database& database_;
  const Recent& recent_;
  Recent::Held held_;
  Buffer buffer_;
  std::uint64_t reading_ = 0;  // the record that reader_ is in, among those of this batch
  std::optional<RecordReader> reader_;
  std::optional<Entries> records_;
  std::vector<rocksdb::PinnableSlice> values_;
  std::vector<rocksdb::Status> statuses_;
  std::vector<rocksdb::Slice> keys_;
  std::vector<std::size_t> value_of_;  // of each wanted one: its place in values_
  std::string key_bytes_;
  std::string key_;
};

}  // namespace ec::rocks
