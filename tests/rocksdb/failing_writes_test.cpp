// Writes that fail for real: a file that may not grow, a sync that reports an error.
#include "child_process.hpp"
#include "support.hpp"

#include <ostream>

namespace ec::rocks::test {
namespace {

// What a commit id's append came to, as the opened store tells.
ec_status look_up(Store& store, const Uuid& commit_id) {
  const ec_append request{
      sizeof request,      EC_APPEND_LOOKUP, commit_id.value, nullptr, 0, sizeof(ec_expect), nullptr, 0,
      sizeof(ec_new_event)};
  ec_error error = EC_ERROR_INIT;
  ec_outcome outcome{sizeof outcome, EC_OK, 0, 0, {}, {}, nullptr, &error};
  return ec_store_append(store.raw(), &request, nullptr, &outcome, &error);
}

struct Way {
  const char* name;
  const char* what_fails;
  std::vector<std::string> options;
};
void PrintTo(const Way& way, std::ostream* out) { *out << way.name; }

class FailingWrites : public testing::TestWithParam<Way> {
 protected:
  const TempFolder folder;
  const std::filesystem::path path = folder.path() / "db";
};

TEST_P(FailingWrites, StopTheStoreAndLoseNothing) {
  ChildProcess child({"starve", configuration(path, GetParam().options), GetParam().what_fails});
  auto said = child.report();
  EXPECT_EQ(child.finish(), 0);
  ASSERT_TRUE(said.contains("closed")) << "the process ended early";
  const std::uint64_t acknowledged = std::stoull(said["acknowledged"]);
  EXPECT_GE(acknowledged, 5U);
  // A failed flush may be noticed first; then nothing of the append is stored.
  if (said["failed"] != "READ_ONLY") {
    EXPECT_EQ(said["failed"], "IN_DOUBT");
    EXPECT_EQ(said["again"], "IN_DOUBT");
    EXPECT_EQ(said["lookup"], "IN_DOUBT");
  }
  EXPECT_EQ(said["other"], "READ_ONLY");
  EXPECT_EQ(said["other_lookup"], "NOT_FOUND");
  EXPECT_EQ(said["validation"], "OK");
  EXPECT_EQ(said["checkpoint"], "READ_ONLY");
  EXPECT_EQ(said["head"], std::to_string(2 * acknowledged));
  EXPECT_EQ(said["events"], std::to_string(2 * acknowledged));

  Store store = value(open(path));
  const ec_status doubtful = look_up(store, Uuid::parse(said["commit_id"]).value());
  EXPECT_TRUE(doubtful == EC_OK || doubtful == EC_NOT_FOUND) << ec_status_name(doubtful);
  if (said["failed"] == "READ_ONLY") {
    EXPECT_EQ(doubtful, EC_NOT_FOUND);
  }
  const std::uint64_t whole = 2 * (acknowledged + (doubtful == EC_OK ? 1 : 0));
  EXPECT_EQ(value(everything_in_every_way(store)).size(), whole);
  EXPECT_EQ(append(store, "goes on", {"x"}).first.lo, whole + 1);
}

INSTANTIATE_TEST_SUITE_P(All, FailingWrites,
                         testing::Values(Way{"OfTheLog", "write", {}}, Way{"OfASyncOfTheLog", ".log", {}},
                                         Way{"OfASyncOfTheLogAmongFlushes", ".log", {"write_buffer_size: 64KiB"}},
                                         Way{"OfASyncOfATable", ".sst", {"write_buffer_size: 64KiB"}}),
                         [](const auto& way) { return std::string(way.param.name); });

}  // namespace
}  // namespace ec::rocks::test
