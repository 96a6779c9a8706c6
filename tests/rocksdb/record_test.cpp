// Records of events come back to the bit; cut, changed or made up, they are refused and never read beyond their end.
#include "record.hpp"
#include "support.hpp"

#include <eventcore/plugin/strided.hpp>

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>

#include <rapidcheck/gtest.h>

namespace ec::rocks::test {
namespace {

using plugin::bytes;
using plugin::str;
using plugin::view;

constexpr std::int64_t now_us = 1'700'000'000'000'000;
constexpr std::int64_t earliest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t latest = std::numeric_limits<std::int64_t>::max();

ec_uuid uuid(char fill) {
  ec_uuid id{};
  std::memset(id.bytes, fill, sizeof id.bytes);
  return id;
}

ec_new_event small(std::string_view payload = "payload") {
  return {0, EC_ENCODING_JSON, 1, 0, uuid('e'), 0, str("type"), bytes(payload), {}};
}

std::string record_of(const std::vector<ec_new_event>& events) {
  std::string out = "rests of another record";
  RecordWriter writer;
  writer.begin(out, uuid('c'), now_us);
  std::uint64_t version = 0;
  for (const ec_new_event& event : events) writer.add("stream", ++version, event);
  writer.end();
  return out;
}

// On the heap and exactly as long as it is, so that AddressSanitizer sees a read beyond the end.
class Exact {
 public:
  explicit Exact(std::string_view content) : size_(content.size()), bytes_(new char[content.size()]) {
    std::ranges::copy(content, bytes_.get());
  }
  std::string_view view() const { return {bytes_.get(), size_}; }

