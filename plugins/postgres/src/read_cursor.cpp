#include "cursors.hpp"

#include <eventcore/plugin/strided.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace ec::postgres {

namespace {

constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

}  // namespace

ReadCursor::ReadCursor(Pool& pool, const ec_read& request)
    : pool_(pool),
      backward_((request.flags & EC_READ_BACKWARD) != 0),
      left_(request.limit == 0 ? std::numeric_limits<std::uint64_t>::max() : request.limit) {
  for (const ec_stream_from& from : plugin::strided(request.streams, request.stream_count, request.stream_stride)) {
    streams_.emplace_back(plugin::view(from.stream));
    from_.push_back(backward_ && from.after_version == 0 ? most : std::min(from.after_version, most));
  }
}

const Statement& ReadCursor::statement() const {
  switch (streams_.size()) {
    case 1: return backward_ ? statements::read_stream_backward : statements::read_stream;
    case 2: return backward_ ? statements::read_two_streams_backward : statements::read_two_streams;
    default: return backward_ ? statements::read_streams_backward : statements::read_streams;
  }
}

void ReadCursor::load(const plugin::Call& call) {
  const std::uint64_t asked = std::min(left_, page_events);
  Array streams(Type::text), from(Type::int8);
  Parameters parameters;
  if (streams_.size() <= 2) {
    for (std::size_t i = 0; i < streams_.size(); ++i)
      parameters.bytes(streams_[i]).number(static_cast<std::int64_t>(from_[i]));
  } else {
    for (const std::string& stream : streams_) streams.add(stream);
    for (const std::uint64_t version : from_) from.add(version);
    parameters.array(streams).array(from);
  }
  parameters.number(static_cast<std::int64_t>(asked));
  load(statement(), parameters, call);
}

void ReadCursor::load(const Statement& statement, const Parameters& parameters, const plugin::Call& call) {
  std::uint64_t head = 0;
  page_.load(pool_, statement, parameters, std::min(left_, page_events), backward_, call, head);
  if (has_head_ && head < head_) throw behind();
  if (!has_head_) head_ = head;
  has_head_ = true;
  // Later pages also see what came after the first.
  const auto events = page_.events();
  const auto beyond = std::ranges::find_if(events, [this](const ec_event& e) { return e.position.lo > head_; });
  done_ = !page_.has_more() || beyond != events.end();
  page_.keep(static_cast<std::size_t>(beyond - events.begin()));
}

std::unique_ptr<plugin::Blob> ReadCursor::begin_behind(std::string_view snapshot, const plugin::Call& call) {
  Array streams(Type::text), from(Type::int8);
  for (const std::string& stream : streams_) streams.add(stream);
  for (const std::uint64_t version : from_) from.add(version);
  load(statements::read_on,
       Parameters().bytes(snapshot).array(streams).array(from).number(static_cast<std::int64_t>(page_events)), call);
  is_loaded_ = true;
  const auto found = page_.snapshot();
  if (!found) return nullptr;
  // As the statement does it.
  constexpr std::size_t count_at = 16, versions_at = 24;
  const std::string_view bytes = found->bytes;
  const bool fits = bytes.size() >= versions_at + streams_.size() * sizeof(std::uint64_t) &&
                    number_at<std::uint32_t>(bytes.data() + count_at) == streams_.size();
  for (std::size_t i = 0; fits && i < from_.size(); ++i)
    from_[i] = number_at<std::uint64_t>(bytes.data() + versions_at + i * sizeof(std::uint64_t));
  return std::make_unique<plugin::Blob>(plugin::Blob{std::string(bytes), found->etag});
}

void ReadCursor::next(const plugin::Call& call, ec_batch& batch) {
  call.check();
  if (!std::exchange(is_loaded_, false)) {
    page_.keep(0);
    if (!done_ && left_ > 0) load(call);
  }
  const auto events = page_.events();
  for (ec_event& event : events) {
    event.stream = plugin::str(streams_[event.stream_index]);
    from_[event.stream_index] = event.version;
  }
  left_ -= events.size();
  batch.events = events.data();
  batch.count = events.size();
  batch.head = {0, head_};
  if (done_ || left_ == 0) batch.flags |= EC_BATCH_END;
}

}  // namespace ec::postgres
