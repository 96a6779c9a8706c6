#include "first_release.hpp"
#include "names.hpp"
#include "requests.hpp"

#include <eventcore/plugin/failure.hpp>
#include <eventcore/plugin/filter.hpp>
#include <eventcore/plugin/strided.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace ec::core {

using plugin::Failure;
using plugin::view;

namespace {

[[noreturn]] void refuse(const std::string& why, ec_status status = EC_INVALID) { throw Failure(status, why); }

void check_array(const void* first, std::size_t count, std::size_t stride, std::size_t needed, const char* what) {
  if (count == 0) return;
  if (first == nullptr) refuse(std::string(what) + ": the array is NULL, its count is not 0");
  check_stride(stride, needed, what);
}

// Few streams are the rule, so the quadratic way is the fast one.
template <class T>
void check_distinct(const plugin::Strided<const T>& items) {
  const auto twice = [](std::string_view id) { refuse("stream '" + printable(id) + "' stands twice in one request"); };
  if (items.size() <= 16) {
    for (std::size_t i = 1; i < items.size(); ++i)
      for (std::size_t k = 0; k < i; ++k)
        if (view(items[i].stream) == view(items[k].stream)) twice(view(items[i].stream));
    return;
  }
  std::vector<std::string_view> ids;
  ids.reserve(items.size());
  for (const T& item : items) ids.push_back(view(item.stream));
  std::sort(ids.begin(), ids.end());
  const auto found = std::adjacent_find(ids.begin(), ids.end());
  if (found != ids.end()) twice(*found);
}

// Each append comes by here: no text is made before it is needed.
void check_limit(std::uint64_t size, std::uint64_t limit, std::string_view what) {
  if (size > limit)
    refuse(std::string(what) + ": " + std::to_string(size) + " is above this store's limit of " + std::to_string(limit),
           EC_LIMIT);
}

void check_texts(const ec_str* texts, std::size_t count, const char* what) {
  if (count != 0 && texts == nullptr) refuse(std::string(what) + ": the array is NULL, its count is not 0");
  for (std::size_t i = 0; i < count; ++i) {
    check_filter_text(checked(texts[i], what), what);
  }
}

void check_expect(const ec_expect& expect) {
  check_stream_id(checked(expect.stream, "stream id"));
  if (expect.mode < EC_EXPECT_EXACT || expect.mode > EC_EXPECT_ANY)
    refuse("stream '" + printable(view(expect.stream)) + "': expectation mode " + std::to_string(expect.mode) +
           " is none of EC_EXPECT_*");
}

}  // namespace

void check_size(std::size_t given, std::size_t needed, const char* what) {
  if (given < needed)
    refuse(std::string(what) + ": struct_size or stride is " + std::to_string(given) + ", at least " +
           std::to_string(needed) + " is needed");
}

void check_bytes(const void* data, std::size_t size, const char* what) {
  if (data == nullptr && size != 0) refuse(std::string(what) + ": data is NULL, size is not 0");
}

std::string_view checked(ec_str text, const char* what) {
  check_bytes(text.data, text.size, what);
  return view(text);
}

void check_stride(std::size_t stride, std::size_t needed, const char* what) {
  check_size(stride, needed, what);
  if (stride % alignof(std::uint64_t) != 0)
    refuse(std::string(what) + ": the stride is " + std::to_string(stride) + ", a multiple of " +
           std::to_string(alignof(std::uint64_t)) + " is needed");
}

void check_flags(std::uint32_t flags, std::uint32_t known, const char* what) {
  if ((flags & ~known) != 0) refuse(std::string(what) + ": unknown flags " + std::to_string(flags & ~known));
}

