// What the store says, found out twice: by the one order of all events, and stream by stream. Any disagreement, and any
// rule of the bank that was broken on the way, is a finding.
#pragma once

#include <eventcore/eventcore.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace bank {

struct Account {
  std::int64_t balance = 0;
  std::uint64_t version = 0;  // of its stream
};
using Accounts = std::map<std::string, Account, std::less<>>;  // by stream id

// In words for the user, each with the place. The first ones are kept, the others counted.
class Findings {
 public:
  void add(std::string finding) {
    if (count_++ < kept) first_.push_back(std::move(finding));
  }
  std::uint64_t count() const { return count_; }
  const std::vector<std::string>& first() const { return first_; }

 private:
  static constexpr std::uint64_t kept = 20;
  std::uint64_t count_ = 0;
  std::vector<std::string> first_;
};

struct Ledger {
  Accounts accounts;
  ec::Position end;          // up to where the store was replayed
  std::int64_t opened = 0;   // money that came in with the opening of accounts
  std::int64_t balance = 0;  // of all accounts together
  std::uint64_t events = 0;
  std::uint64_t transfers = 0;
  std::uint64_t transfers_since = 0;  // those after the position that was asked for
};

// Replays all accounts in the store's order. Checks on the way: positions rise, versions are 1, 2, 3 ... in each
// stream, an account is opened once and before anything else, no balance is below zero after any commit, each commit
// withdraws as much as it deposits, and there is as much money in the end as came in.
ec::Result<Ledger> replay(ec::Store& store, ec::Position since, Findings& findings);

// Reads each account from its own stream and compares it with `ledger`. What others have written since is left out.
ec::Result<> compare_streams(ec::Store& store, const Ledger& ledger, Findings& findings);

}  // namespace bank
