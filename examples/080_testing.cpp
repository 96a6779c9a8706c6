// Testing a command without a test framework, and on a store that fails: what is printed is what a test would check.
//   080_testing
#include "transfer.hpp"

#include <eventcore/testing.hpp>
#include <eventcore/testing_faults.hpp>

#include <cstdio>

namespace {

using bank::AccountOpened, bank::MoneyDeposited, bank::MoneyWithdrawn, bank::TransferMoney;
using ec::testing::event, ec::testing::given, ec::testing::Verdict;

int failures = 0;

void check(const char* what, const Verdict& verdict) {
  std::printf("%s: %s\n", what, verdict ? "as it should be" : verdict.why().c_str());
  if (!verdict) ++failures;
}

// snippet: given
const ec::StreamId alice("account/alice"), bob("account/bob");

Verdict money_moves() {
  return given(event(alice, AccountOpened{100}), event(bob, AccountOpened{0}))
      .when(TransferMoney{alice, bob, 30})
      .then(event(alice, MoneyWithdrawn{30, "account/bob"}), event(bob, MoneyDeposited{30, "account/alice"}));
}

Verdict nobody_overdraws() {
  return given(event(alice, AccountOpened{10})).when(TransferMoney{alice, bob, 30}).then_rejected("insufficient funds");
}
// snippet end

// snippet: faults
// The first append's answer is lost: it may be stored, or not. Asked again, it counts once.
Verdict doubt_is_cleared() {
  ec::testing::Faults faults;
  ec::Store store = ec::testing::faulty_store(faults);
  if (!ec::execute(store, bank::OpenAccount{alice, 100})) return Verdict::no("it does not open");
  faults.fail("append", 1, EC_IN_DOUBT);
  const auto done = ec::execute(store, TransferMoney{alice, bob, 30});
  if (!done) return Verdict::no(done.error().message);
  const std::size_t events = ec::testing::collect(store).size();
  return events == 3 ? Verdict::yes() : Verdict::no("there are " + std::to_string(events) + " events");
}
// snippet end

}  // namespace

int main() {
  check("money moves", money_moves());
  check("nobody overdraws", nobody_overdraws());
  check("doubt is cleared", doubt_is_cleared());
  return failures == 0 ? 0 : 1;
}
