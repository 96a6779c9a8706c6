// The view event_log: events as people with SQL want to see them, whatever is in them.
#include "support.hpp"
#include "support/role.hpp"

#include <limits>

namespace ec::postgres::test {
namespace {

class PostgresView : public testing::Test {
 protected:
  void store_event(const std::string& payload, std::uint32_t encoding = EC_ENCODING_JSON,
                   const std::string& metadata = {}, std::int64_t recorded_at_us = 0, Uuid commit_id = {}) {
    NewEvent made = event(0, payload);
    made.encoding = encoding;
    made.metadata = metadata;
    made.recorded_at_us = recorded_at_us;
    value(store.append({Expect::any(StreamId("a"))}, {made}, commit_id));
  }
  // Of the event that was stored last.
  std::string shown(const std::string& what) const {
    return sql(schema.dsn(), "SELECT " + what + " FROM " + schema.quoted() +
                                 ".event_log WHERE stream = 'a' ORDER BY position DESC LIMIT 1");
  }

  const Schema schema;
  Store store = value(open(schema));
};

TEST_F(PostgresView, JsonIsShownAsJson) {
  store_event(R"({"owner": "J\u00f6rg", "balance": 12345678901234567890, "tags": ["a", null]})");
  EXPECT_EQ(shown("json->>'owner'"), "J\u00f6rg");
  EXPECT_EQ(shown("json->>'balance'"), "12345678901234567890");
  EXPECT_EQ(shown("pg_typeof(json)"), "jsonb");
  EXPECT_EQ(shown("json->'tags'->>0"), "a");
  EXPECT_EQ(shown("stream || '@' || version || ' at ' || position || ' ' || type"), "a@1 at 1 happened");
}

TEST_F(PostgresView, WhatJsonbCannotHoldIsShownAsNothingAndNeverFails) {
  for (const std::string& payload :
       {std::string(), std::string("{"), std::string("no json"), std::string(R"({"a":"\u0000"})"),
        std::string("\"\xFF\""), std::string("\"a\0b\"", 5), std::string(R"("\ud800")"), std::string("NaN"),
        std::string(200'000, '['), std::string("{\"a\":1e999999}")}) {
    store_event(payload, EC_ENCODING_JSON, payload.substr(0, 1'000));
    EXPECT_EQ(shown("json IS NULL AND metadata IS NULL"), "t") << payload.substr(0, 100);
    EXPECT_EQ(shown("octet_length(payload)"), std::to_string(payload.size()));
  }
  EXPECT_EQ(sql(schema.dsn(), "SELECT count(*) FROM " + schema.quoted() + ".event_log WHERE json IS NULL"), "10");
}

TEST_F(PostgresView, OtherEncodingsAreShownAsBytes) {
  for (const std::uint32_t encoding :
       std::vector<std::uint32_t>{EC_ENCODING_BYTES, EC_ENCODING_CBOR, EC_ENCODING_PROTOBUF, 1000}) {
    store_event("{}", encoding);
    EXPECT_EQ(shown("json IS NULL"), "t") << encoding;
    EXPECT_EQ(shown("payload"), "\\x7b7d") << encoding;
    EXPECT_EQ(shown("encoding"), std::to_string(encoding));
  }
}

TEST_F(PostgresView, MetadataIsShownAsJson) {
  store_event("{}", EC_ENCODING_JSON, R"({"user":"alice"})");
  EXPECT_EQ(shown("metadata->>'user'"), "alice");
  store_event("{}");
  EXPECT_EQ(shown("metadata IS NULL"), "t");
}

TEST_F(PostgresView, TimesAreTimes) {
  store_event("{}", EC_ENCODING_JSON, {}, 1'700'000'000'123'456);
  EXPECT_EQ(shown("recorded_at AT TIME ZONE 'UTC'"), "2023-11-14 22:13:20.123456");
  store_event("{}", EC_ENCODING_JSON, {}, -1);
  EXPECT_EQ(shown("recorded_at AT TIME ZONE 'UTC'"), "1969-12-31 23:59:59.999999");
  store_event("{}");
  EXPECT_EQ(shown("recorded_at BETWEEN now() - interval '1 hour' AND now() + interval '1 hour'"), "t");
}

// Hosts may give any number as a time.
TEST_F(PostgresView, TimesThatNobodyMeansAreShownAsNothing) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max(), least = std::numeric_limits<std::int64_t>::min();
  // The first day that the database has a name for is in 4714 BC.
  for (const std::int64_t time : {most, least, most - 1, least + 1, -std::int64_t{300'000'000'000'000'000}}) {
    store_event("{}", EC_ENCODING_JSON, {}, time);
    EXPECT_EQ(shown("recorded_at IS NULL"), "t") << time;
  }
}

TEST_F(PostgresView, ACommitIdOfZerosIsShownAsNothing) {
  store_event("{}");
  EXPECT_EQ(shown("commit_id IS NULL AND id IS NOT NULL"), "t");
  const Uuid commit_id = Uuid::make();
  store_event("{}", EC_ENCODING_JSON, {}, 0, commit_id);
  EXPECT_EQ(shown("commit_id"), commit_id.str());
}

TEST_F(PostgresView, ARoleThatReadsSeesIt) {
  store_event(R"({"a":1})");
  const Role role;
  for (const std::string& what :
       {"USAGE ON SCHEMA " + schema.quoted(), "SELECT ON ALL TABLES IN SCHEMA " + schema.quoted(),
        "EXECUTE ON FUNCTION " + schema.quoted() + ".as_json"})
    sql(schema.dsn(), "GRANT " + what + " TO " + role.quoted());
  EXPECT_EQ(sql(role.dsn(), "SELECT json->>'a' FROM " + schema.quoted() + ".event_log"), "1");
}

}  // namespace
}  // namespace ec::postgres::test
