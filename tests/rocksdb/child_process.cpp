#include "child_process.hpp"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace ec::rocks::test {

namespace {

constexpr const char* program = EVENTCORE_TEST_CHILD;

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& arguments) {
  int input[2];
  int output[2];
  if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  std::vector<char*> raw{const_cast<char*>(program)};
  for (const std::string& each : arguments) raw.push_back(const_cast<char*>(each.c_str()));
  raw.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
  const int problem = posix_spawn(&process_, program, &actions, nullptr, raw.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(input[0]);
  close(output[1]);
  input_ = input[1];
  output_ = output[0];
  if (problem != 0) throw std::runtime_error(std::string("cannot start ") + program);
}

ChildProcess::~ChildProcess() {
  if (process_ > 0) kill();
  close(output_);
  if (input_ >= 0) close(input_);
}

std::string ChildProcess::line() {
  std::string said;
  char byte = 0;
  while (read(output_, &byte, 1) == 1 && byte != '\n') said += byte;
  said.erase(said.find_last_not_of(' ') + 1);
  return said;
}

std::map<std::string, std::string> ChildProcess::report() {
  std::map<std::string, std::string> said;
  for (std::string each = line(); !each.empty(); each = line()) {
    const std::size_t space = std::min(each.find(' '), each.size() - 1);
    said[each.substr(0, each.find(' '))] = each.substr(space + 1);
  }
  return said;
}

int ChildProcess::finish() {
  close(input_);
  input_ = -1;
  int status = 0;
  waitpid(process_, &status, 0);
  process_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

void ChildProcess::kill() {
  ::kill(process_, SIGKILL);
  finish();
}

}  // namespace ec::rocks::test
