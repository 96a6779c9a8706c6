// What a server refuses: every refusal says where and why, with its SQLSTATE and without the password, stores nothing,
// and is over as soon as its cause is.
#include "support/beside.hpp"
#include "support/calls.hpp"
#include "support/ledger.hpp"

namespace ec::postgres::test {
namespace {

using std::chrono::milliseconds;

// A role that may use the store in a schema and nothing else, with a password that must not be told.
class Role {
 public:
  explicit Role(const Schema& schema)
      : schema_(schema),
        name_("role_" + Uuid::make().str()),
        dsn_(with(with(schema.dsn(), "user", name_), "password", password())) {
    admin("CREATE ROLE " + quoted() + " LOGIN PASSWORD '" + password() + "'");
  }
  Role(const Role&) = delete;
  Role& operator=(const Role&) = delete;
  ~Role() {
    admin("DROP OWNED BY " + quoted());
    admin("DROP ROLE " + quoted());
  }

  static std::string password() { return "canary-in-the-coal-mine"; }
  const std::string& dsn() const { return dsn_; }
  std::string quoted() const { return '"' + name_ + '"'; }

  void set(const std::string& what) const { admin("ALTER ROLE " + quoted() + " " + what); }
  void grant() const {
    admin("GRANT USAGE ON SCHEMA " + schema_.quoted() + " TO " + quoted());
    admin("GRANT SELECT ON ALL TABLES IN SCHEMA " + schema_.quoted() + " TO " + quoted());
    admin("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA " + schema_.quoted() + " TO " + quoted());
  }
  void revoke_appending() const {
    admin("REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA " + schema_.quoted() + " FROM " + quoted());
  }

 private:
  void admin(const std::string& text) const { sql(schema_.dsn(), text); }

  const Schema& schema_;
  const std::string name_, dsn_;
};

class PostgresRefusal : public testing::Test {
 protected:
  PostgresRefusal() { value(append(owner, "a", {"first"})); }
  void TearDown() override { EXPECT_FALSE(contains(log.text(), Role::password())) << log.text(); }

  Result<Store> open_as_role(Options options = {}, const Call& call = {}) const {
    options.push_back("schema: " + schema.name());
    return open(role.dsn(), options, call);
  }

  template <class T>
  static void expect(const Result<T>& result, Code code, const std::string& sqlstate) {
    const std::string message = refusal(result, code);
    if (result) return;
    EXPECT_EQ(result.error().native_code, sqlstate) << message;
    EXPECT_TRUE(contains(message, "127.0.0.1:")) << message;
    EXPECT_TRUE(contains(message, "database ")) << message;
    EXPECT_FALSE(contains(message, Role::password())) << message;
  }

  // What the server says, however slow it is: with a longer deadline when it was too short for an answer.
  template <class Body>
  static auto answer_to(Body&& body) {
    for (milliseconds time(200);; time *= 2) {
      auto result = body(Call{.deadline = Call::in(time)});
      if (result || !result.error().native_code.empty() || time > std::chrono::minutes(1)) return result;
    }
  }

  std::size_t stored() { return everything(owner).size(); }

