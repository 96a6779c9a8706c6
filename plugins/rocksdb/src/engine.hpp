// RocksDB, and what keeps it from doing harm when a call throws. It is not made for that (there was no memory): it has
// locked what it will not unlock and counted what it will not count back, and ends the process at the next call or when
// it is closed. So from then on it is left alone: no call reaches it, nothing of its folder changes, and instead of
// being closed it is kept for ever, without its lock on the folder, so that the store can be opened again.
#pragma once

#include "fail_stop_files.hpp"
#include "logger.hpp"

#include <eventcore/plugin/export.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <rocksdb/db.h>
#include <rocksdb/listener.h>

namespace ec::rocks {

class Engine {
 public:
  // A background job failed.
  using Failed = std::function<void(const rocksdb::Status&)>;

  Engine(const plugin::Host& host, Failed failed);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine();

  // Environment, logger and listener are put into the options.
  rocksdb::Status open(rocksdb::DBOptions options, const std::string& path,
                       const std::vector<rocksdb::ColumnFamilyDescriptor>& families, bool read_only);
  const std::vector<rocksdb::ColumnFamilyHandle*>& families() const { return parts_->families; }

  // call(rocksdb::DB&). Throws EC_UNAVAILABLE when an earlier one has thrown.
  template <class Call>
  auto use(Call&& call) const {
    check_usable();
    return watch([&] { return call(*parts_->db); });
  }
  // Any other call on something that came from it.
  template <class Call>
  auto watch(Call&& call) const {
    try {
      return call();
    } catch (...) {
      lose();
      throw;
    }
  }

  // Nothing in the folder changes from now on. False when that was so already.
  bool stop() const noexcept { return parts_->files->stop(); }
  bool stopped() const noexcept { return parts_->files->stopped(); }

 private:
  class Listener;
  struct Parts {
    std::shared_ptr<FailStopFiles> files = std::make_shared<FailStopFiles>();
    std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(files);
    std::shared_ptr<HostLogger> logger;
    std::shared_ptr<Listener> listener;
    std::unique_ptr<rocksdb::DB> db;
    std::vector<rocksdb::ColumnFamilyHandle*> families;
    Parts* next = nullptr;
  };

  void check_usable() const;
  void lose() const noexcept;
  void abandon() noexcept;

  std::unique_ptr<Parts> parts_ = std::make_unique<Parts>();
  mutable std::atomic<bool> lost_{false};
};

}  // namespace ec::rocks
