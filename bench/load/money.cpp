#include "money.hpp"
#include "transfer.hpp"

namespace bench {

namespace {

std::unexpected<ec::Error> wrong(const std::string& what) {
  return std::unexpected(ec::Error{ec::Code::corrupt, "the check at the end: " + what});
}

// What an event adds to the balance of its account.
ec::Result<std::int64_t> added_by(const ec::RecordedEvent& event) {
  const auto amount = [](const auto& decoded, auto member, int sign) -> ec::Result<std::int64_t> {
    if (!decoded) return std::unexpected(decoded.error());
    return sign * ((*decoded).*member);
  };
  if (event.is<bank::AccountOpened>()) return amount(event.as<bank::AccountOpened>(), &bank::AccountOpened::balance, 1);
  if (event.is<bank::MoneyDeposited>())
    return amount(event.as<bank::MoneyDeposited>(), &bank::MoneyDeposited::amount, 1);
  if (event.is<bank::MoneyWithdrawn>())
    return amount(event.as<bank::MoneyWithdrawn>(), &bank::MoneyWithdrawn::amount, -1);
  return 0;
}

}  // namespace

ec::Result<> Money::look_at(const ec::RecordedEvent& event) {
  const auto added = added_by(event);
  if (!added) return std::unexpected(added.error());
  if (*added == 0 && !event.is<bank::AccountOpened>()) return {};
  const std::string account(event.stream());
  std::int64_t& balance = balances_[account];
  balance += *added;
  if (balance < 0)
    return wrong("account '" + account + "' is overdrawn at position " + event.position().str() + ": its balance is " +
                 std::to_string(balance));
  return {};
}

ec::Result<> Money::end(std::uint64_t accounts, std::int64_t balance) const {
  if (balances_.size() != accounts)
    return wrong("there are " + std::to_string(balances_.size()) + " accounts, " + std::to_string(accounts) +
                 " were opened");
  const std::int64_t expected = static_cast<std::int64_t>(accounts) * balance;
  std::int64_t sum = 0;
  for (const auto& [account, each] : balances_) sum += each;
  if (sum != expected)
    return wrong("the accounts have " + std::to_string(sum) + " together, they were opened with " +
                 std::to_string(expected));
  return {};
}

}  // namespace bench
