// What the store says, found out twice: by the one order of all events, and stream by stream. Any disagreement, and any
// rule of the bank that was broken on the way, is a finding.
#pragma once

#include <eventcore/eventcore.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace bank {

using Balances = std::map<std::string, std::int64_t>;  // stream id -> balance

struct Ledger {
  Balances balances;
  std::int64_t opened = 0;  // money that came in with the opening of accounts
  std::uint64_t events = 0;
};

// Replays the whole store. Checks on the way: positions rise, versions are 1, 2, 3 ... in each stream, no balance is
// below zero after any event, and each commit withdraws as much as it deposits. Adds to `findings`.
ec::Result<Ledger> replay(ec::Store& store, std::vector<std::string>& findings);

// The balance of each account, from its own stream. Compares with `ledger` and adds to `findings`.
ec::Result<> compare_streams(ec::Store& store, const Ledger& ledger, std::vector<std::string>& findings);

}  // namespace bank
