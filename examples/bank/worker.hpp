// Who carries out transfers, one after the other, and keeps count of what became of them.
#pragma once

#include "../transfer.hpp"
#include "tally.hpp"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <unordered_set>

namespace bank {

// Which accounts are open: each is opened at its first use. To open one that is open already changes nothing, so it does
// no harm when two workers, or two runs, do it.
class Accounts {
 public:
  explicit Accounts(std::int64_t opening_balance) : opening_balance_(opening_balance) {}

  bool is_open(const ec::StreamId& account);
  void note_open(const ec::StreamId& account);
  OpenAccount opening(const ec::StreamId& account) const { return {account, opening_balance_}; }

 private:
  const std::int64_t opening_balance_;
  std::mutex mutex_;
  std::unordered_set<ec::StreamId> open_;
};

ec::ExecuteOptions options_for_opening(const ec::StreamId& account);

class Worker {
 public:
  Worker(ec::Store& store, Accounts& accounts, ec::Position since)
      : store_(store), accounts_(accounts), since_(since) {}

  // False: the store failed.
  bool take(const Order& order);

  // The same for one who executes the command himself: what, how, and what came of it.
  static TransferMoney command_for(const Order& order);
  ec::ExecuteOptions options_for(const Order& order);
  bool settle(const Order& order, const TransferMoney& command, const ec::Outcome<TransferMoney>& done,
              std::chrono::nanoseconds time);
  bool failed(const ec::Error& error);

  Tally tally;

 private:
  bool committed(std::chrono::nanoseconds time);
  bool repeated(const Order& order, const TransferMoney& command, const ec::Committed& first,
                std::chrono::nanoseconds time);
  ec::Result<bool> is_stored(const TransferMoney& command, std::uint64_t version);
  ec::Result<> open(const ec::StreamId& account);

  ec::Store& store_;
  Accounts& accounts_;
  const ec::Position since_;
};

}  // namespace bank
