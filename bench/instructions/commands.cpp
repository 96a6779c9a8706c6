// Commands: the bank's transfer, and one whose state is kept.
#include "count.hpp"
#include "transfer.hpp"

#include <utility>
#include <vector>

namespace bench {

namespace {

struct Balance {
  std::int64_t sum = 0;
};
EC_FIELDS(Balance, sum)

struct Deposit {
  ec::StreamId account;

  using Streams = ec::StreamSet<&Deposit::account>;
  using Events = ec::Events<bank::MoneyDeposited>;
  using State = Balance;
  static constexpr bool caches_state = true;

  void apply(State& s, const ec::Recorded<bank::MoneyDeposited>& e) const { s.sum += e->amount; }
  ec::Result<> decide(const State& s, ec::Decision<Deposit>& out) const {
    EC_REQUIRE(s.sum >= 0, "the account is overdrawn: {}", s.sum);
    out.write<&Deposit::account>(bank::MoneyDeposited{1, "cash"});
    return {};
  }
};

template <class Command>
ec::Result<> executed(ec::Store& store, const Command& command, const ec::ExecuteOptions& options = {}) {
  auto done = ec::execute(store, command, options);
  if (!done) return std::unexpected(ec::Error(std::move(done.error())));
  return {};
}

// Transfers of nothing, so that accounts without money do. With a history, both accounts have half of its events.
ec::Result<> count_transfers(const std::string& path, std::uint64_t calls, std::uint64_t history) {
  auto store = ec::Store::open_text("plugin: memory");
  if (!store) return std::unexpected(std::move(store.error()));
  std::vector<bank::TransferMoney> transfers;
  for (std::uint64_t i = 0; i < calls; ++i) {
    const std::string pair = "account/" + std::to_string(i);
    transfers.push_back({ec::StreamId(pair + "/from"), ec::StreamId(pair + "/to"), 0});
    std::vector<ec::NewEvent> events;
    for (std::uint64_t k = 0; k < history; ++k)
      events.push_back(ec::NewEvent::of(k % 2, bank::MoneyDeposited{static_cast<std::int64_t>(k), pair}));
    if (events.empty()) continue;
    auto made = store->append({ec::Expect::any(transfers.back().from), ec::Expect::any(transfers.back().to)}, events);
    if (!made) return std::unexpected(std::move(made.error()));
  }
  return count(path, calls, 1, [&](std::uint64_t i) { return executed(*store, transfers[i]); });
}

ec::Result<> count_kept_state() {
  auto store = ec::Store::open_text("plugin: memory");
  if (!store) return std::unexpected(std::move(store.error()));
  ec::StateCache cache(1U << 20U);
  ec::ExecuteOptions options;
  options.cache = &cache;
  const Deposit deposit{ec::StreamId("account/alice")};
  if (auto first = executed(*store, deposit, options); !first) return first;
  return count("execute_kept_state", 500, 1, [&](std::uint64_t) { return executed(*store, deposit, options); });
}

}  // namespace

ec::Result<> count_commands() {
  if (auto counted = count_transfers("execute_cold", 500, 0); !counted) return counted;
  if (auto counted = count_transfers("execute_1000_events", 10, 1'000); !counted) return counted;
  return count_kept_state();
}

}  // namespace bench
