// expect: the command's StreamSet names a member of another class
#include "bank.hpp"

struct Other {
  ec::StreamId account;
};

#ifdef GOOD
struct Deposit : Other {
#else
struct Deposit {
  ec::StreamId account;
#endif
  using Streams = ec::StreamSet<&Other::account>;
  using Events = ec::Events<Deposited>;
  struct State {};
  void apply(State&, const ec::Recorded<Deposited>&) const {}
  ec::Result<> decide(const State&, ec::Decision<Deposit>& out) const {
    out.write<&Other::account>(Deposited{1});
    return {};
  }
};

auto run(ec::Store& store) { return ec::execute(store, Deposit{}); }
