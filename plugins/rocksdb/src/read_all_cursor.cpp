#include "keys.hpp"
#include "promises.hpp"
#include "read_all_cursor.hpp"
#include "status.hpp"

#include <algorithm>
#include <limits>

namespace ec::rocks {

namespace {

constexpr std::size_t batch_events = 256;
constexpr std::size_t batch_bytes = 1024 * 1024;
constexpr std::size_t scan_events = 16 * 1024;  // looked at in one call, so that a deadline is noticed
constexpr std::uint64_t long_scan_events = 1024;
constexpr std::size_t scan_bytes = 256 * 1024;
constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();

std::uint64_t start(const ec_read_all& request, bool backward, std::uint64_t head) {
  const std::uint64_t after = request.after.hi != 0 ? no_limit : request.after.lo;
  if (!backward) return after;
  return after == 0 ? head + 1 : std::min(after, head + 1);
}

}  // namespace

ReadAllCursor::ReadAllCursor(const Database& database, std::uint64_t head, const ec_read_all& request)
    : database_(database),
      filter_(request),
      backward_((request.flags & EC_READ_BACKWARD) != 0),
      head_(head),
      left_(request.limit == 0 ? no_limit : request.limit),
      at_(start(request, backward_, head)) {}

bool ReadAllCursor::batch_full() const {
  return batch_.size() >= batch_events || buffer_.kept_bytes() >= batch_bytes || scanned_ >= scan_events;
}

// To the record with the first event that is to be looked at.
void ReadAllCursor::seek() {
  rocksdb::ReadOptions options;
  // A long scan reads large pieces, and leaves the cache to those who come to their blocks again.
  if (std::min(left_, backward_ ? at_ : head_ - at_) >= long_scan_events) {
    options.readahead_size = scan_bytes;
    options.fill_cache = false;
  }
  records_.emplace(database_.entries(database_.events(), options));
  records_->SeekForPrev(event_key(key_, backward_ ? at_ - 1 : at_ + 1));
}

RecordReader ReadAllCursor::open_record() const {
  check(records_->status(), "reading events");
  if (!records_->Valid() || records_->key().size() != sizeof(std::uint64_t))
    throw plugin::Failure(EC_CORRUPT, "events next to position " + std::to_string(at_) +
                                          " are missing: the database is damaged; restore it from a backup");
  return {view(records_->value()), get_ordered(view(records_->key()))};
}

void ReadAllCursor::next(const plugin::Call& call, ec_batch& batch) {
  call.check();
  batch_.clear();
  buffer_.clear();
  scanned_ = 0;
  if (more() && !records_) seek();
  while (more() && !batch_full()) backward_ ? scan_backward() : scan_forward();
  batch.events = batch_.data();
  batch.count = batch_.size();
  batch.head = {0, head_};
  if (!backward_) batch.through = {0, std::min(at_, head_)};
  if (!more()) batch.flags |= EC_BATCH_END;
}

// One record, or what is left of it.
void ReadAllCursor::scan_forward() {
  RecordReader reader = open_record();
  reader.skip_to(at_ + 1);
  if (reader.position() != at_ + 1)
    throw plugin::Failure(EC_CORRUPT, "the event at position " + std::to_string(at_ + 1) +
                                          " is missing: the database is damaged; restore it from a backup");
  while (!reader.at_end() && more() && !batch_full()) {
    reader.next(batch_.emplace_back());
    at_ = batch_.back().position.lo;
    keep_last();
  }
  if (reader.at_end()) records_->Next();
}

void ReadAllCursor::scan_backward() {
  RecordReader reader = open_record();
  record_.clear();
  while (!reader.at_end() && reader.position() < at_) reader.next(record_.emplace_back());
  if (reader.position() != at_)
    throw plugin::Failure(EC_CORRUPT, "the event at position " + std::to_string(at_ - 1) +
                                          " is missing: the database is damaged; restore it from a backup");
  while (!record_.empty() && more() && !batch_full()) {
    at_ = record_.back().position.lo;
    batch_.push_back(record_.back());
    record_.pop_back();
    keep_last();
  }
  if (record_.empty()) records_->Prev();
}

// The last of the batch stays there if it passes. The bytes under the iterator go away when it moves on, so they are copied.
void ReadAllCursor::keep_last() {
  ++scanned_;
  if constexpr (!keeps(Promise::filter_before_limit)) --left_;
  ec_event& event = batch_.back();
  if (!filter_.passes(plugin::view(event.stream), plugin::view(event.type))) return batch_.pop_back();
  buffer_.keep_event(event);
  if constexpr (keeps(Promise::filter_before_limit)) --left_;
}

}  // namespace ec::rocks
