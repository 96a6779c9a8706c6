#include "choice.hpp"
#include "commands.hpp"
#include "kinds.hpp"
#include "money.hpp"

#include <atomic>
#include <optional>
#include <utility>
#include <vector>

namespace bench {

namespace {

constexpr std::int64_t most_money = 100;         // of a transfer
constexpr std::uint64_t statement_events = 100;  // of an account that is read

// What all clients draw from. An account that has got long is left for a fresh one: else the work would grow with the
// time that is measured, since a transfer reads both accounts whole.
class Accounts {
 public:
  Accounts(const Settings& settings, std::string prefix)
      : count_(settings.accounts), prefix_(std::move(prefix)), places_(settings.accounts) {
    if (settings.choice == "zipf") zipf_.emplace(count_, settings.zipf);
  }

  // How many have been left in the place of that number.
  std::uint32_t left(std::uint64_t number) const { return places_[number] / 2; }
  ec::StreamId at(std::uint64_t number, std::uint32_t left) const {
    return ec::StreamId(prefix_ + std::to_string(number) + "/" + std::to_string(left));
  }
  ec::StreamId at(std::uint64_t number) const { return at(number, left(number)); }

  // True for one caller, who opens the next; the others stay until that is done.
  bool leave(std::uint64_t number, std::uint32_t left) {
    std::uint32_t place = 2 * left;
    return places_[number].compare_exchange_strong(place, place + 1);
  }
  void move_on(std::uint64_t number) {
    ++opened_;
    ++places_[number];
  }
  // Since the first ones.
  std::uint64_t opened() const { return opened_; }

  std::uint64_t draw(Random& random) const { return zipf_ ? (*zipf_)(random) : random.below(count_); }
  std::uint64_t draw_other(Random& random, std::uint64_t than) const {
    for (;;)
      if (const std::uint64_t drawn = draw(random); drawn != than) return drawn;
  }

 private:
  std::uint64_t count_;
  std::string prefix_;
  std::vector<std::atomic<std::uint32_t>> places_;  // twice what left() is; odd while the next is opened
  std::atomic<std::uint64_t> opened_{0};
  std::optional<Zipf> zipf_;
};

class TransferClient final : public CommandClient {
 public:
  TransferClient(ec::Store& store, Accounts& accounts, const Settings& settings, std::size_t number, double read_share)
      : CommandClient(store, StreamsOf::all),
        accounts_(accounts),
        random_(settings.seed, number),
        read_share_(read_share),
        length_(*settings.history),
        balance_(settings.balance) {}

  ec::Result<> operate() override {
    ended.reset();
    if (is_to_read()) return read();
    const Transfer transfer = draw();
    auto done = execute(transfer.command, 2);
    if (!done) return std::unexpected(std::move(done.error()));
    if (!*done) return {};
    for (const ec::StreamVersion& each : (*done)->versions)
      if (const auto left = leave(transfer, each)) {
        auto opened =
            store().append({ec::Expect::absent(left->next)}, {ec::NewEvent::of(0, bank::AccountOpened{balance_})});
        if (!opened) return std::unexpected(std::move(opened.error()));
        if (auto moved = move_on(*left, opened->first, opened->last); !moved) return moved;
      }
    return {};
  }

  // A read has no form without a thread: it holds that of its client.
  Task begin(Loop& loop, Told& told) override {
    ended.reset();
    if (is_to_read()) {
      told.over(read());
      co_return;
    }
    const Transfer transfer = draw();
    auto execution = execute_async(transfer.command, loop);
    auto outcome = co_await execution;
    const auto done = count<bank::TransferMoney>(std::move(outcome), 2);
    ec::Result<> over = error_of(done);
    if (done && *done)
      for (const ec::StreamVersion& each : (*done)->versions)
        if (const auto left = over ? leave(transfer, each) : std::nullopt) {
          const bank::OpenAccount command{left->next, balance_};
          auto opening = ec::execute_async(store(), command, {}, loop.poster());
          const auto opened = co_await opening;
          over = opened ? move_on(*left, opened->first, opened->last)
                        : ec::Result<>(std::unexpected(static_cast<const ec::Error&>(opened.error())));
        }
    told.over(std::move(over));
  }

 private:
  struct Transfer {
    std::uint64_t from, to;
    bank::TransferMoney command;
  };
  // A place among the accounts, and the account that is to be there.
  struct Left {
    std::uint64_t number;
    ec::StreamId next;
  };

