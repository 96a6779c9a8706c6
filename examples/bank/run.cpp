#include "../transfer.hpp"
#include "progress.hpp"
#include "run.hpp"
#include "streams.hpp"

#include <exception>
#include <limits>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <vector>

namespace bank {

namespace {

constexpr std::chrono::seconds longest_transfer{60};

ec::Call call() {
  ec::Call call;
  call.deadline = ec::Call::in(longest_transfer);
  return call;
}

// Conflicts are no reason to give up a transfer: it has its turn in the end, and the deadline is the bound.
ec::ExecuteOptions options_for(ec::Uuid commit_id) {
  ec::ExecuteOptions options;
  options.max_attempts = std::numeric_limits<std::uint32_t>::max();
  options.commit_id = commit_id;
  options.call = call();
  return options;
}

// Opens accounts at their first use. To open one that is open already changes nothing, so it does no harm when two
// workers, or two runs, do it.
class AccountOpener {
 public:
  AccountOpener(ec::Store& store, std::int64_t opening_balance) : store_(store), opening_balance_(opening_balance) {}

  ec::Result<> open(const ec::StreamId& account) {
    if (is_open(account)) return {};
    if (const auto done = ec::execute(store_, OpenAccount{account, opening_balance_},
                                      options_for(commit_id_of("open", account.str())));
        !done)
      return std::unexpected(done.error());
    const std::lock_guard lock(mutex_);
    open_.insert(account);
    return {};
  }

 private:
  bool is_open(const ec::StreamId& account) {
    const std::lock_guard lock(mutex_);
    return open_.contains(account);
  }

  ec::Store& store_;
  const std::int64_t opening_balance_;
  std::mutex mutex_;
  std::unordered_set<ec::StreamId> open_;
};

class Worker {
 public:
  Worker(ec::Store& store, AccountOpener& accounts, ec::Position since)
      : store_(store), accounts_(accounts), since_(since) {}

  // False: the store failed.
  bool take(const Order& order) {
    const Transfer& transfer = order.transfer;
    const TransferMoney command{stream_of(transfer.from), stream_of(transfer.to), transfer.amount};
    for (const ec::StreamId& account : {command.from, command.to})
      if (const auto opened = accounts_.open(account); !opened) return failed(opened.error());

    ec::ExecuteOptions options = options_for(commit_id_of("transfer", transfer.id));
    options.observer = &tally;
    const auto began = std::chrono::steady_clock::now();
    const auto done = ec::execute(store_, command, options);
    const auto time = std::chrono::steady_clock::now() - began;
    if (done) return done->repeated ? repeated(order, command, *done, time) : committed(time);
    if (!done.error().is_rejected()) return failed(done.error());
    // What stands before the colon is the rule, behind it are the numbers of this transfer.
    const std::string& message = done.error().message;
    ++tally.rejected[message.substr(0, message.find(':'))];
    return true;
  }

  bool failed(const ec::Error& error) {
    tally.fail(error);
    return false;
  }

  Tally tally;

 private:
  bool committed(std::chrono::nanoseconds time) {
    tally.latencies.add(time);
    ++tally.committed;
    return true;
  }

  // The id is in the store: for this transfer, or for another one? From before this run, or because an answer was lost
  // and asked for again?
  bool repeated(const Order& order, const TransferMoney& command, const ec::Committed& first,
                std::chrono::nanoseconds time) {
    const auto same = is_stored(command, first.version_of(command.from));
    if (!same) return failed(same.error());
    if (!*same)
      tally.reused.push_back({order.line, "the id " + quoted(order.transfer.id) +
                                              " was used for another transfer before, committed at position " +
                                              first.first.str()});
    else if (first.last > since_)
      return committed(time);
    else
      ++tally.repeated;
    return true;
  }

  // Whether the event of that version is this transfer's withdrawal; version 0 is none.
  ec::Result<bool> is_stored(const TransferMoney& command, std::uint64_t version) {
    if (version == 0) return false;
    auto events = store_.read({{command.from, version - 1}}, {.limit = 1}, call());
    if (!events) return std::unexpected(events.error());
    if (!events->next() && events->error()) return std::unexpected(*events->error());
    for (const ec::RecordedEvent event : events->batch())
      if (const auto withdrawn = event.as<MoneyWithdrawn>())
        return withdrawn->amount == command.amount && withdrawn->to == command.to.str();
    return false;
  }

  ec::Store& store_;
  AccountOpener& accounts_;
  const ec::Position since_;
};

}  // namespace

Run run(ec::Store& store, Source& source, Stop& stop, const RunOptions& options) {
  Run result;
  AccountOpener accounts(store, options.opening_balance);
  std::mutex mutex;  // guards result
  Progress progress(source);
  const auto work = [&] {
    Worker worker(store, accounts, options.since);
    try {
      for (bool going = true; going;) {
        const auto order = source.next();
        if (!order) break;
        going = worker.take(*order);
        progress.step();
        if (!going) stop.request();
      }
    } catch (const std::exception& problem) {
      worker.failed({ec::Code::internal, problem.what()});
      stop.request();
    }
    const std::lock_guard lock(mutex);
    result.tally.add(worker.tally);
  };

  const auto began = std::chrono::steady_clock::now();
  {
    std::vector<std::jthread> threads;
    try {
      for (unsigned i = 0; i < options.workers; ++i) threads.emplace_back(work);
    } catch (...) {
      stop.request();  // those that did start would take transfers to the end before this is told
      throw;
    }
  }
  result.time = std::chrono::steady_clock::now() - began;
  return result;
}

}  // namespace bank
