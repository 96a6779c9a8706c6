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
constexpr std::uint64_t write_ns = 10'000'000'000;
constexpr std::uint64_t stop_ns = 1'000'000'000;

}  // namespace

void SnapshotWriter::add(SnapshotToWrite snapshot) noexcept {
  try {
    const std::scoped_lock lock(mutex_);
    if (stopping_) return;
    const auto same = std::ranges::find(waiting_, snapshot.name, &SnapshotToWrite::name);
    if (same != waiting_.end()) {
      snapshot.replaces = snapshot.replaces || same->replaces;
      *same = std::move(snapshot);
    } else if (waiting_.size() < most_waiting) {
      waiting_.push_back(std::move(snapshot));
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
    lock.unlock();
    write(snapshot);
    lock.lock();
  }
}

int SnapshotWriter::is_over(void* self) {
  const std::uint64_t over_ns = static_cast<const SnapshotWriter*>(self)->over_ns_;
  return over_ns != 0 && plugin::monotonic_ns() >= over_ns ? 1 : 0;
}

// An older one does not take a newer one's place; anything else that is there does not stand in the way.
void SnapshotWriter::write(const SnapshotToWrite& snapshot) {
  const ec_call call{sizeof call, 0, plugin::monotonic_ns() + write_ns, this, is_over, {}};
  ec_error error = EC_ERROR_INIT;
  const ec_status status = guard_plugin(&error, [&]() -> ec_status {
    const SnapshotKey key{snapshot.store_id, snapshot.version, snapshot.key, snapshot.versions.size()};
    const ec_str name = plugin::str(snapshot.name);
    ec_blob* blob = nullptr;
    ec_bytes bytes{};
    std::uint64_t etag = 0;
    const ec_status loaded = api_->load(backend_, name, &call, &blob, &bytes, &etag, &error);
    if (loaded == EC_NOT_FOUND) {
      etag = 0;
    } else if (loaded != EC_OK) {
      return loaded;
    } else {
      const auto present = decode(key, plugin::view(bytes));
      const bool is_newer = !snapshot.replaces && present && !is_older(present->versions, snapshot.versions);
      api_->release_blob(blob);
      if (is_newer) return EC_OK;
    }
    error = EC_ERROR_INIT;
    const std::string encoded = encode(key, {snapshot.versions, snapshot.position, snapshot.state});
    return api_->save(backend_, name, plugin::bytes(encoded), etag, &call, &etag, &error);
  });
  const bool failed = status != EC_OK && status != EC_CONFLICT;  // another process was faster
  if (failed && !failing_ && is_over(this) == 0) {
    host_.secrets().redact(error);
    try {
      log(EC_LOG_WARNING, "snapshot '" + snapshot.name + "' was not written: " + error.message);
    } catch (const std::bad_alloc&) {
    }
  }
  failing_ = failed;
}

}  // namespace ec::core