  bool is_to_read() { return read_share_ > 0 && random_.unit() < read_share_; }

  Transfer draw() {
    const std::uint64_t from = accounts_.draw(random_);
    const std::uint64_t to = accounts_.draw_other(random_, from);
    const auto amount = 1 + static_cast<std::int64_t>(random_.below(most_money));
    return {from, to, {accounts_.at(from), accounts_.at(to), amount}};
  }

  // What is to be opened, where an account has got long and nobody else leaves it. The money stays where it is; the fresh
  // account has as much as each had.
  std::optional<Left> leave(const Transfer& transfer, const ec::StreamVersion& account) {
    if (length_ == 0 || account.version < length_) return std::nullopt;
    const std::uint64_t number = account.stream == transfer.command.from ? transfer.from : transfer.to;
    const std::uint32_t left = accounts_.left(number);
    if (accounts_.at(number, left) != account.stream || !accounts_.leave(number, left)) return std::nullopt;
    if (!ended) ended = Clock::now();  // it is no part of the transfer
    return Left{number, accounts_.at(number, left + 1)};
  }

  ec::Result<> move_on(const Left& left, ec::Position first, ec::Position last) {
    if (auto risen = acknowledge(first, last); !risen) return risen;
    ++tally.events_written;
    accounts_.move_on(left.number);
    return {};
  }

  ec::Result<> read() {
    const ec::StreamId account = accounts_.at(accounts_.draw(random_));
    auto events = store().read({{account}}, {.backward = true, .limit = statement_events});
    if (!events) return std::unexpected(std::move(events.error()));
    std::uint64_t count = 0;
    while (events->next()) count += events->batch().size();
    if (const auto& error = events->error()) return std::unexpected(*error);
    if (count == 0)
      return std::unexpected(ec::Error{ec::Code::corrupt, "account '" + account.str() + "' has no events"});
    ++tally.operations;
    ++tally.attempts;
    tally.events_read += count;
    return {};
  }

  Accounts& accounts_;
  Random random_;
  const double read_share_;
  const std::uint64_t length_;
  const std::int64_t balance_;
};

class SharedBankWorkload final : public Workload {
 public:
  SharedBankWorkload(ec::Store& store, const Settings& settings, const std::string& prefix, double read_share)
      : store_(store), settings_(settings), accounts_(settings, prefix), read_share_(read_share) {}

  ec::Result<std::unique_ptr<Client>> client(std::size_t number) override {
    if (settings_.accounts < 2)
      return std::unexpected(ec::Error{ec::Code::invalid, "a transfer needs two accounts at least"});
    if (prepared_events == 0)
      if (auto opened = open_accounts(); !opened) return std::unexpected(std::move(opened.error()));
    return std::make_unique<TransferClient>(store_, accounts_, settings_, number, read_share_);
  }

  ec::Result<> look_at(const ec::RecordedEvent& event) override { return money_.look_at(event); }
  ec::Result<> end_look() override { return money_.end(settings_.accounts + accounts_.opened(), settings_.balance); }

 private:
  ec::Result<> open_accounts() {
    std::vector<ec::Expect> expects;
    std::vector<ec::NewEvent> events;
    for (std::uint64_t i = 0; i < settings_.accounts; ++i) {
      events.push_back(ec::NewEvent::of(expects.size(), bank::AccountOpened{settings_.balance}));
      expects.push_back(ec::Expect::absent(accounts_.at(i)));
      if (events.size() < many_events && i + 1 < settings_.accounts) continue;
      if (auto appended = store_.append(expects, events, {}, {.stop = settings_.stop}); !appended)
        return std::unexpected(std::move(appended.error()));
      prepared_events += events.size();
      expects.clear();
      events.clear();
    }
    return {};
  }

  ec::Store& store_;
  const Settings settings_;
  Accounts accounts_;
  const double read_share_;
  Money money_;
};

}  // namespace

std::unique_ptr<Workload> transfer_workload(ec::Store& store, const Settings& settings, const std::string& prefix) {
  return std::make_unique<SharedBankWorkload>(store, settings, prefix, 0);
}

std::unique_ptr<Workload> read_mostly_workload(ec::Store& store, const Settings& settings, const std::string& prefix) {
  return std::make_unique<SharedBankWorkload>(store, settings, prefix, settings.read_share);
}

}  // namespace bench
