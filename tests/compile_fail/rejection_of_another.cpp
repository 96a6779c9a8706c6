// expect: this rejection is not declared by the command
#include "bank.hpp"

struct Refusal {};
struct Other {};

#ifdef GOOD
using Asked = Refusal;
#else
using Asked = Other;
#endif

auto ask(const ec::Failure<Refusal>& failure) { return failure.rejection<Asked>(); }
