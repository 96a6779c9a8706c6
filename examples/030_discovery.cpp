// A command whose streams are found on the way: an order names its items, each item has a stock of its own.
//   030_discovery config/memory.yaml
#include <eventcore/eventcore.hpp>

#include <cstdio>
#include <map>

namespace {

struct OrderPlaced {
  std::vector<std::string> items;
};
struct OrderShipped {};
struct StockChanged {
  std::int64_t by;
};
EC_EVENT(OrderPlaced, "order-placed", items)
EC_EVENT(OrderShipped, "order-shipped")
EC_EVENT(StockChanged, "stock-changed", by)

ec::StreamId stock_of(const std::string& item) { return ec::StreamId("stock/" + item); }

struct ShipOrder {
  ec::StreamId order;

  using Streams = ec::StreamSet<&ShipOrder::order>;
  using Events = ec::Events<OrderPlaced, OrderShipped, StockChanged>;
  struct State {
    std::vector<std::string> items;
    bool shipped = false;
    std::map<std::string, std::int64_t, std::less<>> in_stock;  // by stream
  };

  void apply(State& s, const ec::Recorded<OrderPlaced>& e) const { s.items = e->items; }
  void apply(State& s, const ec::Recorded<OrderShipped>&) const { s.shipped = true; }
  void apply(State& s, const ec::Recorded<StockChanged>& e) const { s.in_stock[std::string(e.stream())] += e->by; }

  // Asked again after each round of reading, until it names nothing new.
  std::vector<ec::StreamId> discover(const State& s) const {
    std::vector<ec::StreamId> stocks;
    for (const std::string& item : s.items) stocks.push_back(stock_of(item));
    return stocks;
  }

  ec::Result<> decide(const State& s, ec::Decision<ShipOrder>& out) const {
    EC_REQUIRE(!s.items.empty() && !s.shipped, "{} is not waiting to be shipped", order);
    for (const std::string& item : s.items) {
      const auto stock = s.in_stock.find(stock_of(item).str());
      EC_REQUIRE(stock != s.in_stock.end() && stock->second > 0, "out of stock: {}", item);
      out.write_to(stock_of(item), StockChanged{-1});
    }
    out.write<&ShipOrder::order>(OrderShipped{});
    return {};
  }
};

}  // namespace

int main(int argc, char** argv) {
  auto store = ec::Store::open(argc > 1 ? argv[1] : "config/memory.yaml");
  if (!store) return std::fprintf(stderr, "%s\n", store.error().message.c_str()), 1;
  const ec::StreamId order("order/" + ec::Uuid::make().str());
  const auto placed =
      store->append({ec::Expect::absent(order), ec::Expect::any(stock_of("lamp")), ec::Expect::any(stock_of("desk"))},
                    {ec::NewEvent::of(0, OrderPlaced{{"lamp", "desk"}}), ec::NewEvent::of(1, StockChanged{1}),
                     ec::NewEvent::of(2, StockChanged{1})});
  if (!placed) return std::fprintf(stderr, "%s\n", placed.error().message.c_str()), 1;

  const auto shipped = ec::execute(*store, ShipOrder{order});
  if (!shipped) return std::fprintf(stderr, "%s\n", shipped.error().message.c_str()), 1;
  for (const auto& [stream, version] : shipped->versions)
    std::printf("%s is at version %llu\n", stream.str().c_str(), static_cast<unsigned long long>(version));
  return 0;
}
