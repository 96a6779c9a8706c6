#include "failure.hpp"
#include "lines.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace cli {

namespace {

constexpr std::size_t buffer_bytes = 256 * 1024;

Failure cannot_read(const std::string& path, const char* why) {
  return {wrong_usage, "cannot read " + (path == "-" ? "standard input" : path) + ": " + why};
}

int opened(const std::string& path) {
  const int fd = path == "-" ? dup(STDIN_FILENO) : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw cannot_read(path, std::strerror(errno));
  return fd;
}

}  // namespace

Lines::Descriptor::~Descriptor() {
  if (fd >= 0) close(fd);
}

Lines::Lines(const std::string& path, std::size_t longest_bytes, std::stop_token stop)
    : path_(path),
      longest_bytes_(longest_bytes),
      stop_(std::move(stop)),
      file_(opened(path)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      on_stop_(stop_,
               [this] {
                 const std::uint64_t one = 1;
                 [[maybe_unused]] const auto written = ::write(wake_.fd, &one, sizeof one);
               }),
      buffer_(buffer_bytes) {
  if (wake_.fd < 0) throw Failure(failed, "the system gave no event descriptor; too many files are open");
  struct stat status{};
  if (fstat(file_.fd, &status) != 0) throw cannot_read(path, std::strerror(errno));
  if (S_ISDIR(status.st_mode)) throw cannot_read(path, "it is a folder; name a file in it");
  if (S_ISREG(status.st_mode)) size_bytes_ = static_cast<std::uint64_t>(status.st_size);
}

Lines::~Lines() = default;

std::optional<std::string_view> Lines::next() {
  line_.clear();
  ++number_;
  for (;;) {
    if (begin_ == end_ && !fill()) {
      if (stop_.stop_requested() || line_.empty()) return std::nullopt;
      return line_;
    }
    const char* first = buffer_.data() + begin_;
    const char* last = std::find(first, static_cast<const char*>(buffer_.data()) + end_, '\n');
    line_.append(first, last);
    begin_ = static_cast<std::size_t>(last - buffer_.data());
    if (line_.size() > longest_bytes_)
      throw Failure(wrong_usage, "line " + std::to_string(number_) + ": it is longer than " +
                                     std::to_string(longest_bytes_) + " bytes, and no such line is taken");
    if (begin_ == end_) continue;
    ++begin_;
    return line_;
  }
}

bool Lines::wait_for_input() {
  pollfd watched[2] = {{file_.fd, POLLIN, 0}, {wake_.fd, POLLIN, 0}};
  while (!stop_.stop_requested()) {
    if (poll(watched, 2, -1) < 0 && errno != EINTR) return true;  // then reading says what is wrong
    if (watched[0].revents != 0) return !stop_.stop_requested();
  }
  return false;
}

bool Lines::fill() {
  while (wait_for_input()) {
    const ssize_t count = ::read(file_.fd, buffer_.data(), buffer_.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count < 0) throw cannot_read(path_, std::strerror(errno));
    begin_ = 0;
    end_ = static_cast<std::size_t>(count);
    taken_bytes_ += end_;
    return count > 0;
  }
  return false;
}

}  // namespace cli
