// Orders are placed, get their stock reserved and are shipped; then there is a rush for the last lamps.
//   090_fulfilment config/memory.yaml
#include "fulfilment.hpp"

#include <atomic>
#include <cstdio>
#include <stdexcept>
#include <thread>

namespace {

using shop::Line, shop::OutOfStock, shop::PlaceOrder, shop::ReceiveStock, shop::ReserveStock, shop::ShipOrder;

// Each run has a warehouse and orders of its own, so that it tells the same story on a store that it knows already.
const std::string run = ec::Uuid::make().str();
const std::string warehouse = "hamburg-" + run;

ec::StreamId order(const std::string& number) { return ec::StreamId("order/" + run + "/" + number); }

// A rejection is for the caller to deal with, any other failure ends the story.
template <class C>
ec::Outcome<C> carry_out(ec::Store& store, const C& command) {
  ec::ExecuteOptions options;
  options.max_attempts = 100;  // in a rush many want the same stock
  auto done = ec::execute(store, command, options);
  if (!done && !done.error().is_rejected()) throw std::runtime_error(done.error().message);
  return done;
}

void deliver(ec::Store& store, const std::string& item, std::int64_t quantity) {
  if (const auto done = carry_out(store, ReceiveStock{shop::inventory_of(warehouse, item), quantity}); !done)
    throw std::runtime_error(done.error().message);
  std::printf("delivered: %lld x %s\n", static_cast<long long>(quantity), item.c_str());
}

template <class C>
bool tell(const char* what, ec::Store& store, const C& command) {
  const auto done = carry_out(store, command);
  std::printf("  %s: %s\n", what, done ? "done" : done.error().message.c_str());
  return done.has_value();
}

// Whether it went all the way.
bool fulfil(ec::Store& store, const std::string& number, const std::vector<Line>& lines) {
  std::printf("order %s\n", number.c_str());
  return tell("place", store, PlaceOrder{order(number), warehouse, lines}) &&
         tell("reserve", store, ReserveStock{order(number)}) && tell("ship", store, ShipOrder{order(number)});
}

// Four counters, four customers at each; every order wants a lamp.
void rush(ec::Store& store) {
  constexpr int counters = 4, customers = 4;
  std::atomic<int> shipped = 0, out_of_stock = 0, failed = 0;
  {
    std::vector<std::jthread> threads;
    for (int counter = 0; counter < counters; ++counter)
      threads.emplace_back([&, counter] {
        try {
          for (int customer = 0; customer < customers; ++customer) {
            const ec::StreamId id = order(ec::format("rush-{}-{}", counter, customer));
            (void)carry_out(store, PlaceOrder{id, warehouse, {{"lamp", 1}, {"bulb", 2}}});
            if (const auto reserved = carry_out(store, ReserveStock{id}); !reserved)
              ++(reserved.error().rejection<OutOfStock>() != nullptr ? out_of_stock : failed);
            else
              ++(carry_out(store, ShipOrder{id}) ? shipped : failed);
          }
        } catch (const std::exception& problem) {
          ++failed;
          std::fprintf(stderr, "%s\n", problem.what());
        }
      });
  }
  std::printf("rush: %d orders at %d counters: %d shipped, %d out of stock, %d failed\n", counters * customers,
              counters, shipped.load(), out_of_stock.load(), failed.load());
  if (failed > 0) throw std::runtime_error("an order of the rush failed");
}

void tell_story(ec::Store& store) {
  deliver(store, "lamp", 3);
  deliver(store, "desk", 1);
  fulfil(store, "1", {{"lamp", 2}, {"desk", 1}});
  fulfil(store, "2",
         {{"lamp", 1}, {"desk", 1}});  // the lamp stays where it is: all of an order is reserved, or nothing
  std::printf("order 1 again\n");
  tell("ship", store, ShipOrder{order("1")});
  deliver(store, "desk", 5);
  std::printf("order 2 again\n");
  if (tell("reserve", store, ReserveStock{order("2")})) tell("ship", store, ShipOrder{order("2")});
  deliver(store, "lamp", 5);
  deliver(store, "bulb", 100);
  rush(store);
}

}  // namespace

int main(int argc, char** argv) {
  auto store = ec::Store::open(argc > 1 ? argv[1] : "config/memory.yaml");
  if (!store) return std::fprintf(stderr, "%s\n", store.error().message.c_str()), 1;
  try {
    tell_story(*store);
    return 0;
  } catch (const std::exception& problem) {
    return std::fprintf(stderr, "%s\n", problem.what()), 1;
  }
}
