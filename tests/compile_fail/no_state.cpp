// expect: a command needs a State
#include "bank.hpp"

struct Sum {
  std::int64_t value = 0;
};

struct Count {
  ec::StreamId account;
  using Streams = ec::StreamSet<&Count::account>;
  using Events = ec::Events<Deposited>;
#ifdef GOOD
  using State = Sum;
#endif
  void apply(Sum&, const ec::Recorded<Deposited>&) const {}
  ec::Result<> decide(const Sum&, ec::Decision<Count>&) const { return {}; }
};

auto run(ec::Store& store) { return ec::execute(store, Count{}); }
