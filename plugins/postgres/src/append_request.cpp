#include "append_request.hpp"
#include "promises.hpp"

#include <eventcore/plugin/append.hpp>
#include <eventcore/plugin/digest.hpp>

#include <limits>

namespace ec::postgres {

namespace {

constexpr std::int64_t exists = -1;
constexpr std::int64_t any = -2;

std::int64_t wanted_version(const ec_expect& expect) {
  // No stream ever has so many events: such an expectation fails, as it must.
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  switch (expect.mode) {
    case EC_EXPECT_ABSENT: return 0;
    case EC_EXPECT_EXISTS: return exists;
    case EC_EXPECT_ANY: return any;
    default: return static_cast<std::int64_t>(std::min(expect.version, most));
  }
}

// Of payloads and metadata in one request; the server takes no message of a gigabyte.
constexpr std::uint64_t most_bytes = 256 * 1024 * 1024;

}  // namespace

void AppendRequest::clear() {
  stream_numbers_.clear();
  named_by_.clear();
  least_versions_.clear();
  ids_.clear();
  disjoint_ = true;
  appends_ = 0;
  events_ = 0;
  expect_begins_.clear();
  writes_.clear();
  events_before_append_.clear();
  streams_of_expects_.clear();
  for (Array* array : {&streams_,        &stream_least_versions_, &commit_ids_,         &digests_,
                       &lookups_,        &append_expect_begins_,  &append_expect_ends_, &events_before_,
                       &event_counts_,   &expect_streams_,        &expect_versions_,    &expect_writes_,
                       &event_appends_,  &event_expects_,         &event_ordinals_,     &event_types_,
                       &event_ids_,      &event_encodings_,       &event_schemas_,      &event_times_,
                       &event_payloads_, &event_metadata_})
    array->clear();
}

std::size_t AppendRequest::build(plugin::Appends appends, std::size_t first) {
  clear();
  std::size_t next = first;
  std::uint64_t bytes = 0;
  for (; next < appends.size(); ++next) {
    const ec_append& append = appends.request(next);
    bytes += plugin::bytes_of(append);
    if (next > first && bytes > most_bytes) break;
    if (!plugin::is_zero(append.commit_id) && !ids_.insert(plugin::view(append.commit_id)).second) break;
    add(append);
  }
  for (const std::uint32_t writes : writes_) expect_writes_.add(writes);
  for (const std::int64_t least : least_versions_) stream_least_versions_.add(least);
  return next;
}

void AppendRequest::add(const ec_append& append) {
  ++appends_;
  const bool lookup = plugin::is_lookup(append);
  const bool keyed = !plugin::is_zero(append.commit_id) && !lookup;
  const std::size_t begin = writes_.size();
  expect_begins_.push_back(begin);
  const ec_uuid commit_id = keeps(Promise::commit_ids) ? append.commit_id : ec_uuid{};
  const std::uint64_t digest = keyed ? plugin::content_digest(append) : 0;
  is_one_ = appends_ == 1 && !lookup;
  if (is_one_) first_commit_id_ = commit_id;
  if (is_one_) first_digest_ = digest;
  commit_ids_.add(commit_id);
  digests_.add(digest);
  lookups_.add(lookup);
  append_expect_begins_.add(static_cast<std::uint32_t>(begin + 1));
  events_before_.add(events_);
  events_before_append_.push_back(events_);
  if (lookup) disjoint_ = false;
  if (!lookup) {
    for (const ec_expect& expect : plugin::expects_of(append)) {
      const std::int64_t wanted = is_looked_at(append, writes_.size() - begin) ? wanted_version(expect) : any;
      streams_of_expects_.push_back(stream_number(plugin::view(expect.stream), wanted));
      expect_streams_.add(streams_of_expects_.back());
      expect_versions_.add(wanted);
      writes_.push_back(0);
    }
    add_events(append, begin);
  }
  append_expect_ends_.add(static_cast<std::uint32_t>(writes_.size()));
  event_counts_.add(static_cast<std::uint32_t>(lookup ? 0 : append.event_count));
}

void AppendRequest::add_events(const ec_append& append, std::size_t expect_begin) {
  std::uint32_t place = 0;
  for (const ec_new_event& event : plugin::events_of(append)) {
    const std::size_t expect = expect_begin + event.stream_index;
    event_appends_.add(static_cast<std::uint32_t>(appends_));
    ++place;
    event_expects_.add(static_cast<std::uint32_t>(expect + 1));
    event_ordinals_.add(++writes_[expect]);
    event_types_.add(plugin::view(event.type));
    event_ids_.add(event.id);
    event_encodings_.add(event.encoding);
    event_schemas_.add(event.schema_version);
    event_times_.add(event.recorded_at_us);
    event_payloads_.add(plugin::view(event.payload));
    event_metadata_.add(plugin::view(event.metadata));
  }
  events_ += place;
}

std::uint32_t AppendRequest::stream_number(std::string_view stream, std::int64_t wanted) {
  const auto [found, is_new] =
      stream_numbers_.try_emplace(stream, static_cast<std::uint32_t>(stream_numbers_.size() + 1));
  if (is_new) {
    streams_.add(stream);
    named_by_.push_back(appends_);
    least_versions_.push_back(std::max<std::int64_t>(wanted, 0));
    return found->second;
  }
  std::int64_t& least = least_versions_[found->second - 1];
  least = std::min(least, std::max<std::int64_t>(wanted, 0));
  if (named_by_[found->second - 1] != appends_) disjoint_ = false;
  return found->second;
}

Parameters AppendRequest::parameters_of_one(std::uint64_t patience_ms, std::int64_t epoch) {
  Parameters all;
  all.number(static_cast<std::int64_t>(patience_ms))
      .number(epoch)
      .bytes(plugin::view(first_commit_id_))
      .number(static_cast<std::int64_t>(first_digest_));
  // Each of its expectations has a stream of its own, so their numbers are the same.
  for (Array* array : {&streams_, &expect_versions_, &event_expects_, &event_ordinals_, &event_types_, &event_ids_,
                       &event_encodings_, &event_schemas_, &event_times_, &event_payloads_, &event_metadata_})
    all.array(*array);
  return all;
}

Parameters AppendRequest::parameters(std::uint64_t patience_ms, std::int64_t epoch) {
  Parameters all;
  all.number(static_cast<std::int64_t>(patience_ms))
      .number(epoch)
      .flag(disjoint_)
      .array(streams_)
      .array(stream_least_versions_);
  for (Array* array :
       {&commit_ids_,      &digests_,       &lookups_,        &append_expect_begins_, &append_expect_ends_,
        &events_before_,   &event_counts_,  &expect_streams_, &expect_versions_,      &expect_writes_,
        &event_appends_,   &event_expects_, &event_ordinals_, &event_types_,          &event_ids_,
        &event_encodings_, &event_schemas_, &event_times_,    &event_payloads_,       &event_metadata_})
    all.array(*array);
  return all;
}

}  // namespace ec::postgres
