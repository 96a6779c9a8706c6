// The bank's command line.
#pragma once

#include <cstdint>
#include <string>

namespace bank {

struct Options {
  std::string config;
  std::string input = "-";
  unsigned workers = 0;
  unsigned in_flight = 0;  // 0: workers
  std::int64_t opening_balance = 1'000;
  std::string balances;  // where to write them; empty: nowhere
};

// True: go on. False: end with `exit_status`; what there was to say has been said.
bool parse_options(int argc, char** argv, Options& options, int& exit_status);

}  // namespace bank
