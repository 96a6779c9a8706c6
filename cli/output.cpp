#include "failure.hpp"
#include "output.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace cli {

namespace {

constexpr std::size_t enough_bytes = 64 * 1024;

bool is_special(const std::string& path) {
  struct stat status{};
  return stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
}

Failure cannot_write(const std::string& path) {
  return {failed, "cannot write " + (path.empty() ? "to standard output" : path) + ": " + std::strerror(errno)};
}

}  // namespace

Output::Output(std::string path) : path_(std::move(path)), fd_(STDOUT_FILENO) {
  if (path_ == "-") path_.clear();
  if (path_.empty()) return;
  if (!is_special(path_)) partial_ = path_ + ".partial";
  const std::string& opened = partial_.empty() ? path_ : partial_;
  fd_ = open(opened.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | (partial_.empty() ? 0 : O_NOFOLLOW), 0666);
  if (fd_ < 0) throw cannot_write(opened);
}

Output::~Output() {
  if (fd_ != STDOUT_FILENO) close(fd_);
  if (!partial_.empty()) unlink(partial_.c_str());
}

void Output::drain() {
  if (text_.size() >= enough_bytes) flush();
}

void Output::flush() {
  for (std::string_view rest = text_; !rest.empty();) {
    const ssize_t count = ::write(fd_, rest.data(), rest.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw cannot_write(path_);
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
  text_.clear();
}

void Output::finish() {
  flush();
  if (partial_.empty()) return;
  if (fsync(fd_) != 0 || std::rename(partial_.c_str(), path_.c_str()) != 0) throw cannot_write(path_);
  partial_.clear();
}

bool is_terminal(int fd) { return isatty(fd) != 0; }

}  // namespace cli
