// A lease among processes: one that stood still for longer than it held the lease moves nothing any more.
#include "support/child_process.hpp"
#include "support/history.hpp"

#include <algorithm>
#include <csignal>

namespace ec::postgres::test {
namespace {

TEST(PostgresLease, OfAProcessThatStoodStillGoesToAnotherAndItsFenceIsRefused) {
  const Schema schema;
  Store store = value(open(schema));
  value(append(store, "s", {"1"}));
  const std::string configured = configuration(schema.dsn(), {"schema: " + schema.name()});
  ChildProcess a({"lease", configured, "a", "1000"}), b({"lease", configured, "b", "1000"}),
      c({"lease", configured, "c", "1000"});
  std::vector<ec::test::ChildProcess*> waiting{&a, &b, &c};
  const auto next_holder = [&] {
    ec::test::ChildProcess* holder = waiting[first_to_speak(waiting)];
    std::erase(waiting, holder);
    return holder;
  };

  ec::test::ChildProcess* const first = next_holder();
  const std::string first_fence = first->line();
  first->signal(SIGSTOP);
  ec::test::ChildProcess* const second = next_holder();
  const std::string second_fence = second->line();
  EXPECT_LT(std::stoull(first_fence), std::stoull(second_fence));

  first->signal(SIGCONT);
  first->tell("save");
  EXPECT_EQ(first->line(), "FENCED");
  // On a busy machine the third may have the lease by now.
  waiting.front()->signal(SIGKILL);
  waiting.front()->wait();
  second->tell("save");
  const std::string fence = sql(schema.dsn(), "SELECT fence FROM " + schema.quoted() + ".leases");
  EXPECT_EQ(second->line(), fence == second_fence ? "OK" : "FENCED");
  for (ec::test::ChildProcess* each : {first, second}) {
    each->end_input();
    EXPECT_EQ(each->wait(), 0);
  }
}

}  // namespace
}  // namespace ec::postgres::test
