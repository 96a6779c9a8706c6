// Stores groups in their order, many at once, and each of them once, however often an import is repeated.
#pragma once

#include "group.hpp"

#include <eventcore/json_write.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace cli {

struct Imported {
  std::uint64_t events = 0, appends = 0, already_there = 0;
};
EC_FIELDS(Imported, events, appends, already_there)

struct Numbered {
  std::uint64_t line = 0;  // its first one
  Group group;
};

// Together go groups of which one can tell that none of them is refused, so that what stands behind a group that is
// refused is not stored either; only another process that writes meanwhile can make that untrue.
class Importer {
 public:
  explicit Importer(ec::Store& store) : store_(store) {}

  const Imported& imported() const { return imported_; }

  // Both throw Failure, with the line.
  void add(Numbered numbered);
  void flush();

 private:
  enum class Kind {
    fitting,  // its streams are where it expects them, once what is pending is stored
    there,    // they are beyond what it would write: it was stored before, or is refused
    unclear,
  };

  Kind kind_of(const Group& group);
  std::uint64_t version_of(const ec::StreamId& stream);
  void note(const Group& group, Kind kind);
  bool knows_a_commit(const std::vector<Numbered>& groups);
  void send_one_by_one(const std::vector<Numbered>& groups);
  void settle(const Numbered& numbered, const ec::Result<ec::Appended>& outcome);
  bool is_there(const Group& group);

  ec::Store& store_;
  std::vector<Numbered> pending_;  // all of one kind, unless it is one alone
  Kind kind_ = Kind::fitting;
  std::size_t events_ = 0, bytes_ = 0;                        // of those
  std::unordered_set<std::string> commits_;                   // of those
  std::unordered_set<ec::StreamId> moved_;                    // those write to these without a version
  std::unordered_map<ec::StreamId, std::uint64_t> versions_;  // once those are stored
  Imported imported_;
};

}  // namespace cli
