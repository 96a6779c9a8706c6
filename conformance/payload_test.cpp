// What is stored comes back byte for byte, and nothing looks inside.
#include "contract.hpp"

#include <chrono>
#include <limits>
#include <set>

namespace ec::conformance {
namespace {

using namespace std::string_literals;

class Payload : public Contract {
 protected:
  static constexpr std::uint64_t affordable = 64ULL * 1024 * 1024;

  // The event as it is found after it was written.
  Seen stored(const NewEvent& sent, const std::string& name = "a") const {
    written({Expect::any(stream(name))}, {sent});
    return read({{stream(name)}}).events.back();
  }
  static std::string changed(const std::string& stored, const std::string& sent) {
    constexpr std::size_t shown = 100;
    return "a payload came back changed: " + testing::PrintToString(stored.substr(0, shown)) + ", sent was " +
           testing::PrintToString(sent.substr(0, shown));
  }
  Answer try_append(const std::vector<NewEvent>& events) const { return append({Expect::any(stream("a"))}, events); }
};

std::string every_byte() {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  return bytes;
}

TEST_F(Payload, ComesBackByteForByte) {
  const std::vector<std::string> payloads = {
      ""s,
      "\0"s,
      "a\0b\0"s,
      every_byte(),
      "\xC3\x28 \xFF\xFE \xED\xA0\x80"s,
      "  {\"b\" : 1, \"a\" : 2, \"b\" : 3}\n"s,
      R"({"n":1.0,"m":1e400,"big":12345678901234567890123,"z":-0})"s,
      R"({"text":"\u0000 \ud800"})"s,
      "{ not json"s,
      "\\x00 \\N \\. ' \" %s $1 ?"s,
      std::string(100'000, 'x'),
  };
  std::vector<NewEvent> events;
  events.reserve(payloads.size());
  for (const std::string& payload : payloads) events.push_back(event(0, payload));
  written({Expect::any(stream("a"))}, events);
  const std::vector<std::string> stored = all().payloads();
  ASSERT_EQ(stored.size(), payloads.size());
  for (std::size_t i = 0; i < payloads.size(); ++i)
    EXPECT_TRUE(stored[i] == payloads[i]) << changed(stored[i], payloads[i]);
}

TEST_F(Payload, MetadataComesBackByteForByte) {
  for (const std::string& metadata : {""s, every_byte(), R"({"z":1,"a":1.50,"t":"\u0000"})"s, "\0"s}) {
    NewEvent sent = event(0, "x");
    sent.metadata = metadata;
    EXPECT_EQ(stored(sent).metadata, metadata) << "metadata came back changed";
  }
}

TEST_F(Payload, EncodingIsKeptAndMeansNothingToTheStore) {
  for (const std::uint32_t encoding : {0U, 1U, 2U, 3U, 1'000U, std::numeric_limits<std::uint32_t>::max()}) {
    NewEvent sent = event(0, "\xFF not of that encoding");
    sent.encoding = encoding;
    const Seen seen = stored(sent);
    EXPECT_EQ(seen.encoding, encoding) << "the encoding was not kept";
    EXPECT_EQ(seen.payload, sent.payload);
  }
}

TEST_F(Payload, SchemaVersionIsKept) {
  for (const std::uint32_t schema_version : {0U, 1U, 70'000U, std::numeric_limits<std::uint32_t>::max()}) {
    NewEvent sent = event(0, "x");
    sent.schema_version = schema_version;
    EXPECT_EQ(stored(sent).schema_version, schema_version);
  }
}

TEST_F(Payload, TypeIsKept) {
  for (const std::string& type :
       {"a"s, "Money Deposited"s, "it's \"quoted\" %_\\"s, "\xF0\x9F\x92\xB0"s, std::string(EC_MAX_EVENT_TYPE, 't')})
    EXPECT_EQ(stored(event(0, "x", type)).type, type);
}

TEST_F(Payload, EventIdIsKeptWhereGiven) {
  NewEvent sent = event(0, "x");
  sent.id = Uuid::make();
  EXPECT_EQ(stored(sent).id, sent.id) << "the event's id was not kept";
}

TEST_F(Payload, EventIdIsMadeWhereNoneWasGiven) {
  grow(stream("a"), 50);
  std::set<std::string> ids;
  for (const Seen& each : all().events) ids.insert(each.id.str());
  EXPECT_EQ(ids.size(), 50U);
  EXPECT_FALSE(ids.contains(Uuid{}.str()));
}

TEST_F(Payload, TimeIsKeptWhereGiven) {
  for (const std::int64_t time_us : {std::int64_t{1}, std::int64_t{-1}, std::int64_t{1'234'567'890'123'456}}) {
    NewEvent sent = event(0, "x");
    sent.recorded_at_us = time_us;
    EXPECT_EQ(stored(sent).recorded_at_us, time_us) << "the event's time was not kept";
  }
}

TEST_F(Payload, TimeIsTheBackendsClockWhereNoneWasGiven) {
  using namespace std::chrono;
  const auto day = duration_cast<microseconds>(hours(24)).count();  // a server's clock need not be this machine's
  const auto now = duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
  const std::int64_t time_us = stored(event(0, "x")).recorded_at_us;
  EXPECT_GT(time_us, now - day);
  EXPECT_LT(time_us, now + day);
}

TEST_F(Payload, OfTheLargestSizeIsStoredAndOneByteMoreIsRefused) {
  const std::uint64_t max = info_of_store().max_payload;
  if (max > affordable) GTEST_SKIP() << "max_payload is " << max << " bytes, more than this test wants to write";
  const std::string largest(max, 'p');
  EXPECT_EQ(stored(event(0, largest)).payload, largest);
  EXPECT_TRUE(ended(try_append({event(0, largest + "p")}), EC_LIMIT));
  EXPECT_EQ(version(stream("a")), 1U);
}

TEST_F(Payload, MetadataOfTheLargestSizeIsStoredAndOneByteMoreIsRefused) {
  const std::uint64_t max = info_of_store().max_metadata;
  if (max > affordable) GTEST_SKIP() << "max_metadata is " << max << " bytes, more than this test wants to write";
  NewEvent sent = event(0, "x");
  sent.metadata.assign(max, 'm');
  EXPECT_EQ(stored(sent).metadata, sent.metadata);
  sent.metadata += 'm';
  EXPECT_TRUE(ended(try_append({sent}), EC_LIMIT));
  EXPECT_EQ(version(stream("a")), 1U);
}

TEST_F(Payload, OfAllEventsTogetherHasALimit) {
  const ec_info info = info_of_store();
  const std::uint64_t max = info.max_bytes_per_append;
  const std::uint64_t count = max / info.max_payload + 1;
  if (max > 2 * affordable || count > info.max_events_per_append)
    GTEST_SKIP() << "max_bytes_per_append is " << max << " bytes, more than this test wants to send";
  const std::vector<NewEvent> events(count, event(0, std::string(info.max_payload, 'p')));
  EXPECT_TRUE(ended(try_append(events), EC_LIMIT));
  EXPECT_EQ(version(stream("a")), 0U);
}

TEST_F(Payload, OfTooManyEventsIsRefused) {
  const std::uint64_t max = info_of_store().max_events_per_append;
  if (max > 200'000) GTEST_SKIP() << "max_events_per_append is " << max << ", more than this test wants to send";
  EXPECT_TRUE(ended(try_append(std::vector<NewEvent>(max + 1, event(0, ""))), EC_LIMIT));
  EXPECT_EQ(version(stream("a")), 0U);
}

}  // namespace
}  // namespace ec::conformance
