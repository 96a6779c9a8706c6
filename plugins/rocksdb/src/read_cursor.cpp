#include "keys.hpp"
#include "read_cursor.hpp"
#include "status.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace ec::rocks {

namespace {

constexpr std::size_t batch_events = 256;
constexpr std::size_t entries_at_once = 64;
constexpr std::uint64_t run_from = 32;  // so many events, or looking for their end does not pay

plugin::Failure gap_in(const std::string& stream, std::uint64_t version) {
  return {EC_CORRUPT, "stream '" + stream + "' has no version " + std::to_string(version) +
                          " where one must be: the database is damaged; restore it from a backup"};
}

}  // namespace

ReadCursor::ReadCursor(const Database& database, const Sequencer& sequencer, const ec_read& request)
    : database_(database),
      backward_((request.flags & EC_READ_BACKWARD) != 0),
      head_(sequencer.head()),
      left_(request.limit == 0 ? std::numeric_limits<std::uint64_t>::max() : request.limit),
      fetcher_(database, sequencer.recent()) {
  sources_.reserve(request.stream_count);
  std::uint32_t index = 0;
  for (const ec_stream_from& from : plugin::strided(request.streams, request.stream_count, request.stream_stride))
    add(from, index++, sequencer.heads());
  for (Source& source : sources_) {
    load(source);
    if (!source.at_end()) heap_.push_back(&source);
  }
  std::ranges::make_heap(heap_, [this](auto* a, auto* b) { return comes_later(a, b); });
}

// Nothing is read for a stream that is known to have nothing new. `heads` may be ahead of head_, never behind it.
void ReadCursor::add(const ec_stream_from& from, std::uint32_t index, const Heads& heads) {
  const std::string_view stream = plugin::view(from.stream);
  const std::optional<std::uint64_t> version = heads.find(stream);
  const std::uint64_t after = from.after_version;
  if (version && (*version == 0 || (!backward_ && *version <= after))) return;
  if (backward_ ? after == 1 : after == last_version) return;
  const std::uint64_t first = backward_ ? (after == 0 ? last_version : after - 1) : after + 1;
  sources_.push_back(
      {.stream = std::string(stream), .index = index, .next_version = first, .last = version.value_or(0)});
}

// The next entries of a stream's index. There are no deletions, so a look beyond the stream's end costs one entry.
void ReadCursor::load(Source& source) {
  source.entries.clear();
  source.at = 0;
  if (!entries_) entries_.emplace(database_.entries(database_.index()));
  if (std::exchange(entries_of_, &source) != &source) {
    const rocksdb::Slice from = index_key(key_, source.stream, source.next_version);
    backward_ ? entries_->SeekForPrev(from) : entries_->Seek(from);
  }
  const std::size_t most = static_cast<std::size_t>(std::min<std::uint64_t>(left_, entries_at_once));
  while (source.entries.size() < most) {
    if (!entries_->Valid()) check(entries_->status(), "reading a stream's index");
    const IndexKey key = entries_->Valid() ? parse_index_key(entries_->key()) : IndexKey{};
    if (key.stream != source.stream) {
      if (backward_ && source.begun && source.next_version > 0) throw gap_in(source.stream, source.next_version);
      source.index_read = true;
      break;
    }
    const IndexEntry entry = parse_index_entry(view(entries_->value()));
    if (entry.position <= head_) {
      if (key.version != source.next_version && (!backward_ || source.begun))
        throw gap_in(source.stream, source.next_version);
      source.begun = true;
      source.entries.push_back({entry, source.stream, key.version, source.index});
      source.next_version = backward_ ? key.version - 1 : key.version + 1;
    } else if (!backward_) {
      source.index_read = true;
      break;
    }
    backward_ ? entries_->Prev() : entries_->Next();
  }
  if (source.next_version == 0) source.index_read = true;
}

// A long stream that is read alone and lies close together needs few of its index entries: its events are where the first
// and the last of them are, and each tells its version.
bool ReadCursor::begin_run(Source& source) {
  if (sources_.size() != 1 || backward_ || source.scattered || source.entries.empty()) return false;
  const Wanted before = source.entries.back();
  if (source.last == 0) {
    entries_->SeekForPrev(index_key(key_, source.stream, last_version));
    const IndexKey last = entries_->Valid() ? parse_index_key(entries_->key()) : IndexKey{};
    source.last = last.stream == source.stream ? last.version : before.version;
    entries_of_ = nullptr;
  }
  const std::uint64_t rest = std::min(source.last - before.version, left_);
  const std::uint64_t count = std::min<std::uint64_t>(rest, batch_events);
  if (source.last <= before.version || count < run_from) return false;
  entries_->Seek(index_key(key_, source.stream, before.version + count));
  entries_of_ = nullptr;
  if (!entries_->Valid()) check(entries_->status(), "reading a stream's index");
  const IndexKey key = entries_->Valid() ? parse_index_key(entries_->key()) : IndexKey{};
  if (key.stream != source.stream || key.version != before.version + count)
    throw gap_in(source.stream, before.version + count);
  const IndexEntry end = parse_index_entry(view(entries_->value()));
  source.scattered = end.position > head_ || end.position <= before.entry.position ||
                     !EventFetcher::is_dense(count, end.position - before.entry.position);
  if (source.scattered) return false;
  run_ = {source.stream, before.version + 1, count, before.entry.record, end.position, source.index};
  source.entries.assign(1, {end, source.stream, key.version, source.index});
  source.at = 1;
  source.next_version = key.version + 1;
  left_ -= count;
  return true;
}

void ReadCursor::end_run() {
  Source& source = sources_.front();
  if (left_ == 0 || begin_run(source)) return;
  load(source);
  if (!source.at_end()) heap_.push_back(&source);
}

bool ReadCursor::comes_later(const Source* a, const Source* b) const {
  const std::uint64_t first = a->top().entry.position;
  const std::uint64_t second = b->top().entry.position;
  return backward_ ? first < second : first > second;
}

// Takes the next event off the heap.
void ReadCursor::step() {
  const auto later = [this](auto* a, auto* b) { return comes_later(a, b); };
  Source& source = *heap_.front();
  wanted_.push_back(source.top());
  --left_;
  if (heap_.size() > 1) std::ranges::pop_heap(heap_, later);
  ++source.at;
  if (source.at == source.entries.size() && !source.index_read && left_ > 0 && !begin_run(source)) load(source);
  if (source.at == source.entries.size())
    heap_.pop_back();
  else if (heap_.size() > 1)
    std::ranges::push_heap(heap_, later);
}

void ReadCursor::choose() {
  wanted_.clear();
  fetched_ = 0;
  while (!heap_.empty() && left_ > 0 && wanted_.size() < batch_events) step();
}

void ReadCursor::next(const plugin::Call& call, ec_batch& batch) {
  call.check();
  if (fetched_ == wanted_.size() && run_.left == 0) choose();
  batch_.clear();
  if (fetched_ < wanted_.size()) {
    fetched_ += fetcher_.fetch(wanted_.data() + fetched_, wanted_.size() - fetched_, batch_);
  } else if (run_.left > 0) {
    fetcher_.fetch(run_, batch_);
    if (run_.left == 0) end_run();
  }
  batch.events = batch_.data();
  batch.count = batch_.size();
  batch.head = {0, head_};
  if (fetched_ == wanted_.size() && run_.left == 0 && (heap_.empty() || left_ == 0)) batch.flags |= EC_BATCH_END;
}

}  // namespace ec::rocks
