#include "floor.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <fcntl.h>
#include <string_view>
#include <unistd.h>

#ifndef XXH_INLINE_ALL
#define XXH_INLINE_ALL
#endif
#include <xxhash.h>

namespace ec::rocks {

namespace {

constexpr auto write_interval = std::chrono::milliseconds(100);

// 8 bytes that say what it is, the store's id, the position, a checksum of all that; numbers as this machine has them.
struct Content {
  std::array<char, 8> magic{'E', 'C', 'F', 'L', 'O', 'O', 'R', '1'};
  ec_uuid store_id{};
  std::uint64_t position = 0;
  std::uint64_t checksum = 0;

  std::uint64_t sum() const { return XXH3_64bits(this, offsetof(Content, checksum)); }
};
static_assert(sizeof(Content) == 40);

class File {
 public:
  File(const std::filesystem::path& path, int flags) : descriptor_(open(path.c_str(), flags | O_CLOEXEC, 0644)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace

FloorFile Floor::read(const std::filesystem::path& folder) {
  const File file(folder / file_name, O_RDONLY);
  Content content;
  if (file.descriptor() < 0 || pread(file.descriptor(), &content, sizeof content, 0) != sizeof content) return {};
  if (content.magic != Content{}.magic || content.checksum != content.sum()) return {};
  return {content.store_id, content.position};
}

Floor::Floor(const std::filesystem::path& folder, const ec_uuid& store_id, const std::atomic<std::uint64_t>& head)
    : file_(folder / file_name),
      store_id_(store_id),
      head_(head),
      written_(read(folder).position_of(store_id)),
      keeper_([this](const std::stop_token& stop) { keep(stop); }) {}

Floor::~Floor() {
  keeper_.request_stop();
  keeper_.join();
  write();
}

void Floor::moved() {
  if (behind_.exchange(true)) return;
  const std::scoped_lock lock(mutex_);
  wake_.notify_one();
}

void Floor::keep(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (wake_.wait(lock, stop, [this] { return behind_.load(); })) {
    wake_.wait_for(lock, stop, write_interval, [&] { return stop.stop_requested(); });
    if (stop.stop_requested()) return;
    behind_ = false;
    lock.unlock();
    write();
    lock.lock();
  }
}

// In place: 40 bytes within one sector are written whole or not at all, and nothing needs room on a full disk.
void Floor::write() {
  Content content;
  content.store_id = store_id_;
  content.position = head_.load();
  if (content.position == written_) return;
  content.checksum = content.sum();
  const File file(file_, O_WRONLY | O_CREAT);
  if (file.descriptor() < 0) return;
  if (pwrite(file.descriptor(), &content, sizeof content, 0) != sizeof content) return;
  if (fdatasync(file.descriptor()) != 0) return;
  if (!named_) {
    const File folder(file_.parent_path(), O_RDONLY | O_DIRECTORY);
    if (folder.descriptor() < 0 || fsync(folder.descriptor()) != 0) return;
    named_ = true;
  }
  written_ = content.position;
}

}  // namespace ec::rocks