 private:
  std::size_t size_;
  std::unique_ptr<char[]> bytes_;
};

std::size_t read_through(std::string_view record) {
  RecordReader reader(record, 1);
  std::size_t touched = 0;
  while (!reader.at_end()) {
    ec_event event{};
    reader.next(event);
    for (const std::string_view part :
         {view(event.stream), view(event.type), view(event.payload), view(event.metadata)})
      touched += static_cast<std::size_t>(std::ranges::count(part, 'x')) + part.size();
  }
  return touched;
}

RC_GTEST_PROP(Record, GivesItsEventsBack, ()) {
  const auto streams = *rc::gen::nonEmpty(
      rc::gen::container<std::vector<std::string>>(rc::gen::nonEmpty(rc::gen::string<std::string>())));
  const auto type = *rc::gen::string<std::string>();
  const auto payload = *rc::gen::string<std::string>();
  const auto metadata = *rc::gen::string<std::string>();
  const auto time =
      *rc::gen::oneOf(rc::gen::arbitrary<std::int64_t>(),
                      rc::gen::elementOf(std::vector{earliest, std::int64_t{-1}, std::int64_t{1}, now_us, latest}));
  const auto now = *rc::gen::elementOf(std::vector{now_us, earliest, latest});  // clocks may be wrong
  const std::uint32_t number = *rc::gen::arbitrary<std::uint32_t>();
  const auto version = *rc::gen::arbitrary<std::uint64_t>();
  std::string out;
  RecordWriter writer;
  writer.begin(out, uuid('c'), now);
  for (const std::string& stream : streams)
    writer.add(stream, version, {0, number, ~number, 0, uuid('e'), time, str(type), bytes(payload), bytes(metadata)});
  writer.end();

  RecordReader reader(out, 17);
  RC_ASSERT(reader.count() == streams.size());
  for (std::size_t i = 0; i < streams.size(); ++i) {
    ec_event event{};
    event.stream_index = 99;
    reader.next(event);
    RC_ASSERT(view(event.stream) == streams[i]);
    RC_ASSERT(view(event.type) == type);
    RC_ASSERT(view(event.payload) == payload);
    RC_ASSERT(view(event.metadata) == metadata);
    RC_ASSERT(event.version == version);
    RC_ASSERT(event.position.lo == 17 + i);
    RC_ASSERT(event.recorded_at_us == (time == 0 ? now : time));
    RC_ASSERT(event.encoding == number);
    RC_ASSERT(event.schema_version == ~number);
    RC_ASSERT(event.id.bytes[15] == 'e');
    RC_ASSERT(event.commit_id.bytes[0] == 'c');
  }
  RC_ASSERT(reader.at_end());
}

TEST(Record, IsFullAtItsNumberOfEvents) {
  std::string out;
  RecordWriter writer;
  writer.begin(out, {}, now_us);
  for (std::uint32_t count = 1; count <= record_events; ++count) {
    EXPECT_FALSE(writer.full()) << count;
    writer.add("s", count, small());
  }
  EXPECT_TRUE(writer.full());
  writer.begin(out, {}, now_us);
  EXPECT_FALSE(writer.full());
  EXPECT_EQ(writer.count(), 0U);
}

TEST(Record, IsFullAtItsNumberOfBytes) {
  std::string out;
  RecordWriter writer;
  writer.begin(out, {}, now_us);
  writer.add("s", 1, small());
  const std::size_t before = out.size();
  writer.add("s", 2, small(std::string(1000, 'x')));
  const std::size_t around = out.size() - before - 1000;  // of an event, beside its payload of this size
  for (const std::size_t size : {record_bytes - 1, record_bytes}) {
    writer.begin(out, {}, now_us);
    const std::size_t header = out.size();
    writer.add("s", 1, small(std::string(size - header - around - 1, 'x')));
    ASSERT_EQ(out.size(), size);
    EXPECT_EQ(writer.full(), size >= record_bytes);
  }
}

TEST(Record, IsReadFromAnyOfItsEvents) {
  std::vector<std::string> payloads;
  for (std::size_t i = 0; i < record_events; ++i) payloads.push_back(std::to_string(i));
  std::vector<ec_new_event> events;
  for (const std::string& payload : payloads) events.push_back(small(payload));
  const std::string record = record_of(events);
  for (std::size_t i = 0; i < record_events; ++i) {
    RecordReader reader(record, 1'000);
    reader.skip_to(1'000 + i);
    ec_event event{};
    reader.next(event);
    EXPECT_EQ(view(event.payload), payloads[i]);
    EXPECT_EQ(event.position.lo, 1'000 + i);
  }
  RecordReader beyond(record, 1'000);
  beyond.skip_to(5'000);
  EXPECT_TRUE(beyond.at_end());
  EXPECT_EQ(beyond.position(), 1'000 + record_events);
  failure_of(EC_CORRUPT, [&] { beyond.skip(); });
}

TEST(Record, CutAnywhereIsRefused) {
  const std::string record = record_of({small(), small(""), small(std::string(200, 'x'))});
  ASSERT_GT(read_through(Exact(record).view()), 0U);
  for (std::size_t size = 0; size < record.size(); ++size) {
    const Exact cut(std::string_view(record).substr(0, size));
    failure_of(EC_CORRUPT, [&] { read_through(cut.view()); });
  }
}

TEST(Record, OfAnotherFormatOrWithoutEventsIsRefused) {
  std::string record = record_of({small()});
  record[0] = 2;
  failure_of(EC_CORRUPT, [&] { read_through(record); });
  failure_of(EC_CORRUPT, [] { read_through(record_of({})); });
}

TEST(Record, WithAnyByteChangedIsReadOrRefused) {
  const std::string record = record_of({small(), small(std::string(130, 'x'))});
  for (std::size_t at = 0; at < record.size(); ++at)
    for (const unsigned change : {0x01U, 0x80U, 0xFFU}) {
      std::string changed = record;
      changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ change);
      const Exact exact(changed);
      try {
        read_through(exact.view());
      } catch (const plugin::Failure& failure) {
        EXPECT_EQ(failure.status(), EC_CORRUPT);
      }
    }
}

RC_GTEST_PROP(Record, OfRandomBytesIsReadOrRefused, (const std::string& garbage)) {
  const Exact exact("\1" + garbage);
  try {
    read_through(exact.view());
  } catch (const plugin::Failure& failure) {
    RC_ASSERT(failure.status() == EC_CORRUPT);
  }
}

}  // namespace
}  // namespace ec::rocks::test
