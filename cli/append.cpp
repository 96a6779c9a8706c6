#include "lines.hpp"
#include "ndjson.hpp"
#include "options.hpp"
#include "output.hpp"
#include "stores.hpp"

#include <eventcore/json_read.hpp>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace cli {

namespace {

ec::Expect expect_of(const std::string& stream, const std::string& text) {
  ec::StreamId id(stream);
  if (text == "any") return ec::Expect::any(std::move(id));
  if (text == "absent") return ec::Expect::absent(std::move(id));
  if (text == "exists") return ec::Expect::exists(std::move(id));
  std::uint64_t version = 0;
  const auto [last, problem] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (problem != std::errc{} || last != text.data() + text.size())
    throw Failure(wrong_usage, "--expect '" + text + "': a version, absent, exists or any is needed");
  return ec::Expect::exact(std::move(id), version);
}

std::string payload_of(const Options& options) {
  if (options.data_file.empty()) return options.data;
  if (std::filesystem::is_directory(options.data_file))
    throw Failure(wrong_usage, "cannot read " + options.data_file + ": it is a folder; name a file in it");
  std::ifstream file;
  if (options.data_file != "-") file.open(options.data_file, std::ios::binary);
  std::istream& in = options.data_file == "-" ? std::cin : file;
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  if (!in || in.bad()) throw Failure(wrong_usage, "cannot read " + options.data_file);
  return bytes;
}

void check_json(const char* what, const std::string& text, const char* advice) {
  ec::json::Raw value;
  if (const auto read = ec::json::read(text, value); !read)
    throw Failure(wrong_usage, std::string(what) + ": " + read.error().message + advice);
}

ec::NewEvent event_of(const Options& options) {
  ec::NewEvent event{0, options.type, payload_of(options), options.metadata};
  const auto encoding = encoding_of(options.encoding);
  if (!encoding)
    throw Failure(wrong_usage,
                  "--encoding '" + options.encoding + "': json, bytes, cbor, protobuf or a number is needed");
  event.encoding = *encoding;
  event.schema_version = options.schema_version;
  event.id = ec::Uuid::make();
  if (event.encoding == EC_ENCODING_JSON)
    check_json("the payload", event.payload, "; give JSON with --data or --data-file, or another --encoding");
  if (!event.metadata.empty()) check_json("--metadata", event.metadata, "");
  return event;
}

ec::Uuid commit_of(const Options& options) {
  if (options.commit.empty()) return {};
  const auto commit = ec::Uuid::parse(options.commit);
  if (!commit || commit->is_zero()) throw Failure(wrong_usage, "--commit '" + options.commit + "': a UUID is needed");
  return *commit;
}

}  // namespace

int append(const Options& options, const std::stop_token& stop) {
  const std::string& stream = options.streams.front();
  const ec::Expect expect = expect_of(stream, options.expect);
  const ec::NewEvent event = event_of(options);
  const ec::Uuid commit = commit_of(options);
  ec::Store store = open_to_write(options.config, stop);
  const ec::Appended appended = take(store.append({expect}, {event}, commit, {.stop = stop}));
  Events stored(store.read({{ec::StreamId(stream), appended.versions.front() - 1}}, {.limit = 1}, {.stop = stop}));
  Output out;
  if (const ec_event* written = stored.next()) append_line(out.text(), ec::RecordedEvent(*written));
  out.finish();
  return done;
}

}  // namespace cli
