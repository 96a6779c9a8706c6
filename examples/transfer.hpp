// A transfer between two accounts: one command, two streams, one atomic step.
#pragma once

#include <eventcore/eventcore.hpp>

#include <cstdint>
#include <string>

namespace bank {

// snippet: transfer
struct AccountOpened {
  std::int64_t balance;
};
struct MoneyWithdrawn {
  std::int64_t amount;
  std::string to;
};
struct MoneyDeposited {
  std::int64_t amount;
  std::string from;
};

EC_EVENT(AccountOpened, "account-opened", balance)
EC_EVENT(MoneyWithdrawn, "money-withdrawn", amount, to)
EC_EVENT(MoneyDeposited, "money-deposited", amount, from)

struct TransferMoney {
  ec::StreamId from, to;
  std::int64_t amount = 0;

  using Streams = ec::StreamSet<&TransferMoney::from, &TransferMoney::to>;
  using Events = ec::Events<AccountOpened, MoneyWithdrawn, MoneyDeposited>;
  struct State {
    std::int64_t available = 0;
  };

  void apply(State& s, const ec::Recorded<AccountOpened>& e) const {
    if (e.stream() == from) s.available += e->balance;
  }
  void apply(State& s, const ec::Recorded<MoneyWithdrawn>& e) const {
    if (e.stream() == from) s.available -= e->amount;
  }
  void apply(State& s, const ec::Recorded<MoneyDeposited>& e) const {
    if (e.stream() == from) s.available += e->amount;
  }

  ec::Result<> decide(const State& s, ec::Decision<TransferMoney>& out) const {
    EC_REQUIRE(from != to, "from and to are the same account");
    EC_REQUIRE(s.available >= amount, "insufficient funds: available={}, requested={}", s.available, amount);
    out.write<&TransferMoney::from>(MoneyWithdrawn{amount, to.str()});
    out.write<&TransferMoney::to>(MoneyDeposited{amount, from.str()});
    return {};
  }
};
// snippet end

struct OpenAccount {
  ec::StreamId account;
  std::int64_t balance = 0;

  using Streams = ec::StreamSet<&OpenAccount::account>;
  using Events = ec::Events<AccountOpened>;
  using Ignores = ec::Ignore<ec::OtherEvents>;
  struct State {
    bool open = false;
  };

  void apply(State& s, const ec::Recorded<AccountOpened>&) const { s.open = true; }

  ec::Result<> decide(const State& s, ec::Decision<OpenAccount>& out) const {
    if (!s.open) out.write<&OpenAccount::account>(AccountOpened{balance});
    return {};
  }
};

}  // namespace bank
