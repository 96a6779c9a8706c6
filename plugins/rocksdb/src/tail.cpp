// What is looked at when the database is opened: where it ends, and that its end is whole.
#include "keys.hpp"
#include "sequencer.hpp"
#include "status.hpp"

namespace ec::rocks {

using plugin::Failure;

namespace {

constexpr int records_checked = 256;

Failure damaged(std::uint64_t position, const std::string& what) {
  return {EC_CORRUPT, "the database is damaged at position " + std::to_string(position) + ": " + what +
                          "; restore it from a backup"};
}

// The key of the record under the iterator.
std::uint64_t record_position(const Entries& records) {
  if (records.key().size() != sizeof(std::uint64_t)) throw damaged(0, "a record has a key that is none");
  return get_ordered(view(records.key()));
}

}  // namespace

void Sequencer::find_head() {
  Entries records = database_.entries(database_.events());
  records.SeekToLast();
  check(records.status(), "looking for the last event");
  if (!records.Valid()) return;
  const std::uint64_t last = record_position(records);
  head_.store(last + RecordReader(view(records.value()), last).count() - 1);
  check_tail(last);
}

// Recovery works on the end of the log, so the last records are compared with each other and with the index.
void Sequencer::check_tail(std::uint64_t last_record) {
  Entries records = database_.entries(database_.events());
  std::uint64_t behind = head() + 1;
  records.SeekForPrev(event_key(key_, last_record));
  for (int checked = 0; checked < records_checked && records.Valid(); ++checked, records.Prev()) {
    const std::uint64_t position = record_position(records);
    RecordReader reader(view(records.value()), position);
    if (position + reader.count() != behind) throw damaged(position, "events are missing behind it");
    while (!reader.at_end()) {
      ec_event event{};
      reader.next(event);
      rocksdb::PinnableSlice entry;
      const rocksdb::Status status =
          database_.get(database_.index(), index_key(key_, plugin::view(event.stream), event.version), &entry);
      if (status.IsNotFound()) throw damaged(event.position.lo, "the index lacks it");
      check(status, "checking the index");
      if (parse_index_entry(view(entry)).position != event.position.lo)
        throw damaged(event.position.lo, "the index points elsewhere");
    }
    behind = position;
  }
  check(records.status(), "checking the last events");
  if (!records.Valid() && behind > 1) throw damaged(1, "the first events are missing");
}

}  // namespace ec::rocks
