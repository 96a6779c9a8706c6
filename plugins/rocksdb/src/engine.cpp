#include "engine.hpp"

#include <utility>

namespace ec::rocks {

namespace {

// Where what was abandoned is kept: it can still be reached by threads of its own.
std::atomic<void*> abandoned{nullptr};

}  // namespace

// RocksDB refuses writes itself after most errors of the background; this makes it always.
class Engine::Listener final : public rocksdb::EventListener {
 public:
  explicit Listener(Failed failed) : failed_(std::move(failed)) {}
  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* status) override {
    const std::scoped_lock lock(mutex_);
    if (failed_) failed_(*status);
  }
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status, bool* auto_recovery) override {
    *auto_recovery = false;
  }
  void detach() noexcept {
    const std::scoped_lock lock(mutex_);
    failed_ = nullptr;
  }

 private:
  std::mutex mutex_;
  Failed failed_;
};

Engine::Engine(const plugin::Host& host, Failed failed) {
  parts_->logger = std::make_shared<HostLogger>(host);
  parts_->listener = std::make_shared<Listener>(std::move(failed));
}

Engine::~Engine() {
  if (lost_) {
    abandon();
    return;
  }
  for (rocksdb::ColumnFamilyHandle* handle : parts_->families) parts_->db->DestroyColumnFamilyHandle(handle);
  if (parts_->db) parts_->db->Close().PermitUncheckedError();
}

rocksdb::Status Engine::open(rocksdb::DBOptions options, const std::string& path,
                             const std::vector<rocksdb::ColumnFamilyDescriptor>& families, bool read_only) {
  options.env = parts_->env.get();
  options.info_log = parts_->logger;
  options.listeners.push_back(parts_->listener);
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = watch([&] {
    return read_only ? rocksdb::DB::OpenForReadOnly(options, path, families, &parts_->families, &db)
                     : rocksdb::DB::Open(options, path, families, &parts_->families, &db);
  });
  parts_->db.reset(db);
  return status;
}

void Engine::check_usable() const {
  if (lost_)
    throw plugin::Failure(EC_UNAVAILABLE, "memory ran out inside RocksDB: close the store and open it again",
                          "MemoryLimit");
}

void Engine::lose() const noexcept {
  lost_ = true;
  stop();
}

void Engine::abandon() noexcept {
  parts_->listener->detach();
  parts_->logger->detach();
  parts_->files->unlock();
  Parts* const parts = parts_.release();
  parts->next = static_cast<Parts*>(abandoned.exchange(parts));
}

}  // namespace ec::rocks
