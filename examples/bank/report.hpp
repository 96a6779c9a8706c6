// What the bank tells its user, on standard output.
#pragma once

#include "ledger.hpp"
#include "options.hpp"
#include "run.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace bank {

void print_heading(ec::Store& store, const ec_info& info, const Options& options);
void print_summary(const Run& run, Source& source, bool stopped);
void print_check(const Ledger& ledger, const Findings& findings);

// `account,balance` for each account, in order. An error in words for the user.
std::optional<std::string> write_balances(const std::string& path, const Ledger& ledger);

}  // namespace bank
