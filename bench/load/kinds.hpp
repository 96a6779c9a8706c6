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

// Appends to streams of the client's own, with exact expectations and a commit id each.
std::unique_ptr<Workload> append_workload(ec::Store& store, const Settings& settings, const std::string& prefix);

// Commands on accounts of the client's own: one stream, also with a snapshot or a cached state of it, or two.
std::unique_ptr<Workload> deposit_workload(ec::Store& store, const Settings& settings, const std::string& prefix);
std::unique_ptr<Workload> snapshot_workload(ec::Store& store, const Settings& settings, const std::string& prefix);
std::unique_ptr<Workload> cache_workload(ec::Store& store, const Settings& settings, const std::string& prefix);
std::unique_ptr<Workload> transfer_workload(ec::Store& store, const Settings& settings, const std::string& prefix);

// Commands that all read and write one stream; at `history` events everybody moves on to the next.
std::unique_ptr<Workload> hot_workload(ec::Store& store, const Settings& settings, const std::string& prefix);

// Reads of a whole stream of `history` events. The streams are the same in each run, so that a second one on the same
// store finds them.
std::unique_ptr<Workload> read_workload(ec::Store& store, const Settings& settings);

// A projection from the start to the head over `streams` of `history` events each, and the bare read of the same. The
// streams are the same in each run, too.
std::unique_ptr<Workload> catch_up_workload(ec::Store& store, const Settings& settings);
std::unique_ptr<Workload> read_all_workload(ec::Store& store, const Settings& settings);

// Appends of one event at a fixed rate: to the moment when the handler of a projection that follows has it, or to the
// answer.
std::unique_ptr<Workload> live_workload(ec::Store& store, const Settings& settings, const std::string& prefix);
std::unique_ptr<Workload> paced_workload(ec::Store& store, const Settings& settings, const std::string& prefix);

}  // namespace bench
