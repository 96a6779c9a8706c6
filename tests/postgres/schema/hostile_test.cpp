// Texts that would break out of a statement, match what they should not, or not come back as they were: as stream ids,
// types and names, compared with what SQL sees.
#include "support.hpp"
#include "support/bookkeeping.hpp"

#include <algorithm>

namespace ec::postgres::test {
namespace {

const std::vector<std::string> hostile_names{
    "it's",
    "'); DROP TABLE events; --",
    "\"quoted\"",
    "back\\slash",
    "back\\\\slashes\\",
    "E'\\047'",
    "\\x41",
    "\\000",
    "per%cent",
    "per%%cent %s %d %n",
    "under_score",
    "a$1 $2::text",
    "$$ body $$",
    "{a,b}",
    "{\"a\",NULL}",
    "NULL",
    "a/*comment*/b--c",
    ";",
    " spaces ",
    "(1,2)",
    "@>&|^~",
    "ümläut",
    "u\u0308",  // as two characters, not the one that looks like it
    "\u00fc",
    "\U0001F980\U0001F980",
    "\U0010FFFF",
    "\uFEFFbom",
    "\u202Ertl",
    "K\u212A",  // two letters that become the same in lower case
    "ı\u0130",
    std::string(255, 'x'),
    std::string(251, 'y') + "\U0001F980",
};

std::vector<std::string> legal(const std::vector<std::string>& names) {
  std::vector<std::string> kept;
  std::ranges::copy_if(names, std::back_inserter(kept),
                       [](const auto& name) { return StreamId::parse(name).has_value(); });
  return kept;
}

std::string hex(const std::string& bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    text += digits[static_cast<unsigned char>(c) / 16];
    text += digits[static_cast<unsigned char>(c) % 16];
  }
  return text;
}

std::string all_bytes() {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  return bytes;
}

const std::vector<std::string> hostile_payloads{
    "",
    std::string(1, '\0'),
    std::string("a\0b\0", 4),
    all_bytes(),
    "\\x00",
    "\\000",
    "'",
    "'); DROP TABLE events; --",
    "\\.",
    "\xFF\xFE",
    "\xC3",
    "{\"a\":\"\\u0000\"}",
    "\\\\\\'\"",
    std::string(70'000, '\0'),
    "\U0001F980",
    "null",
    "\r\n\t",
    "%s%n$1",
};

// A stream for each name; types, payloads and metadata go round.
std::vector<NewEvent> hostile_events(std::vector<Expect>& expects) {
  const std::vector<std::string> names = legal(hostile_names);
  std::vector<NewEvent> events;
  for (std::size_t i = 0; i < names.size(); ++i) {
    expects.push_back(Expect::absent(StreamId(names[i])));
    NewEvent made{i, names[names.size() - 1 - i], hostile_payloads[i % hostile_payloads.size()]};
    made.metadata = hostile_payloads[(i + 5) % hostile_payloads.size()];
    events.push_back(made);
  }
  return events;
}

class PostgresHostile : public testing::Test {
 protected:
  const Schema schema;
  Store store = value(open(schema));
};

TEST_F(PostgresHostile, NearlyEveryTextIsALegalStreamId) {
  // What is not: / * of a comment, and $ in front.
  EXPECT_EQ(legal(hostile_names).size(), hostile_names.size() - 2);
}

TEST_F(PostgresHostile, EveryTextComesBackAsItWasAndIsTheSameForSql) {
  std::vector<Expect> expects;
  const std::vector<NewEvent> events = hostile_events(expects);
  value(store.append(expects, events));

  EventCursor cursor = value(store.read_all());
  std::size_t count = 0;
  while (cursor.next())
    for (const RecordedEvent each : cursor.batch()) {
      const NewEvent& wanted = events.at(count);
      EXPECT_EQ(each.stream(), expects[count].stream.str());
      EXPECT_EQ(each.type(), wanted.type);
      EXPECT_TRUE(each.payload() == wanted.payload) << count;
      EXPECT_TRUE(each.raw_metadata() == wanted.metadata) << count;
      ++count;
    }
  EXPECT_EQ(count, events.size());

  pqxx::connection connection(schema.dsn());
  pqxx::nontransaction session(connection);
  const pqxx::result rows = session.exec(
      "SELECT encode(convert_to(stream, 'UTF8'), 'hex'), encode(convert_to(type, 'UTF8'), 'hex'), "
      "encode(payload, 'hex'), encode(metadata, 'hex') FROM " +
      schema.quoted() + ".events ORDER BY position");
  ASSERT_EQ(rows.size(), events.size());
  for (const auto& row : rows) {
    const NewEvent& wanted = events[row.num()];
    EXPECT_EQ(row[0].as<std::string>(), hex(expects[row.num()].stream.str()));
    EXPECT_EQ(row[1].as<std::string>(), hex(wanted.type));
    EXPECT_TRUE(row[2].as<std::string>() == hex(wanted.payload)) << row.num();
    EXPECT_TRUE(row[3].as<std::string>() == hex(wanted.metadata)) << row.num();
  }
}

TEST_F(PostgresHostile, EveryStreamIsReadByItsNameAloneAndInOneWithTheOthers) {
  std::vector<Expect> expects;
  value(store.append(expects, hostile_events(expects)));
  std::vector<ReadFrom> all;
  for (const Expect& each : expects) {
    all.push_back({each.stream});
    EXPECT_EQ(stream(store, each.stream.str()).size(), 1U) << each.stream.str();
    // Not one that only looks like it, or is the same under some rule.
    refusal(store.append({Expect::absent(each.stream)}, {event(0, "{}")}), Code::conflict);
  }
  EXPECT_EQ(drain(store.read(all)).size(), expects.size());
  EXPECT_EQ(drain(store.read(all)), everything(store));
  std::vector<std::string> sorted;
  for (const Expect& each : expects) sorted.push_back(each.stream.str());
  std::ranges::sort(sorted, [](const std::string& a, const std::string& b) { return a.compare(b) < 0; });
  const std::vector<StreamVersion> listed = value(store.list_streams());
  ASSERT_EQ(listed.size(), sorted.size());
  for (std::size_t i = 0; i < listed.size(); ++i) EXPECT_EQ(listed[i].stream.str(), sorted[i]);
}

// What a database takes for patterns are letters like any other here.
TEST_F(PostgresHostile, PrefixesAndTypesAreTakenToTheLetter) {
  const std::vector<std::string> names{"a%b", "a_b", "axb", "a\\b", "a\\\\b", "a\\%b", "A%b", "a%",        "a",
                                       "%",   "_",   "\\",  "%a",   "_a",     "\\a",   "a'b", "\u00fc",    "u\u0308",
                                       "aa",  "a.b", "a+b", "a(b",  "a|b",    "a^b",   "a b", "\U0001F980"};
  std::vector<Expect> expects;
  std::vector<NewEvent> events;
  for (const std::string& name : names) {
    expects.push_back(Expect::absent(StreamId(name)));
    events.push_back({expects.size() - 1, name, "{}"});
  }
  value(store.append(expects, events));
  const auto found = [&](const Filter& filter) {
    std::vector<std::string> streams;
    for (const Seen& each : drain(store.read_all(filter))) streams.push_back(each.stream);
    return streams;
  };
  for (const std::string& prefix : names) {
    std::vector<std::string> wanted;
    std::ranges::copy_if(names, std::back_inserter(wanted), [&](const auto& name) { return name.starts_with(prefix); });
    EXPECT_EQ(found({.prefixes = {prefix}}), wanted) << prefix;
    EXPECT_EQ(found({.patterns = {prefix + "*"}}), wanted) << prefix;
    EXPECT_EQ(found({.types = {prefix}}), std::vector<std::string>{prefix});
    std::vector<std::string> listed;
    for (const StreamVersion& each : value(store.list_streams(prefix))) listed.push_back(each.stream.str());
    std::ranges::sort(wanted, [](const std::string& a, const std::string& b) { return a.compare(b) < 0; });
    EXPECT_EQ(listed, wanted) << prefix;
  }
}

TEST_F(PostgresHostile, NamesOfCheckpointsLeasesAndSnapshotsAreTakenToTheLetter) {
  value(append(store, "a", {"{}"}));
  const Bookkeeping bookkeeping(store);
  const std::vector<std::string> names = legal(hostile_names);
  for (const std::string& name : names) bookkeeping.go_through(name);
  for (const std::string& name : names) {
    std::uint64_t etag = 0, fence = 0;
    EXPECT_EQ(bookkeeping.acquire(name, name, fence), EC_OK) << name;
    EXPECT_EQ(bookkeeping.save_checkpoint(name, {0, 1}, fence), EC_OK) << name;
    EXPECT_EQ(bookkeeping.save_snapshot(name, all_bytes() + name, 0, etag), EC_OK) << name;
  }
  for (const std::string& name : names) {
    std::string bytes;
    EXPECT_EQ(bookkeeping.load_snapshot(name, bytes), EC_OK);
    EXPECT_TRUE(bytes == all_bytes() + name) << name;
  }
  pqxx::connection connection(schema.dsn());
  for (const char* table : {".checkpoints", ".leases", ".snapshots"})
    EXPECT_EQ(sql(connection, "SELECT count(*) FROM " + schema.quoted() + table), std::to_string(names.size()));
}

TEST_F(PostgresHostile, WhatIsNoUtf8IsRefusedBeforeItGetsToTheServer) {
  for (const std::string& wrong : {std::string("a\0b", 3), std::string("\xFF"), std::string("\xC3("),
                                   std::string("\xED\xA0\x80"), std::string("\xF4\x90\x80\x80")}) {
    refusal(append(store, wrong, {"{}"}), Code::invalid);
    refusal(store.append({Expect::any(StreamId("a"))}, {NewEvent{0, wrong, "{}"}}), Code::invalid);
  }
  EXPECT_EQ(value(store.head()).lo, 0U);
}

}  // namespace
}  // namespace ec::postgres::test
