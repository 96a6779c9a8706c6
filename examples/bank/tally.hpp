// What became of the transfers of a run. Each worker keeps its own and they are added up at the end, so that counting
// needs no lock. It hears of attempts, conflicts and retries as the observer of the executions.
#pragma once

#include "latencies.hpp"
#include "source.hpp"

#include <eventcore/eventcore.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace bank {

struct Tally : ec::Observer {
  struct Failed {
    std::uint64_t count = 0;
    std::string message;  // of the first one
  };

  std::uint64_t committed = 0;
  std::uint64_t repeated = 0;                     // done by an earlier run
  std::map<std::string, std::uint64_t> rejected;  // by the rule that said no
  std::vector<Malformed> reused;                  // ids that an earlier run used for another transfer
  std::map<std::string, Failed> failed;           // neither done nor rejected, by the code of the error
  std::uint64_t in_doubt = 0;                     // of the failed: done or not, nobody knows
  std::uint64_t attempts = 0, conflicts = 0, retries = 0;
  Latencies latencies;  // of the committed

  void attempt(const Attempt&) override { ++attempts; }
  void conflict(const Conflict&) override { ++conflicts; }
  void retry(const Retry&) override { ++retries; }

  void fail(const ec::Error& error);
  void add(const Tally& other);

  std::uint64_t rejections() const;
  std::uint64_t failures() const;
};

}  // namespace bank
