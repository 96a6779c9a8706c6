#include "base64.hpp"
#include "ndjson.hpp"
#include "timestamp.hpp"

#include <array>
#include <charconv>
#include <map>
#include <utility>
#include <vector>

namespace cli {

namespace {

namespace json = ec::json;

constexpr std::array<std::string_view, 4> encoding_names = {"bytes", "json", "cbor", "protobuf"};

// What a line says of the encoding when it says nothing.
constexpr std::uint32_t implied_encoding(bool is_json) { return is_json ? EC_ENCODING_JSON : EC_ENCODING_BYTES; }

template <class Number>
std::optional<Number> read_number(std::string_view text) {
  Number value{};
  const auto [last, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || last != text.data() + text.size()) return std::nullopt;
  return value;
}

// Whether these bytes come back the same when they stand in a line as they are.
bool can_stand_in_line(std::string_view bytes) {
  if (bytes.find_first_of("\r\n") != std::string_view::npos) return false;
  // Read as it will be, within another value: it must not be nested too deeply there either.
  std::vector<json::Raw> values;
  return json::read("[" + std::string(bytes) + "]", values).has_value() && values.size() == 1 &&
         values.front().text.size() == bytes.size();
}

template <class T>
void append_member(std::string& out, std::string_view name, const T& value) {
  out += out.ends_with('{') ? "\"" : ",\"";
  out += name;
  out += "\":";
  json::write(out, value);
}

void append_base64_member(std::string& out, std::string_view name, std::string_view bytes) {
  out += ",\"";
  out += name;
  out += "\":\"";
  append_base64(out, bytes);
  out += '"';
}

// Whether it stands as JSON.
bool append_bytes(std::string& out, std::string_view name, std::string_view bytes) {
  const bool is_json = can_stand_in_line(bytes);
  if (is_json)
    append_member(out, name, json::Raw{std::string(bytes)});
  else
    append_base64_member(out, std::string(name) + "_base64", bytes);
  return is_json;
}

using Members = std::map<std::string, json::Raw>;

ec::Error problem(const std::string& what) { return {ec::Code::invalid, what}; }

// Takes members out one by one; what is left in the end is unknown. The first problem stays.
class Taker {
 public:
  explicit Taker(Members members) : members_(std::move(members)) {}

  template <class T>
  std::optional<T> take(const char* name) {
    const auto found = members_.extract(name);
    if (found.empty()) return std::nullopt;
    T value{};
    if (const auto read = json::read(found.mapped().text, value))
      return value;
    else
      wrong(name, read.error().message);
    return std::nullopt;
  }

  template <class T>
  T need(const char* name) {
    auto value = take<T>(name);
    if (!value) wrong(name, "is missing");
    return std::move(value).value_or(T{});
  }

  // A string that `convert` turns into a value, or nothing.
  template <class Convert>
  auto convert(const char* name, const char* needed, Convert&& convert) -> decltype(convert(std::string_view{})) {
    const auto text = take<std::string>(name);
    if (!text) return std::nullopt;
    auto value = convert(std::string_view(*text));
    if (!value) wrong(name, std::string(needed) + " is needed");
    return value;
  }

  // A string, or a number as its text.
  std::optional<std::string> take_word(const char* name) {
    const auto found = members_.find(name);
    if (found == members_.end() || found->second.text.starts_with('"')) return take<std::string>(name);
    return members_.extract(found).mapped().text;
  }

  // As JSON under the name, or as base64 under name_base64; whether it stood as JSON.
  bool take_bytes(const std::string& name, std::string& bytes) {
    const std::string encoded = name + "_base64";
    auto raw = take<json::Raw>(name.c_str());
    auto decoded = convert(encoded.c_str(), "base64", decode_base64);
    if (raw && decoded) wrong(name.c_str(), "stands here as JSON and as base64; one of them is needed");
    if (raw) bytes = std::move(raw->text);
    if (decoded) bytes = std::move(*decoded);
    return raw.has_value();
  }

  void wrong(const char* name, const std::string& what) {
    if (problem_.empty()) problem_ = "member '" + std::string(name) + "': " + what;
  }

  ec::Result<> end() {
    for (const auto& [name, value] : members_)
      wrong(name.c_str(),
            "is unknown; known are stream, version, position, id, commit, type, schema_version, time, "
            "encoding, data, data_base64, metadata, metadata_base64");
    if (problem_.empty()) return {};
    return std::unexpected(problem(problem_));
  }

