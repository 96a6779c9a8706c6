// Writes snapshots behind the executions that made them, on a thread of its own, which begins with the first one. It is
// a cache that is filled: what cannot be written is left, with a line in the log.
#pragma once

#include "snapshot.hpp"

#include <eventcore/abi/extensions.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace ec::core {

class PluginHost;

struct SnapshotToWrite {
  std::string name;
  std::string older_name;  // of the version before, which ends with the first of this one; empty: there is none
  std::string key;
  std::uint32_t version = 0;  // of the state's shape
  ec_uuid store_id{};
  std::vector<std::uint64_t> versions;
  LastEvent last;
  std::string state;
  bool replaces = false;  // what is there was found to be no good, whatever it says of itself
};

// add() from any number of threads.
class SnapshotWriter {
 public:
  // `api` may be null: then nothing may be added.
  SnapshotWriter(const ec_snapshot_api* api, ec_backend* backend, const PluginHost& host)
      : api_(api), backend_(backend), host_(host) {}
  SnapshotWriter(const SnapshotWriter&) = delete;
  SnapshotWriter& operator=(const SnapshotWriter&) = delete;
  ~SnapshotWriter() { stop(); }

  // Takes the place of one of the same name that still waits. Drops it when too many bytes wait, or without memory.
  void add(SnapshotToWrite snapshot) noexcept;

  // Writes what waits, for a second at the most, and ends the thread. Nothing may be added any more.
  void stop() noexcept;

 private:
  void run();
  void write(const SnapshotToWrite& snapshot);
  ec_status replace(const SnapshotToWrite& snapshot, const ec_call& call, ec_error& error);
  void remove(const std::string& name, const ec_call& call);
  static int is_over(void* self);

  const ec_snapshot_api* const api_;
  ec_backend* const backend_;
  const PluginHost& host_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<SnapshotToWrite> waiting_;
  std::size_t waiting_bytes_ = 0;
  bool stopping_ = false;
  std::atomic<std::uint64_t> over_ns_{0};  // when a write that is under way is given up; 0: not yet
  bool failing_ = false;                   // so that one failure after the other is one line
  std::thread thread_;
};

}  // namespace ec::core
