// Properties of the JSON codec: whatever is written reads back the same, and no text at all does harm.
#include "support.hpp"

#include <optional>

#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace {

struct Item {
  std::string name;
  std::uint64_t count = 0;
  bool operator==(const Item&) const = default;
};
EC_FIELDS(Item, name, count)

struct Order {
  std::int64_t number = 0;
  double weight = 0;
  bool urgent = false;
  std::string note;
  std::optional<std::string> voucher;
  std::vector<Item> items;
  std::map<std::string, std::string> labels;
  bool operator==(const Order&) const = default;
};
EC_EVENT(Order, "order", number, weight, urgent, note, voucher, items, labels)

// Well-formed UTF-8 of all lengths, NUL and control characters among it.
rc::Gen<std::string> utf8() {
  const auto point =
      rc::gen::oneOf(rc::gen::inRange(0, 0x80), rc::gen::inRange(0x80, 0x800), rc::gen::inRange(0x800, 0xD800),
                     rc::gen::inRange(0xE000, 0x10000), rc::gen::inRange(0x10000, 0x110000));
  return rc::gen::map(rc::gen::container<std::vector<int>>(point), [](const std::vector<int>& points) {
    std::string text;
    for (const int each : points) {
      const auto p = static_cast<unsigned>(each);
      const auto tail = [&](unsigned shift) { text += static_cast<char>(0x80U | ((p >> shift) & 0x3FU)); };
      if (p < 0x80) {
        text += static_cast<char>(p);
      } else if (p < 0x800) {
        text += static_cast<char>(0xC0U | (p >> 6U)), tail(0);
      } else if (p < 0x10000) {
        text += static_cast<char>(0xE0U | (p >> 12U)), tail(6), tail(0);
      } else {
        text += static_cast<char>(0xF0U | (p >> 18U)), tail(12), tail(6), tail(0);
      }
    }
    return text;
  });
}

rc::Gen<Item> item() { return rc::gen::construct<Item>(utf8(), rc::gen::arbitrary<std::uint64_t>()); }

rc::Gen<Order> order() {
  return rc::gen::construct<Order>(
      rc::gen::arbitrary<std::int64_t>(), rc::gen::arbitrary<double>(), rc::gen::arbitrary<bool>(), utf8(),
      rc::gen::oneOf(rc::gen::just(std::optional<std::string>()),
                     rc::gen::map(utf8(), [](std::string text) { return std::optional(std::move(text)); })),
      rc::gen::container<std::vector<Item>>(item()),
      rc::gen::container<std::map<std::string, std::string>>(utf8(), utf8()));
}

RC_GTEST_PROP(JsonProperty, WhatIsWrittenReadsBackTheSame, ()) {
  const Order order = *::order();
  std::string text;
  ec::Codec<Order>::encode(order, text);
  Order again;
  const auto read = ec::Codec<Order>::decode(text, 1, again);
  RC_ASSERT(read.has_value());
  RC_ASSERT(again == order);
  RC_ASSERT(ec_utf8_check(ec::detail::str(text)) == 1);
}

RC_GTEST_PROP(JsonProperty, AnyTextIsAValueOrAnError, ()) {
  const auto bytes = *rc::gen::container<std::string>(rc::gen::oneOf(
      rc::gen::elementOf(std::string(R"({}[]",:\untrfalse0123456789.eE+-)")), rc::gen::arbitrary<char>()));
  Order order;
  const auto read = ec::json::read(bytes, order);
  RC_ASSERT(read.has_value() || !read.error().message.empty());
}

// A text that is nearly right: one byte of it changed, taken out or put in.
RC_GTEST_PROP(JsonProperty, ADamagedTextIsAValueOrAnError, ()) {
  const Order order = *::order();
  std::string text;
  ec::json::write(text, order);
  const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
  switch (*rc::gen::inRange(0, 3)) {
    case 0: text[at] = *rc::gen::arbitrary<char>(); break;
    case 1: text.erase(at, 1); break;
    default: text.insert(at, 1, *rc::gen::arbitrary<char>());
  }
  Order again;
  const auto read = ec::json::read(text, again);
  RC_ASSERT(read.has_value() || !read.error().message.empty());
}

}  // namespace
