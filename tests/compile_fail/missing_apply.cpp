// expect: the command has no apply(State&, const ec::Recorded<E>&) const for one of its Events
#include "bank.hpp"

struct Rename {
  ec::StreamId account;
  using Streams = ec::StreamSet<&Rename::account>;
  using Events = ec::Events<Deposited, Renamed>;
  struct State {};
  void apply(State&, const ec::Recorded<Deposited>&) const {}
#ifdef GOOD
  void apply(State&, const ec::Recorded<Renamed>&) const {}
#endif
  ec::Result<> decide(const State&, ec::Decision<Rename>& out) const {
    out.write<&Rename::account>(Renamed{"new"});
    return {};
  }
};

auto run(ec::Store& store) { return ec::execute(store, Rename{}); }
