#include "fail_stop_files.hpp"

#include <utility>

namespace ec::rocks {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

namespace {

// Needs no memory.
IOStatus refusal() { return IOStatus::IOFenced(); }

// Without direct I/O, recycled logs and pipelined writes RocksDB changes a file by these alone.
class File final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  File(std::unique_ptr<rocksdb::FSWritableFile>&& file, const std::atomic<bool>& stopped)
      : FSWritableFileOwnerWrapper(std::move(file)), stopped_(stopped) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    return stopped_ ? refusal() : FSWritableFileOwnerWrapper::Append(data, options, debug);
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo& verification,
                  IODebugContext* debug) override {
    return stopped_ ? refusal() : FSWritableFileOwnerWrapper::Append(data, options, verification, debug);
  }

 private:
  const std::atomic<bool>& stopped_;
};

IOStatus wrap(const IOStatus& status, std::unique_ptr<rocksdb::FSWritableFile>* file,
              const std::atomic<bool>& stopped) {
  if (status.ok()) *file = std::make_unique<File>(std::move(*file), stopped);
  return status;
}

}  // namespace

IOStatus FailStopFiles::NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* debug) {
  if (stopped_) return refusal();
  return wrap(FileSystemWrapper::NewWritableFile(name, options, file, debug), file, stopped_);
}

IOStatus FailStopFiles::ReopenWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                           std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* debug) {
  if (stopped_) return refusal();
  return wrap(FileSystemWrapper::ReopenWritableFile(name, options, file, debug), file, stopped_);
}

IOStatus FailStopFiles::RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                                   IODebugContext* debug) {
  return stopped_ ? refusal() : FileSystemWrapper::RenameFile(from, to, options, debug);
}

IOStatus FailStopFiles::DeleteFile(const std::string& name, const IOOptions& options, IODebugContext* debug) {
  return stopped_ ? refusal() : FileSystemWrapper::DeleteFile(name, options, debug);
}

IOStatus FailStopFiles::LockFile(const std::string& name, const IOOptions& options, rocksdb::FileLock** lock,
                                 IODebugContext* debug) {
  const IOStatus status = FileSystemWrapper::LockFile(name, options, lock, debug);
  if (status.ok()) lock_ = *lock;
  return status;
}

IOStatus FailStopFiles::UnlockFile(rocksdb::FileLock* lock, const IOOptions& options, IODebugContext* debug) {
  lock_ = nullptr;
  return FileSystemWrapper::UnlockFile(lock, options, debug);
}

void FailStopFiles::unlock() noexcept {
  if (rocksdb::FileLock* lock = lock_.exchange(nullptr))
    FileSystemWrapper::UnlockFile(lock, {}, nullptr).PermitUncheckedError();
}

}  // namespace ec::rocks
