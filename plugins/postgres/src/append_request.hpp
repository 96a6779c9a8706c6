// The appends of one call as the arrays that the database functions `append` (migrations/002_append.sql) and, for a
// single one, `append_one` (migrations/005_append_one.sql) take.
#pragma once

#include "parameters.hpp"

#include <eventcore/plugin/export.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace ec::postgres {

class AppendRequest {
 public:
  // Takes appends from `first` on, as many as fit, up to the first whose commit id stands in the request already: that
  // one must come after it. Gives the index behind the last one taken. The appends' bytes are copied.
  std::size_t build(plugin::Appends appends, std::size_t first);

  // `patience_ms`: for the lock; 0 = for ever.
  Parameters parameters(std::uint64_t patience_ms, std::int64_t epoch);

  // A single append that is no look-up; its parameters for `append_one`.
  bool is_one() const { return is_one_; }
  Parameters parameters_of_one(std::uint64_t patience_ms, std::int64_t epoch);

  // Of the expectations of the append that was taken as number `index`: where they begin among all.
  std::size_t expect_begin(std::size_t index) const { return expect_begins_[index]; }
  std::uint32_t writes(std::size_t expect) const { return writes_[expect]; }
  // From 0, in the order in which streams were first named.
  std::size_t stream(std::size_t expect) const { return streams_of_expects_[expect] - 1; }
  std::uint32_t events_before(std::size_t index) const { return events_before_append_[index]; }

 private:
  void clear();
  void add(const ec_append& append);
  void add_events(const ec_append& append, std::size_t expect_begin);
  std::uint32_t stream_number(std::string_view stream, std::int64_t wanted);

  std::unordered_map<std::string_view, std::uint32_t> stream_numbers_;  // from 1
  std::vector<std::size_t> named_by_;                                   // the append that named a stream first
  std::unordered_set<std::string_view> ids_;
  bool disjoint_ = true;
  bool is_one_ = false;
  ec_uuid first_commit_id_{};
  std::uint64_t first_digest_ = 0;
  std::size_t appends_ = 0;
  std::uint32_t events_ = 0;
  std::vector<std::size_t> expect_begins_;
  std::vector<std::uint32_t> writes_;
  std::vector<std::uint32_t> streams_of_expects_;
  std::vector<std::uint32_t> events_before_append_;

  std::vector<std::int64_t> least_versions_;  // of each stream
  Array streams_{Type::text}, stream_least_versions_{Type::int8};
  Array commit_ids_{Type::uuid}, digests_{Type::int8}, lookups_{Type::boolean}, append_expect_begins_{Type::int4},
      append_expect_ends_{Type::int4}, events_before_{Type::int4}, event_counts_{Type::int4};
  Array expect_streams_{Type::int4}, expect_versions_{Type::int8}, expect_writes_{Type::int4};
  Array event_appends_{Type::int4}, event_expects_{Type::int4}, event_ordinals_{Type::int4}, event_types_{Type::text},
      event_ids_{Type::uuid}, event_encodings_{Type::int4}, event_schemas_{Type::int4}, event_times_{Type::int8},
      event_payloads_{Type::bytes}, event_metadata_{Type::bytes};
};

}  // namespace ec::postgres
