// What apply gets: the event, its envelope, its metadata; and codecs of one's own.
#include "support.hpp"

#include <chrono>

namespace {

using namespace typed;

TEST(Recorded, ApplyGetsTheWholeEnvelope) {
  ec::Store store = open_memory();
  const auto before = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  ec::ExecuteOptions options;
  options.metadata.correlation_id = "order-17";
  options.metadata.causation_id = "message-3";
  options.metadata.actor = "alice";
  options.metadata.other["tenant"] = "north";
  ASSERT_TRUE(ec::execute(store, Deposit{ec::StreamId("other")}).has_value());
  const auto done = ec::execute(store, Deposit{ec::StreamId("account/a"), 7}, options);
  ASSERT_TRUE(done.has_value());
  int applied = 0;
  const Probe probe{.on_decide = [](const auto&, auto&) { return ec::Result<>{}; },
                    .on_apply =
                        [&](const ec::Recorded<Deposited>& event) {
                          ++applied;
                          EXPECT_EQ(event->amount, 7);
                          EXPECT_EQ((*event).amount, 7);
                          EXPECT_EQ(event.stream(), "account/a");
                          EXPECT_EQ(event.type(), "deposited");
                          EXPECT_EQ(event.version(), 1U);
                          EXPECT_EQ(event.position(), (ec::Position{0, 2}));
                          EXPECT_EQ(event.position(), done->first);
                          EXPECT_FALSE(event.id().is_zero());
                          EXPECT_EQ(event.commit_id(), done->commit_id);
                          EXPECT_GE(event.time(), before);
                          EXPECT_LE(event.time(), std::chrono::system_clock::now());
                          EXPECT_EQ(event.payload(), R"({"amount":7})");
                          EXPECT_EQ(event.raw().schema_version, 1U);
                          EXPECT_EQ(event.raw().encoding, std::uint32_t{EC_ENCODING_JSON});
                          const auto metadata = event.metadata();
                          ASSERT_TRUE(metadata.has_value());
                          EXPECT_EQ(*metadata, options.metadata);
                        }};
  ASSERT_TRUE(ec::execute(store, probe).has_value());
  EXPECT_EQ(applied, 1);
}

TEST(Recorded, WithoutMetadataNothingIsStored) {
  ec::Store store = open_memory();
  ASSERT_TRUE(ec::execute(store, Deposit{ec::StreamId("account/a")}).has_value());
  auto cursor = store.read_all();
  ASSERT_TRUE(cursor && cursor->next());
  const ec::RecordedEvent event = *cursor->batch().begin();
  EXPECT_EQ(event.raw_metadata(), "");
  EXPECT_EQ(event.metadata().value(), ec::Metadata{});
}

TEST(Recorded, AsGivesTheEventOrSaysWhyNot) {
  ec::Store store = open_memory();
  ASSERT_TRUE(ec::execute(store, Deposit{ec::StreamId("account/a"), 7}).has_value());
  auto cursor = store.read_all();
  ASSERT_TRUE(cursor && cursor->next());
  const ec::RecordedEvent event = *cursor->batch().begin();
  EXPECT_TRUE(event.is<Deposited>());
  EXPECT_FALSE(event.is<Renamed>());
  EXPECT_EQ(event.as<Deposited>().value().amount, 7);
  EXPECT_FAILS(event.as<Renamed>(), ec::Code::invalid,
               "stream 'account/a', version 1, type 'deposited': is no 'renamed'");
}

struct Ticked {
  std::uint8_t count = 0;
};
EC_EVENT(Ticked, "ticked")

struct Tick {
  ec::StreamId clock{"clock"};
  std::uint8_t count = 0;
  using Streams = ec::StreamSet<&Tick::clock>;
  using Events = ec::Events<Ticked>;
  struct State {
    unsigned last = 0;
  };
  void apply(State& state, const ec::Recorded<Ticked>& event) const { state.last = event->count; }
  ec::Result<> decide(const State& state, ec::Decision<Tick>& out) const {
    out.write<&Tick::clock>(Ticked{static_cast<std::uint8_t>(state.last + count)});
    return {};
  }
};

}  // namespace

template <>
struct ec::Codec<Ticked> {
  static constexpr std::uint32_t encoding = EC_ENCODING_BYTES;
  static void encode(const Ticked& event, std::string& out) { out += static_cast<char>(event.count); }
  static ec::Result<> decode(std::string_view bytes, std::uint32_t, Ticked& event) {
    if (bytes.size() != 1) return std::unexpected(ec::Error{ec::Code::corrupt, "one byte is needed"});
    event.count = static_cast<std::uint8_t>(bytes[0]);
    return {};
  }
};

namespace {

TEST(Codec, AnEventMayBeStoredInAnotherWay) {
  ec::Store store = open_memory();
  ASSERT_TRUE(ec::execute(store, Tick{.count = 200}).has_value());
  ASSERT_TRUE(ec::execute(store, Tick{.count = 50}).has_value());
  auto cursor = store.read_all();
  ASSERT_TRUE(cursor && cursor->next());
  std::string payloads;
  for (const ec::RecordedEvent event : cursor->batch()) {
    payloads += event.payload();
    EXPECT_EQ(event.raw().encoding, std::uint32_t{EC_ENCODING_BYTES});
  }
  EXPECT_EQ(payloads, "\xc8\xfa") << "bytes that are no UTF-8 are welcome here";
  ec::NewEvent broken{0, "ticked", "two"};
  ASSERT_TRUE(store.append({ec::Expect::any(ec::StreamId("clock"))}, {broken}));
  EXPECT_FAILS(ec::execute(store, Tick{}), ec::Code::corrupt, "version 3, type 'ticked': one byte is needed");
}

struct Shipped {
  std::string to;
};
EC_EVENT_VERSION(Shipped, "shipped", 2, to)

TEST(Codec, ASchemaVersionFromTheFutureIsRefused) {
  EXPECT_EQ(ec::NewEvent::of(0, Shipped{"x"}).schema_version, 2U);
  Shipped shipped;
  EXPECT_TRUE(ec::Codec<Shipped>::decode(R"({"to":"x"})", 1, shipped).has_value());
  EXPECT_FAILS(ec::Codec<Shipped>::decode(R"({"to":"x"})", 3, shipped), ec::Code::unsupported,
               "schema version 3 is newer than this program's, 2; update the program");
}

}  // namespace
