// Two read models of the bank: the balances of all accounts, in memory, and the statement of one, a line a movement.
#pragma once

#include "transfer.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace bank {

using Print = std::function<void(const std::string& line)>;

// What is in memory has its checkpoint there, too: each process builds it anew. Silent, until it is told to go live.
class Balances {
 public:
  static constexpr std::string_view name = "balances-in-memory";
  static constexpr std::uint32_t version = 1;
  using Events = ec::Events<AccountOpened, MoneyWithdrawn, MoneyDeposited>;
  using Table = std::map<std::string, std::int64_t, std::less<>>;

  void on(const ec::Recorded<AccountOpened>& event) { add(event.stream(), event->balance); }
  void on(const ec::Recorded<MoneyWithdrawn>& event) { add(event.stream(), -event->amount); }
  void on(const ec::Recorded<MoneyDeposited>& event) { add(event.stream(), event->amount); }

  ec::Result<std::optional<ec::Position>> load_checkpoint() { return checkpoint_; }
  ec::Result<> save_checkpoint(ec::Position position, std::uint64_t /*fence*/) {
    checkpoint_ = position;
    saved_ = table_;
    return {};
  }
  void discard() { table_ = saved_; }

  // From here on each balance that changes is printed. Not while the projector runs.
  void go_live(Print print) { print_ = std::move(print); }
  const Table& table() const { return table_; }

 private:
  void add(std::string_view account, std::int64_t amount) {
    const std::int64_t balance = table_[std::string(account)] += amount;
    if (print_) print_(ec::format("{} has {}", account, balance));
  }

  Table table_, saved_;
  std::optional<ec::Position> checkpoint_;
  Print print_;
};

// snippet: statement
// How far it is printed stands in the store: another process goes on where this one ends. What was there before it first
// ran is counted, and not printed.
class Statement {
 public:
  static constexpr std::string_view name = "statement-of-alice";
  static constexpr std::uint32_t version = 1;
  using Events = ec::Events<AccountOpened, MoneyWithdrawn, MoneyDeposited>;
  static ec::Filter filter() { return {.patterns = {"account/alice"}}; }

  explicit Statement(Print print) : print_(std::move(print)) {}

  void on(const ec::Recorded<AccountOpened>& event, const ec::Delivery& delivery) {
    add(event, delivery, ec::format("+{} at the opening", event->balance));
  }
  void on(const ec::Recorded<MoneyWithdrawn>& event, const ec::Delivery& delivery) {
    add(event, delivery, ec::format("-{} to {}", event->amount, event->to));
  }
  void on(const ec::Recorded<MoneyDeposited>& event, const ec::Delivery& delivery) {
    add(event, delivery, ec::format("+{} from {}", event->amount, event->from));
  }

  std::uint64_t lines_before() const { return lines_before_; }

 private:
  void add(const ec::RecordedEvent& event, const ec::Delivery& delivery, const std::string& what) {
    if (delivery.is_replay)
      ++lines_before_;
    else
      print_(ec::format("line {}: {}", event.version(), what));
  }

  Print print_;
  std::uint64_t lines_before_ = 0;
};
// snippet end

}  // namespace bank
