#include "guard_plugin.hpp"
#include "log.hpp"
#include "snapshot.hpp"
#include "snapshot_writer.hpp"
#include "state_cache.hpp"

#include <eventcore/plugin/append.hpp>
#include <eventcore/plugin/call.hpp>

#include <algorithm>
#include <system_error>
#include <utility>

namespace ec::core {

namespace {

constexpr std::size_t most_waiting = 64;
constexpr std::size_t most_waiting_bytes = 64 * 1024 * 1024;
constexpr std::uint64_t write_ns = 10'000'000'000;
constexpr std::uint64_t stop_ns = 1'000'000'000;

class Loaded {
 public:
  explicit Loaded(const ec_snapshot_api& api) : api_(api) {}
  Loaded(const Loaded&) = delete;
  Loaded& operator=(const Loaded&) = delete;
  ~Loaded() {
    if (blob_ != nullptr) api_.release_blob(blob_);
  }
  ec_status load(ec_backend* backend, const std::string& name, const ec_call& call, ec_error& error) {
    return api_.load(backend, plugin::str(name), &call, &blob_, &bytes, &etag, &error);
  }
  ec_bytes bytes{};
  std::uint64_t etag = 0;

 private:
  const ec_snapshot_api& api_;
  ec_blob* blob_ = nullptr;
};

}  // namespace

void SnapshotWriter::add(SnapshotToWrite snapshot) noexcept {
  try {
    const std::scoped_lock lock(mutex_);
    if (stopping_) return;
    const std::size_t bytes = snapshot.state.size();
    const auto same = std::ranges::find(waiting_, snapshot.name, &SnapshotToWrite::name);
    if (same != waiting_.end()) {
      snapshot.replaces = snapshot.replaces || same->replaces;
      waiting_bytes_ += bytes - same->state.size();
      *same = std::move(snapshot);
    } else if (waiting_.empty() || (waiting_.size() < most_waiting && waiting_bytes_ + bytes <= most_waiting_bytes)) {
      waiting_.push_back(std::move(snapshot));
      waiting_bytes_ += bytes;
    }
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  } catch (const std::bad_alloc&) {
    return;
  } catch (const std::system_error&) {
    return;  // no thread is to be had; the next one tries again
  }
  changed_.notify_one();
}

void SnapshotWriter::stop() noexcept {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    over_ns_ = plugin::monotonic_ns() + stop_ns;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void SnapshotWriter::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty() || is_over(this) != 0) return;
    const SnapshotToWrite snapshot = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_bytes_ -= snapshot.state.size();
    lock.unlock();
    write(snapshot);
    lock.lock();
  }
}

int SnapshotWriter::is_over(void* self) {
  const std::uint64_t over_ns = static_cast<const SnapshotWriter*>(self)->over_ns_;
  return over_ns != 0 && plugin::monotonic_ns() >= over_ns ? 1 : 0;
}

void SnapshotWriter::write(const SnapshotToWrite& snapshot) {
  const ec_call call{sizeof call, 0, plugin::monotonic_ns() + write_ns, this, is_over, {}};
  ec_error error = EC_ERROR_INIT;
  const ec_status status = guard_plugin(&error, [&] { return replace(snapshot, call, error); });
  const bool failed = status != EC_OK && status != EC_CONFLICT;  // another process was faster
  if (failed && !failing_ && is_over(this) == 0) {
    host_.secrets().redact(error);
    // Without memory for it there is no line.
    (void)plugin::guard(
        nullptr, [&] { log(EC_LOG_WARNING, "snapshot '" + snapshot.name + "' was not written: " + error.message); });
  }
  failing_ = failed;
}

// An older one does not take a newer one's place; anything else that is there does not stand in the way.
ec_status SnapshotWriter::replace(const SnapshotToWrite& snapshot, const ec_call& call, ec_error& error) {
  const SnapshotKey key{snapshot.store_id, snapshot.version, snapshot.key, snapshot.versions.size()};
  std::uint64_t etag = 0;
  {
    Loaded loaded(*api_);
    const ec_status status = loaded.load(backend_, snapshot.name, call, error);
    if (status != EC_OK && status != EC_NOT_FOUND) return status;
    if (status == EC_OK) {
      const auto present = decode(key, plugin::view(loaded.bytes));
      if (!snapshot.replaces && present && !is_older(present->versions, snapshot.versions)) return EC_OK;
      etag = loaded.etag;
    }
  }
  const bool is_first = etag == 0;
  error = EC_ERROR_INIT;
  const std::string encoded = encode(key, {snapshot.versions, snapshot.last, snapshot.state});
  const ec_status saved =
      api_->save(backend_, plugin::str(snapshot.name), plugin::bytes(encoded), etag, &call, &etag, &error);
  if (saved == EC_OK && is_first && !snapshot.older_name.empty()) remove(snapshot.older_name, call);
  return saved;
}

void SnapshotWriter::remove(const std::string& name, const ec_call& call) {
  ec_error ignored = EC_ERROR_INIT;
  Loaded loaded(*api_);
  if (loaded.load(backend_, name, call, ignored) == EC_OK)
    api_->remove(backend_, plugin::str(name), loaded.etag, &call, &ignored);
}

}  // namespace ec::core
