// Several appends in one call: the function `append` goes one by one, or stores all at once where it may.
#include "../../support/group_calls.hpp"
#include "support.hpp"

namespace ec::postgres::test {
namespace {

class Place {
 public:
  std::unique_ptr<ec::test::Backend> open(const std::string& store) {
    const auto schema = schemas_.try_emplace(store, std::make_unique<Schema>()).first;
    return std::make_unique<ec::test::Backend>(
        EVENTCORE_TEST_PLUGINS, "postgres",
        std::map<std::string, std::string>{{"dsn", schema->second->dsn()},
                                           {"durability", "acknowledged_events_may_be_lost_in_a_crash"},
                                           {"schema", schema->second->name()}});
  }
  std::vector<std::string> contents(const std::string& which) const {
    Store store = value(test::open(*schemas_.at(which)));
    std::vector<std::string> lines;
    for (const Seen& each : everything(store))
      lines.push_back(std::to_string(each.position) + " " + each.stream + "@" + std::to_string(each.version) + " " +
                      each.payload);
    return lines;
  }

 private:
  std::map<std::string, std::unique_ptr<Schema>> schemas_;
};

}  // namespace
}  // namespace ec::postgres::test

namespace ec::test {

INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, GroupCall, ec::postgres::test::Place);

}  // namespace ec::test
