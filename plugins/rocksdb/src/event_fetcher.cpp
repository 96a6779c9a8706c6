#include "event_fetcher.hpp"
#include "keys.hpp"
#include "status.hpp"

#include <algorithm>

namespace ec::rocks {

namespace {

constexpr std::size_t most_at_once = 64;
constexpr std::size_t batch_bytes = 1024 * 1024;
// From so many events on, walking through everything between the first and the last is cheaper than looking each one
// up, if at most so many lie between for one that is wanted.
constexpr std::size_t dense_from = 8;
constexpr std::uint64_t dense_gap = 10;

plugin::Failure missing(std::uint64_t position) {
  return {EC_CORRUPT, "the event at position " + std::to_string(position) +
                          " is missing: the database is damaged; restore it from a backup"};
}

}  // namespace

bool EventFetcher::is_dense(std::uint64_t wanted, std::uint64_t positions) {
  return wanted >= dense_from && positions < wanted * dense_gap;
}

void EventFetcher::begin(std::vector<ec_event>& events) {
  events.clear();
  buffer_.clear();
  reading_ = 0;
  held_.clear();
}

std::size_t EventFetcher::fetch(const Wanted* wanted, std::size_t count, std::vector<ec_event>& events) {
  begin(events);
  fetch_recent(wanted, count, events);
  if (!events.empty()) return events.size();
  // Only what is not recent is read from disk; the rest comes with the next call.
  const std::uint64_t recent = recent_.first();
  const auto is_recent = [recent](const Wanted& each) { return each.entry.record >= recent; };
  count = std::max<std::size_t>(1, static_cast<std::size_t>(std::find_if(wanted, wanted + count, is_recent) - wanted));
  const std::uint64_t first = wanted[0].entry.position;
  const std::uint64_t last = wanted[count - 1].entry.position;
  if (first <= last && is_dense(count, last - first)) {
    fetch_dense(wanted, count, events);
  } else {
    records_.reset();
    fetch_scattered(wanted, std::min(count, most_at_once), events);
  }
  return events.size();
}

void EventFetcher::fetch_recent(const Wanted* wanted, std::size_t count, std::vector<ec_event>& events) {
  recent_.find_leading(
      count, held_, [&](std::size_t i) { return wanted[i].entry; },
      [&, bytes = std::size_t{0}](std::size_t i, std::string_view record) mutable {
        add(wanted[i], record, events);
        bytes += events.back().payload.size + events.back().metadata.size;
        return bytes < batch_bytes;
      });
}

void EventFetcher::fetch_scattered(const Wanted* wanted, std::size_t count, std::vector<ec_event>& events) {
  key_bytes_.clear();
  value_of_.clear();
  std::uint64_t last_record = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (wanted[i].entry.record != last_record) {
      last_record = wanted[i].entry.record;
      put_ordered(key_bytes_, last_record);
    }
    value_of_.push_back(key_bytes_.size() / 8 - 1);
  }
  const std::size_t records = key_bytes_.size() / 8;
  keys_.clear();
  for (std::size_t i = 0; i < records; ++i) keys_.emplace_back(key_bytes_.data() + 8 * i, 8);
  // Before resize moves them: a moved PinnableSlice that was pinned has no buffer, and MultiGet writes into it.
  for (rocksdb::PinnableSlice& value : values_) value.Reset();
  values_.resize(std::max(values_.size(), records));
  statuses_.resize(std::max(statuses_.size(), records));
  rocksdb::ReadOptions options;
  options.value_size_soft_limit = batch_bytes;
  if (records == 1)
    statuses_[0] = database_.get(database_.events(), keys_[0], &values_[0]);
  else
    database_.get_all(options, database_.events(), records, keys_.data(), values_.data(), statuses_.data());
  for (std::size_t i = 0; i < count; ++i) {
    const rocksdb::Status& status = statuses_[value_of_[i]];
    if (status.IsAborted() && !events.empty()) return;  // more than a batch holds
    if (status.IsNotFound()) throw missing(wanted[i].entry.position);
    if (status.IsAborted()) return fetch_one_by_one(wanted, count, events);
    check(status, "reading events");
    add(wanted[i], view(values_[value_of_[i]]), events);
  }
}

