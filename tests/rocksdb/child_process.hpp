// rocksdb_child, run beside the test.
#pragma once

#include "../support/child_process.hpp"

namespace ec::rocks::test {

class ChildProcess : public ec::test::ChildProcess {
 public:
  explicit ChildProcess(const std::vector<std::string>& arguments)
      : ec::test::ChildProcess(EVENTCORE_TEST_CHILD, arguments) {}
};

}  // namespace ec::rocks::test
