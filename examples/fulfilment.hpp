// A shop: an order, the stock of each item in a warehouse and the warehouse's shipments are streams of their own. Which
// of them a command is about stands in the order, so they are discovered there.
#pragma once

#include <eventcore/eventcore.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace shop {

struct Line {
  std::string item;
  std::int64_t quantity;
};
EC_FIELDS(Line, item, quantity)

// In order/ID.
struct OrderPlaced {
  std::string warehouse;
  std::vector<Line> lines;
};
struct OrderReserved {};
struct OrderShipped {
  std::int64_t shipment;
};
// In inventory/WAREHOUSE/ITEM.
struct StockReceived {
  std::int64_t quantity;
};
struct StockReserved {
  std::int64_t quantity;
  std::string order;
};
// In shipping/WAREHOUSE.
struct ShipmentSent {
  std::int64_t number;  // 1, 2, 3 ... in each warehouse
  std::string order;
};

EC_EVENT(OrderPlaced, "order-placed", warehouse, lines)
EC_EVENT(OrderReserved, "order-reserved")
EC_EVENT(OrderShipped, "order-shipped", shipment)
EC_EVENT(StockReceived, "stock-received", quantity)
EC_EVENT(StockReserved, "stock-reserved", quantity, order)
EC_EVENT(ShipmentSent, "shipment-sent", number, order)

inline ec::StreamId inventory_of(const std::string& warehouse, const std::string& item) {
  return ec::StreamId("inventory/" + warehouse + "/" + item);
}
inline ec::StreamId shipping_of(const std::string& warehouse) { return ec::StreamId("shipping/" + warehouse); }

struct PlaceOrder {
  ec::StreamId order;
  std::string warehouse;
  std::vector<Line> lines;

  using Streams = ec::StreamSet<&PlaceOrder::order>;
  using Events = ec::Events<OrderPlaced>;
  using Ignores = ec::Ignore<ec::OtherEvents>;
  struct State {
    bool is_placed = false;
  };

  void apply(State& s, const ec::Recorded<OrderPlaced>&) const { s.is_placed = true; }

  ec::Result<> decide(const State& s, ec::Decision<PlaceOrder>& out) const {
    EC_REQUIRE(!s.is_placed, "{} is placed already", order);
    EC_REQUIRE(!lines.empty(), "an order needs a line");
    for (const Line& line : lines) EC_REQUIRE(line.quantity > 0, "{}: {} cannot be ordered", line.item, line.quantity);
    out.write<&PlaceOrder::order>(OrderPlaced{warehouse, lines});
    return {};
  }
};

struct OutOfStock {
  std::string item;
  std::int64_t wanted, available;
  std::string message() const { return ec::format("out of stock: {}, {} wanted, {} there", item, wanted, available); }
};

// Takes all lines of the order out of their inventories, or none.
struct ReserveStock {
  ec::StreamId order;

  using Streams = ec::StreamSet<&ReserveStock::order>;
  using Events = ec::Events<OrderPlaced, OrderReserved, OrderShipped, StockReceived, StockReserved>;
  using Rejections = ec::Rejections<OutOfStock>;
  struct State {
    bool is_waiting = false;
    std::string warehouse;
    std::map<std::string, std::int64_t> wanted;                  // by item
    std::map<std::string, std::int64_t, std::less<>> available;  // by stream
  };

  void apply(State& s, const ec::Recorded<OrderPlaced>& e) const {
    s.is_waiting = true;
    s.warehouse = e->warehouse;
    for (const Line& line : e->lines) s.wanted[line.item] += line.quantity;
  }
  void apply(State& s, const ec::Recorded<OrderReserved>&) const { s.is_waiting = false; }
  void apply(State& s, const ec::Recorded<OrderShipped>&) const { s.is_waiting = false; }
  void apply(State& s, const ec::Recorded<StockReceived>& e) const {
    s.available[std::string(e.stream())] += e->quantity;
  }
  void apply(State& s, const ec::Recorded<StockReserved>& e) const {
    s.available[std::string(e.stream())] -= e->quantity;
  }

  // snippet: discover
  // Asked when the order is folded: its items are known then.
  std::vector<ec::StreamId> discover(const State& s) const {
    std::vector<ec::StreamId> inventories;
    for (const auto& [item, quantity] : s.wanted) inventories.push_back(inventory_of(s.warehouse, item));
    return inventories;
  }

  ec::Result<> decide(const State& s, ec::Decision<ReserveStock>& out) const {
    EC_REQUIRE(s.is_waiting, "{} does not wait for stock", order);
    for (const auto& [item, quantity] : s.wanted) {
      const ec::StreamId inventory = inventory_of(s.warehouse, item);
      const auto there = s.available.find(inventory.str());
      const std::int64_t available = there == s.available.end() ? 0 : there->second;
      if (available < quantity) return out.reject(OutOfStock{item, quantity, available});
      out.write_to(inventory, StockReserved{quantity, order.str()});
    }
    out.write<&ReserveStock::order>(OrderReserved{});
    return {};
  }
  // snippet end
};

// Gives the order the next number of its warehouse's shipments.
struct ShipOrder {
  ec::StreamId order;

  using Streams = ec::StreamSet<&ShipOrder::order>;
  using Events = ec::Events<OrderPlaced, OrderReserved, OrderShipped, ShipmentSent>;
  struct State {
    std::string warehouse;
    bool is_reserved = false, is_shipped = false;
    std::int64_t last_shipment = 0;
  };

  void apply(State& s, const ec::Recorded<OrderPlaced>& e) const { s.warehouse = e->warehouse; }
  void apply(State& s, const ec::Recorded<OrderReserved>&) const { s.is_reserved = true; }
  void apply(State& s, const ec::Recorded<OrderShipped>&) const { s.is_shipped = true; }
  void apply(State& s, const ec::Recorded<ShipmentSent>& e) const { s.last_shipment = e->number; }

  std::vector<ec::StreamId> discover(const State& s) const {
    if (!s.is_reserved || s.is_shipped) return {};
    return {shipping_of(s.warehouse)};
  }

  ec::Result<> decide(const State& s, ec::Decision<ShipOrder>& out) const {
    EC_REQUIRE(s.is_reserved, "{} has no stock reserved", order);
    EC_REQUIRE(!s.is_shipped, "{} is shipped already", order);
    out.write_to(shipping_of(s.warehouse), ShipmentSent{s.last_shipment + 1, order.str()});
    out.write<&ShipOrder::order>(OrderShipped{s.last_shipment + 1});
    return {};
  }
};

struct ReceiveStock {
  ec::StreamId inventory;
  std::int64_t quantity = 0;

  using Streams = ec::StreamSet<&ReceiveStock::inventory>;
  using Events = ec::Events<StockReceived>;
  using Ignores = ec::Ignore<ec::OtherEvents>;
  struct State {};

  void apply(State&, const ec::Recorded<StockReceived>&) const {}

  ec::Result<> decide(const State&, ec::Decision<ReceiveStock>& out) const {
    EC_REQUIRE(quantity > 0, "{} is no delivery", quantity);
    out.write<&ReceiveStock::inventory>(StockReceived{quantity});
    return {};
  }
};

}  // namespace shop
