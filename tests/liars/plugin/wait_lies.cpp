// Lies about waiting for something new.
#include "lies.hpp"

#include <chrono>
#include <limits>
#include <thread>

namespace ec::liar {

namespace {

using plugin::Call;

class WaitReturnsEarly : public Teller {
  ec_position wait(ec_position, const Call& call) override { return store_.head(call); }
};

// Sleeps until its deadline, whatever comes.
class WaitNeverReturns : public Teller {
  ec_position wait(ec_position, const Call& call) override {
    constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();
    return store_.wait({never, never}, call);
  }
};

class WaitCannotBeInterrupted : public Teller {
  void interrupt() override {}
};

class WaitTellsAHeadAhead : public Teller {
  ec_position wait(ec_position after, const Call& call) override {
    const ec_position head = store_.wait(after, call);
    return {0, head.lo + 1};
  }
};

// Ends in a head after its deadline.
class WaitDeadlineIgnored : public Teller {
  ec_position wait(ec_position after, const Call& call) override {
    try {
      return store_.wait(after, call);
    } catch (const plugin::Failure& failure) {
      if (failure.status() != EC_TIMEOUT) throw;
      return store_.head(for_ever);
    }
  }
};

constexpr Lie lies[] = {
    {"wait_returns_early", make<WaitReturnsEarly>},
    {"wait_never_returns", make<WaitNeverReturns>},
    {"wait_cannot_be_interrupted", make<WaitCannotBeInterrupted>},
    {"wait_tells_a_head_ahead", make<WaitTellsAHeadAhead>},
    {"wait_deadline_ignored", make<WaitDeadlineIgnored>},
};

}  // namespace

std::span<const Lie> wait_lies() { return lies; }

}  // namespace ec::liar
