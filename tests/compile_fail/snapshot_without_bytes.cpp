// expect: a command with snapshots needs its State as bytes
#include "bank.hpp"

struct Sum {
  std::int64_t value = 0;
};
#ifdef GOOD
EC_FIELDS(Sum, value)
#endif

struct Count {
  ec::StreamId account;
  using Streams = ec::StreamSet<&Count::account>;
  using Events = ec::Events<Deposited>;
  using State = Sum;
  static constexpr ec::Snapshots snapshots{.name = "count"};
  void apply(Sum&, const ec::Recorded<Deposited>&) const {}
  ec::Result<> decide(const Sum&, ec::Decision<Count>&) const { return {}; }
};

auto run(ec::Store& store) { return ec::execute(store, Count{}); }
