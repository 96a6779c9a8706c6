// Several appends in one call. The store that takes them together knows hardly a version by heart.
#include "../support/group_calls.hpp"
#include "support.hpp"

namespace ec::rocks::test {
namespace {

class Place {
 public:
  std::unique_ptr<ec::test::Backend> open(const std::string& store) const {
    return std::make_unique<ec::test::Backend>(
        EVENTCORE_TEST_PLUGINS, "rocksdb",
        std::map<std::string, std::string>{{"path", path_of(store)},
                                           {"durability", "acknowledged_events_may_be_lost_in_a_power_cut"},
                                           {"cached_heads", store == "grouped" ? "2" : "1000"}});
  }
  std::vector<std::string> contents(const std::string& which) const {
    Store store = value(test::open(path_of(which)));
    std::vector<std::string> lines;
    for (const Seen& each : value(everything_in_every_way(store)))
      lines.push_back(std::to_string(each.position) + " " + each.stream + "@" + std::to_string(each.version) + " " +
                      each.payload);
    return lines;
  }

 private:
  std::string path_of(const std::string& store) const { return (folder_.path() / store).string(); }

  const TempFolder folder_;
};

}  // namespace
}  // namespace ec::rocks::test

namespace ec::test {

INSTANTIATE_TYPED_TEST_SUITE_P(RocksDb, GroupCall, ec::rocks::test::Place);

}  // namespace ec::test
