// forge_deposit CONFIG ACCOUNT AMOUNT: money from nowhere, to see whether the bank finds it.
#include "bank/streams.hpp"
#include "transfer.hpp"

#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
  if (argc != 4) return std::fputs("usage: forge_deposit CONFIG ACCOUNT AMOUNT\n", stderr), 2;
  auto store = ec::Store::open(argv[1]);
  if (!store) return std::fprintf(stderr, "%s\n", store.error().message.c_str()), 1;
  const auto forged = store->append({ec::Expect::exists(bank::stream_of(argv[2]))},
                                    {ec::NewEvent::of(0, bank::MoneyDeposited{std::atoll(argv[3]), "account/nobody"})});
  if (!forged) std::fprintf(stderr, "%s\n", forged.error().message.c_str());
  return forged ? 0 : 1;
}
