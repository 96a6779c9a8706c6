// A read model in SQLite that is exact whatever happens: its rows and its checkpoint change in one transaction.
//   070_exactly_once config/rocksdb.yaml balances.db 1000
// makes so many transfers while the balances follow, and in the end compares them with the events. Kill it and start it
// again: it goes on where both are.
#include "transfer.hpp"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <sqlite3.h>
#include <stdexcept>
#include <thread>

namespace {

using bank::AccountOpened, bank::MoneyDeposited, bank::MoneyWithdrawn;

class Database {
 public:
  explicit Database(const char* path) {
    sqlite3* opened = nullptr;
    const int status = sqlite3_open(path, &opened);
    db_.reset(opened);
    check(status);
    run("CREATE TABLE IF NOT EXISTS balances (account TEXT PRIMARY KEY, amount INTEGER NOT NULL)");
    run("CREATE TABLE IF NOT EXISTS checkpoint (hi INTEGER NOT NULL, lo INTEGER NOT NULL)");
  }

  // Gives each row to `row`.
  template <class... Value, class Row>
  void query(const char* sql, Row&& row, const Value&... values) {
    sqlite3_stmt* made = nullptr;
    check(sqlite3_prepare_v2(db_.get(), sql, -1, &made, nullptr));
    const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement(made, sqlite3_finalize);
    int index = 0;
    (check(bind(made, ++index, values)), ...);
    int status = sqlite3_step(made);
    for (; status == SQLITE_ROW; status = sqlite3_step(made)) row(made);
    if (status != SQLITE_DONE) check(status);
  }
  template <class... Value>
  void run(const char* sql, const Value&... values) {
    query(sql, [](sqlite3_stmt*) {}, values...);
  }

  bool in_transaction() const { return sqlite3_get_autocommit(db_.get()) == 0; }

 private:
  static int bind(sqlite3_stmt* statement, int index, std::int64_t value) {
    return sqlite3_bind_int64(statement, index, value);
  }
  static int bind(sqlite3_stmt* statement, int index, std::string_view text) {
    return sqlite3_bind_text(statement, index, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
  }
  void check(int status) const {
    if (status != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(db_.get()));
  }

  std::unique_ptr<sqlite3, decltype(&sqlite3_close)> db_{nullptr, sqlite3_close};
};

// snippet: balances
class Balances {
 public:
  static constexpr std::string_view name = "balances";
  static constexpr std::uint32_t version = 1;
  using Events = ec::Events<AccountOpened, MoneyWithdrawn, MoneyDeposited>;

  explicit Balances(Database& db) : db_(db) {}

  void on(const ec::Recorded<AccountOpened>& event) { add(event.stream(), event->balance); }
  void on(const ec::Recorded<MoneyWithdrawn>& event) { add(event.stream(), -event->amount); }
  void on(const ec::Recorded<MoneyDeposited>& event) { add(event.stream(), event->amount); }

  ec::Result<std::optional<ec::Position>> load_checkpoint() {
    std::optional<ec::Position> position;
    db_.query("SELECT hi, lo FROM checkpoint", [&](sqlite3_stmt* row) {
      position = {static_cast<std::uint64_t>(sqlite3_column_int64(row, 0)),
                  static_cast<std::uint64_t>(sqlite3_column_int64(row, 1))};
    });
    return position;
  }
  ec::Result<> save_checkpoint(ec::Position position, std::uint64_t /*fence*/) {
    begin();
    db_.run("DELETE FROM checkpoint");
    db_.run("INSERT INTO checkpoint VALUES (?, ?)", static_cast<std::int64_t>(position.hi),
            static_cast<std::int64_t>(position.lo));
    db_.run("COMMIT");
    return {};
  }
  void discard() {
    if (db_.in_transaction()) db_.run("ROLLBACK");
  }

 private:
  void begin() {
    if (!db_.in_transaction()) db_.run("BEGIN IMMEDIATE");
  }
  void add(std::string_view account, std::int64_t amount) {
    begin();
    db_.run("INSERT INTO balances VALUES (?, ?) ON CONFLICT (account) DO UPDATE SET amount = amount + excluded.amount",
            account, amount);
  }

  Database& db_;
};
// snippet end

ec::StreamId account(int number) { return ec::StreamId("account/" + std::to_string(number)); }

constexpr int accounts = 10;

// Leaves the account without money alone: a rejection is no failure here.
void transfer(ec::Store& store, int count) {
  for (int i = 0; i < accounts; ++i)
    if (const auto opened = ec::execute(store, bank::OpenAccount{account(i), 1'000}); !opened)
      throw std::runtime_error(opened.error().message);
  for (int i = 0; i < count; ++i) {
    const auto done =
        ec::execute(store, bank::TransferMoney{account(i % accounts), account((i * 7 + 1) % accounts), i % 5 + 1});
    if (!done && !done.error().is_rejected()) throw std::runtime_error(done.error().message);
  }
}

// What the events say.
std::map<std::string, std::int64_t> replay(ec::Store& store) {
  std::map<std::string, std::int64_t> amounts;
  auto events = store.read_all({.prefixes = {"account/"}});
  while (events && events->next())
    for (const ec::RecordedEvent event : events->batch()) {
      std::int64_t& amount = amounts[std::string(event.stream())];
      if (const auto opened = event.as<AccountOpened>()) amount += opened->balance;
      if (const auto withdrawn = event.as<MoneyWithdrawn>()) amount -= withdrawn->amount;
      if (const auto deposited = event.as<MoneyDeposited>()) amount += deposited->amount;
    }
  return amounts;
}

int run(const char* config, const char* path, int count) {
  auto store = ec::Store::open(config);
  if (!store) throw std::runtime_error(store.error().message);
  Database db(path);
  Balances balances(db);
  ec::Projector projector(*store, balances, {.save_every = 20});
  {
    const std::jthread follower([&](const std::stop_token& stop) {
      if (const auto done = projector.run({.stop = stop}); !done)
        std::fprintf(stderr, "%s\n", done.error().message.c_str());
    });
    transfer(*store, count);
  }
  if (const auto done = projector.run_to_head(); !done) throw std::runtime_error(done.error().message);
  std::map<std::string, std::int64_t> rows;
  db.query("SELECT account, amount FROM balances", [&](sqlite3_stmt* row) {
    rows[reinterpret_cast<const char*>(sqlite3_column_text(row, 0))] = sqlite3_column_int64(row, 1);
  });
  std::int64_t sum = 0;
  for (const auto& [name, amount] : rows) sum += amount;
  const bool is_exact = rows == replay(*store);
  std::printf("%zu accounts, %lld in all: %s\n", rows.size(), static_cast<long long>(sum),
              is_exact ? "the read model is exact" : "WRONG");
  return is_exact ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc > 1 ? argv[1] : "config/memory.yaml",
               argc > 2 ? argv[2] : ":memory:", argc > 3 ? std::atoi(argv[3]) : 100);
  } catch (const std::exception& problem) {
    return std::fprintf(stderr, "%s\n", problem.what()), 1;
  }
}
