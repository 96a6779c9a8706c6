#include "commands.hpp"
#include "kinds.hpp"

#include <utility>

namespace bench {

namespace {

// Executes its commands one after the other, and from the first again.
template <class Command>
class BankClient final : public CommandClient {
 public:
  BankClient(ec::Store& store, std::vector<Command> commands)
      : CommandClient(store, StreamsOf::one), commands_(std::move(commands)) {}

  ec::Result<> operate() override { return error_of(execute(next(), Command::Streams::size)); }

  Task begin(Loop& loop, Told& told) override {
    auto execution = execute_async(next(), loop);
    auto outcome = co_await execution;
    told.over(error_of(count<Command>(std::move(outcome), Command::Streams::size)));
  }

 private:
  const Command& next() {
    const Command& command = commands_[next_];
    next_ = next_ + 1 == commands_.size() ? 0 : next_ + 1;
    return command;
  }

  const std::vector<Command> commands_;
  std::size_t next_ = 0;
};

// Each command has accounts of its own, and writes one event to each of them.
template <class Command>
class BankWorkload final : public Workload {
 public:
  BankWorkload(ec::Store& store, const Settings& settings, const std::string& prefix)
      : store_(store), settings_(settings), prefix_(prefix) {}

  ec::Result<std::unique_ptr<Client>> client(std::size_t number) override {
    std::vector<Command> commands;
    commands.reserve(settings_.accounts);
    for (std::size_t i = 0; i < settings_.accounts; ++i) {
      std::vector<ec::StreamId> accounts;
      accounts.reserve(stream_count);
      for (std::size_t k = 0; k < stream_count; ++k)
        accounts.emplace_back(prefix_ + std::to_string(number) + "/" + std::to_string(i) + "/" + std::to_string(k));
      if (auto made = make_history(accounts); !made) return std::unexpected(std::move(made.error()));
      commands.push_back(command_on(std::move(accounts)));
    }
    return std::make_unique<BankClient<Command>>(store_, std::move(commands));
  }

 private:
  static constexpr std::size_t stream_count = Command::Streams::size;

  // Nothing is transferred: accounts without a history have no money, and the work is the same.
  static Command command_on(std::vector<ec::StreamId>&& accounts) {
    if constexpr (stream_count == 1)
      return {std::move(accounts[0]), 1};
    else
      return {std::move(accounts[0]), std::move(accounts[1]), 0};
  }

  // Each account is opened; from then on money goes from the first to the last.
  ec::Result<> make_history(const std::vector<ec::StreamId>& accounts) {
    constexpr std::size_t events_an_append = 500;
    std::vector<ec::Expect> expects;
    expects.reserve(stream_count);
    for (const ec::StreamId& account : accounts) expects.push_back(ec::Expect::any(account));
    std::vector<ec::NewEvent> events;
    for (std::size_t i = 0; i < *settings_.history; ++i) {
      events.push_back(history_event(i, accounts));
      if (events.size() < events_an_append && i + 1 < *settings_.history) continue;
      if (auto appended = store_.append(expects, events, {}, {.stop = settings_.stop}); !appended)
        return std::unexpected(std::move(appended.error()));
      prepared_events += events.size();
      events.clear();
    }
    return {};
  }

  static ec::NewEvent history_event(std::size_t i, const std::vector<ec::StreamId>& accounts) {
    const std::size_t place = i % stream_count;
    if (i < stream_count) return ec::NewEvent::of(place, bank::AccountOpened{1'000'000'000});
    if (place + 1 < stream_count) return ec::NewEvent::of(place, bank::MoneyWithdrawn{1, accounts.back().str()});
    return ec::NewEvent::of(place, bank::MoneyDeposited{1, accounts.front().str()});
  }

  ec::Store& store_;
  const Settings settings_;
  const std::string prefix_;
};

}  // namespace

std::unique_ptr<Workload> deposit_workload(ec::Store& store, const Settings& settings, const std::string& prefix) {
  return std::make_unique<BankWorkload<Deposit>>(store, settings, prefix);
}

std::unique_ptr<Workload> snapshot_workload(ec::Store& store, const Settings& settings, const std::string& prefix) {
  return std::make_unique<BankWorkload<DepositWithSnapshot>>(store, settings, prefix);
}

std::unique_ptr<Workload> cache_workload(ec::Store& store, const Settings& settings, const std::string& prefix) {
  return std::make_unique<BankWorkload<DepositWithCache>>(store, settings, prefix);
}

std::unique_ptr<Workload> disjoint_transfer_workload(ec::Store& store, const Settings& settings,
                                                     const std::string& prefix) {
  return std::make_unique<BankWorkload<bank::TransferMoney>>(store, settings, prefix);
}

}  // namespace bench
