// A line of the bank's input: `id,from,to,amount`, fields quoted where they need it.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace bank {

struct Transfer {
  std::string id;  // known to whoever ordered the transfer; a transfer that comes again has the same
  std::string from;
  std::string to;
  std::int64_t amount = 0;
};

inline constexpr std::string_view header_line = "id,from,to,amount";
inline constexpr std::size_t longest_line = 4096;  // bytes
inline constexpr std::size_t longest_id = 255;     // bytes

// The transfer, or why the line is none. Accounts are names that a stream id can hold, an amount is a whole number
// above 0.
std::expected<Transfer, std::string> parse_transfer(std::string_view line);

// In quotes, without anything that could steer a terminal.
std::string quoted(std::string_view text);

}  // namespace bank
