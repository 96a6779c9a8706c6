// expect: eventcore: the text of EC_REQUIRE needs one {} for each value behind it
#include "bank.hpp"

#ifdef GOOD
#define VALUES 1, 2
#else
#define VALUES 1
#endif

ec::Result<> check(bool rule) {
  EC_REQUIRE(rule, "insufficient funds: available={}, requested={}", VALUES);
  return {};
}
