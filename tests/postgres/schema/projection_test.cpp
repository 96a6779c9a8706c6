// A projection that follows while an append commits late.
#include "../numbers.hpp"
#include "support.hpp"
#include "support/raw_session.hpp"

#include <chrono>
#include <cstdint>
#include <future>
#include <stop_token>
#include <thread>
#include <vector>

namespace ec::postgres::test {
namespace {

TEST(PostgresProjection, NeverPassesAnAppendThatCommitsLate) {
  const Schema schema;
  Store store = value(open(schema)), other = value(open(schema));
  const Call patient{.deadline = Call::in(std::chrono::minutes(1))};
  Numbers numbers;
  Projector projector(store, numbers, {.save_every = 1});
  std::jthread runner([&](const std::stop_token& stop) { EXPECT_TRUE(projector.run({.stop = stop}).has_value()); });
  value(other.append({Expect::any(StreamId("before"))}, {NewEvent::of(0, Counted{1})}));
  ASSERT_TRUE(projector.wait_for({0, 1}, patient).has_value());

  const RawSession late(schema);
  late.run("BEGIN");
  EXPECT_EQ(late.append({Expect::any(StreamId("late"))}, {NewEvent::of(0, Counted{2}), NewEvent::of(0, Counted{3})}),
            2U);
  auto second = std::async(std::launch::async, [&] {
    return other.append({Expect::any(StreamId("second"))}, {NewEvent::of(0, Counted{4})});
  });
  ASSERT_TRUE(waits_for(second, late, schema));
  EXPECT_EQ(projector.progress().position, (Position{0, 1}));
  late.run("COMMIT");
  EXPECT_EQ(value(second.get()).first.lo, 4U);
  ASSERT_TRUE(projector.wait_for({0, 4}, patient).has_value());
  runner.request_stop();
  runner.join();
  EXPECT_EQ(numbers.told, (std::vector<std::int64_t>{1, 2, 3, 4}));
  EXPECT_EQ(value(load_checkpoint(store, "projection/numbers/1")), (Position{0, 4}));
}

}  // namespace
}  // namespace ec::postgres::test
