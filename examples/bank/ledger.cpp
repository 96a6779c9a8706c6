#include "../transfer.hpp"
#include "ledger.hpp"
#include "streams.hpp"

#include <tuple>

namespace bank {

namespace {

std::string place_of(const ec::RecordedEvent& event) {
  return ec::format("position {}, {} version {}: ", event.position(), event.stream(), event.version());
}

// What an event says, whichever it is.
struct Entry {
  std::int64_t change = 0;  // of the account's balance
  bool opens = false;
  std::string other;  // the account on the other side of a transfer
};

ec::Result<Entry> moved(std::int64_t amount, std::int64_t sign, std::string other) {
  if (amount <= 0)
    return std::unexpected(ec::Error{ec::Code::invalid, ec::format("{} was moved, it must be above 0", amount)});
  return Entry{sign * amount, false, std::move(other)};
}

ec::Result<Entry> entry_of(const ec::RecordedEvent& event) {
  if (event.is<AccountOpened>()) {
    const auto opened = event.as<AccountOpened>();
    if (!opened) return std::unexpected(opened.error());
    return Entry{opened->balance, true, {}};
  }
  if (event.is<MoneyWithdrawn>()) {
    auto withdrawn = event.as<MoneyWithdrawn>();
    if (!withdrawn) return std::unexpected(withdrawn.error());
    return moved(withdrawn->amount, -1, std::move(withdrawn->to));
  }
  auto deposited = event.as<MoneyDeposited>();  // an error for any other type
  if (!deposited) return std::unexpected(deposited.error());
  return moved(deposited->amount, 1, std::move(deposited->from));
}

// True when the sum can be held.
bool add_to(std::int64_t& sum, std::int64_t change) { return !__builtin_add_overflow(sum, change, &sum); }

class Replay {
 public:
  Replay(ec::Position since, Findings& findings) : since_(since), findings_(findings) {}

  void take(const ec::RecordedEvent& event) {
    if (event.commit_id() != commit_id_ || commit_id_.is_zero()) end_commit();
    commit_id_ = event.commit_id();
    if (event.position() <= position_) findings_.add(place_of(event) + "the position before it was " + position_.str());
    position_ = event.position();
    ++ledger_.events;
    Account& account = account_of(event.stream());
    if (event.version() != account.version + 1)
      findings_.add(place_of(event) + "the version before it was " + std::to_string(account.version));
    const bool is_first = account.version == 0;
    account.version = event.version();

    const auto entry = entry_of(event);
    if (!entry) return findings_.add(place_of(event) + entry.error().message);
    if (entry->opens != is_first)
      findings_.add(place_of(event) + (is_first ? "the account was not opened" : "the account was opened before"));
    add(account.balance, entry->change, place_of(event) + "the balance");
    if (account.balance < 0)
      findings_.add(place_of(event) + "the balance is " + std::to_string(account.balance) + ", below zero");
    if (entry->opens)
      add(ledger_.opened, entry->change, "what came in up to position " + position_.str());
    else
      note_move(event, *entry);
  }

  Ledger finish() {
    end_commit();
    for (const auto& [stream, account] : ledger_.accounts)
      add(ledger_.balance, account.balance, "the sum of the balances up to " + stream);
    const auto opened = static_cast<std::uint64_t>(ledger_.opened),
               balance = static_cast<std::uint64_t>(ledger_.balance);
    if (ledger_.balance > ledger_.opened)
      findings_.add(
          ec::format("{} came in and {} is there: {} appeared", ledger_.opened, ledger_.balance, balance - opened));
    if (ledger_.balance < ledger_.opened)
      findings_.add(
          ec::format("{} came in and {} is there: {} vanished", ledger_.opened, ledger_.balance, opened - balance));
    return std::move(ledger_);
  }

 private:
  using Move = std::tuple<std::string, std::string, std::int64_t>;  // from, to, amount

