// Memory that runs out at each allocation of a call in turn, on the thread that makes it. RocksDB's own threads are left
// alone: what they throw ends the process.
#include "allocations.hpp"
#include "bare.hpp"
#include "calls.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <new>
#include <optional>
#include <ostream>
#include <string>
#include <sys/wait.h>

namespace ec::rocks::test {
namespace {

using Extent = Exhausted::Extent;

constexpr std::uint64_t most_allocations = 10'000;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t step = 4;
#else
constexpr std::uint64_t step = 1;
#endif

struct Way {
  const char* name;
  Extent extent;
  ec_status (*write)(Store& store, const Uuid& commit_id, bool* repeated);
  ec_status (*read)(Store& store, std::uint64_t& count);
  std::uint64_t whole = 0;  // what a read counts
};
void PrintTo(const Way& way, std::ostream* out) { *out << way.name; }

class OutOfMemory : public testing::TestWithParam<Way> {
 protected:
  // The same store for each allocation, so that there are as many of them each time.
  void make(int appends) {
    store.reset();
    folder.emplace();
    reopen();
    for (int i = 0; i < appends; ++i) ASSERT_EQ(append_pair(*store, Uuid::make()), EC_OK);
  }
  void reopen() {
    store.reset();
    store.emplace(value(open(folder->path() / "db")));
  }
  // When memory ran out inside RocksDB: nothing is read nor written until the store is opened again.
  void reopen_if_lost() {
    std::uint64_t count = 0;
    const ec_status status = read_all(*store, count);
    if (status == EC_OK) return;
    ++answers["lost"];
    EXPECT_STREQ(ec_status_name(status), "UNAVAILABLE");
    const ec_status refused = append_pair(*store, Uuid::make());
    EXPECT_TRUE(refused == EC_UNAVAILABLE || refused == EC_IN_DOUBT) << ec_status_name(refused);
    reopen();
  }
  void TearDown() override {
    for (const auto& [answer, count] : answers) RecordProperty(answer, count);
  }

  std::optional<TempFolder> folder;
  std::optional<Store> store;
  std::map<std::string, int> answers;
};

std::string name_of_way(const testing::TestParamInfo<Way>& way) { return way.param.name; }

using OutOfMemoryWrite = OutOfMemory;

// A write that found no memory is not there, one that is in doubt is settled by its commit id once the store is opened
// again, and either way asking again makes it one.
TEST_P(OutOfMemoryWrite, IsNotStoredOrInDoubtAndGoesThroughAfterwards) {
  bool happened = true;
  for (std::uint64_t nth = 1; happened; nth += step) {
    ASSERT_LT(nth, most_allocations);
    SCOPED_TRACE("allocation " + std::to_string(nth));
    make(1);
    const Uuid commit_id = Uuid::make();
    ec_status status = EC_OK;
    bool repeated = false;
    {
      const Exhausted memory(nth, GetParam().extent);
      status = GetParam().write(*store, commit_id, &repeated);
      happened = memory.happened();
    }
    ++answers[ec_status_name(status)];
    bool stored = status == EC_OK;
    if (status == EC_IN_DOUBT) {
      EXPECT_EQ(look_up(*store, commit_id), EC_IN_DOUBT);
      reopen_if_lost();
      const ec_status found = look_up(*store, commit_id);
      ASSERT_TRUE(found == EC_OK || found == EC_NOT_FOUND) << ec_status_name(found);
      stored = found == EC_OK;
    } else if (status != EC_OK) {
      EXPECT_STREQ(ec_status_name(status), "NO_MEMORY");
      reopen_if_lost();
      EXPECT_EQ(look_up(*store, commit_id), EC_NOT_FOUND);
    }
    ASSERT_EQ(GetParam().write(*store, commit_id, &repeated), EC_OK);
    EXPECT_EQ(repeated, stored);
    const std::vector<Seen> before = value(everything_in_every_way(*store));
    EXPECT_EQ(before.size(), 4U);
    reopen();
    EXPECT_EQ(value(everything_in_every_way(*store)), before);
  }
  EXPECT_GT(answers["NO_MEMORY"], 0);
  EXPECT_GT(answers["IN_DOUBT"], 0);
}

INSTANTIATE_TEST_SUITE_P(All, OutOfMemoryWrite,
                         testing::Values(Way{"AppendOnce", Extent::one, append_pair, nullptr},
                                         Way{"AppendForGood", Extent::all, append_pair, nullptr},
                                         Way{"ExecuteOnce", Extent::one, execute_pair, nullptr},
                                         Way{"ExecuteForGood", Extent::all, execute_pair, nullptr}),
                         name_of_way);

using OutOfMemoryRead = OutOfMemory;

TEST_P(OutOfMemoryRead, IsAnErrorAndGoesThroughAfterwards) {
  bool happened = true;
  for (std::uint64_t nth = 1; happened; nth += step) {
    ASSERT_LT(nth, most_allocations);
    SCOPED_TRACE("allocation " + std::to_string(nth));
    // From the log into tables, and out of the memory of what was written last.
    make(20);
    for (int times = 0; times < 2; ++times) reopen();
    std::uint64_t count = 0;
    ec_status status = EC_OK;
    {
      const Exhausted memory(nth, GetParam().extent);
      status = GetParam().read(*store, count);
      happened = memory.happened();
    }
    ++answers[ec_status_name(status)];
    std::uint64_t whole = count;
    if (status != EC_OK) {
      EXPECT_STREQ(ec_status_name(status), "NO_MEMORY");
      reopen_if_lost();
      ASSERT_EQ(GetParam().read(*store, whole), EC_OK);
    }
    EXPECT_EQ(whole, GetParam().whole);
    ASSERT_EQ(append_pair(*store, Uuid::make()), EC_OK);
  }
  EXPECT_GT(answers["NO_MEMORY"], 0);
}

INSTANTIATE_TEST_SUITE_P(All, OutOfMemoryRead,
                         testing::Values(Way{"StreamsOnce", Extent::one, nullptr, read_pair, 40},
                                         Way{"StreamsForGood", Extent::all, nullptr, read_pair, 40},
                                         Way{"AllOnce", Extent::one, nullptr, read_all, 40},
                                         Way{"AllForGood", Extent::all, nullptr, read_all, 40},
                                         Way{"ListOnce", Extent::one, nullptr, list_streams, 2},
                                         Way{"ListForGood", Extent::all, nullptr, list_streams, 2}),
                         name_of_way);

// Without the plugin: what is thrown comes out of RocksDB, and does not leave it as it was.
void put_without_memory(const std::filesystem::path& path) {
  for (std::uint64_t nth = 1; nth < most_allocations; ++nth) {
    std::filesystem::remove_all(path);
    {
      Bare bare(path);
      bare.put(1, "there", true).PermitUncheckedError();
      const Exhausted memory(nth, Extent::one);
      try {
        bare.put(2, "not there", true).PermitUncheckedError();
      } catch (const std::bad_alloc&) {
        std::fputs("thrown\n", stderr);
      }
      if (!memory.happened()) break;
    }
    const Bare again(path);
  }
  std::exit(0);
}

bool was_aborted(int status) { return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT; }

TEST(OutOfMemoryBareRocksDb, ThrowsAndEndsTheProcessWhenItIsClosedOrOpenedAgain) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const TempFolder folder;
  EXPECT_EXIT(put_without_memory(folder.path() / "db"), was_aborted, "thrown");
}

}  // namespace
}  // namespace ec::rocks::test
