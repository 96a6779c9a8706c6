// expect: a StreamSet needs at least one member that names a stream
#include "bank.hpp"

struct Count {
  ec::StreamId account;
#ifdef GOOD
  using Streams = ec::StreamSet<&Count::account>;
#else
  using Streams = ec::StreamSet<>;
#endif
  using Events = ec::Events<Deposited>;
  struct State {};
  void apply(State&, const ec::Recorded<Deposited>&) const {}
  ec::Result<> decide(const State&, ec::Decision<Count>&) const { return {}; }
};

auto run(ec::Store& store) { return ec::execute(store, Count{}); }
