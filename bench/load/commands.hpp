// A client that executes commands, and the commands that are not the bank's own.
#pragma once

#include "transfer.hpp"
#include "workload.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

namespace bench {

struct Balance {
  std::int64_t balance = 0;
};
EC_FIELDS(Balance, balance)

// Puts money on one account: one stream, read and written.
struct Deposit {
  ec::StreamId account;
  std::int64_t amount = 1;

  using Streams = ec::StreamSet<&Deposit::account>;
  using Events = ec::Events<bank::AccountOpened, bank::MoneyWithdrawn, bank::MoneyDeposited>;
  using State = Balance;

  void apply(State& s, const ec::Recorded<bank::AccountOpened>& e) const { s.balance += e->balance; }
  void apply(State& s, const ec::Recorded<bank::MoneyWithdrawn>& e) const { s.balance -= e->amount; }
  void apply(State& s, const ec::Recorded<bank::MoneyDeposited>& e) const { s.balance += e->amount; }

  ec::Result<> decide(const State& s, ec::Decision<Deposit>& out) const { return deposit(s, out); }

 protected:
  template <class Command>
  ec::Result<> deposit(const State& s, ec::Decision<Command>& out) const {
    EC_REQUIRE(s.balance >= 0, "the account is overdrawn: balance={}", s.balance);
    out.template write<&Deposit::account>(bank::MoneyDeposited{amount, "cash"});
    return {};
  }
};

// The same with a snapshot in the store, and with a state in memory.
struct DepositWithSnapshot : Deposit {
  static constexpr ec::Snapshots snapshots{.name = "bench-deposit", .schema_version = 1, .every = 100};
  ec::Result<> decide(const State& s, ec::Decision<DepositWithSnapshot>& out) const { return deposit(s, out); }
};
struct DepositWithCache : Deposit {
  static constexpr bool caches_state = true;
  ec::Result<> decide(const State& s, ec::Decision<DepositWithCache>& out) const { return deposit(s, out); }
};

struct Noted {
  std::string text;
};
EC_EVENT(Noted, "noted", text)

// Adds notes to a stream that it reads first.
struct Note {
  ec::StreamId stream;
  std::string text;
  std::size_t events = 1;

  using Streams = ec::StreamSet<&Note::stream>;
  using Events = ec::Events<Noted>;
  struct State {
    std::uint64_t notes = 0;
  };

  void apply(State& s, const ec::Recorded<Noted>&) const { ++s.notes; }
  ec::Result<> decide(const State&, ec::Decision<Note>& out) const {
    for (std::size_t i = 0; i < events; ++i) out.write<&Note::stream>(Noted{text});
    return {};
  }
};

// What was committed; nothing when a rule refused it or it met conflicts only.
using Done = ec::Result<std::optional<ec::Committed>>;

inline ec::Result<> error_of(const Done& done) {
  if (!done) return std::unexpected(done.error());
  return {};
}

// What an execution went through, whatever its end: that alone of a failure says it.
class Attempts final : public ec::Observer {
 public:
  void conflict(const Conflict&) override { ++conflicts; }
  void finished(const Finished& end) override { attempts = std::max(end.attempts, 1U); }

  std::uint32_t attempts = 1, conflicts = 0;
};

// Whose streams the commands of a client are on. On those of its own they meet no conflict, and nobody watches them, which
// would cost a look at the clock at each step.
enum class StreamsOf { one, all };

class CommandClient : public Client {
 protected:
  CommandClient(ec::Store& store, StreamsOf whose) : store_(store), is_watched_(whose == StreamsOf::all) {}

  // What became of it, after it has been counted. The command writes `events` in all.
  template <class Command>
  Done execute(const Command& command, std::size_t events) {
    return count<Command>(ec::execute(store_, command, options_for<Command>()), events);
  }

  // The same without a thread that waits: to be given a name and awaited, and what comes of it given to count().
  template <class Command>
  auto execute_async(Command command, Loop& loop) {
    return ec::execute_async(store_, std::move(command), options_for<Command>(), loop.poster());
  }

  template <class Command>
  Done count(ec::Outcome<Command>&& done, std::size_t events) {
    if (!done) {
      if (done.error().is_rejected()) {
        ++tally.rejections;
        count_attempts(1);
        return std::nullopt;
      }
      if (done.error().is_conflict() && is_watched_) {
        ++tally.given_up;
        count_attempts(1);
        return std::nullopt;
      }
      return std::unexpected(ec::Error(std::move(done.error())));
    }
    if (auto risen = acknowledge(done->first, done->last); !risen) return std::unexpected(std::move(risen.error()));
    ++tally.operations;
    count_attempts(done->attempts);
    tally.events_written += events;
    // How many of them a snapshot or a cached state has spared is not told.
    if constexpr (!requires { Command::caches_state; } && !requires { Command::snapshots; }) {
      std::uint64_t versions = 0;
      for (const ec::StreamVersion& each : done->versions) versions += each.version;
      tally.events_read += versions - events;
    }
    return std::optional(std::move(*done));
  }

  ec::Store& store() { return store_; }

 private:
  template <class Command>
  ec::ExecuteOptions options_for() {
    ec::ExecuteOptions options{.max_streams = 100'000};
    watched_ = {};
    if (is_watched_) options.observer = &watched_;
    if constexpr (requires { Command::caches_state; }) options.cache = &cache_;
    return options;
  }

  // So many, where nobody watched.
  void count_attempts(std::uint32_t attempts) {
    if (is_watched_) attempts = watched_.attempts;
    tally.attempts += attempts;
    tally.retries += attempts - 1;
    tally.conflicts += is_watched_ ? watched_.conflicts : 0;
  }

  ec::Store& store_;
  const bool is_watched_;
  Attempts watched_;  // the one that is under way
  ec::StateCache cache_{16U << 20U};
};

}  // namespace bench
