// Events of long ago, from golden files that are never changed, as the events of today.
#include "support.hpp"

#include <eventcore/projection.hpp>
#include <eventcore/upcast.hpp>

#include <fstream>
#include <map>
#include <optional>

namespace {

using namespace typed;

struct Price {  // the first name
  std::int64_t cents = 0;
};
EC_EVENT(Price, "price", cents)
struct PriceSetV1 {
  std::int64_t cents = 0;
};
EC_EVENT(PriceSetV1, "price-set", cents)
struct PriceSetV2 {
  std::int64_t amount = 0;
  std::string currency;
};
EC_EVENT_VERSION(PriceSetV2, "price-set", 2, amount, currency)
struct PriceSet {
  std::int64_t amount = 0;
  std::string currency;
  std::optional<std::string> reason;
};
EC_EVENT_VERSION(PriceSet, "price-set", 3, amount, currency, reason)

struct CustomerChanged {
  std::string name, street;
};
EC_EVENT(CustomerChanged, "customer-changed", name, street)
struct CustomerRenamed {
  std::string name;
};
EC_EVENT(CustomerRenamed, "renamed-customer", name)
struct Moved {
  std::string street;
};
EC_EVENT(Moved, "moved", street)

// One whose name went and came back, and one that was split off while the name went on.
struct LabelV1 {
  std::string text;
};
EC_EVENT(LabelV1, "label", text)
struct Tag {
  std::string text;
};
EC_EVENT(Tag, "tag", text)
struct Label {
  std::string words;
};
EC_EVENT_VERSION(Label, "label", 2, words)
struct Printed {
  std::string text;
};
EC_EVENT(Printed, "printed", text)

}  // namespace

template <>
struct ec::UpcastTo<Tag> {
  using From = LabelV1;
  static Tag upcast(const LabelV1& old) { return {old.text}; }
};
template <>
struct ec::UpcastTo<Label> {
  using From = Tag;
  static Label upcast(const Tag& old) { return {old.text}; }
};
template <>
struct ec::UpcastTo<Printed> {
  using From = LabelV1;
  static Printed upcast(const LabelV1& old) { return {old.text}; }
};
template <>
struct ec::UpcastTo<PriceSetV1> {
  using From = Price;
  static PriceSetV1 upcast(const Price& old) { return {old.cents}; }
};
template <>
struct ec::UpcastTo<PriceSetV2> {
  using From = PriceSetV1;
  static PriceSetV2 upcast(const PriceSetV1& old) { return {old.cents, "EUR"}; }
};
template <>
struct ec::UpcastTo<PriceSet> {
  using From = PriceSetV2;
  static PriceSet upcast(const PriceSetV2& old) { return {old.amount, old.currency, "unknown"}; }
};
template <>
struct ec::UpcastTo<CustomerRenamed> {
  using From = CustomerChanged;
  static CustomerRenamed upcast(const CustomerChanged& old) { return {old.name}; }
};
template <>
struct ec::UpcastTo<Moved> {
  using From = CustomerChanged;
  static std::optional<Moved> upcast(const CustomerChanged& old) {
    if (old.street.empty()) return std::nullopt;
    return Moved{old.street};
  }
};

