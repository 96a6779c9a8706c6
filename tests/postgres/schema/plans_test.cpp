// How the server goes about each statement in a store of a million events: by index, and with as little as it takes,
// whether it has statistics of the tables or not.
#include "support.hpp"
#include "support/raw_session.hpp"

#include <regex>

namespace ec::postgres::test {
namespace {

// One stream of 100,000 events, and between them 100,000 streams of 9. Each event has a commit id of its own.
constexpr const char* a_million[] = {
    ("INSERT INTO events (position, version, recorded_at_us, encoding, schema_version, id, commit_id, stream, type, "
     "payload, metadata) "
     "SELECT n, CASE WHEN n % 10 = 0 THEN n / 10 ELSE (n - n / 10 - 1) / 100000 + 1 END, n, 1, 1, gen_random_uuid(), "
     "md5('commit' || n)::uuid, CASE WHEN n % 10 = 0 THEN 'long' ELSE 'stream-' || (n - n / 10 - 1) % 100000 END, "
     "'type-' || n % 10, '{}', '' FROM generate_series(1, 1000000) AS n"),
    ("INSERT INTO commits (commit_id, digest, first, last) "
     "SELECT md5('commit' || n)::uuid, n, n, n FROM generate_series(1, 1000000) AS n"),
    "INSERT INTO checkpoints SELECT 'checkpoint-' || n, n FROM generate_series(1, 100000) AS n",
    "INSERT INTO leases SELECT 'lease-' || n, 'holder', n, now() FROM generate_series(1, 100000) AS n",
    "INSERT INTO snapshots SELECT 'snapshot-' || n, n, 'bytes' FROM generate_series(1, 100000) AS n",
    ("INSERT INTO snapshots VALUES ('of four streams', 100001, "
     "decode(repeat('00', 16), 'hex') || int4send(4) || int4send(1) || int8send(99990) || int8send(8) || int8send(9) "
     "|| "
     "int8send(0) || 'a state')"),
};

// A statement, and how many of the server's pages it may look at: some times what it does look at here. All the events
// are on 15,000.
struct Case {
  const Statement& statement;
  const char* arguments;
  long most_pages;
};
const Case cases[] = {
    {statements::head, "", 20},
    {statements::read_stream, "('long', 50000, 1000)", 3'000},
    {statements::read_stream, "('stream-5', 0, 1000)", 60},
    {statements::read_stream, "('missing', 0, 1000)", 30},
    {statements::read_stream_backward, "('long', 50000, 1000)", 3'000},
    {statements::read_stream_backward, "('long', 9223372036854775807, 1)", 30},
    {statements::read_streams, "('{long,stream-1,stream-2,missing}', '{0,1,2,3}', 1000)", 3'000},
    {statements::read_streams_backward, "('{long,stream-1,stream-2,missing}', '{100001,9,2,3}', 1000)", 3'000},
    {statements::read_two_streams, "('long', 50000, 'stream-1', 0, 1000)", 2'000},
    {statements::read_two_streams_backward, "('long', 50000, 'missing', 9223372036854775807, 1000)", 2'000},
    {statements::read_on, "('of four streams', '{long,stream-1,stream-2,missing}', '{0,0,0,0}', 1000)", 200},
    {statements::read_on, "('snapshot-5', '{long,stream-1,stream-2,missing}', '{0,1,2,3}', 1000)", 3'000},
    {statements::read_on, "('missing', '{long}', '{0}', 1000)", 3'000},
    {statements::read_all, "(500000, 9223372036854775807, '{}', '{}', 1000)", 100},
    {statements::read_all, "(500000, 532768, '{stream-9}', '{type-3,type-4}', 1000)", 3'000},
    {statements::read_all_backward, "(500000, 1, '{}', '{}', 1000)", 100},
    {statements::read_all_backward, "(532768, 500000, '{stream-9}', '{type-3,type-4}', 1000)", 3'000},
    {statements::large, "('{1,500000,1000000}')", 60},
    {statements::list_streams, "('', 'stream-9', 1000, -1)", 30'000},
    {statements::list_streams, "('stream-5', '', 1000, 500000)", 30'000},
    {statements::look_commits_up, "('{00000000-0000-0000-0000-000000000001}')", 60},
    {statements::load_checkpoint, "('checkpoint-5')", 20},
    {statements::load_snapshot, "('snapshot-5')", 20},
    {statements::save_checkpoint, "('checkpoint-5', 7, 0)", 1'000},
    {statements::remove_checkpoint, "('checkpoint-5', 0)", 1'000},
    {statements::acquire_lease, "('lease-5', 'another', 1000)", 1'000},
    {statements::renew_lease, "('lease-5', 6, 1000)", 1'000},
    {statements::release_lease, "('lease-5', 6)", 1'000},
    {statements::save_snapshot, "('snapshot-5', 'bytes', 5)", 1'000},
    {statements::remove_snapshot, "('snapshot-5', 5)", 1'000},
    {statements::advance_epoch, "(0)", 1'000},
};

// A session that hears how each statement is gone about, those inside of functions too.
class Explained {
 public:
  explicit Explained(const Schema& schema) : session(schema) {
    session.run("LOAD 'auto_explain'");
    session.run("SET client_min_messages = notice");
    session.run("SET statement_timeout = '60s'");  // of a statement that goes through everything, again and again
    for (const char* setting : {"log_min_duration = 0", "log_nested_statements = on", "log_analyze = on",
                                "log_timing = off", "log_buffers = on", "log_level = notice"})
      session.run(std::string("SET auto_explain.") + setting);
    session.on_notice([this](const std::string& text) { plans += text; });
  }
  // The plans of what `body` runs, which is undone. At most so many pages were looked at.
  template <class Body>
  void expect_by_index(const std::string& what, long most_pages, Body&& body) {
    session.run("BEGIN");
    plans.clear();
    body();
    const std::string seen = plans;
    session.run("ROLLBACK");
    // A table of one row has nothing to find by an index.
    const std::string others = std::regex_replace(seen, std::regex("Seq Scan on store"), "");
    EXPECT_TRUE(contains(seen, "Query Text")) << what;
    EXPECT_EQ(others.find("Seq Scan"), std::string::npos) << what << "\n" << seen;
    const long pages = pages_in(seen);
    EXPECT_GT(pages, 0) << what << "\n" << seen;
    EXPECT_LE(pages, most_pages) << what << "\n" << seen;
  }

  RawSession session;

 private:
  // Of the statement at the outside, whose plan comes last and has what is inside of it counted in.
  static long pages_in(const std::string& plans) {
    const std::size_t last = plans.rfind("Query Text");
    std::smatch found;
    const std::string plan = plans.substr(last == std::string::npos ? 0 : last);
    if (!std::regex_search(plan, found, std::regex("Buffers: shared([^\n]*)"))) return 0;
    const std::string counts = found[1];
    long pages = 0;
    const std::regex count("(hit|read)=([0-9]+)");
    for (std::sregex_iterator each(counts.begin(), counts.end(), count), end; each != end; ++each)
      pages += std::stol((*each)[2]);
    return pages;
  }

  std::string plans;
};

class PostgresPlans : public testing::Test {
 protected:
  PostgresPlans() {
    value(open(schema));
    const RawSession loader(schema);
    for (const std::string table : {"events", "commits", "checkpoints", "leases", "snapshots"}) {
      loader.run("ALTER TABLE " + table + " SET (autovacuum_enabled = false)");
      loader.run("ALTER TABLE " + table + " SET UNLOGGED");  // loads in half the time
    }
    for (const char* text : a_million) loader.run(text);
  }

  void expect_index_scans() const {
    Explained explained(schema);
    const RawSession& session = explained.session;
    std::size_t number = 0;
    for (const auto& [statement, arguments, most_pages] : cases) {
      const std::string name = "each_" + std::to_string(++number);
      session.run("PREPARE " + name + " AS " + statement.sql);
      explained.expect_by_index(std::string(statement.sql) + " " + arguments, most_pages,
                                [&] { session.run("EXECUTE " + name + arguments); });
    }
    const StreamId fresh("fresh"), longest("long"), ninth("stream-9");
    const auto expect_append = [&](const char* what, std::size_t stored, const std::vector<Expect>& expects,
                                   Uuid commit_id = Uuid::make()) {
      for (const Statement* statement : {&statements::append, &statements::append_one})
        explained.expect_by_index(what, 1'000, [&] {
          EXPECT_EQ(session.append(expects, {event(0, "1"), event(0, "2")}, commit_id, *statement), stored) << what;
        });
    };
    expect_append("a new stream", 2, {Expect::absent(fresh)});
    expect_append("at the version it was read at", 2, {Expect::exact(longest, 100'000), Expect::exact(ninth, 9)});
    expect_append("at any version", 2, {Expect::any(longest), Expect::exists(ninth)});
    expect_append("a conflict", 0, {Expect::exact(longest, 99'999)});
    expect_append("a conflict with what never was", 0, {Expect::exact(longest, 2'000'000)});
    Uuid stored;
    const std::string id = session.run("SELECT md5('commit5')");
    for (std::size_t i = 0; i < sizeof stored.value.bytes; ++i)
      stored.value.bytes[i] = static_cast<std::uint8_t>(std::stoul(id.substr(2 * i, 2), nullptr, 16));
    expect_append("a commit id that is stored", 0, {Expect::any(fresh)}, stored);
  }

  const Schema schema;
};

TEST_F(PostgresPlans, EachStatementReadsByIndexWithStatistics) {
  RawSession(schema).run("VACUUM ANALYZE events, commits, checkpoints, leases, snapshots");
  expect_index_scans();
}

TEST_F(PostgresPlans, EachStatementReadsByIndexWithoutStatistics) { expect_index_scans(); }

}  // namespace
}  // namespace ec::postgres::test
