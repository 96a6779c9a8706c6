// expect: this member names several streams: write<&Command::member>(index, event)
#include "bank.hpp"

struct Spread {
  std::vector<ec::StreamId> bins;
  using Streams = ec::StreamSet<&Spread::bins>;
  using Events = ec::Events<Deposited>;
  struct State {};
  void apply(State&, const ec::Recorded<Deposited>&) const {}
  ec::Result<> decide(const State&, ec::Decision<Spread>& out) const {
#ifdef GOOD
    out.write<&Spread::bins>(0, Deposited{1});
#else
    out.write<&Spread::bins>(Deposited{1});
#endif
    return {};
  }
};

auto run(ec::Store& store) { return ec::execute(store, Spread{}); }
