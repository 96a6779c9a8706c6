#include "source.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace bank {

namespace {

constexpr std::size_t buffer_bytes = 64 * 1024;

// Names `path` in what it throws.
InputError cannot_read(const std::string& path, const std::string& why) {
  return InputError("cannot read " + path + ": " + why);
}

}  // namespace

Source::File::File(const std::string& path)
    : fd(path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (fd < 0) throw cannot_read(path, std::strerror(errno));
}

Source::File::~File() {
  if (fd != STDIN_FILENO) ::close(fd);
}

Source::Source(const std::string& path, const Stop& stop) : stop_(stop), file_(path), buffer_(buffer_bytes) {
  struct stat status{};
  if (fstat(file_.fd, &status) != 0) throw cannot_read(path, std::strerror(errno));
  if (S_ISDIR(status.st_mode)) throw cannot_read(path, "it is a folder; name a file in it");
  if (S_ISREG(status.st_mode)) size_bytes_ = static_cast<std::uint64_t>(status.st_size);
}

std::optional<Order> Source::next() {
  const std::lock_guard lock(mutex_);
  while (!stop_.requested() && next_line())
    if (auto transfer = take()) return Order{lines_, std::move(*transfer)};
  return std::nullopt;
}

std::optional<Transfer> Source::take() {
  if (lines_ == 1 && line_.starts_with("\xEF\xBB\xBF")) line_.erase(0, 3);
  if (lines_ == 1 && line_ == header_line) return std::nullopt;
  auto transfer = parse_transfer(line_);
  if (!transfer) {
    malformed_.push_back({lines_, std::move(transfer.error())});
    return std::nullopt;
  }
  if (const auto [first, is_new] = line_of_id_.try_emplace(transfer->id, lines_); !is_new) {
    malformed_.push_back(
        {lines_, "the id " + quoted(transfer->id) + " was used on line " + std::to_string(first->second)});
    return std::nullopt;
  }
  return std::move(*transfer);
}

std::optional<std::uint64_t> Source::count_rest() {
  const std::lock_guard lock(mutex_);
  if (size_bytes_ == 0) return std::nullopt;
  heeds_stop_ = false;
  std::uint64_t rest = 0;
  while (next_line()) ++rest;
  lines_ -= rest;
  return rest;
}

// A line of any length, but no more of it is kept than is needed to see that it is too long. A last line without its
// newline is one as well, unless a stop or a failure cut it off.
bool Source::next_line() {
  line_.clear();
  for (bool whole = false, any = false; !whole; any = true) {
    if (at_ == end_ && !fill()) {
      if (!ended_ || !any) return false;
      break;
    }
    const char* const begin = buffer_.data() + at_;
    const char* const end = buffer_.data() + end_;
    const char* const newline = std::find(begin, end, '\n');
    line_.append(begin, std::min(static_cast<std::size_t>(newline - begin), longest_line + 1 - line_.size()));
    whole = newline != end;
    const std::size_t taken = static_cast<std::size_t>(newline - begin) + (whole ? 1 : 0);
    at_ += taken;
    taken_bytes_.fetch_add(taken, std::memory_order_relaxed);
  }
  if (line_.ends_with('\r')) line_.pop_back();
  ++lines_;
  return true;
}

bool Source::fill() {
  if (ended_ || error_ || (heeds_stop_ && !stop_.wait_to_read(file_.fd))) return false;
  ssize_t got = 0;
  do got = ::read(file_.fd, buffer_.data(), buffer_.size());
  while (got < 0 && errno == EINTR);
  if (got < 0) error_ = std::string("reading the input failed: ") + std::strerror(errno);
  ended_ = got == 0;
  at_ = 0;
  end_ = got > 0 ? static_cast<std::size_t>(got) : 0;
  return got > 0;
}

}  // namespace bank
