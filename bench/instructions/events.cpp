// Events as bytes: appended, read, and delivered to a projection.
#include "count.hpp"

#include <string>
#include <utility>
#include <vector>

namespace bench {

struct Noted {
  std::string_view text;
};
EC_EVENT(Noted, "noted")

}  // namespace bench

// Its bytes as they are: what is counted is the way to the handler, and no codec.
template <>
struct ec::Codec<bench::Noted> {
  static constexpr std::uint32_t encoding = EC_ENCODING_BYTES;
  static void encode(const bench::Noted& event, std::string& out) { out += event.text; }
  static ec::Result<> decode(std::string_view bytes, std::uint32_t, bench::Noted& event) {
    event.text = bytes;
    return {};
  }
};

namespace bench {

namespace {

constexpr std::size_t payload_bytes = 256;
constexpr std::uint64_t events_a_stream = 1'000;
constexpr std::uint64_t streams = 4;

ec::NewEvent noted(std::size_t expect) {
  return {.expect = expect, .type = "noted", .payload = std::string(payload_bytes, 'n'), .encoding = EC_ENCODING_BYTES};
}

ec::Result<> failed(std::string why) { return std::unexpected(ec::Error{ec::Code::internal, std::move(why)}); }

// Two events of 256 bytes to two streams, whose versions are expected.
ec::Result<> count_append() {
  auto store = ec::Store::open_text("plugin: memory");
  if (!store) return std::unexpected(std::move(store.error()));
  const ec::StreamId left("left");
  const ec::StreamId right("right");
  const std::vector<ec::NewEvent> events{noted(0), noted(1)};
  return count("append", 500, 1, [&](std::uint64_t i) -> ec::Result<> {
    auto done = store->append({ec::Expect::exact(left, i), ec::Expect::exact(right, i)}, events, ec::Uuid::make());
    if (!done) return std::unexpected(std::move(done.error()));
    return {};
  });
}

// The least that an append can be, so that most of it is the group committer, which lets a lone caller through.
ec::Result<> count_group_commit() {
  auto store = ec::Store::open_text("plugin: memory");
  if (!store) return std::unexpected(std::move(store.error()));
  const std::vector<ec::Expect> expects{ec::Expect::absent(ec::StreamId("absent"))};
  return count("group_commit_lone_caller", 500, 1, [&](std::uint64_t) -> ec::Result<> {
    auto done = store->append(expects, {});
    if (!done) return std::unexpected(std::move(done.error()));
    return {};
  });
}

ec::StreamId stream(std::uint64_t number) { return ec::StreamId("stream/" + std::to_string(number)); }

ec::Result<> fill(ec::Store& store) {
  const std::vector<ec::NewEvent> events(events_a_stream, noted(0));
  for (std::uint64_t i = 0; i < streams; ++i) {
    auto appended = store.append({ec::Expect::absent(stream(i))}, events);
    if (!appended) return std::unexpected(std::move(appended.error()));
  }
  return {};
}

ec::Result<> take(ec::Result<ec::EventCursor> events, std::uint64_t wanted) {
  if (!events) return std::unexpected(std::move(events.error()));
  std::uint64_t bytes = 0;
  while (events->next())
    for (const ec::RecordedEvent event : events->batch()) bytes += event.payload().size();
  if (events->error()) return std::unexpected(*events->error());
  return bytes == wanted * payload_bytes ? ec::Result<>{} : failed("there were other events than expected");
}

struct Counter {
  static constexpr std::string_view name = "counter";
  static constexpr std::uint32_t version = 1;
  using Events = ec::Events<Noted>;
  void on(const ec::Recorded<Noted>& event) { bytes += event->text.size(); }
  std::uint64_t bytes = 0;
};

// From the start to the head, with the checkpoint at the end. Time decides nothing.
ec::Result<> project(ec::Store& store) {
  Counter counter;
  ec::Projector projector(
      store, counter,
      {.save_every = 10'000, .save_interval = std::chrono::hours(1), .status_interval = std::chrono::milliseconds(0)});
  if (auto done = projector.run_to_head(); !done) return std::unexpected(std::move(done.error()));
  return counter.bytes == streams * events_a_stream * payload_bytes ? ec::Result<>{} : failed("events were left out");
}

}  // namespace

ec::Result<> count_events() {
  if (auto counted = count_append(); !counted) return counted;
  if (auto counted = count_group_commit(); !counted) return counted;
  auto store = ec::Store::open_text("plugin: memory");
  if (!store) return std::unexpected(std::move(store.error()));
  if (auto filled = fill(*store); !filled) return filled;
  constexpr std::uint64_t all = streams * events_a_stream;
  auto counted = count("read_stream_of_1000", streams, events_a_stream,
                       [&](std::uint64_t i) { return take(store->read({{stream(i)}}), events_a_stream); });
  if (!counted) return counted;
  counted = count("read_all", 2, all, [&](std::uint64_t) { return take(store->read_all(), all); });
  if (!counted) return counted;
  return count("projection", 1, all, [&](std::uint64_t) { return project(*store); });
}

}  // namespace bench