// MultiGet reads what comes first in the order of the keys and gives up behind that, so that it has nothing of large
// records that are wanted backward.
void EventFetcher::fetch_one_by_one(const Wanted* wanted, std::size_t count, std::vector<ec_event>& events) {
  for (std::size_t i = 0, bytes = 0; i < count && bytes < batch_bytes; ++i) {
    rocksdb::PinnableSlice& record = values_[value_of_[i]];
    if (i == 0 || value_of_[i] != value_of_[i - 1]) {
      record.Reset();
      check(database_.get(database_.events(), keys_[value_of_[i]], &record), "reading events");
      bytes += record.size();
    }
    add(wanted[i], view(record), events);
  }
}

void EventFetcher::fetch_dense(const Wanted* wanted, std::size_t count, std::vector<ec_event>& events) {
  std::uint64_t kept_record = 0;
  std::string_view record;
  for (std::size_t i = 0; i < count; ++i) {
    if (buffer_.kept_bytes() >= batch_bytes && !events.empty()) return;
    const std::uint64_t wanted_record = wanted[i].entry.record;
    if (wanted_record != kept_record) {
      seek_record(wanted_record, wanted[i].entry.position);
      record = buffer_.keep(view(records_->value()));
      kept_record = wanted_record;
    }
    add(wanted[i], record, events);
  }
}

// By a few steps, where it is near.
void EventFetcher::seek_record(std::uint64_t record, std::uint64_t position) {
  if (!records_) records_.emplace(database_.entries(database_.events()));
  const rocksdb::Slice key = event_key(key_, record);
  for (std::uint64_t steps = 0; records_->Valid() && steps < dense_gap && records_->key().compare(key) < 0; ++steps)
    records_->Next();
  if (!records_->Valid() || records_->key() != key) records_->Seek(key);
  if (!records_->Valid()) check(records_->status(), "reading events");
  if (!records_->Valid() || records_->key() != key) throw missing(position);
}

void EventFetcher::fetch(Run& run, std::vector<ec_event>& events) {
  begin(events);
  seek_record(run.record, run.position);
  for (;;) {
    take_from_record(run, events);
    if (run.left == 0 || (buffer_.kept_bytes() >= batch_bytes && !events.empty())) return;
    records_->Next();
    if (!records_->Valid()) check(records_->status(), "reading events");
    if (!records_->Valid() || records_->key().size() != sizeof run.record) throw missing(run.position);
    run.record = get_ordered(view(records_->key()));
    if (run.record > run.position) throw missing(run.position);
  }
}

// All that the record under the iterator has of the run. The bytes under it go away when it moves on.
void EventFetcher::take_from_record(Run& run, std::vector<ec_event>& events) {
  for (RecordReader reader(view(records_->value()), run.record); !reader.at_end() && run.left > 0;) {
    ec_event& event = events.emplace_back();
    if (!reader.next_of(run.stream, event) || event.version < run.version) {
      events.pop_back();
      continue;
    }
    if (event.version > run.version) throw missing(event.position.lo);
    buffer_.keep_event(event);
    event.stream_index = run.stream_index;
    ++run.version;
    --run.left;
  }
}

// The reader goes on where it is, so that many events of one record cost one pass through it.
void EventFetcher::add(const Wanted& wanted, std::string_view record, std::vector<ec_event>& events) {
  if (wanted.entry.record != reading_ || reader_->position() > wanted.entry.position) {
    reader_.emplace(record, wanted.entry.record);
    reading_ = wanted.entry.record;
  }
  reader_->skip_to(wanted.entry.position);
  ec_event& event = events.emplace_back();
  reader_->next(event);
  event.stream_index = wanted.stream_index;
  if (event.version != wanted.version || plugin::view(event.stream) != wanted.stream)
    throw missing(wanted.entry.position);
}

}  // namespace ec::rocks
