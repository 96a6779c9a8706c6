// expect: this member is ec::read_only in the command's StreamSet
#include "bank.hpp"

struct Price {
  ec::StreamId item, tariff;
#ifdef GOOD
  using Streams = ec::StreamSet<&Price::item, &Price::tariff>;
#else
  using Streams = ec::StreamSet<&Price::item, ec::read_only<&Price::tariff> >;
#endif
  using Events = ec::Events<Deposited>;
  struct State {};
  void apply(State&, const ec::Recorded<Deposited>&) const {}
  ec::Result<> decide(const State&, ec::Decision<Price>& out) const {
    out.write<&Price::tariff>(Deposited{1});
    return {};
  }
};

auto run(ec::Store& store) { return ec::execute(store, Price{}); }
