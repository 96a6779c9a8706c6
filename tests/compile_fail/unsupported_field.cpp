// expect: there is no JSON for this type: give its struct an EC_FIELDS line, or write an ec::Codec
#include "bank.hpp"

struct Point {
  int x, y;
};
#ifdef GOOD
EC_FIELDS(Point, x, y)
#endif

struct Placed {
  Point at;
};
EC_EVENT(Placed, "placed", at)

struct Place {
  ec::StreamId thing;
  using Streams = ec::StreamSet<&Place::thing>;
  using Events = ec::Events<Placed>;
  struct State {};
  void apply(State&, const ec::Recorded<Placed>&) const {}
  ec::Result<> decide(const State&, ec::Decision<Place>& out) const {
    out.write<&Place::thing>(Placed{{1, 2}});
    return {};
  }
};

auto run(ec::Store& store) { return ec::execute(store, Place{}); }
