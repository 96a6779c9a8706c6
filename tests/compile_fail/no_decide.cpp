// expect: the command needs `ec::Result<> decide(const State&, ec::Decision<Command>&) const`
#include "bank.hpp"

struct Count {
  ec::StreamId account;
  using Streams = ec::StreamSet<&Count::account>;
  using Events = ec::Events<Deposited>;
  struct State {};
  void apply(State&, const ec::Recorded<Deposited>&) const {}
#ifdef GOOD
  ec::Result<> decide(const State&, ec::Decision<Count>&) const { return {}; }
#endif
};

auto run(ec::Store& store) { return ec::execute(store, Count{}); }
