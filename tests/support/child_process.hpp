// Runs a program beside the test, hears what it says, and ends it.
#pragma once

#include <cstdio>
#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

namespace ec::test {

class ChildProcess {
 public:
  ChildProcess(const std::string& program, const std::vector<std::string>& arguments);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  void tell(const std::string& line) const;
  // What it says next, without spaces at the end; empty when it has ended. For one thread at a time.
  std::string line();
  // All that it says until it ends, first word -> rest of the line.
  std::map<std::string, std::string> report();
  void signal(int number) const;
  // No more input for it, which ends it.
  void end_input();
  // After that, or after SIGKILL: waits until it is gone. Its exit status, or minus the signal that ended it.
  int wait();
  // Ends its input and waits.
  int finish();
  // SIGKILL, and waits.
  void kill();

  int output() const;

 private:
  pid_t process_ = -1;
  int input_ = -1;
  std::FILE* output_ = nullptr;
};

// Which of them has something to say first. Nothing that they said may be unread.
std::size_t first_to_speak(const std::vector<ChildProcess*>& children);

}  // namespace ec::test
