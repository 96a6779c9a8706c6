#include "choice.hpp"
#include "commands.hpp"
#include "kinds.hpp"
#include "money.hpp"

#include <optional>
#include <utility>

namespace bench {

namespace {

constexpr std::int64_t most_money = 100;         // of a transfer
constexpr std::uint64_t statement_events = 100;  // of an account that is read

// What a client draws from.
class Accounts {
 public:
  Accounts(const Settings& settings, std::string prefix) : count_(settings.accounts), prefix_(std::move(prefix)) {
    if (settings.choice == "zipf") zipf_.emplace(count_, settings.zipf);
  }

  ec::StreamId at(std::uint64_t number) const { return ec::StreamId(prefix_ + std::to_string(number)); }
  std::uint64_t draw(Random& random) const { return zipf_ ? (*zipf_)(random) : random.below(count_); }
  std::uint64_t draw_other(Random& random, std::uint64_t than) const {
    for (;;)
      if (const std::uint64_t drawn = draw(random); drawn != than) return drawn;
  }

 private:
  std::uint64_t count_;
  std::string prefix_;
  std::optional<Zipf> zipf_;
};

class TransferClient final : public CommandClient {
 public:
  TransferClient(ec::Store& store, const Accounts& accounts, const Settings& settings, std::size_t number,
                 double read_share)
      : CommandClient(store), accounts_(accounts), random_(settings.seed, number), read_share_(read_share) {}

  ec::Result<> operate() override {
    if (read_share_ > 0 && random_.unit() < read_share_) return read();
    const std::uint64_t from = accounts_.draw(random_);
    const std::uint64_t to = accounts_.draw_other(random_, from);
    const auto amount = 1 + static_cast<std::int64_t>(random_.below(most_money));
    auto done = execute(bank::TransferMoney{accounts_.at(from), accounts_.at(to), amount}, 2);
    if (!done) return std::unexpected(std::move(done.error()));
    return {};
  }

 private:
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

  const Accounts& accounts_;
  Random random_;
  const double read_share_;
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
  ec::Result<> end_look() override { return money_.end(settings_.accounts, settings_.balance); }

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
  const Accounts accounts_;
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
