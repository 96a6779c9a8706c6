// Pieces of an append that are the same in every backend: checking an expectation, and writing an outcome down.
//
//   void check_first(const ec_append& append, std::uint64_t actual_version, ec_outcome& outcome) {
//     if (!ec::plugin::holds(ec::plugin::expects_of(append)[0], actual_version))
//       ec::plugin::conflict(outcome, append, 0, actual_version);
//   }
#pragma once

#include <eventcore/abi/event_store.h>
#include <eventcore/plugin/failure.hpp>
#include <eventcore/plugin/strided.hpp>

#include <cstdint>
#include <string>

namespace ec::plugin {

inline Strided<const ec_expect> expects_of(const ec_append& append) {
  return {append.expects, append.expect_count, append.expect_stride};
}
inline Strided<const ec_new_event> events_of(const ec_append& append) {
  return {append.events, append.event_count, append.event_stride};
}

inline bool is_lookup(const ec_append& append) { return (append.flags & EC_APPEND_LOOKUP) != 0; }

// Of its events' payloads and metadata.
inline std::uint64_t bytes_of(const ec_append& append) {
  std::uint64_t bytes = 0;
  for (const ec_new_event& event : events_of(append)) bytes += event.payload.size + event.metadata.size;
  return bytes;
}

inline bool holds(const ec_expect& expect, std::uint64_t actual) {
  switch (expect.mode) {
    case EC_EXPECT_EXACT: return actual == expect.version;
    case EC_EXPECT_ABSENT: return actual == 0;
    case EC_EXPECT_EXISTS: return actual > 0;
    case EC_EXPECT_ANY: return true;
    default: return false;
  }
}

inline void fail(ec_outcome& outcome, ec_status status, std::string_view message, std::string_view native_code = {},
                 bool retryable = false) noexcept {
  outcome.status = set_error(outcome.error, status, message, native_code, retryable);
}

// EC_CONFLICT: expectation `index` does not hold, the stream has `actual` events.
inline void conflict(ec_outcome& outcome, const ec_append& append, std::size_t index, std::uint64_t actual) {
  const ec_expect& expect = expects_of(append)[index];
  std::string expected;
  switch (expect.mode) {
    case EC_EXPECT_ABSENT: expected = "that it does not exist"; break;
    case EC_EXPECT_EXISTS: expected = "that it exists"; break;
    default: expected = "version " + std::to_string(expect.version);
  }
  fail(outcome, EC_CONFLICT,
       "stream '" + std::string(view(expect.stream)) + "' has version " + std::to_string(actual) + ", expected was " +
           expected,
       {}, true);
  if (outcome.error == nullptr) return;
  outcome.error->conflict_index = static_cast<std::uint32_t>(index);
  outcome.error->expected_version = expect.mode == EC_EXPECT_EXACT ? expect.version : expect.mode == EC_EXPECT_EXISTS;
  outcome.error->actual_version = actual;
}

// EC_DUPLICATE: the commit id belongs to an append with another content.
inline void duplicate(ec_outcome& outcome) {
  fail(
      outcome, EC_DUPLICATE,
      "the commit id was used before for an append with another content: a commit id names one append, make a new one");
}

// EC_NOT_FOUND: the answer to EC_APPEND_LOOKUP when the commit id is not stored.
inline void commit_not_found(ec_outcome& outcome) {
  fail(outcome, EC_NOT_FOUND, "no append with this commit id is stored");
}

}  // namespace ec::plugin
