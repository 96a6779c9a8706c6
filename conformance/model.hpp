// A plain store in memory, as simple as the contract can be said: the random run compares every answer with its.
#pragma once

#include "support.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace ec::conformance {

class Model {
 public:
  explicit Model(Position head) : head_(head) {}

  // Each throws ContractBroken when the store's answer is not the one that the model gives.
  void append(Store& store, const std::vector<Expect>& expects, const std::vector<NewEvent>& events, Uuid commit_id);
  void look_up(Store& store, Uuid commit_id);
  void read(Store& store, const std::vector<ReadFrom>& streams, ReadOptions options);
  using Passes = std::function<bool(const Seen&)>;
  // `passes` says in code what the filter says.
  void read_all(Store& store, const Filter& filter, const Passes& passes, Position after, ReadOptions options);
  void list(Store& store, const std::string& prefix, const std::string& after, std::uint64_t limit);
  void check_head(Store& store);

  std::uint64_t version(const StreamId& stream) const;
  Position head() const { return head_; }
  // Of one of the events whose position is known; {0,0} while there is none.
  Position some_position(std::size_t choice) const;

 private:
  // One for each distinct content that was stored under a commit id.
  struct Commit {
    std::vector<Expect> expects;
    std::vector<NewEvent> events;
    Answer outcome;
  };
  struct Verdict {
    ec_status status = EC_OK;
    bool repeated = false;
    std::uint32_t index = 0;
    std::uint64_t expected = 0, actual = 0;
    std::vector<std::uint64_t> versions{};
  };

  Verdict judge(const std::vector<Expect>& expects, const std::vector<NewEvent>& events, Uuid commit_id) const;
  void store_events(const std::vector<Expect>& expects, const std::vector<NewEvent>& events, Uuid commit_id,
                    const Answer& answer);
  // `wanted` are places in events_. Learns what only the store knows: ids, times and the positions inside an append.
  void compare(const Reading& reading, const std::vector<std::size_t>& wanted);

  std::vector<Seen> events_;
  std::map<std::string, std::uint64_t> versions_;
  std::map<std::string, Commit> commits_;
  Position head_;
};

}  // namespace ec::conformance
