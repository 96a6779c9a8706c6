// Records of events in RocksDB's database: any bytes are refused or read, never beyond their end; what is written comes
// back.
#include "input.hpp"
#include "record.hpp"

#include <eventcore/plugin/strided.hpp>

#include <vector>

using namespace ec::rocks;
using ec::plugin::view;
using fuzz::expect;

namespace {

struct Written {
  std::string stream, type, payload, metadata;
  std::uint64_t version = 0;
  ec_new_event event{};
};

// Every event once by next, once by skip.
std::size_t read_through(std::string_view record) {
  std::size_t bytes = 0;
  try {
    RecordReader reader(record, 1);
    while (!reader.at_end()) {
      ec_event event{};
      reader.next(event);
      for (const std::string_view part :
           {view(event.stream), view(event.type), view(event.payload), view(event.metadata)})
        bytes += std::string(part).size();
    }
    expect(bytes <= record.size(), "events are not longer than their record");
    RecordReader skipping(record, 1);
    skipping.skip_to(~std::uint64_t{0});
    expect(skipping.at_end(), "what can be read can be skipped");
  } catch (const ec::plugin::Failure& failure) {
    expect(failure.status() == EC_CORRUPT, "what cannot be read is corrupt");
  }
  return bytes;
}

std::vector<Written> events_from(fuzz::Input& input) {
  std::vector<Written> events(1 + input.below(8));
  for (Written& written : events) {
    written = {input.text(), input.text(), input.text(), input.text(), input.any_number(), {}};
    ec_new_event& event = written.event;
    event.encoding = static_cast<std::uint32_t>(input.any_number());
    event.schema_version = static_cast<std::uint32_t>(input.any_number());
    event.recorded_at_us = static_cast<std::int64_t>(input.any_number());
    event.id = input.number<ec_uuid>();
  }
  for (Written& written : events) {
    written.event.type = ec::plugin::str(written.type);
    written.event.payload = ec::plugin::bytes(written.payload);
    written.event.metadata = ec::plugin::bytes(written.metadata);
  }
  return events;
}

std::string record_of(const std::vector<Written>& events, const ec_uuid& commit_id, std::int64_t now_us) {
  std::string record;
  RecordWriter writer;
  writer.begin(record, commit_id, now_us);
  for (const Written& written : events) writer.add(written.stream, written.version, written.event);
  writer.end();
  return record;
}

void check_there_and_back(fuzz::Input& input) {
  const auto commit_id = input.number<ec_uuid>();
  const auto now_us = input.number<std::int64_t>();
  const std::vector<Written> events = events_from(input);
  std::string record = record_of(events, commit_id, now_us);
  const fuzz::Exact exact(record);
  RecordReader reader(exact.view(), 1);
  expect(reader.count() == events.size(), "all events are there");
  for (const Written& written : events) {
    ec_event event{};
    reader.next(event);
    expect(view(event.stream) == written.stream && view(event.type) == written.type &&
               view(event.payload) == written.payload && view(event.metadata) == written.metadata,
           "texts and bytes come back");
    expect(event.version == written.version && event.encoding == written.event.encoding &&
               event.schema_version == written.event.schema_version && view(event.id) == view(written.event.id) &&
               view(event.commit_id) == view(commit_id),
           "numbers and ids come back");
    expect(event.recorded_at_us == (written.event.recorded_at_us == 0 ? now_us : written.event.recorded_at_us),
           "the time comes back");
  }
  expect(reader.at_end(), "and nothing more");
  // Damaged anywhere, it is refused or read, and nothing else.
  char& damaged = record[input.number<std::uint32_t>() % record.size()];
  damaged = static_cast<char>(static_cast<unsigned char>(damaged) ^ 1U << input.below(8));
  read_through(fuzz::Exact(record).view());
  record.resize(input.number<std::uint32_t>() % record.size());
  read_through(fuzz::Exact(record).view());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  read_through(fuzz::Exact({reinterpret_cast<const char*>(data), size}).view());
  fuzz::Input input(data, size);
  check_there_and_back(input);
  return 0;
}
