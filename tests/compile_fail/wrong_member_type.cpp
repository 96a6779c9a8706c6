// expect: a member of a StreamSet must be an ec::StreamId, a std::optional<ec::StreamId> or a std::vector<ec::StreamId>
#include "bank.hpp"

struct Deposit {
#ifdef GOOD
  ec::StreamId account;
#else
  std::string account;
#endif
  using Streams = ec::StreamSet<&Deposit::account>;
  using Events = ec::Events<Deposited>;
  struct State {};
  void apply(State&, const ec::Recorded<Deposited>&) const {}
  ec::Result<> decide(const State&, ec::Decision<Deposit>& out) const {
    out.write<&Deposit::account>(Deposited{1});
    return {};
  }
};

auto run(ec::Store& store) { return ec::execute(store, Deposit{}); }
