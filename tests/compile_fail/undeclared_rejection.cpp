// expect: this rejection is not declared
#include "bank.hpp"

struct Refusal {};

struct Deposit {
  ec::StreamId account;
  using Streams = ec::StreamSet<&Deposit::account>;
  using Events = ec::Events<Deposited>;
#ifdef GOOD
  using Rejections = ec::Rejections<Refusal>;
#endif
  struct State {};
  void apply(State&, const ec::Recorded<Deposited>&) const {}
  ec::Result<> decide(const State&, ec::Decision<Deposit>& out) const { return out.reject(Refusal{}); }
};

auto run(ec::Store& store) { return ec::execute(store, Deposit{}); }
