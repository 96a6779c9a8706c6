// Read models that catch up in silence and are printed as they go live, beside transfers that go on.
//   110_statement config/memory.yaml             ends when its transfers are shown
//   110_statement config/memory.yaml --follow    goes on with two a second, until Ctrl-C
// Started again on a store that it knows, it prints the lines of the statement that were written in between.
#include "statement.hpp"

#include <array>
#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <stop_token>
#include <thread>

namespace {

const std::array accounts{ec::StreamId("account/alice"), ec::StreamId("account/bob"), ec::StreamId("account/carol")};

// Gives the position of the transfer; the last one that there is when it is rejected.
ec::Position transfer(ec::Store& store, std::size_t number) {
  const auto done = ec::execute(store, bank::TransferMoney{accounts[number % 3], accounts[(number + 1) % 3],
                                                           static_cast<std::int64_t>(number % 7) + 1});
  if (done) return done->last;
  if (!done.error().is_rejected()) throw std::runtime_error(done.error().message);
  const auto head = store.head();
  if (!head) throw std::runtime_error(head.error().message);
  return *head;
}

void check(const ec::Result<>& done) {
  if (!done) throw std::runtime_error(done.error().message);
}

bank::Print printer(std::string prefix) {
  return [prefix = std::move(prefix)](const std::string& line) { std::printf("%s%s\n", prefix.c_str(), line.c_str()); };
}

// Follows on a thread of its own, which ends with its owner.
template <class P>
std::jthread follow(ec::Projector<P>& projector, std::stop_source& failed) {
  return std::jthread([&](const std::stop_token& stop) {
    if (const auto done = projector.run({.stop = stop}); !done) {
      std::fprintf(stderr, "%s\n", done.error().message.c_str());
      failed.request_stop();
    }
  });
}

// Half a second; false when SIGINT or SIGTERM came, which all threads have blocked.
bool wait_for_next(const sigset_t& signals) {
  const timespec pause{.tv_sec = 0, .tv_nsec = 500'000'000};
  return sigtimedwait(&signals, nullptr, &pause) < 0;
}

void run(const char* config, const sigset_t* signals) {
  auto store = ec::Store::open(config);
  if (!store) throw std::runtime_error(store.error().message);
  for (const ec::StreamId& account : accounts)
    if (const auto opened = ec::execute(*store, bank::OpenAccount{account, 100}); !opened)
      throw std::runtime_error(opened.error().message);
  std::size_t number = 0;
  while (number < 10) transfer(*store, number++);

  bank::Balances balances;
  bank::Statement statement(printer("statement: "));
  ec::Projector balances_projector(*store, balances);
  ec::Projector statement_projector(*store, statement);
  for (const auto& reached : {balances_projector.run_to_head(), statement_projector.run_to_head()})
    if (!reached) throw std::runtime_error(reached.error().message);
  for (const auto& [account, balance] : balances.table())
    std::printf("so far %s has %lld\n", account.c_str(), static_cast<long long>(balance));
  if (const std::uint64_t lines = statement.lines_before(); lines > 0)
    std::printf("statement: %llu lines are from before it first ran\n", static_cast<unsigned long long>(lines));

  balances.go_live(printer("balances: "));
  std::stop_source failed;
  const std::array threads{follow(balances_projector, failed), follow(statement_projector, failed)};
  ec::Position last;
  while (number < 16) last = transfer(*store, number++);
  while (signals != nullptr && !failed.stop_requested() && wait_for_next(*signals)) last = transfer(*store, number++);
  check(balances_projector.wait_for(last, {.stop = failed.get_token()}));
  check(statement_projector.wait_for(last, {.stop = failed.get_token()}));
}

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  const bool follows = argc > 2 && std::string_view(argv[2]) == "--follow";
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  if (follows) pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before there is any other thread
  try {
    run(argc > 1 ? argv[1] : "config/memory.yaml", follows ? &signals : nullptr);
    std::puts("all is shown");
    return 0;
  } catch (const std::exception& problem) {
    return std::fprintf(stderr, "%s\n", problem.what()), 1;
  }
}
