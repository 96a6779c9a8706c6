#include "failure.hpp"
#include "output.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
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

// A pipe that another process made non-blocking can be full for a while.
bool can_be_written(int fd) {
  pollfd watched{fd, POLLOUT, 0};
  return poll(&watched, 1, -1) >= 0 || errno == EINTR;
}

Failure cannot_write(const std::string& path) {
  return {failed, "cannot write " + (path.empty() ? "to standard output" : path) + ": " + std::strerror(errno)};
}

}  // namespace

Output::Output(std::string path) : path_(std::move(path)), fd_(STDOUT_FILENO) {
  if (path_ == "-") path_.clear();
  if (!path_.empty()) {
    if (!is_special(path_)) partial_ = path_ + ".partial";
    const std::string& opened = partial_.empty() ? path_ : partial_;
    fd_ = open(opened.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | (partial_.empty() ? 0 : O_NOFOLLOW), 0666);
    if (fd_ < 0) throw cannot_write(opened);
  }
  is_terminal_ = cli::is_terminal(fd_);
}

Output::~Output() {
  if (fd_ != STDOUT_FILENO) close(fd_);
  if (!partial_.empty()) unlink(partial_.c_str());
}

void Output::drain() {
  if (text_.size() >= enough_bytes) flush();
}

void Output::flush() {
  if (is_terminal_) text_ = without_controls(text_);
  for (std::string_view rest = text_; !rest.empty();) {
    const ssize_t count = ::write(fd_, rest.data(), rest.size());
    if (count < 0 && (errno == EINTR || (errno == EAGAIN && can_be_written(fd_)))) continue;
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

std::string without_controls(std::string_view text) {
  std::string made;
  const auto escape = [&](unsigned char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    made += "\\u00";
    made += digits[c >> 4U];
    made += digits[c & 15U];
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
    if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7F) {
      escape(c);
    } else if (c == 0xC2 && next >= 0x80 && next < 0xA0) {
      escape(next);
      ++i;
    } else {
      made += text[i];
    }
  }
  return made;
}

}  // namespace cli
