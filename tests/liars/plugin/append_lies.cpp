// Lies about expectations, versions and positions of one append.
#include "lies.hpp"

#include <eventcore/plugin/append.hpp>

#include <algorithm>

namespace ec::liar {

namespace {

class WrongVersion : public Teller {
  void append_one(const ec_append& request, ec_outcome& outcome) override {
    Teller::append_one(request, outcome);
    if (outcome.status == EC_OK && request.event_count > 0 && outcome.versions != nullptr) ++outcome.versions[0];
  }
};

// Every other append is told at the place of the one before.
class PositionReused : public Teller {
  void append_one(const ec_append& request, ec_outcome& outcome) override {
    Teller::append_one(request, outcome);
    if (outcome.status != EC_OK || request.event_count == 0) return;
    if (++count_ % 2 == 0) {
      outcome.first = first_;
      outcome.last = last_;
    }
    first_ = outcome.first;
    last_ = outcome.last;
  }
  std::uint64_t count_ = 0;
  ec_position first_{}, last_{};
};

class PositionsWithGaps : public Teller {
  void append_one(const ec_append& request, ec_outcome& outcome) override {
    Teller::append_one(request, outcome);
    if (outcome.status != EC_OK) return;
    outcome.first.lo *= 2;
    outcome.last.lo *= 2;
  }
};

// What is written before an expectation fails stays.
class HalfAnAppend : public Teller {
  void append_one(const ec_append& request, ec_outcome& outcome) override {
    Teller::append_one(request, outcome);
    if (outcome.status != EC_CONFLICT) return;
    const std::uint32_t failed = outcome.error->conflict_index;
    AppendCopy half(request);
    std::erase_if(half.events, [&](const ec_new_event& event) { return event.stream_index >= failed; });
    if (half.events.empty()) return;
    half.expects.resize(failed);
    ec_error error = EC_ERROR_INIT;
    ec_outcome ignored{sizeof ignored, EC_OK, 0, 0, {}, {}, nullptr, &error};
    Teller::append_one(half.raw(), ignored);
  }
};

// Appends with some of the expectations taken for "any".
class Unchecked : public Teller {
  virtual bool skips(const ec_append& request, std::size_t index, const ec_expect& expect) = 0;
  void append_one(const ec_append& request, ec_outcome& outcome) override {
    AppendCopy copy(request);
    for (std::size_t i = 0; i < copy.expects.size(); ++i)
      if (skips(request, i, copy.expects[i])) copy.expects[i].mode = EC_EXPECT_ANY;
    Teller::append_one(copy.raw(), outcome);
  }
};

class AbsentUnchecked : public Unchecked {
  bool skips(const ec_append&, std::size_t, const ec_expect& expect) override {
    return expect.mode == EC_EXPECT_ABSENT;
  }
};

class ExistsUnchecked : public Unchecked {
  bool skips(const ec_append&, std::size_t, const ec_expect& expect) override {
    return expect.mode == EC_EXPECT_EXISTS;
  }
};

class AboveTheHeadAccepted : public Unchecked {
  bool skips(const ec_append&, std::size_t, const ec_expect& expect) override {
    return expect.mode == EC_EXPECT_EXACT && expect.version > version_of(expect.stream);
  }
};

class ReadOnlyUnchecked : public Unchecked {
  bool skips(const ec_append& request, std::size_t index, const ec_expect&) override {
    const auto events = plugin::events_of(request);
    return request.event_count > 0 && std::none_of(events.begin(), events.end(), [&](const ec_new_event& event) {
             return event.stream_index == index;
           });
  }
};

class EmptyAppendUnchecked : public Unchecked {
  bool skips(const ec_append& request, std::size_t, const ec_expect&) override { return request.event_count == 0; }
};

class WrongConflict : public Teller {
  void append_one(const ec_append& request, ec_outcome& outcome) override {
    Teller::append_one(request, outcome);
    if (outcome.status == EC_CONFLICT) outcome.error->actual_version = outcome.error->expected_version;
  }
};

class OutcomeTouchedWhenRefused : public Teller {
  void append_one(const ec_append& request, ec_outcome& outcome) override {
    Teller::append_one(request, outcome);
    if (outcome.status != EC_OK) outcome.first = outcome.last = store_.head(for_ever);
  }
};

constexpr Lie lies[] = {
    {"wrong_version", make<WrongVersion>},
    {"position_reused", make<PositionReused>},
    {"positions_with_gaps", make<PositionsWithGaps>},
    {"half_an_append", make<HalfAnAppend>},
    {"absent_unchecked", make<AbsentUnchecked>},
    {"exists_unchecked", make<ExistsUnchecked>},
    {"expected_above_head_accepted", make<AboveTheHeadAccepted>},
    {"read_only_unchecked", make<ReadOnlyUnchecked>},
    {"empty_append_unchecked", make<EmptyAppendUnchecked>},
    {"wrong_conflict", make<WrongConflict>},
    {"outcome_touched_when_refused", make<OutcomeTouchedWhenRefused>},
};

}  // namespace

std::span<const Lie> append_lies() { return lies; }

}  // namespace ec::liar
