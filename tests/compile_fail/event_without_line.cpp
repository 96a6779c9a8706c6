// expect: each event type needs an EC_EVENT line
#include "bank.hpp"

struct Closed {
  std::int64_t balance;
};
#ifdef GOOD
EC_EVENT(Closed, "closed", balance)
#endif

struct Close {
  ec::StreamId account;
  using Streams = ec::StreamSet<&Close::account>;
  using Events = ec::Events<Closed>;
  struct State {};
  void apply(State&, const ec::Recorded<Closed>&) const {}
  ec::Result<> decide(const State&, ec::Decision<Close>&) const { return {}; }
};

auto run(ec::Store& store) { return ec::execute(store, Close{}); }
