// A projection whose server crashes under it, comes back, and crashes for good.
#include "../numbers.hpp"
#include "support/beside.hpp"
#include "support/ledger.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <stop_token>
#include <vector>

namespace ec::postgres::test {
namespace {

using std::chrono::milliseconds;

TEST(PostgresProjection, WaitsForAServerThatCrashedGoesOnWhereItWasAndStopsWhileItIsDown) {
  const Server server;
  const Schema schema(server.dsn());
  Store store = value(open(schema, {"connect_timeout: 200ms"})), writer = value(open(schema));
  Numbers numbers;
  Projector projector(
      store, numbers,
      {.save_every = 1, .retry_cap = milliseconds(50), .holder = "one", .lease_time = milliseconds(500)});
  std::stop_source stop;
  auto running = beside([&] { return projector.run({.stop = stop.get_token()}); });
  const auto crash = [&] {
    server.stop("immediate");
    until("it lost the lease", [&] { return !projector.progress().leads; });
  };
  std::vector<std::int64_t> all;
  for (std::int64_t number = 1; number <= 2; ++number) {
    all.push_back(number);
    const Position last =
        value(writer.append({Expect::any(StreamId("a"))}, {NewEvent::of(0, Counted{number})}, Uuid::make(), soon()))
            .last;
    ASSERT_TRUE(projector.wait_for(last, soon()).has_value());
    crash();
    if (number < 2) server.start();
  }
  stop.request_stop();
  EXPECT_TRUE(ended(std::move(running)).has_value());
  // What a crash kept from being saved came again.
  const auto repeated = std::ranges::unique(numbers.told);
  numbers.told.erase(repeated.begin(), repeated.end());
  EXPECT_EQ(numbers.told, all);
}

}  // namespace
}  // namespace ec::postgres::test
