#include "keys.hpp"
#include "list_cursor.hpp"
#include "record.hpp"
#include "status.hpp"

#include <algorithm>
#include <limits>

namespace ec::rocks {

namespace {

constexpr std::size_t batch_streams = 256;

}  // namespace

ListCursor::ListCursor(const Database& database, std::uint64_t head, const ec_list& request)
    : database_(database),
      head_(head),
      prefix_(plugin::view(request.prefix)),
      left_(request.limit == 0 ? std::numeric_limits<std::uint64_t>::max() : request.limit),
      from_(prefix_) {
  if (request.after.size == 0) return;
  index_key_behind(key_, plugin::view(request.after));
  from_ = std::max(from_, key_);
}

// The version of the stream as of head_: entries above it may be there already.
std::uint64_t ListCursor::version_of(std::string_view stream) {
  entries_->SeekForPrev(index_key(key_, stream, last_version));
  while (entries_->Valid()) {
    const IndexKey key = parse_index_key(entries_->key());
    if (key.stream != stream) return 0;
    if (parse_index_entry(view(entries_->value())).position <= head_) return key.version;
    entries_->Prev();
  }
  return 0;
}

// Adds the next stream; false at the end.
bool ListCursor::find_stream() {
  entries_->Seek(slice(from_));
  if (!entries_->Valid()) return false;
  const IndexKey key = parse_index_key(entries_->key());
  if (key.stream.empty())
    throw plugin::Failure(EC_CORRUPT,
                          "the index has a key that is none: the database is damaged; restore it from a backup");
  const std::string_view stream = names_.keep(key.stream);
  if (!stream.starts_with(prefix_)) return false;
  const std::uint64_t version = version_of(stream);
  if (version > 0) {
    batch_.push_back({plugin::str(stream), version});
    --left_;
  }
  index_key_behind(from_, stream);
  return true;
}

void ListCursor::next(const plugin::Call& call, ec_stream_batch& batch) {
  call.check();
  batch_.clear();
  names_.clear();
  if (!entries_) entries_.emplace(database_.entries(database_.index()));
  while (!at_end_ && left_ > 0 && batch_.size() < batch_streams) at_end_ = !find_stream();
  check(entries_->status(), "listing streams");
  batch.streams = batch_.data();
  batch.count = batch_.size();
  if (at_end_ || left_ == 0) batch.flags |= EC_BATCH_END;
}

}  // namespace ec::rocks