  const Log log;
  const Schema schema;
  Store owner = value(open(schema));
  const Role role{schema};
};

TEST_F(PostgresRefusal, OfAWrongPasswordIsAMatterOfTheConfiguration) {
  role.grant();
  const std::string wrong = with(role.dsn(), "password", Role::password() + "-but-wrong");
  expect(open(wrong, {"schema: " + schema.name()}), Code::config, "28P01");
  Store store = value(open_as_role());
  EXPECT_FALSE(contains(detail::view(value(store.info()).location), Role::password()));
}

TEST_F(PostgresRefusal, OfAMissingDatabaseIsAMatterOfTheConfiguration) {
  expect(open(with(role.dsn(), "dbname", "missing")), Code::config, "3D000");
}

TEST_F(PostgresRefusal, OfARoleWithoutRightsNamesThemUntilItHasThem) {
  expect(open_as_role({"create: false"}), Code::config, "42501");
  expect(open_as_role(), Code::config, "42501");
  // It may not make a store of its own either.
  expect(open(role.dsn(), {"schema: " + schema.name() + "_other"}), Code::config, "42501");
  role.grant();
  Store store = value(open_as_role({"create: false"}));
  value(append(store, "a", {"second"}));
  role.revoke_appending();
  const auto refused_append = append(store, "a", {"never"});
  expect(refused_append, Code::config, "42501");
  EXPECT_TRUE(contains(refused_append.error().message, "Privileges"));
  EXPECT_EQ(everything(store).size(), 2U);
  role.grant();
  value(append(store, "a", {"third"}));
  EXPECT_EQ(stored(), 3U);
}

TEST_F(PostgresRefusal, OfAConnectionTooManyEndsWhenThereIsOne) {
  role.grant();
  role.set("CONNECTION LIMIT 1");
  Store store = value(open_as_role());
  const auto one_too_many = answer_to([&](const Call& call) { return append(store, "a", {"never"}, {}, call); });
  expect(one_too_many, Code::unavailable, "53300");
  EXPECT_TRUE(one_too_many.error().retryable);
  expect(answer_to([&](const Call& call) { return open_as_role({}, call); }), Code::unavailable, "53300");
  EXPECT_EQ(everything(store).size(), 1U);
  // Appends wait for one, too.
  auto waiting = beside([&] { return append(store, "a", {"second"}, {}, soon()); });
  role.set("CONNECTION LIMIT -1");
  value(ended(std::move(waiting)));
  EXPECT_EQ(stored(), 2U);
}

TEST_F(PostgresRefusal, OfAServerWithoutConnectionsLeftEndsWhenThereIsOne) {
  const Server small({"max_connections=6", "superuser_reserved_connections=0", "max_wal_senders=0"});
  const Schema there(small.dsn());
  Store store = value(open(there, {"notify: false"}));
  std::vector<std::unique_ptr<pqxx::connection>> all;
  EXPECT_THROW(while (all.size() < 10) all.push_back(std::make_unique<pqxx::connection>(small.dsn())),
               pqxx::broken_connection);
  ASSERT_LT(all.size(), 10U);
  const auto one_too_many = answer_to([&](const Call& call) { return append(store, "a", {"never"}, {}, call); });
  expect(one_too_many, Code::unavailable, "53300");
  all.clear();
  value(append(store, "a", {"first"}, {}, soon()));
  EXPECT_EQ(everything(store).size(), 1U);
}

TEST_F(PostgresRefusal, OfAStatementThatTookTooLongIsATimeout) {
  role.grant();
  role.set("SET statement_timeout TO '100ms'");
  Store store = value(open_as_role());
  Transaction other(schema.dsn(), schema);
  other.run("LOCK TABLE events IN ACCESS EXCLUSIVE MODE");
  expect(append(store, "a", {"never"}), Code::timeout, "57014");
  expect(store.head(), Code::timeout, "57014");
  other.end();
  value(append(store, "a", {"second"}));
  EXPECT_EQ(stored(), 2U);
}

TEST_F(PostgresRefusal, OfAStatementThatTookTooLongIsATimeoutForEachOfAGroup) {
  role.grant();
  role.set("SET statement_timeout TO '100ms'");
  Store store = value(open_as_role());
  Transaction other(schema.dsn(), schema);
  other.run("LOCK TABLE events IN ACCESS EXCLUSIVE MODE");
  std::vector<std::future<Result<Appended>>> callers;
  for (int i = 0; i < 4; ++i) callers.push_back(beside([&] { return append(store, "a", {"never"}); }));
  for (auto& caller : callers) expect(ended(std::move(caller)), Code::timeout, "57014");
  other.end();
  EXPECT_EQ(stored(), 1U);
}

TEST_F(PostgresRefusal, OfALockThatAnotherHoldsComesWithTheDeadline) {
  Transaction other(schema.dsn(), schema);
  other.run("SELECT lock_store(0)");
  const auto refused_append = answer_to([&](const Call& call) { return append(owner, "a", {"never"}, {}, call); });
  expect(refused_append, Code::timeout, "55P03");
  // A lookup waits behind what may be bringing it.
  const auto refused_lookup = answer_to([&](const Call& call) { return lookup(owner, Uuid::make(), call); });
  expect(refused_lookup, Code::timeout, "55P03");
  EXPECT_EQ(stored(), 1U);
  auto waiting = beside([&] { return append(owner, "a", {"second"}, {}, soon()); });
  other.end();
  value(ended(std::move(waiting)));
  EXPECT_EQ(stored(), 2U);
}

TEST_F(PostgresRefusal, OfARoleThatOnlyReadsIsReadOnly) {
  role.grant();
  role.set("SET default_transaction_read_only TO on");
  Store store = value(open_as_role());
  expect(append(store, "a", {"never"}), Code::read_only, "25006");
  EXPECT_EQ(everything(store).size(), 1U);
  role.set("RESET default_transaction_read_only");
  Store again = value(open_as_role());
  value(append(again, "a", {"second"}));
  EXPECT_EQ(stored(), 2U);
}

TEST(PostgresStandby, IsReadAndWaitedForButNotWrittenTo) {
  const Server primary;
  const auto standby = primary.make_standby();
  const Schema schema(primary.dsn());
  Store writer = value(open(schema));
  const Position first = value(append(writer, "a", {"1", "2"})).last;
  until("the standby has the store", [&] {
    return sql(standby->dsn(),
               "SELECT pg_last_wal_replay_lsn() >= '" + sql(primary.dsn(), "SELECT pg_current_wal_lsn()") + "'") == "t";
  });

  const auto refused_to_open = open(standby->dsn(), {"schema: " + schema.name()});
  EXPECT_TRUE(contains(refusal(refused_to_open, Code::read_only), "standby"));
  EXPECT_EQ(refused_to_open.error().native_code, "25006");

  Store reader = value(open(standby->dsn(), {"schema: " + schema.name(), "read_only: true"}));
  EXPECT_EQ(value(reader.wait({}, soon())), first);
  EXPECT_EQ(everything(reader), everything(writer));
  refusal(append(reader, "a", {"never"}), Code::read_only);
  auto waiting = beside([&] { return reader.wait(first, soon()); });
  const Position second = value(append(writer, "a", {"3"})).last;
  EXPECT_EQ(value(ended(std::move(waiting))), second);
  EXPECT_EQ(everything(reader), everything(writer));
}

}  // namespace
}  // namespace ec::postgres::test
