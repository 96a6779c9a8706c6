#include "child_process.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace ec::test {

ChildProcess::ChildProcess(const std::string& program, const std::vector<std::string>& arguments) {
  int input[2];
  int output[2];
  if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  std::vector<char*> raw{const_cast<char*>(program.c_str())};
  for (const std::string& each : arguments) raw.push_back(const_cast<char*>(each.c_str()));
  raw.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
  const int problem = posix_spawn(&process_, program.c_str(), &actions, nullptr, raw.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(input[0]);
  close(output[1]);
  input_ = input[1];
  output_ = fdopen(output[0], "r");
  if (problem != 0 || output_ == nullptr) throw std::runtime_error("cannot start " + program);
}

ChildProcess::~ChildProcess() {
  if (process_ > 0) kill();
  std::fclose(output_);
  end_input();
}

void ChildProcess::tell(const std::string& line) const {
  const std::string whole = line + "\n";
  if (write(input_, whole.data(), whole.size()) != static_cast<ssize_t>(whole.size()))
    throw std::runtime_error("the child hears nothing");
}

std::string ChildProcess::line() {
  std::string said;
  for (int byte = std::getc(output_); byte != EOF; byte = std::getc(output_)) {
    if (byte == '\n') return said.erase(said.find_last_not_of(' ') + 1);
    said += static_cast<char>(byte);
  }
  return {};  // it was killed in the middle of a line
}

std::map<std::string, std::string> ChildProcess::report() {
  std::map<std::string, std::string> said;
  for (std::string each = line(); !each.empty(); each = line()) {
    const std::size_t space = std::min(each.find(' '), each.size() - 1);
    said[each.substr(0, each.find(' '))] = each.substr(space + 1);
  }
  return said;
}

void ChildProcess::signal(int number) const { ::kill(process_, number); }

void ChildProcess::end_input() {
  if (input_ >= 0) close(input_);
  input_ = -1;
}

int ChildProcess::wait() {
  int status = 0;
  waitpid(process_, &status, 0);
  process_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int ChildProcess::finish() {
  end_input();
  return wait();
}

void ChildProcess::kill() {
  signal(SIGKILL);
  wait();
}

int ChildProcess::output() const { return fileno(output_); }

std::size_t first_to_speak(const std::vector<ChildProcess*>& children) {
  std::vector<pollfd> outputs;
  for (const ChildProcess* child : children) outputs.push_back({child->output(), POLLIN, 0});
  constexpr int patience_ms = 60'000;
  if (poll(outputs.data(), outputs.size(), patience_ms) <= 0) throw std::runtime_error("the children say nothing");
  for (std::size_t i = 0; i < outputs.size(); ++i)
    if (outputs[i].revents != 0) return i;
  throw std::runtime_error("no child speaks");
}

}  // namespace ec::test
