// The processes beside the test's. Each says what it has done line by line on stdout and ends with its input.
//
//   postgres_worker transfers CONFIGURATION SEED       eight threads move money; says each committed transfer
//   postgres_worker lease CONFIGURATION HOLDER TTL_MS  until it has the lease "projector", says its fence, then renews it
//                                                      and for each line it hears saves a checkpoint and says the status
#include "transfers.hpp"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <poll.h>
#include <string>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using namespace ec::postgres::test;

void say(const std::string& line) {
  static std::mutex mutex;
  const std::scoped_lock lock(mutex);
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

[[noreturn]] void fail(const ec::Error& error) {
  say(std::string("failed ") + ec::name_of(error.code) + ": " + error.message);
  std::_Exit(1);
}

ec::Store open(const char* configuration) {
  auto store = ec::Store::open_text(configuration, "worker.yaml");
  if (!store) fail(store.error());
  return std::move(*store);
}

int move_money(const char* configuration, std::uint32_t seed) {
  constexpr std::uint32_t threads = 8;
  ec::Store store = open(configuration);
  std::atomic<bool> ends{false};
  std::vector<std::jthread> movers;
  for (std::uint32_t i = 0; i < threads; ++i)
    movers.emplace_back([&store, &ends, own_seed = seed * threads + i] {
      Mover mover(store, own_seed, Mover::After::failure_gives_up);
      while (!ends) {
        const auto moved = mover.move();
        if (!moved) fail(moved.error());
        if (*moved) say(text_of(**moved));
      }
    });
  while (std::getchar() != EOF) {
  }
  ends = true;
  return 0;
}

int hold_lease(const char* configuration, std::string_view holder, std::uint64_t ttl_ms) {
  const ec::Store store = open(configuration);
  const ec_str name = EC_LIT("projector");
  ec_error error = EC_ERROR_INIT;
  std::uint64_t fence = 0;
  pollfd input{STDIN_FILENO, POLLIN, 0};
  const auto is_told_within = [&](std::uint64_t time_ms) { return poll(&input, 1, static_cast<int>(time_ms)) > 0; };
  while (ec_store_lease_acquire(store.raw(), name, ec::detail::str(holder), ttl_ms, nullptr, &fence, &error) != EC_OK)
    if (is_told_within(ttl_ms / 10)) return 0;
  say(std::to_string(fence));
  for (;;) {
    if (!is_told_within(ttl_ms / 10)) {
      (void)ec_store_lease_renew(store.raw(), name, fence, ttl_ms, nullptr, &error);  // the store knows who is right
      continue;
    }
    char byte = 0;
    if (read(STDIN_FILENO, &byte, 1) != 1) return 0;
    if (byte == '\n') say(ec_status_name(ec_store_checkpoint_save(store.raw(), name, {0, 1}, fence, nullptr, &error)));
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 4) return 2;
  const std::string_view command = arguments[1];
  if (command == "transfers") return move_money(arguments[2], static_cast<std::uint32_t>(std::stoul(arguments[3])));
  if (command == "lease" && count == 5) return hold_lease(arguments[2], arguments[3], std::stoull(arguments[4]));
  return 2;
}
