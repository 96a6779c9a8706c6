// expect: a command needs `using Events = ec::Events<...>`
#include "bank.hpp"

struct Count {
  ec::StreamId account;
  using Streams = ec::StreamSet<&Count::account>;
#ifdef GOOD
  using Events = ec::Events<Deposited>;
#endif
  struct State {};
  void apply(State&, const ec::Recorded<Deposited>&) const {}
  ec::Result<> decide(const State&, ec::Decision<Count>&) const { return {}; }
};

auto run(ec::Store& store) { return ec::execute(store, Count{}); }
