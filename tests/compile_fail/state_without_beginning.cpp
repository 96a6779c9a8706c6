// expect: the command's State must be default constructible
#include "bank.hpp"

struct Count {
  ec::StreamId account;
  using Streams = ec::StreamSet<&Count::account>;
  using Events = ec::Events<Deposited>;
  struct State {
#ifndef GOOD
    explicit State(int) {}
#endif
  };
  void apply(State&, const ec::Recorded<Deposited>&) const {}
  ec::Result<> decide(const State&, ec::Decision<Count>&) const { return {}; }
};

auto run(ec::Store& store) { return ec::execute(store, Count{}); }
