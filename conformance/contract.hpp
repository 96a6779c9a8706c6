// The fixture of every test: the store under test, and stream ids that no other test and no other run has.
#pragma once

#include "support.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ec::conformance {

class Contract : public testing::Test {
 protected:
  static Store& store() { return the_store(); }
  static bool promises(std::uint32_t capability) { return (info_of_store().capabilities & capability) != 0; }
  static Position head() { return value(store().head()); }

  const std::string& prefix() const { return prefix_; }
  StreamId stream(std::string_view name) const { return StreamId(prefix_ + std::string(name)); }

  static Answer append(const std::vector<Expect>& expects, const std::vector<NewEvent>& events, const With& with = {}) {
    return conformance::append(store(), expects, events, with);
  }
  // The same where it must succeed for the test to make sense.
  static Answer written(const std::vector<Expect>& expects, const std::vector<NewEvent>& events,
                        const With& with = {}) {
    Answer answer = append(expects, events, with);
    if (answer.status != EC_OK) throw ContractBroken(std::string("append refused: ") + answer.error.message);
    return answer;
  }
  // `count` events more, with payloads "1", "2", ... counted on from the versions there are, in one append.
  static Answer grow(const StreamId& id, std::size_t count, const std::string& type = "happened");

  static Reading read(const std::vector<ReadFrom>& streams, ReadOptions options = {}) {
    return drain(store().read(streams, options), options.backward);
  }
  static Reading read_all(const Filter& filter, Position after = {}, ReadOptions options = {}) {
    return drain(store().read_all(filter, after, options), options.backward);
  }
  // Calls of all kinds, but none on this cursor: its batch must stay as it is.
  void expect_lent_during_other_calls(EventCursor& open) const;
  static std::uint64_t version(const StreamId& id) { return read({{id}}).events.size(); }
  // Everything this test wrote.
  Reading all() const { return read_all({.prefixes = {prefix_}}); }

 private:
  const std::string prefix_ = fresh_prefix();
  static std::string fresh_prefix();
};

// In SetUp of a suite about something that not every backend has; `probe` is a call of it that fails on no backend
// that has it, but perhaps with EC_NOT_FOUND.
#define EC_SKIP_UNLESS_SUPPORTED(probe, what)                                                       \
  do {                                                                                              \
    if ((probe).status == EC_UNSUPPORTED) GTEST_SKIP() << "this backend does not have: " << (what); \
  } while (false)

}  // namespace ec::conformance
