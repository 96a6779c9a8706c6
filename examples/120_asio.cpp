// Hundreds of commands in flight on one thread: an event loop of Boost.Asio, coroutines, and no thread that waits.
//   120_asio config/memory.yaml
#include "transfer.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <utility>

#include <boost/asio.hpp>

namespace {

namespace asio = boost::asio;
using bank::OpenAccount, bank::TransferMoney;

// snippet: asio
// An execution as an operation of Asio's: for use_awaitable, a callback, a future.
template <class Command, class Token>
auto async_execute(ec::Store& store, Command command, asio::io_context& loop, Token&& token) {
  using Outcome = ec::Outcome<Command>;
  return asio::async_initiate<Token, void(std::exception_ptr, Outcome)>(
      [&store, &loop](auto handler, Command given) {
        const auto begun = ec::execute_async(
            store, std::move(given), {}, [&loop](ec::Work work) { asio::post(loop, work); },
            [handler = std::move(handler), open = asio::make_work_guard(loop)](const std::exception_ptr& thrown,
                                                                               Outcome outcome) mutable {
              std::move(handler)(thrown, std::move(outcome));
            });
        if (!begun) std::fprintf(stderr, "%s\n", begun.error().message.c_str());
      },
      token, std::move(command));
}
// snippet end

struct Sums {
  int in_flight = 0, most_in_flight = 0;
  int committed = 0, refused = 0;
  std::uint32_t attempts = 0;
};

asio::awaitable<void> transfer(ec::Store& store, asio::io_context& loop, TransferMoney command, Sums& sums) {
  sums.most_in_flight = std::max(sums.most_in_flight, ++sums.in_flight);
  const auto done = co_await async_execute(store, command, loop, asio::use_awaitable);
  --sums.in_flight;
  if (done) {
    ++sums.committed;
    sums.attempts += done->attempts;
  } else {
    ++sums.refused;
    std::printf("%s: %s\n", ec::name_of(done.error().code), done.error().message.c_str());
  }
}

ec::StreamId account(const std::string& bank, int number) {
  return ec::StreamId("account/" + bank + "-" + std::to_string(number));
}

}  // namespace

int main(int argc, char** argv) {
  auto store = ec::Store::open(argc > 1 ? argv[1] : "config/memory.yaml");
  if (!store) return std::fprintf(stderr, "%s\n", store.error().message.c_str()), 1;

  constexpr int accounts = 1'000, transfers = 400;
  const std::string bank = ec::Uuid::make().str();
  asio::io_context loop;
  for (int i = 0; i < accounts; ++i) async_execute(*store, OpenAccount{account(bank, i), 100}, loop, asio::detached);
  loop.run();

  Sums sums;
  loop.restart();
  for (int i = 0; i < transfers; ++i) {
    TransferMoney command{account(bank, 2 * i), account(bank, 2 * i + 1), 30};
    asio::co_spawn(loop, transfer(*store, loop, std::move(command), sums), asio::detached);
  }
  loop.run();  // on this thread alone

  std::printf("%d transfers on one thread, %d in flight at once\n", transfers, sums.most_in_flight);
  std::printf("committed %d, refused %d, in %u attempts\n", sums.committed, sums.refused, sums.attempts);
  return sums.committed == transfers ? 0 : 1;
}
