// A floor under the head: the highest position that is known to have been acknowledged, in a small file of its own.
//
// When the end of RocksDB's log is damaged, recovery cannot tell an append that was acknowledged from one that a crash
// cut off, and drops both. So the acknowledged head is written down here, synced, a moment after it moved
// (write_interval) and at closing. A database that ends below its floor has lost acknowledged events and is not opened.
#pragma once

#include <eventcore/abi/base.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <thread>

namespace ec::rocks {

// What the file says.
struct FloorFile {
  ec_uuid store_id{};
  std::uint64_t position = 0;

  // Nothing is known of another store than the file's.
  std::uint64_t position_of(const ec_uuid& store) const {
    return std::memcmp(&store, &store_id, sizeof store) == 0 ? position : 0;
  }
};

class Floor {
 public:
  static constexpr const char* file_name = "EVENTCORE-FLOOR";

  // Of no store and at 0 when there is no file in this folder or it cannot be read.
  static FloorFile read(const std::filesystem::path& folder);

  // Keeps the file in step with `head`, in a thread of its own, until it is destroyed. Failures are ignored: the floor
  // is then lower than it could be.
  Floor(const std::filesystem::path& folder, const ec_uuid& store_id, const std::atomic<std::uint64_t>& head);
  Floor(const Floor&) = delete;
  Floor& operator=(const Floor&) = delete;
  ~Floor();

  // The head is higher now.
  void moved();

 private:
  void keep(const std::stop_token& stop);
  void write();

  const std::filesystem::path file_;
  const ec_uuid store_id_;
  const std::atomic<std::uint64_t>& head_;
  std::uint64_t written_;
  bool named_ = false;  // its name is on stable storage, too
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::atomic<bool> behind_{true};
  std::jthread keeper_;
};

}  // namespace ec::rocks