namespace {

// A line of a golden file, as far as it matters here.
struct Line {
  std::string stream;
  std::uint64_t version = 0;
  std::string type;
  std::uint32_t schema_version = 0;
  ec::json::Raw data;
};
EC_FIELDS(Line, stream, version, type, schema_version, data)

ec::Store open_golden(const std::string& name) {
  ec::Store store = open_memory();
  std::ifstream file(std::string(EVENTCORE_GOLDEN_DIR) + "/" + name);
  for (std::string text; std::getline(file, text);) {
    Line line;
    if (const auto read = ec::json::read(text, line); !read) throw std::runtime_error(read.error().message);
    ec::NewEvent event{0, line.type, line.data.text};
    event.schema_version = line.schema_version;
    const auto done = store.append({ec::Expect::exact(ec::StreamId(line.stream), line.version - 1)}, {event});
    if (!done) throw std::runtime_error(done.error().message);
  }
  return store;
}

struct SetPrice {
  ec::StreamId item;
  using Streams = ec::StreamSet<&SetPrice::item>;
  using Events = ec::Events<PriceSet>;
  struct State {
    Texts seen;
  };
  void apply(State& state, const ec::Recorded<PriceSet>& event) const {
    state.seen.push_back(ec::format("{} {} {}", event->amount, event->currency, event->reason.value_or("none")));
  }
  ec::Result<> decide(const State& state, ec::Decision<SetPrice>& out) const {
    seen = state.seen;
    out.write<&SetPrice::item>(PriceSet{1, "EUR", {}});
    return {};
  }
  static inline Texts seen;
};

TEST(Upcast, AChainOfShapesAndAnOldName) {
  ec::Store store = open_golden("prices.ndjson");
  ASSERT_TRUE(ec::execute(store, SetPrice{ec::StreamId("shop/lamp")}).has_value());
  EXPECT_EQ(SetPrice::seen,
            (Texts{"1999 EUR unknown", "2499 EUR unknown", "2599 USD unknown", "2699 USD season", "2799 CHF none"}));
  auto events = store.read({{ec::StreamId("shop/lamp"), 5}});
  ASSERT_TRUE(events.has_value() && events->next());
  EXPECT_EQ((*events->batch().begin()).raw().schema_version, 3U) << "written as today's";
}

struct Customers {
  static constexpr std::string_view name = "customers";
  static constexpr std::uint32_t version = 1;
  using Events = ec::Events<CustomerRenamed, Moved>;
  void on(const ec::Recorded<CustomerRenamed>& event) { told.push_back("name " + event->name); }
  void on(const ec::Recorded<Moved>& event) { told.push_back("street " + event->street); }
  Texts told;
};

TEST(Upcast, OneEventBecomesSeveral) {
  ec::Store store = open_golden("addresses.ndjson");
  Customers customers;
  ASSERT_TRUE(ec::Projector(store, customers).run_to_head().has_value());
  EXPECT_EQ(customers.told,
            (Texts{"name Ada", "street First Street 1", "name Ada L.", "street Second Street 2", "name Ada Lovelace"}))
      << "the types that a projection asks for include the old names";
}

TEST(Upcast, AnEventSaysWhatItIsAndWas) {
  ec::Store store = open_golden("addresses.ndjson");
  auto events = store.read_all();
  ASSERT_TRUE(events.has_value() && events->next());
  std::vector<bool> moved;
  for (const ec::RecordedEvent event : events->batch()) {
    EXPECT_EQ(event.is<CustomerRenamed>(), event.version() != 3);
    moved.push_back(event.is<Moved>() && event.as<Moved>().has_value());
  }
  EXPECT_EQ(moved, (std::vector<bool>{true, false, true, false}));
}

TEST(Upcast, ANewerVersionIsAnErrorThatSaysSo) {
  ec::Store store = open_memory();
  ec::NewEvent event{0, "price-set", "{}"};
  event.schema_version = 4;
  ASSERT_TRUE(store.append({ec::Expect::any(ec::StreamId("shop/lamp"))}, {event}).has_value());
  EXPECT_FAILS(ec::execute(store, SetPrice{ec::StreamId("shop/lamp")}), ec::Code::unsupported,
               "schema version 4 is newer than this program's, 3; update the program");
}

struct Labels {
  static constexpr std::string_view name = "labels";
  static constexpr std::uint32_t version = 1;
  using Events = ec::Events<Printed, Label>;
  void on(const ec::Recorded<Printed>& event) { told.push_back("printed " + event->text); }
  void on(const ec::Recorded<Label>& event) { told.push_back("label " + event->words); }
  Texts told;
};

TEST(Upcast, ANameThatGoesOnForOneOfSeveral) {
  ec::Store store = open_memory();
  const auto append = [&](const ec::NewEvent& event) {
    ASSERT_TRUE(store.append({ec::Expect::any(ec::StreamId("x"))}, {event}).has_value());
  };
  append(ec::NewEvent::of(0, LabelV1{"a"}));
  append(ec::NewEvent::of(0, Tag{"b"}));
  append(ec::NewEvent::of(0, Label{"c"}));
  Labels labels;
  const auto done = ec::Projector(store, labels).run_to_head();
  ASSERT_TRUE(done.has_value()) << done.error().message;
  EXPECT_EQ(labels.told, (Texts{"printed a", "label a", "label b", "label c"}));
  ec::NewEvent newer = ec::NewEvent::of(0, Label{"d"});
  newer.schema_version = 3;
  append(newer);
  EXPECT_FAILS(ec::Projector(store, labels).run_to_head(), ec::Code::unsupported,
               "schema version 3 is newer than this program's, 2");
}

TEST(Upcast, AnOldEventThatIsDamagedIsAnError) {
  ec::Store store = open_memory();
  ASSERT_TRUE(store.append({ec::Expect::any(ec::StreamId("shop/lamp"))}, {ec::NewEvent{0, "price", "{}"}}).has_value());
  EXPECT_FAILS(ec::execute(store, SetPrice{ec::StreamId("shop/lamp")}), ec::Code::corrupt,
               "stream 'shop/lamp', version 1, type 'price': JSON, offset 2: the member 'cents' is missing");
}

}  // namespace
