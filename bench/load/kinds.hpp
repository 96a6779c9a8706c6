// The workloads by kind; `prefix` begins the names of all streams of this run.
#pragma once

#include "workload.hpp"

#include <utility>

namespace bench {

// What most of them are: clients of class C that differ by their number alone, and nothing to prepare.
template <class C>
class SimpleWorkload final : public Workload {
 public:
  SimpleWorkload(ec::Store& store, const Settings& settings, std::string prefix)
      : store_(store), settings_(settings), prefix_(std::move(prefix)) {}

  ec::Result<std::unique_ptr<Client>> client(std::size_t number) override {
    return std::make_unique<C>(store_, settings_, prefix_, number);
  }

 private:
  ec::Store& store_;
  const Settings settings_;
  const std::string prefix_;
};

using MakeWorkload = std::unique_ptr<Workload>(ec::Store& store, const Settings& settings, const std::string& prefix);

// Appends to streams of the client's own, with exact expectations and a commit id each.
MakeWorkload append_workload;

// Transfers of some money between two of `accounts` that all clients share; and those among reads of one account's last
// events. An account is left for a fresh one at `history` events; 0: never.
MakeWorkload transfer_workload, read_mostly_workload;

// Commands on accounts of the client's own: one stream, also with a snapshot or a cached state of it, or two.
MakeWorkload deposit_workload, snapshot_workload, cache_workload, disjoint_transfer_workload;

// Commands that all read and write one stream; at `history` events everybody moves on to the next.
MakeWorkload hot_workload;

// Reads of a whole stream of `history` events. The streams are the same in each run with the same settings, so that a
// second one on the same store finds them.
MakeWorkload read_workload;

// A projection from the start to the head over `streams` of `history` events each, and the bare read of the same. The
// streams are the same in each run, too.
MakeWorkload catch_up_workload, read_all_workload;

// Appends of one event: to the moment when the handler of a projection that follows has it, or to the answer.
MakeWorkload live_workload, paced_workload;

// Appends by many, and a projection of the same store: one that follows, whose lag is measured, or one that goes from
// the start to the head for as long as they write.
MakeWorkload projection_lag_workload, catch_up_while_writing_workload;

}  // namespace bench
