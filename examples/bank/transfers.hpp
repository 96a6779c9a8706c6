// The bank's input: a CSV of transfers, `id,from,to,amount` with a header line, fields quoted where they need it.
#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

namespace bank {

struct Transfer {
  std::string id;
  std::string from;
  std::string to;
  std::int64_t amount = 0;
};

struct Malformed {
  std::uint64_t line = 0;  // counted from 1, the header included
  std::string why;
};

struct Input {
  std::vector<Transfer> transfers;
  std::vector<Malformed> malformed;
  std::uint64_t lines = 0;
};

// Reads to the end. A line that is no transfer is noted and left out; none stops the reading. A line may have 4096
// bytes, an amount is a whole number above 0, an id stands once in the file.
Input read_transfers(std::istream& in);

// The fields of one line; false, and the reason in `why`, when its quotes are wrong.
bool split_csv(std::string_view line, std::vector<std::string>& fields, std::string& why);

}  // namespace bank
