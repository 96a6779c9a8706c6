// expect: each event type needs an EC_EVENT line
#include "bank.hpp"

struct Closed {
  std::int64_t balance;
};
#ifdef GOOD
EC_EVENT(Closed, "closed", balance)
#endif

struct Close {
  ec::StreamId account;
  using Streams = ec::StreamSet<&Close::account>;
  using Events = ec::Events<Closed>;
  struct State {
    std::int64_t balance = 0;
  };
  void apply(State& state, const ec::Recorded<Closed>& event) const { state.balance = event->balance; }
  ec::Result<> decide(const State&, ec::Decision<Close>& out) const {
    out.write<&Close::account>(Closed{0});
    return {};
  }
};

auto run(ec::Store& store) { return ec::execute(store, Close{}); }
