// A line of what `eventcore import` reads. What is read can be written by `export`, and is the same then.
#include "input.hpp"
#include "ndjson.hpp"

#include <eventcore/abi/event_store.h>

using fuzz::expect;

namespace {

ec_str str(const std::string& text) { return {text.data(), text.size()}; }
ec_bytes bytes(const std::string& text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

// As a store would give it back.
std::string written(const cli::Line& line) {
  const std::string stream(line.stream.str());
  ec_event event{};
  event.stream = str(stream);
  event.type = str(line.event.type);
  event.payload = bytes(line.event.payload);
  event.metadata = bytes(line.event.metadata);
  event.id = line.event.id.value;
  event.commit_id = line.commit_id.value;
  event.position = {0, 1};
  event.version = line.version.value_or(1);
  event.recorded_at_us = line.event.recorded_at_us == 0 ? 1 : line.event.recorded_at_us;
  event.encoding = line.event.encoding;
  event.schema_version = line.event.schema_version;
  std::string text;
  cli::append_line(text, ec::RecordedEvent(event));
  expect(text.ends_with('\n') && text.find('\n') == text.size() - 1, "an event is one line");
  text.pop_back();
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Exact text({reinterpret_cast<const char*>(data), size});
  const auto line = cli::read_line(text.view());
  if (!line) {
    expect(!line.error().message.empty(), "a wrong line is told what is wrong");
    return 0;
  }
  const auto again = cli::read_line(written(*line));
  expect(again.has_value(), "what is written can be read");
  expect(again->stream == line->stream && again->event.type == line->event.type &&
             again->event.payload == line->event.payload && again->event.metadata == line->event.metadata &&
             again->event.encoding == line->event.encoding && again->event.id == line->event.id &&
             again->event.schema_version == line->event.schema_version && again->commit_id == line->commit_id &&
             again->version == line->version.value_or(1),
         "and is the same then");
  if (line->event.recorded_at_us != 0)
    expect(again->event.recorded_at_us == line->event.recorded_at_us, "its time, too");
  return 0;
}
