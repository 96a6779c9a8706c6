#include "record.hpp"

#include <eventcore/plugin/strided.hpp>

#include <cstring>

namespace ec::rocks {

namespace {

constexpr char record_format = 1;
constexpr std::size_t count_offset = 1 + sizeof(ec_uuid) + 8;
constexpr std::size_t header_bytes = count_offset + 4;
constexpr const char* what_a_record_is = "an event record";

template <class Number>
void put_fixed(char* to, Number number) {
  for (std::size_t i = 0; i < sizeof number; ++i) to[i] = static_cast<char>(number >> (8 * i));
}

template <class Number>
Number get_fixed(const char* from) {
  Number number = 0;
  for (std::size_t i = 0; i < sizeof number; ++i)
    number |= static_cast<Number>(Number{static_cast<unsigned char>(from[i])} << (8 * i));
  return number;
}

// Times come from outside and may be anything.
std::int64_t wrapping_sum(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
std::int64_t wrapping_difference(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

std::size_t varint_size(std::uint64_t number) {
  std::size_t size = 1;
  for (; number >= 0x80; number >>= 7U) ++size;
  return size;
}

std::size_t bytes_size(std::size_t size) { return varint_size(size) + size; }

}  // namespace

void RecordWriter::begin(std::string& out, const ec_uuid& commit_id, std::int64_t recorded_at_us) {
  out_ = &out;
  recorded_at_us_ = recorded_at_us;
  count_ = 0;
  out.assign(header_bytes, '\0');
  out[0] = record_format;
  std::memcpy(out.data() + 1, commit_id.bytes, sizeof commit_id);
  put_fixed(out.data() + 1 + sizeof commit_id, static_cast<std::uint64_t>(recorded_at_us));
}

void RecordWriter::add(std::string_view stream, std::uint64_t version, const ec_new_event& event) {
  const std::uint64_t delay =
      event.recorded_at_us == 0 ? 0 : zigzag(wrapping_difference(event.recorded_at_us, recorded_at_us_));
  const std::string_view type = plugin::view(event.type);
  const std::size_t size = sizeof event.id + bytes_size(stream.size()) + varint_size(version) +
                           bytes_size(type.size()) + varint_size(event.encoding) + varint_size(event.schema_version) +
                           varint_size(delay) + bytes_size(event.metadata.size) + event.payload.size;
  std::string& out = *out_;
  put_varint(out, size);
  out.append(reinterpret_cast<const char*>(event.id.bytes), sizeof event.id);
  put_bytes(out, stream);
  put_varint(out, version);
  put_bytes(out, type);
  put_varint(out, event.encoding);
  put_varint(out, event.schema_version);
  put_varint(out, delay);
  put_bytes(out, plugin::view(event.metadata));
  out += plugin::view(event.payload);
  ++count_;
}

void RecordWriter::end() { put_fixed(out_->data() + count_offset, count_); }

RecordReader::RecordReader(std::string_view record, std::uint64_t position)
    : parser_(record, what_a_record_is), position_(position) {
  const std::string_view header = parser_.take(header_bytes);
  if (header[0] != record_format) throw parser_.broken();
  std::memcpy(commit_id_.bytes, header.data() + 1, sizeof commit_id_);
  recorded_at_us_ = static_cast<std::int64_t>(get_fixed<std::uint64_t>(header.data() + 1 + sizeof commit_id_));
  count_ = get_fixed<std::uint32_t>(header.data() + count_offset);
  if (count_ == 0) throw parser_.broken();
}

std::string_view RecordReader::body() {
  if (at_end()) throw parser_.broken();
  ++read_;
  ++position_;
  return parser_.bytes();
}

void RecordReader::skip() { body(); }

void RecordReader::skip_to(std::uint64_t position) {
  while (position_ < position && !at_end()) skip();
}

void RecordReader::next(ec_event& event) {
  event.position = {0, position_};
  Parser fields(body(), what_a_record_is);
  begin_event(fields, event);
  rest_of_event(fields, event);
}

bool RecordReader::next_of(std::string_view stream, ec_event& event) {
  event.position = {0, position_};
  Parser fields(body(), what_a_record_is);
  begin_event(fields, event);
  if (plugin::view(event.stream) != stream) return false;
  rest_of_event(fields, event);
  return true;
}

void RecordReader::begin_event(Parser& fields, ec_event& event) const {
  std::memcpy(event.id.bytes, fields.take(sizeof event.id).data(), sizeof event.id);
  event.stream = plugin::str(fields.bytes());
}

void RecordReader::rest_of_event(Parser& fields, ec_event& event) const {
  event.version = fields.varint();
  event.type = plugin::str(fields.bytes());
  event.encoding = static_cast<std::uint32_t>(fields.varint());
  event.schema_version = static_cast<std::uint32_t>(fields.varint());
  event.recorded_at_us = wrapping_sum(recorded_at_us_, unzigzag(fields.varint()));
  event.metadata = plugin::bytes(fields.bytes());
  event.payload = plugin::bytes(fields.rest());
  event.commit_id = commit_id_;
  event.stream_index = 0;
  event.reserved = 0;
}

void put_index_entry(std::string& out, const IndexEntry& entry) {
  put_varint(out, entry.position);
  put_varint(out, entry.position - entry.record);
}

IndexEntry parse_index_entry(std::string_view value) {
  Parser parser(value, "an index entry");
  const std::uint64_t position = parser.varint();
  const std::uint64_t behind = parser.varint();
  if (behind >= position || !parser.rest().empty()) throw parser.broken();
  return {position, position - behind};
}

}  // namespace ec::rocks
