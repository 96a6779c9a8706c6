#include "transfers.hpp"

#include <algorithm>
#include <chrono>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace ec::postgres::test {

namespace {

constexpr int hot_accounts = 2, cold_accounts = 200;
constexpr std::chrono::seconds longest_call{20}, longest_asking{120};

Call call() { return {.deadline = Call::in(longest_call)}; }

bool mends_itself(Code code) {
  return code == Code::unavailable || code == Code::timeout || code == Code::read_only || code == Code::in_doubt;
}

template <class Body>
auto ask(Mover::After after, const Body& body) -> decltype(body()) {
  const auto end = Call::in(longest_asking);
  for (;;) {
    auto result = body();
    if (result || after == Mover::After::failure_gives_up || !mends_itself(result.error().code) ||
        std::chrono::steady_clock::now() > end)
      return result;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));  // what refuses at once is not to be flooded
  }
}

}  // namespace

std::vector<std::string> accounts() {
  std::vector<std::string> names;
  for (int i = 0; i < hot_accounts; ++i) names.push_back("account/hot-" + std::to_string(i));
  for (int i = 0; i < cold_accounts; ++i) names.push_back("account/cold-" + std::to_string(i));
  return names;
}

Result<Appended> open_accounts(Store& store) {
  std::vector<Expect> expects;
  std::vector<NewEvent> events;
  for (const std::string& name : accounts()) {
    events.push_back({expects.size(), "moved", text_of(Entry{opening_balance, opening_balance, "-", "-", 0})});
    expects.push_back(Expect::absent(StreamId(name)));
  }
  return store.append(expects, events, Uuid::make());
}

std::string text_of(const Entry& entry) {
  return std::to_string(entry.change) + " " + std::to_string(entry.balance) + " " + entry.other + " " + entry.witness +
         " " + std::to_string(entry.witness_version);
}

Entry entry_in(const std::string& text) {
  Entry entry;
  std::istringstream in(text);
  if (!(in >> entry.change >> entry.balance >> entry.other >> entry.witness >> entry.witness_version))
    throw std::runtime_error("no entry: " + text);
  return entry;
}

std::string text_of(const Transfer& transfer) {
  return transfer.commit_id.str() + " " + transfer.from + " " + transfer.to + " " + std::to_string(transfer.amount) +
         " " + std::to_string(transfer.position);
}

std::optional<Transfer> transfer_in(const std::string& text) {
  Transfer transfer;
  std::string commit_id;
  std::istringstream in(text);
  if (!(in >> commit_id >> transfer.from >> transfer.to >> transfer.amount >> transfer.position)) return std::nullopt;
  const auto parsed = Uuid::parse(commit_id);
  if (!parsed) return std::nullopt;
  transfer.commit_id = *parsed;
  return transfer;
}

std::uint64_t Mover::up_to(std::uint64_t most) {
  return std::uniform_int_distribution<std::uint64_t>(0, most)(random_);
}

std::string Mover::any_account() {
  static const std::vector<std::string> names = accounts();
  return up_to(3) == 0 ? names[up_to(hot_accounts - 1)] : names[hot_accounts + up_to(cold_accounts - 1)];
}

Result<Mover::Account> Mover::look_at(const std::string& name) {
  auto cursor = store_.read({{StreamId(name)}}, {.backward = true, .limit = 1}, call());
  if (!cursor) return std::unexpected(cursor.error());
  Account account{name};
  while (cursor->next())
    for (const RecordedEvent& event : cursor->batch()) {
      account.version = event.version();
      account.balance = entry_in(std::string(event.payload())).balance;
    }
  if (cursor->error()) return std::unexpected(*cursor->error());
  return account;
}

Result<Appended> Mover::append(const Transfer& transfer, const Account& from, const Account& to,
                               const Account& witness) {
  const Entry withdrawal{-transfer.amount, from.balance - transfer.amount, to.name, witness.name, witness.version};
  const Entry deposit{transfer.amount, to.balance + transfer.amount, from.name, witness.name, witness.version};
  return store_.append({Expect::exact(StreamId(from.name), from.version), Expect::exact(StreamId(to.name), to.version),
                        Expect::exact(StreamId(witness.name), witness.version)},
                       {{0, "moved", text_of(withdrawal)}, {1, "moved", text_of(deposit)}}, transfer.commit_id, call());
}

Result<std::optional<Transfer>> Mover::move() {
  std::vector<std::string> names;
  while (names.size() < 3) {
    const std::string name = any_account();
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  for (;;) {
    std::vector<Account> seen;
    for (const std::string& name : names) {
      auto account = ask(after_, [&] { return look_at(name); });
      if (!account) return std::unexpected(account.error());
      seen.push_back(*account);
    }
    if (seen[0].balance < 1) return std::nullopt;
    const std::uint64_t half = static_cast<std::uint64_t>(seen[0].balance) / 2;
    Transfer transfer{Uuid::make(), names[0], names[1], static_cast<std::int64_t>(up_to(half) + 1), 0};
    if (transfer.amount > seen[0].balance) transfer.amount = seen[0].balance;
    const auto done = ask(after_, [&] { return append(transfer, seen[0], seen[1], seen[2]); });
    if (done) {
      transfer.position = done->first.lo;
      return transfer;
    }
    // A conflict proves, too, that an earlier try whose answer was lost is not stored.
    if (!done.error().is_conflict()) return std::unexpected(done.error());
  }
}

}  // namespace ec::postgres::test
