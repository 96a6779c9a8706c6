// expect: this member is not in the command's StreamSet
#include "bank.hpp"

struct Move {
  ec::StreamId from, to;
#ifdef GOOD
  using Streams = ec::StreamSet<&Move::from, &Move::to>;
#else
  using Streams = ec::StreamSet<&Move::from>;
#endif
  using Events = ec::Events<Deposited>;
  struct State {};
  void apply(State&, const ec::Recorded<Deposited>&) const {}
  ec::Result<> decide(const State&, ec::Decision<Move>& out) const {
    out.write<&Move::to>(Deposited{1});
    return {};
  }
};

auto run(ec::Store& store) { return ec::execute(store, Move{}); }
