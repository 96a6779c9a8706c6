// Events as they are stored: the events of one append follow each other in one record, long appends in several.
// docs/storage-rocksdb.md describes the bytes.
#pragma once

#include "varint.hpp"

#include <eventcore/abi/event_store.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace ec::rocks {

// A record is closed when it holds this much, so that one event can be read without reading all of a large append.
constexpr std::uint32_t record_events = 64;
constexpr std::size_t record_bytes = 32 * 1024;

class RecordWriter {
 public:
  // Begins a record in `out`, which it clears.
  void begin(std::string& out, const ec_uuid& commit_id, std::int64_t recorded_at_us);
  void add(std::string_view stream, std::uint64_t version, const ec_new_event& event);
  std::uint32_t count() const { return count_; }
  bool full() const { return count_ >= record_events || out_->size() >= record_bytes; }
  // Writes the count down; the record is complete then.
  void end();

 private:
  std::string* out_ = nullptr;
  std::int64_t recorded_at_us_ = 0;
  std::uint32_t count_ = 0;
};

// Gives a record's events one by one. They point into the record's bytes.
class RecordReader {
 public:
  // `position` is that of the record's first event: its key.
  RecordReader(std::string_view record, std::uint64_t position);

  std::uint32_t count() const { return count_; }
  // Of the event that comes next.
  std::uint64_t position() const { return position_; }
  bool at_end() const { return read_ == count_; }

  // Fills everything but stream_index.
  void next(ec_event& event);
  // Whether the next event is of the stream; if not, it is passed over and `event` has parts of it.
  bool next_of(std::string_view stream, ec_event& event);
  void skip();
  // Passes over the events below `position`.
  void skip_to(std::uint64_t position);

 private:
  std::string_view body();
  void begin_event(Parser& fields, ec_event& event) const;
  void rest_of_event(Parser& fields, ec_event& event) const;

  Parser parser_;
  std::uint64_t position_;
  ec_uuid commit_id_{};
  std::int64_t recorded_at_us_ = 0;
  std::uint32_t count_ = 0;
  std::uint32_t read_ = 0;
};

// The value of an index entry.
struct IndexEntry {
  std::uint64_t position = 0;
  std::uint64_t record = 0;  // the key of the record that holds it
};
void put_index_entry(std::string& out, const IndexEntry& entry);
IndexEntry parse_index_entry(std::string_view value);

}  // namespace ec::rocks