void check_events(const ec_new_event* events, std::size_t count, std::size_t stride, std::size_t stream_count,
                  const ec_info& info) {
  check_array(events, count, stride, first_size<ec_new_event>, "events");
  check_limit(count, info.max_events_per_append, "events of one append");
  std::uint64_t bytes = 0;
  std::size_t index = 0;
  for (const ec_new_event& event : plugin::strided(events, count, stride)) {
    const auto here = [&] { return "event " + std::to_string(index); };
    if (event.stream_index >= stream_count)
      refuse(here() + ": stream_index " + std::to_string(event.stream_index) + " is not below " +
             std::to_string(stream_count));
    check_bytes(event.payload.data, event.payload.size, "payload");
    check_bytes(event.metadata.data, event.metadata.size, "metadata");
    check_event_type(checked(event.type, "event type"));
    if (event.payload.size > info.max_payload)
      check_limit(event.payload.size, info.max_payload, here() + ", bytes of payload");
    if (event.metadata.size > info.max_metadata)
      check_limit(event.metadata.size, info.max_metadata, here() + ", bytes of metadata");
    bytes += event.payload.size + event.metadata.size;
    ++index;
  }
  check_limit(bytes, info.max_bytes_per_append, "bytes of one append");
}

void check_append(const ec_append& append, const ec_info& info) {
  check_size(append.struct_size, first_size<ec_append>, "ec_append");
  check_flags(append.flags, EC_APPEND_LOOKUP, "ec_append");
  if ((append.flags & EC_APPEND_LOOKUP) != 0) {
    if (plugin::is_zero(append.commit_id)) refuse("ec_append: a lookup needs a commit id");
    return;
  }
  if (append.expect_count == 0)
    refuse("ec_append: an append needs at least one expectation; EC_EXPECT_ANY asks nothing of a stream");
  check_array(append.expects, append.expect_count, append.expect_stride, first_size<ec_expect>, "expectations");
  const auto expects = plugin::strided(append.expects, append.expect_count, append.expect_stride);
  for (const ec_expect& expect : expects) check_expect(expect);
  check_distinct(expects);
  check_events(append.events, append.event_count, append.event_stride, append.expect_count, info);
}

void check_read(const ec_read& request) {
  check_size(request.struct_size, first_size<ec_read>, "ec_read");
  check_flags(request.flags, EC_READ_BACKWARD, "ec_read");
  if (request.stream_count == 0) refuse("ec_read: at least one stream is needed");
  check_array(request.streams, request.stream_count, request.stream_stride, first_size<ec_stream_from>, "streams");
  const auto streams = plugin::strided(request.streams, request.stream_count, request.stream_stride);
  for (const ec_stream_from& from : streams) {
    check_stream_id(checked(from.stream, "stream id"));
  }
  check_distinct(streams);
}

void check_read_all(const ec_read_all& request) {
  check_size(request.struct_size, first_size<ec_read_all>, "ec_read_all");
  check_flags(request.flags, EC_READ_BACKWARD, "ec_read_all");
  check_texts(request.prefixes, request.prefix_count, "prefix");
  check_texts(request.patterns, request.pattern_count, "pattern");
  check_texts(request.types, request.type_count, "event type");
  for (std::size_t i = 0; i < request.pattern_count; ++i)
    if (!plugin::glob_is_closed(view(request.patterns[i])))
      refuse("pattern '" + printable(view(request.patterns[i])) + "' has a '[' without its ']'");
}

void check_list(const ec_list& request) {
  check_size(request.struct_size, first_size<ec_list>, "ec_list");
  check_flags(request.flags, 0, "ec_list");
  checked(request.prefix, "prefix");
  checked(request.after, "after");
}

ec_command checked(const ec_command& command) {
  check_size(command.struct_size, first_size<ec_command>, "ec_command");
  const ec_command whole = plugin::known(command);
  if (whole.streams == nullptr || whole.apply == nullptr || whole.decide == nullptr)
    throw Failure(EC_INVALID, "ec_command: streams, apply and decide must be there");
  return whole;
}

ec_execute_options checked(const ec_execute_options* options) {
  const ec_execute_options known = options == nullptr ? ec_execute_options{} : plugin::known(*options);
  check_flags(known.flags, EC_EXECUTE_NEW_COMMIT_ID, "ec_execute_options");
  return known;
}

}  // namespace ec::core
