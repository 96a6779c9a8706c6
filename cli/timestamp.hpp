// Points in time as text, by RFC 3339.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cli {

// 2026-11-24T09:30:00.000250Z from microseconds since 1970 UTC. Nothing before the year 1 and behind the year 9999.
std::optional<std::string> write_time(std::int64_t microseconds);

// The way back; up to six digits behind the seconds, which may be missing with their point.
std::optional<std::int64_t> read_time(std::string_view text);

}  // namespace cli
