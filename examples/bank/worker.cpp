#include "streams.hpp"
#include "worker.hpp"

#include <limits>

namespace bank {

namespace {

constexpr std::chrono::seconds longest_transfer{60};

ec::Call call() {
  ec::Call call;
  call.deadline = ec::Call::in(longest_transfer);
  return call;
}

// Conflicts are no reason to give up a transfer: it has its turn in the end, and the deadline is the bound.
ec::ExecuteOptions patient_options(ec::Uuid commit_id) {
  ec::ExecuteOptions options;
  options.max_attempts = std::numeric_limits<std::uint32_t>::max();
  options.commit_id = commit_id;
  options.call = call();
  return options;
}

}  // namespace

bool Accounts::is_open(const ec::StreamId& account) {
  const std::lock_guard lock(mutex_);
  return open_.contains(account);
}

void Accounts::note_open(const ec::StreamId& account) {
  const std::lock_guard lock(mutex_);
  open_.insert(account);
}

ec::ExecuteOptions options_for_opening(const ec::StreamId& account) {
  return patient_options(commit_id_of("open", account.str()));
}

TransferMoney Worker::command_for(const Order& order) {
  return {stream_of(order.transfer.from), stream_of(order.transfer.to), order.transfer.amount};
}

ec::ExecuteOptions Worker::options_for(const Order& order) {
  ec::ExecuteOptions options = patient_options(commit_id_of("transfer", order.transfer.id));
  options.observer = &tally;
  return options;
}

bool Worker::take(const Order& order) {
  const TransferMoney command = command_for(order);
  for (const ec::StreamId& account : {command.from, command.to})
    if (const auto opened = open(account); !opened) return failed(opened.error());
  const auto began = std::chrono::steady_clock::now();
  const auto done = ec::execute(store_, command, options_for(order));
  return settle(order, command, done, std::chrono::steady_clock::now() - began);
}

ec::Result<> Worker::open(const ec::StreamId& account) {
  if (accounts_.is_open(account)) return {};
  if (const auto done = ec::execute(store_, accounts_.opening(account), options_for_opening(account)); !done)
    return std::unexpected(done.error());
  accounts_.note_open(account);
  return {};
}

bool Worker::settle(const Order& order, const TransferMoney& command, const ec::Outcome<TransferMoney>& done,
                    std::chrono::nanoseconds time) {
  if (done) return done->repeated ? repeated(order, command, *done, time) : committed(time);
  if (!done.error().is_rejected()) return failed(done.error());
  // What stands before the colon is the rule, behind it are the numbers of this transfer.
  const std::string& message = done.error().message;
  ++tally.rejected[message.substr(0, message.find(':'))];
  return true;
}

bool Worker::failed(const ec::Error& error) {
  tally.fail(error);
  return false;
}

bool Worker::committed(std::chrono::nanoseconds time) {
  tally.latencies.add(time);
  ++tally.committed;
  return true;
}

// The id is in the store: for this transfer, or for another one? From before this run, or because an answer was lost
// and asked for again?
bool Worker::repeated(const Order& order, const TransferMoney& command, const ec::Committed& first,
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
ec::Result<bool> Worker::is_stored(const TransferMoney& command, std::uint64_t version) {
  if (version == 0) return false;
  auto events = store_.read({{command.from, version - 1}}, {.limit = 1}, call());
  if (!events) return std::unexpected(events.error());
  if (!events->next() && events->error()) return std::unexpected(*events->error());
  for (const ec::RecordedEvent event : events->batch())
    if (const auto withdrawn = event.as<MoneyWithdrawn>())
      return withdrawn->amount == command.amount && withdrawn->to == command.to.str();
  return false;
}

}  // namespace bank
