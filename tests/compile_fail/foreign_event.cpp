// expect: this event type is not among the command's Events
#include "bank.hpp"

struct Rename {
  ec::StreamId account;
  using Streams = ec::StreamSet<&Rename::account>;
#ifdef GOOD
  using Events = ec::Events<Deposited, Renamed>;
#else
  using Events = ec::Events<Deposited>;
#endif
  struct State {};
  void apply(State&, const ec::Recorded<Deposited>&) const {}
  void apply(State&, const ec::Recorded<Renamed>&) const {}
  ec::Result<> decide(const State&, ec::Decision<Rename>& out) const {
    out.write<&Rename::account>(Renamed{"new"});
    return {};
  }
};

auto run(ec::Store& store) { return ec::execute(store, Rename{}); }
