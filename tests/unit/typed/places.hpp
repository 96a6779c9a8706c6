// Where a test runs: on the memory store, and on a RocksDB database on disk that is gone with the test.
//
//   class Mine : public OnEachStore {};
//   TEST_P(Mine, Works) { ... store ... }
//   INSTANTIATE_TEST_SUITE_P(On, Mine, each_store(), name_of_store);
#pragma once

#include "../files.hpp"
#include "support.hpp"

#include <string>

#include <gtest/gtest.h>

namespace typed {

class OnEachStore : public testing::TestWithParam<const char*> {
 private:
  ec::test::TempFolder folder_;

 protected:
  ec::Store store = open_store(
      "plugin: " + std::string(GetParam()) +
      (GetParam() == std::string("rocksdb") ? "\noptions: {path: " + folder_.path().string() + "/data}" : ""));
};

#ifdef EVENTCORE_TEST_ROCKSDB
inline auto each_store() { return testing::Values("memory", "rocksdb"); }
#else
inline auto each_store() { return testing::Values("memory"); }
#endif

inline std::string name_of_store(const testing::TestParamInfo<const char*>& store) { return store.param; }

}  // namespace typed
