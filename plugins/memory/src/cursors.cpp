#include "cursors.hpp"
#include "promises.hpp"

#include <algorithm>
#include <limits>

namespace ec::memory {

namespace {

constexpr std::size_t batch_events = 256;
constexpr std::size_t scan_events = 16 * 1024;  // looked at in one call, so that a deadline is noticed
constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();

std::uint64_t limit_of(std::uint64_t limit) { return limit == 0 ? no_limit : limit; }
ec_position dense(std::uint64_t position) { return {0, position}; }

}  // namespace

ReadCursor::ReadCursor(const Streams& streams, const ec_read& request, std::uint64_t head)
    : backward_((request.flags & EC_READ_BACKWARD) != 0), left_(limit_of(request.limit)), head_(head) {
  sources_.reserve(request.stream_count);
  std::uint32_t index = 0;
  std::uint64_t events = 0;
  for (const ec_stream_from& from : plugin::strided(request.streams, request.stream_count, request.stream_stride)) {
    const std::uint32_t own_index = index++;
    const Stream* stream = streams.find(plugin::view(from.stream));
    const std::uint64_t version = stream == nullptr ? 0 : stream->version_at(head);
    Source source{stream, 0, 0, 0, own_index};
    if (backward_) {
      source.next = from.after_version == 0 ? version : std::min(version, from.after_version - 1);
      source.end = 0;
    } else {
      source.next = from.after_version >= version ? version + 1 : from.after_version + 1;
      source.end = version + 1;
    }
    if (source.next == source.end) continue;
    step(source);
    sources_.push_back(source);
    events += backward_ ? source.next : source.end - source.next;
  }
  batch_.reserve(std::min({events, left_, std::uint64_t{batch_events}}));
  std::make_heap(sources_.begin(), sources_.end(), [this](const auto& a, const auto& b) { return later(a, b); });
}

bool ReadCursor::later(const Source& a, const Source& b) const {
  return backward_ ? a.position < b.position : a.position > b.position;
}

// Only the first may be out of place: cheaper than taking it out and putting it in again.
void ReadCursor::settle_first() {
  for (std::size_t at = 0;;) {
    std::size_t earliest = at;
    for (const std::size_t child : {2 * at + 1, 2 * at + 2})
      if (child < sources_.size() && later(sources_[earliest], sources_[child])) earliest = child;
    if (earliest == at) return;
    std::swap(sources_[at], sources_[earliest]);
    at = earliest;
  }
}

void ReadCursor::step(Source& source) const { source.position = source.stream->events[source.next - 1]->position.lo; }

void ReadCursor::next(const plugin::Call& call, ec_batch& batch) {
  const auto order = [this](const auto& a, const auto& b) { return later(a, b); };
  call.check();
  batch_.clear();
  while (!sources_.empty() && left_ > 0 && batch_.size() < batch_events) {
    Source& source = sources_.front();
    batch_.push_back(*source.stream->events[source.next - 1]);
    batch_.back().stream_index = source.index;
    --left_;
    source.next = backward_ ? source.next - 1 : source.next + 1;
    if (source.next == source.end) {
      std::ranges::pop_heap(sources_, order);
      sources_.pop_back();
    } else {
      step(source);
      if (sources_.size() > 1) settle_first();
    }
  }
  batch.events = batch_.data();
  batch.count = batch_.size();
  batch.head = dense(head_);
  if (sources_.empty() || left_ == 0) batch.flags |= EC_BATCH_END;
}

ReadAllCursor::ReadAllCursor(const EventLog& events, const ec_read_all& request, std::uint64_t head)
    : events_(events),
      filter_(request),
      backward_((request.flags & EC_READ_BACKWARD) != 0),
      left_(limit_of(request.limit)),
      head_(head) {
  const std::uint64_t after = request.after.hi != 0 ? no_limit : request.after.lo;
  at_ = backward_ ? (after == 0 ? head + 1 : std::min(after, head + 1)) : after;
  batch_.reserve(std::min({left_, head, std::uint64_t{batch_events}}));
}

void ReadAllCursor::next(const plugin::Call& call, ec_batch& batch) {
  call.check();
  batch_.clear();
  const auto more = [this] { return left_ > 0 && (backward_ ? at_ > 1 : at_ < head_); };
  for (std::size_t scanned = 0; more() && scanned < scan_events && batch_.size() < batch_events; ++scanned) {
    at_ = backward_ ? at_ - 1 : at_ + 1;
    const ec_event& event = *events_[at_ - 1];
    if constexpr (!keeps(Promise::filter_before_limit)) --left_;
    if (!filter_.passes_everything() && !filter_.passes(plugin::view(event.stream), plugin::view(event.type))) continue;
    batch_.push_back(event);
    if constexpr (keeps(Promise::filter_before_limit)) --left_;
  }
  batch.events = batch_.data();
  batch.count = batch_.size();
  batch.head = dense(head_);
  if (!backward_) batch.through = dense(std::min(at_, head_));
  if (!more()) batch.flags |= EC_BATCH_END;
}

ListCursor::ListCursor(Streams& streams, const ec_list& request, std::uint64_t head)
    : streams_(streams),
      prefix_(plugin::view(request.prefix)),
      after_(plugin::view(request.after)),
      left_(limit_of(request.limit)),
      head_(head) {}

void ListCursor::next(const plugin::Call& call, ec_stream_batch& batch) {
  call.check();
  batch_.clear();
  bool end = true;
  if (left_ > 0)
    streams_.walk(std::max(prefix_, after_), [&](const Stream& stream) {
      if (stream.id == after_) return true;
      if (!stream.id.starts_with(prefix_)) return false;
      if (batch_.size() == batch_events) {
        end = false;
        return false;
      }
      const std::uint64_t version = stream.version_at(head_);
      if (version == 0) return true;
      batch_.push_back({plugin::str(stream.id), version});
      return --left_ > 0;
    });
  if (!batch_.empty()) after_ = plugin::view(batch_.back().stream);
  batch.streams = batch_.data();
  batch.count = batch_.size();
  if (end) batch.flags |= EC_BATCH_END;
}

}  // namespace ec::memory
