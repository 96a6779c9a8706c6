// Two accounts and transfers between them, on the store that a YAML file describes: 010_transfer config/memory.yaml
#include "transfer.hpp"

#include <cstdio>

namespace {

bool transfer(ec::Store& store, const bank::TransferMoney& command) {
  const auto done = ec::execute(store, command);
  if (done)
    std::printf("%lld moved, committed at position %s\n", static_cast<long long>(command.amount),
                done->last.str().c_str());
  else
    std::printf("%s: %s\n", ec::name_of(done.error().code), done.error().message.c_str());
  return done || done.error().is_rejected();
}

}  // namespace

int main(int argc, char** argv) {
  auto store = ec::Store::open(argc > 1 ? argv[1] : "config/memory.yaml");
  if (!store) return std::fprintf(stderr, "%s\n", store.error().message.c_str()), 1;

  const ec::StreamId alice("account/alice"), bob("account/bob");
  for (const ec::StreamId& account : {alice, bob})
    if (const auto opened = ec::execute(*store, bank::OpenAccount{account, 100}); !opened)
      return std::fprintf(stderr, "%s\n", opened.error().message.c_str()), 1;

  const bool first = transfer(*store, {alice, bob, 30});
  const bool second = transfer(*store, {alice, bob, 1'000});  // more than there is: rejected, and nothing is stored
  return first && second ? 0 : 1;
}
