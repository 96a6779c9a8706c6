// The shop of examples/fulfilment.hpp: its rules one by one, and what holds when many fulfil the same orders at once.
#include "fulfilment.hpp"

#include <eventcore/testing.hpp>

#include <array>
#include <atomic>
#include <latch>
#include <set>
#include <thread>

#include <gtest/gtest.h>

namespace {

using namespace shop;
using ec::testing::event, ec::testing::given;

const ec::StreamId order("order/1"), lamps = inventory_of("hamburg", "lamp"), desks = inventory_of("hamburg", "desk");
const OrderPlaced placed{"hamburg", {{"lamp", 2}, {"desk", 1}, {"lamp", 1}}};

TEST(Fulfilment, ReservesEachItemWhereItLies) {
  const auto verdict = given(event(lamps, StockReceived{5}), event(desks, StockReceived{1}), event(order, placed))
                           .when(ReserveStock{order})
                           .then(event(desks, StockReserved{1, "order/1"}), event(lamps, StockReserved{3, "order/1"}),
                                 event(order, OrderReserved{}));
  EXPECT_TRUE(verdict) << verdict.why();
}

TEST(Fulfilment, OutOfStockIsARejectionWithAType) {
  auto history = given(event(lamps, StockReceived{3}), event(lamps, StockReserved{1, "order/0"}),
                       event(desks, StockReceived{1}), event(order, placed));
  const auto when = history.when(ReserveStock{order});
  const auto verdict = when.then_rejected("out of stock: lamp, 3 wanted, 2 there");
  EXPECT_TRUE(verdict) << verdict.why();
  const OutOfStock* reason = when.outcome().error().rejection<OutOfStock>();
  ASSERT_NE(reason, nullptr);
  EXPECT_EQ(reason->item, "lamp");
  EXPECT_EQ(reason->available, 2);
}

TEST(Fulfilment, ShipsWithTheNextNumberOfItsWarehouse) {
  const auto verdict =
      given(event(order, placed), event(order, OrderReserved{}),
            event(shipping_of("hamburg"), ShipmentSent{1, "order/0"}),
            event(shipping_of("berlin"), ShipmentSent{9, "order/2"}))
          .when(ShipOrder{order})
          .then(event(shipping_of("hamburg"), ShipmentSent{2, "order/1"}), event(order, OrderShipped{2}));
  EXPECT_TRUE(verdict) << verdict.why();
}

TEST(Fulfilment, OneStepAfterTheOtherAndEachOnce) {
  const auto no = [](const ec::testing::Verdict& verdict) { EXPECT_TRUE(verdict) << verdict.why(); };
  no(given().when(ReserveStock{order}).then_rejected("does not wait for stock"));
  no(given(event(order, placed)).when(ShipOrder{order}).then_rejected("has no stock reserved"));
  no(given(event(order, placed)).when(PlaceOrder{order, "hamburg", {{"lamp", 1}}}).then_rejected("placed already"));
  no(given().when(PlaceOrder{order, "hamburg", {{"lamp", 0}}}).then_rejected("lamp: 0 cannot be ordered"));
  no(given().when(PlaceOrder{order, "hamburg", {}}).then_rejected("needs a line"));
  no(given(event(order, placed), event(order, OrderReserved{}))
         .when(ReserveStock{order})
         .then_rejected("does not wait for stock"));
  no(given(event(order, placed), event(order, OrderReserved{}), event(order, OrderShipped{1}))
         .when(ShipOrder{order})
         .then_rejected("is shipped already"));
}

// Everything that ever was, step by step.
struct Books {
  std::map<std::string, std::int64_t> stock;                           // by inventory
  std::set<std::pair<std::string, std::string>> reserved;              // inventory, order
  std::map<std::string, std::map<std::string, std::int64_t>> ordered;  // order: inventory, quantity
  std::map<std::string, std::int64_t> shipped;                         // order, shipment
  std::int64_t last_shipment = 0;

  void take(const ec::RecordedEvent& event) {
    const std::string stream(event.stream());
    if (const auto received = event.as<StockReceived>()) stock[stream] += received->quantity;
    if (const auto placed_now = event.as<OrderPlaced>())
      for (const Line& line : placed_now->lines)
        ordered[stream][inventory_of(placed_now->warehouse, line.item).str()] += line.quantity;
    if (const auto taken = event.as<StockReserved>()) {
      EXPECT_TRUE(reserved.emplace(stream, taken->order).second) << "reserved twice for " << taken->order;
      EXPECT_EQ(taken->quantity, ordered[taken->order][stream]);
      EXPECT_GE(stock[stream] -= taken->quantity, 0) << "below zero at position " << event.position().str();
    }
    if (const auto sent = event.as<ShipmentSent>()) {
      EXPECT_EQ(sent->number, ++last_shipment);
      EXPECT_TRUE(shipped.emplace(sent->order, sent->number).second) << sent->order << " is shipped twice";
      for (const auto& [inventory, quantity] : ordered[sent->order])
        EXPECT_TRUE(reserved.contains({inventory, sent->order})) << "shipped without stock";
    }
  }
};

TEST(Fulfilment, ManyAtOnceNeverSellWhatIsNotThere) {
  constexpr std::size_t orders = 600, threads = 4;
  const std::array<std::string, 3> items{"lamp", "desk", "bulb"};
  ec::Store store = ec::testing::memory_store();
  const auto committed = [](const auto& done) { ASSERT_TRUE(done) << done.error().message; };
  for (const std::string& item : items) committed(execute(store, ReceiveStock{inventory_of("hamburg", item), 200}));
  const auto order_at = [](std::size_t i) { return ec::StreamId("order/" + std::to_string(i)); };
  for (std::size_t i = 0; i < orders; ++i)
    committed(execute(
        store, PlaceOrder{order_at(i), "hamburg", {{items[i % 3], i % 2 == 0 ? 1 : 2}, {items[(i + 1) % 3], 1}}}));

  // All want to fulfil every order, at first each another one.
  std::atomic<std::size_t> reserved = 0, shipped = 0, out_of_stock = 0;
  ec::ExecuteOptions options;
  options.max_attempts = 1'000;
  std::latch together(threads);
  {
    std::vector<std::jthread> team;
    for (std::size_t thread = 0; thread < threads; ++thread)
      team.emplace_back([&, thread] {
        together.arrive_and_wait();
        for (std::size_t i = 0; i < orders; ++i) {
          const ec::StreamId id = order_at((i + thread * orders / threads) % orders);
          const auto taken = execute(store, ReserveStock{id}, options);
          EXPECT_TRUE(taken || taken.error().is_rejected()) << taken.error().message;
          if (taken) ++reserved;
          if (!taken && taken.error().rejection<OutOfStock>() != nullptr) ++out_of_stock;
          const auto sent = execute(store, ShipOrder{id}, options);
          EXPECT_TRUE(sent || sent.error().is_rejected()) << sent.error().message;
          if (sent) ++shipped;
        }
      });
  }

  Books books;
  auto events = store.read_all();
  ASSERT_TRUE(events);
  while (events->next())
    for (const ec::RecordedEvent event : events->batch()) books.take(event);
  ASSERT_FALSE(events->error());
  EXPECT_EQ(books.shipped.size(), shipped);
  EXPECT_EQ(reserved, shipped);
  EXPECT_GT(out_of_stock, 0U) << "there is too little for all";
  EXPECT_EQ(out_of_stock % threads, 0U) << "an order without stock stays so, for everybody";
  EXPECT_EQ(reserved + out_of_stock / threads, orders);
}

}  // namespace
