// The files of the database, as RocksDB sees them: once the store is stopped, nothing in its folder changes any more.
//
// RocksDB goes on working after a write that failed. What it still has in its buffers goes to disk at closing, after an
// exception a second time, and then it cannot read its own log: it ends the process that opens it.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include <rocksdb/file_system.h>

namespace ec::rocks {

class FailStopFiles final : public rocksdb::FileSystemWrapper {
 public:
  FailStopFiles() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "FailStopFiles"; }

  // False when it was stopped already.
  bool stop() noexcept { return !stopped_.exchange(true); }
  bool stopped() const noexcept { return stopped_.load(); }
  // Gives the lock on the folder back, if RocksDB has it. It must not ask for that itself any more.
  void unlock() noexcept;

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* file,
                                       rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& name, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus LockFile(const std::string& name, const rocksdb::IOOptions& options, rocksdb::FileLock** lock,
                             rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus UnlockFile(rocksdb::FileLock* lock, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;

 private:
  std::atomic<bool> stopped_{false};
  std::atomic<rocksdb::FileLock*> lock_{nullptr};
};

}  // namespace ec::rocks
