// Hundreds of commands in flight on one thread: an event loop of Boost.Asio, coroutines, and no thread that waits.
//   120_asio config/memory.yaml
#include "async_execute.hpp"
#include "transfer.hpp"

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>

#include <boost/asio.hpp>

namespace {

namespace asio = boost::asio;
using bank::async_execute, bank::OpenAccount, bank::TransferMoney;

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
  asio::io_context loop;  // it outlives the store, whose threads may be posting until that is closed
  auto store = ec::Store::open(argc > 1 ? argv[1] : "config/memory.yaml");
  if (!store) return std::fprintf(stderr, "%s\n", store.error().message.c_str()), 1;

  constexpr int accounts = 1'000, transfers = 400;
  const std::string bank = ec::Uuid::make().str();
  for (int i = 0; i < accounts; ++i) {
    const OpenAccount command{account(bank, i), 100};
    async_execute(*store, command, loop, asio::detached);
  }
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
