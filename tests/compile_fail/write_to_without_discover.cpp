// expect: this command discovers no streams
#include "bank.hpp"

struct Deposit {
  ec::StreamId account;
  using Streams = ec::StreamSet<&Deposit::account>;
  using Events = ec::Events<Deposited>;
  struct State {};
#ifdef GOOD
  std::vector<ec::StreamId> discover(const State&) const { return {}; }
#endif
  void apply(State&, const ec::Recorded<Deposited>&) const {}
  ec::Result<> decide(const State&, ec::Decision<Deposit>& out) const {
    out.write_to(account, Deposited{1});
    return {};
  }
};

auto run(ec::Store& store) { return ec::execute(store, Deposit{}); }
