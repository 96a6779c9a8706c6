// The schema that the plugin makes, and the servers and schemas that it refuses.
#include "support.hpp"

namespace ec::postgres::test {
namespace {

TEST(PostgresOpen, MakesTheSchemaAndKeepsWhatIsInIt) {
  const Schema schema;
  {
    Store store = value(open(schema));
    value(append(store, "a", {"1", "2"}));
  }
  Store store = value(open(schema));
  EXPECT_EQ(everything(store).size(), 2U);
  check_order(everything(store));
}

}  // namespace
}  // namespace ec::postgres::test
