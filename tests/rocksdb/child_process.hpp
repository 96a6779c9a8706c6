// Runs rocksdb_child, hears what it says, and ends it.
#pragma once

#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

namespace ec::rocks::test {

class ChildProcess {
 public:
  explicit ChildProcess(const std::vector<std::string>& arguments);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  // What it says next, without spaces at the end; empty when it has ended.
  std::string line();
  // All that it says until it ends, first word -> rest of the line.
  std::map<std::string, std::string> report();
  // Ends its input and waits for it: its exit status, or minus the signal that ended it.
  int finish();
  // SIGKILL, and waits until it is gone.
  void kill();

 private:
  pid_t process_ = -1;
  int input_ = -1;
  int output_ = -1;
};

}  // namespace ec::rocks::test
