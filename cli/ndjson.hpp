// One event a line, as JSON: what read, tail and export write, and import reads. The man page has the members.
#pragma once

#include <eventcore/store.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cli {

// Adds the line with its end. Payload and metadata stand in it to the byte where they are JSON on one line, else in
// base64.
void append_line(std::string& out, const ec::RecordedEvent& event);

struct Line {
  ec::StreamId stream;
  std::optional<std::uint64_t> version;
  ec::Uuid commit_id;  // zero: none
  ec::NewEvent event;  // its id is zero and its time 0 where the line has none
};

// From a line without its end. An error says what is wrong, at which member.
ec::Result<Line> read_line(std::string_view text);

// The name of an encoding, or its number in digits.
std::string encoding_name(std::uint32_t encoding);
std::optional<std::uint32_t> encoding_of(std::string_view name);

// From "17", or "3.17" where the upper half is in use.
std::optional<ec::Position> read_position(std::string_view text);

}  // namespace cli