 private:
  Members members_;
  std::string problem_;
};

ec::Uuid take_uuid(Taker& members, const char* name) {
  return members.convert(name, "a UUID (8-4-4-4-12 hexadecimal digits)", ec::Uuid::parse).value_or(ec::Uuid{});
}

// RFC 3339, or microseconds since 1970 for what that cannot say.
std::int64_t take_time(Taker& members) {
  const auto text = members.take_word("time");
  if (!text) return 0;
  auto time = read_number<std::int64_t>(*text);
  if (!time) time = read_time(*text);
  if (!time)
    members.wrong("time", "a time as 2026-11-24T09:30:00.000250Z is needed");
  else if (*time == 0)
    members.wrong("time", "the first microsecond of 1970 cannot be stored, it stands for no time");
  return time.value_or(0);
}

void take_encoding(Taker& members, bool is_json, std::uint32_t& encoding) {
  encoding = implied_encoding(is_json);
  const auto name = members.take_word("encoding");
  if (!name) return;
  if (const auto known = encoding_of(*name))
    encoding = *known;
  else
    members.wrong("encoding", "bytes, json, cbor, protobuf or a number from 0 to 4294967295 is needed");
}

}  // namespace

std::string encoding_name(std::uint32_t encoding) {
  return encoding < encoding_names.size() ? std::string(encoding_names[encoding]) : std::to_string(encoding);
}

std::optional<std::uint32_t> encoding_of(std::string_view name) {
  for (std::uint32_t i = 0; i < encoding_names.size(); ++i)
    if (encoding_names[i] == name) return i;
  return read_number<std::uint32_t>(name);
}

std::optional<ec::Position> read_position(std::string_view text) {
  const std::size_t point = text.find('.');
  const auto high = point == std::string_view::npos ? 0 : read_number<std::uint64_t>(text.substr(0, point));
  const auto low = read_number<std::uint64_t>(point == std::string_view::npos ? text : text.substr(point + 1));
  if (!high || !low) return std::nullopt;
  return ec::Position{*high, *low};
}

void append_line(std::string& out, const ec::RecordedEvent& event) {
  const ec_event& raw = event.raw();
  out += '{';
  append_member(out, "stream", event.stream());
  append_member(out, "version", event.version());
  if (raw.position.hi == 0)
    append_member(out, "position", raw.position.lo);
  else
    append_member(out, "position", event.position().str());
  append_member(out, "id", event.id().str());
  if (!event.commit_id().is_zero()) append_member(out, "commit", event.commit_id().str());
  append_member(out, "type", event.type());
  if (raw.schema_version != 1) append_member(out, "schema_version", raw.schema_version);
  if (const auto time = write_time(raw.recorded_at_us))
    append_member(out, "time", *time);
  else
    append_member(out, "time", raw.recorded_at_us);
  const bool is_json = append_bytes(out, "data", event.payload());
  if (raw.encoding != implied_encoding(is_json)) append_member(out, "encoding", encoding_name(raw.encoding));
  if (!event.raw_metadata().empty()) append_bytes(out, "metadata", event.raw_metadata());
  out += "}\n";
}

ec::Result<Line> read_line(std::string_view text) {
  Members all;
  if (auto read = json::read(text, all); !read) return std::unexpected(problem(read.error().message));
  Taker members(std::move(all));
  Line line;
  auto stream = ec::StreamId::parse(members.need<std::string>("stream"));
  if (stream)
    line.stream = std::move(*stream);
  else
    members.wrong("stream", stream.error().message);
  line.version = members.take<std::uint64_t>("version");
  if (line.version == 0) members.wrong("version", "the first of a stream is 1");
  if (const auto position = members.take_word("position"); position && !read_position(*position))
    members.wrong("position", "a position as 17 or \"3.17\" is needed");
  line.commit_id = take_uuid(members, "commit");
  line.event.id = take_uuid(members, "id");
  line.event.type = members.need<std::string>("type");
  line.event.schema_version = members.take<std::uint32_t>("schema_version").value_or(1);
  line.event.recorded_at_us = take_time(members);
  const bool is_json = members.take_bytes("data", line.event.payload);
  members.take_bytes("metadata", line.event.metadata);
  take_encoding(members, is_json, line.event.encoding);
  if (auto ended = members.end(); !ended) return std::unexpected(std::move(ended.error()));
  return line;
}

}  // namespace cli