  Account& account_of(std::string_view stream) {
    const auto found = ledger_.accounts.find(stream);
    return found != ledger_.accounts.end() ? found->second : ledger_.accounts[std::string(stream)];
  }

  void add(std::int64_t& sum, std::int64_t change, const std::string& what) {
    if (!add_to(sum, change)) findings_.add(what + " is beyond all bounds");
  }

  // A withdrawal and its deposit, in the same commit, cancel each other out.
  void note_move(const ec::RecordedEvent& event, const Entry& entry) {
    if (event.is<MoneyWithdrawn>()) {
      ++open_moves_[{std::string(event.stream()), entry.other, -entry.change}];
      ++ledger_.transfers;
      if (event.position() > since_) ++ledger_.transfers_since;
    } else {
      --open_moves_[{entry.other, std::string(event.stream()), entry.change}];
    }
  }

  void end_commit() {
    for (const auto& [move, count] : open_moves_) {
      const auto& [from, to, amount] = move;
      if (count != 0)
        findings_.add(ec::format("the commit up to position {}: {} was {} {} {} {}", position_, amount,
                                 count > 0 ? "withdrawn from" : "deposited to", count > 0 ? from : to,
                                 count > 0 ? "and not deposited to" : "and not withdrawn from", count > 0 ? to : from));
    }
    open_moves_.clear();
  }

  const ec::Position since_;
  Findings& findings_;
  Ledger ledger_;
  ec::Position position_;
  ec::Uuid commit_id_;
  std::map<Move, std::int64_t> open_moves_;  // of the commit under way: withdrawals less deposits
};

// As it was at `end`; `latest` is the version that the stream has now.
ec::Result<Account> read_account(ec::Store& store, const ec::StreamId& stream, ec::Position end,
                                 std::uint64_t& latest) {
  Account account;
  auto events = store.read({{stream}});
  if (!events) return std::unexpected(events.error());
  while (events->next())
    for (const ec::RecordedEvent event : events->batch()) {
      latest = event.version();
      if (event.position() > end) continue;
      account.version = event.version();
      // What cannot be decoded, or held, was found by the replay already.
      if (const auto entry = entry_of(event)) (void)add_to(account.balance, entry->change);
    }
  if (events->error()) return std::unexpected(*events->error());
  return account;
}

}  // namespace

ec::Result<Ledger> replay(ec::Store& store, ec::Position since, Findings& findings) {
  Replay replay(since, findings);
  auto events = store.read_all({.prefixes = {std::string(account_prefix)}});
  if (!events) return std::unexpected(events.error());
  while (events->next())
    for (const ec::RecordedEvent event : events->batch()) replay.take(event);
  if (events->error()) return std::unexpected(*events->error());
  Ledger ledger = replay.finish();
  ledger.end = events->head();
  return ledger;
}

ec::Result<> compare_streams(ec::Store& store, const Ledger& ledger, Findings& findings) {
  const auto streams = store.list_streams(account_prefix);
  if (!streams) return std::unexpected(streams.error());
  std::uint64_t met = 0;
  for (const auto& [stream, listed_version] : *streams) {
    std::uint64_t latest = 0;
    const auto account = read_account(store, stream, ledger.end, latest);
    if (!account) return std::unexpected(account.error());
    const auto found = ledger.accounts.find(stream.str());
    if (found == ledger.accounts.end()) {
      if (account->version > 0) findings.add(ec::format("{} is listed, and the replay did not meet it", stream));
      continue;
    }
    ++met;
    const Account& replayed = found->second;
    if (account->balance != replayed.balance || account->version != replayed.version ||
        listed_version < replayed.version || listed_version > latest)
      findings.add(ec::format("{}: the replay gives {} in {} events, its stream {} in {}, the list says {} events",
                              stream, replayed.balance, replayed.version, account->balance, account->version,
                              listed_version));
  }
  if (met != ledger.accounts.size())
    findings.add(ec::format("the store lists {} of the {} accounts that the replay met", met, ledger.accounts.size()));
  return {};
}

}  // namespace bank
