// Schemas that are there already and belong to something else: nothing is put into them, and nothing in them is touched.
#include "support.hpp"
#include "support/role.hpp"

namespace ec::postgres::test {
namespace {

class PostgresOccupied : public testing::Test {
 protected:
  void make(const std::string& what) const { sql(schema.dsn(), what); }
  std::string in_schema(const std::string& name) const { return schema.quoted() + "." + name; }
  // A function of another program, which anybody may execute unless told otherwise.
  void make_their_function() const {
    make("CREATE FUNCTION " + in_schema("theirs") + "() RETURNS integer LANGUAGE sql AS 'SELECT 1'");
  }
  std::string role_name() const { return role.quoted().substr(1, role.quoted().size() - 2); }
  bool may_execute_theirs() const {
    return sql(schema.dsn(), "SELECT has_function_privilege('" + role_name() + "', '" + in_schema("theirs") +
                                 "()', 'EXECUTE')") == "t";
  }
  std::string objects() const {
    const std::string of = " = '" + schema.quoted() + "'::regnamespace";
    return sql(schema.dsn(), "SELECT (SELECT count(*) FROM pg_class WHERE relnamespace" + of +
                                 ") + (SELECT count(*) FROM pg_proc WHERE pronamespace" + of + ")");
  }
  void expect_refused() const {
    const std::string before = objects();
    for (const char* create : {"create: true", "create: false"}) {
      const std::string message = refusal(open(schema, {create}), Code::config);
      EXPECT_TRUE(contains(message, "test.yaml:6:")) << message;
      EXPECT_TRUE(contains(message, "'" + schema.name() + "'")) << message;
    }
    EXPECT_TRUE(contains(refusal(open(schema), Code::config), "holds something else"));
    EXPECT_EQ(objects(), before);
  }

  const Schema schema;
  const Role role;
};

TEST_F(PostgresOccupied, ByATableIsRefused) {
  make("CREATE SCHEMA " + schema.quoted());
  make("CREATE TABLE " + in_schema("customers") + " (name text)");
  expect_refused();
}

TEST_F(PostgresOccupied, ByAFunctionIsRefusedAndAnybodyMayStillExecuteIt) {
  make("CREATE SCHEMA " + schema.quoted());
  make_their_function();
  expect_refused();
  EXPECT_TRUE(may_execute_theirs());
}

// Somebody has put it beside a store, which is then brought up to date.
TEST_F(PostgresOccupied, ByAFunctionBesideAStoreItIsNotTakenFromAnybody) {
  {
    Store store = value(open(schema));
  }
  make_their_function();
  ASSERT_TRUE(may_execute_theirs());
  make("DROP VIEW " + in_schema("event_log"));
  make("DROP FUNCTION " + in_schema("as_json"));
  make("DROP FUNCTION " + in_schema("append_one"));
  make("DELETE FROM " + in_schema("migrations") + " WHERE number >= 4");
  Store store = value(open(schema));
  EXPECT_TRUE(may_execute_theirs());
  for (const char* ours : {"append", "append_one", "lock_store", "advance_epoch", "save_checkpoint", "as_json"})
    EXPECT_EQ(
        sql(schema.dsn(), "SELECT count(*) FROM pg_proc WHERE proname = '" + std::string(ours) +
                              "' AND pronamespace = '" + schema.quoted() +
                              "'::regnamespace AND has_function_privilege('" + role_name() + "', oid, 'EXECUTE')"),
        "0")
        << ours;
}

// Everybody's, and the database's own.
TEST(PostgresSharedSchemas, AreRefusedByName) {
  pqxx::connection connection(shared_dsn());
  const std::string functions =
      "SELECT count(*) FROM pg_proc WHERE pronamespace IN ('public'::regnamespace, 'information_schema'::regnamespace)";
  const std::string before = sql(connection, functions);
  for (const std::string name : {"public", "information_schema"}) {
    const std::string message = refusal(open(shared_dsn(), {"schema: " + name}), Code::config);
    EXPECT_TRUE(contains(message, "test.yaml:5:")) << message;
    EXPECT_TRUE(contains(message, "'" + name + "' is no name for a schema")) << message;
  }
  EXPECT_EQ(sql(connection, functions), before);
}

}  // namespace
}  // namespace ec::postgres::test
