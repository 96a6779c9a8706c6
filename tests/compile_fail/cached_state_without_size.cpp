// expect: a command that caches its State needs `static std::size_t state_bytes(const State&)`
#include "bank.hpp"

#include <string>

struct Count {
  ec::StreamId account;
  using Streams = ec::StreamSet<&Count::account>;
  using Events = ec::Events<Deposited>;
  struct State {
    std::string text;
  };
  static constexpr bool caches_state = true;
#ifdef GOOD
  static std::size_t state_bytes(const State& state) { return sizeof state + state.text.capacity(); }
#endif
  void apply(State&, const ec::Recorded<Deposited>&) const {}
  ec::Result<> decide(const State&, ec::Decision<Count>&) const { return {}; }
};

auto run(ec::Store& store) { return ec::execute(store, Count{}); }
