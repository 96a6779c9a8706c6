// bench_fdatasync: how often a second this disk takes an append that is then synced, one at a time: the limit of every
// durable store with one client. Written as RocksDB writes its log: appended, space reserved ahead, fdatasync.
#include "timing.hpp"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <unistd.h>

namespace {

// Removed at the end.
class Log {
 public:
  explicit Log(std::string path)
      : path_(std::move(path)), file_(open(path_.c_str(), O_CREAT | O_EXCL | O_WRONLY, 0600)) {}
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log() {
    if (file_ < 0) return;
    close(file_);
    unlink(path_.c_str());
  }
  bool opened() const { return file_ >= 0; }

  bool append_synced(const std::string& record) {
    constexpr off_t reserved_at_once = off_t{64} * 1024 * 1024;
    const auto size = static_cast<off_t>(record.size());
    if (size_ + size > reserved_) {
      if (fallocate(file_, FALLOC_FL_KEEP_SIZE, reserved_, reserved_at_once) != 0 && errno != EOPNOTSUPP) return false;
      reserved_ += reserved_at_once;
    }
    size_ += size;
    return write(file_, record.data(), record.size()) == static_cast<ssize_t>(record.size()) && fdatasync(file_) == 0;
  }

 private:
  const std::string path_;
  const int file_;
  off_t size_ = 0;
  off_t reserved_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Appends and fdatasync, one after the other; prints one line of JSON");
  std::string folder;
  std::size_t bytes = 700;
  double seconds = 2;
  app.add_option("--dir", folder, "where the file is made")->required()->check(CLI::ExistingDirectory);
  app.add_option("--bytes", bytes, "of one append")->check(CLI::Range(1, 16'000'000))->capture_default_str();
  app.add_option("--seconds", seconds, "of measuring")->check(CLI::PositiveNumber)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  Log log(folder + "/bench_fdatasync." + std::to_string(getpid()));
  const std::string record(bytes, 'r');
  if (log.opened() && bench::time_and_print(seconds, [&] { return log.append_synced(record); })) return 0;
  std::fprintf(stderr, "bench_fdatasync: %s: %s\n", folder.c_str(), std::strerror(errno));
  return 1;
}
