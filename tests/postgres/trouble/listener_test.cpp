// The session that hears for those who wait: it goes silent, is not needed any more, or knows too early.
#include "support/beside.hpp"
#include "support/ledger.hpp"
#include "support/proxy.hpp"

namespace ec::postgres::test {
namespace {

class PostgresListener : public testing::Test {
 protected:
  PostgresListener() { value(append(writer, "a", {"the first"})); }

  // The reader's sessions go by its name.
  Result<Store> open_reader(const std::string& dsn, Options options = {}) const {
    options.push_back("schema: " + schema.name());
    return open(with(dsn, "application_name", schema.name()), options);
  }
  std::string sessions(const std::string& of_them = {}) const {
    return sql(schema.dsn(),
               "SELECT string_agg(pid::text, ',' ORDER BY pid) FROM pg_stat_activity WHERE "
               "application_name = '" +
                   schema.name() + "'" + of_them);
  }
  // The one that has listened and looked at the head, and hears from now on.
  std::string listener() const {
    std::string found;
    until("the reader listens", [&] {
      found = sessions(" AND state = 'idle' AND query LIKE '%max(position)%' AND pid <> " + first);
      return !found.empty();
    });
    return found;
  }

  const Schema schema;
  Store writer = value(open(schema));
  std::string first = "0";  // the reader's session that has opened the store
};

TEST_F(PostgresListener, ThatGoesSilentIsReplacedWhileSomebodyWaits) {
  Proxy proxy(std::stoi(schema.dsn().substr(schema.dsn().rfind(':') + 1)));
  Store reader = value(open_reader(with(schema.dsn(), "port", std::to_string(proxy.port()))));
  first = sessions();
  Position seen = value(writer.head());
  for (int round = 0; round < 2; ++round) {
    auto waiting = beside([&] { return reader.wait(seen, soon()); });
    listener();
    proxy.freeze_open_ones();
    const Position stored = value(append(writer, "a", {"news"})).last;
    EXPECT_EQ(value(ended(std::move(waiting))), stored);
    proxy.pass();
    seen = stored;
  }
}

// A session that listens and reads nothing holds up the notifications of the whole cluster.
TEST_F(PostgresListener, EndsWhenNobodyWaitsAndComesBackWhenSomebodyDoes) {
  Store reader = value(open_reader(schema.dsn()));
  first = sessions();
  for (int round = 0; round < 2; ++round) {
    if (round > 0) until("the listener's session ends", [&] { return sessions() == first; });
    const Position seen = value(writer.head());
    auto waiting = beside([&] { return reader.wait(seen, soon()); });
    const std::string pid = listener();
    EXPECT_NE(pid, first);
    const Position stored = value(append(writer, "a", {"news"})).last;
    EXPECT_EQ(value(ended(std::move(waiting))), stored);
  }
}

// The store that appends may hear from its own listener that the head has moved before its append is answered.
TEST_F(PostgresListener, OfTheStoreThatAppendsKeepsNoNewsFromOthers) {
  Store busy = value(open(schema, {"poll_interval: 1ms"}));
  Store reader = value(open_reader(schema.dsn(), {"poll_interval: 1h"}));
  first = sessions();
  const std::jthread own(
      [&](const std::stop_token& stop) { refusal(busy.wait({0, 1'000'000}, {.stop = stop}), Code::cancelled); });
  Position seen = value(writer.head());
  for (int round = 0; round < counted(50, 500); ++round) {
    auto waiting = beside([&] { return reader.wait(seen, soon()); });
    listener();
    const Position stored = value(append(busy, "a", {"news"})).last;
    ASSERT_EQ(value(ended(std::move(waiting))), stored);
    seen = stored;
  }
}

// Nor does any get lost that comes while the listener is looking for itself.
TEST_F(PostgresListener, OfTwoStoresThatBothWaitAndWriteHearsOfEveryAppend) {
  Store one = value(open(schema, {"poll_interval: 1h"})), two = value(open(schema, {"poll_interval: 1h"}));
  Position seen = value(writer.head());
  for (int round = 0; round < counted(200, 2000); ++round) {
    auto first_waits = beside([&] { return one.wait(seen, soon()); });
    auto second_waits = beside([&] { return two.wait(seen, soon()); });
    const Position stored = value(append(round % 2 == 0 ? one : two, "a", {"news"})).last;
    ASSERT_EQ(value(ended(std::move(first_waits))), stored);
    ASSERT_EQ(value(ended(std::move(second_waits))), stored);
    seen = stored;
  }
}

}  // namespace
}  // namespace ec::postgres::test
