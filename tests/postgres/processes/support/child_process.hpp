// postgres_worker, run beside the test.
#pragma once

#include "../../../support/child_process.hpp"

namespace ec::postgres::test {

class ChildProcess : public ec::test::ChildProcess {
 public:
  explicit ChildProcess(const std::vector<std::string>& arguments)
      : ec::test::ChildProcess(EVENTCORE_TEST_WORKER, arguments) {}
};

}  // namespace ec::postgres::test
