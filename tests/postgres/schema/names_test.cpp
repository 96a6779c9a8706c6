// Names of schemas, as people write them.
#include "support.hpp"

namespace ec::postgres::test {
namespace {

// As YAML writes any text.
std::string quoted_for_yaml(const std::string& text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      quoted += std::string("\\") + c;
    else if (byte < 0x20 || byte == 0x7F)
      quoted += std::string("\\x") + digits[byte / 16] + digits[byte % 16];
    else
      quoted += c;
  }
  return quoted + "\"";
}

Result<Store> open_named(const std::string& name, const Options& more = {}) {
  Options options = more;
  options.insert(options.begin(), "schema: " + quoted_for_yaml(name));
  return open(shared_dsn(), options);
}

// No other test has these.
const std::vector<std::string> names{
    "select",
    "names test 'Robert'); DROP TABLE events; --",
    "Names Test",
    "NAMES_TEST",
    "names_test\"quoted\"",
    "names_test.events",
    "names_test, public",
    "names_test\\",
    "names_test %s $1 {}",
    "names_test $$ BEGIN",
    "names_test Gr\u00fc\u00dfe \u2603 \U0001F980",
    " names_test ",
    "123",
    "names_test_of_as_many_bytes_as_a_name_may_have_here_which_is_\u00e9",
    "$names_test",
};

TEST(PostgresNames, OfAnyKindAreTakenToTheLetter) {
  pqxx::connection connection(shared_dsn());
  for (const std::string& name : names) {
    SCOPED_TRACE(name);
    const std::string quoted = connection.quote_name(name);
    sql(connection, "DROP SCHEMA IF EXISTS " + quoted + " CASCADE");
    {
      Store store = value(open_named(name));
      value(append(store, "a", {"1"}));
      EXPECT_TRUE(contains(detail::view(value(store.info()).location), "schema " + name));
    }
    EXPECT_EQ(sql(connection, "SELECT count(*) FROM " + quoted + ".events"), "1");
    Store store = value(open_named(name, {"create: false"}));
    value(append(store, "a", {"2"}));
    check_order(everything(store));
    sql(connection, "DROP SCHEMA " + quoted + " CASCADE");
  }
}

TEST(PostgresNames, ThatCannotBeASchemasAreRefusedWhereTheyAreWritten) {
  const std::string long_name(64, 'x');
  for (const std::string& name :
       {std::string(), long_name, std::string("a\nb"), std::string("a\0b", 3), std::string("\x7F"),
        std::string("pg_catalog"), std::string("pg_"), std::string("$user")}) {
    const std::string message = refusal(open_named(name), Code::config);
    EXPECT_TRUE(contains(message, "test.yaml:5:")) << name;
    EXPECT_TRUE(contains(message, "schema")) << name;
  }
}

}  // namespace
}  // namespace ec::postgres::test
