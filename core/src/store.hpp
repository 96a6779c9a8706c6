// What stands behind an ec_store: an open backend, its tables, and what the core adds to it.
#pragma once

#include "first_release.hpp"
#include "group_commit.hpp"
#include "guard_plugin.hpp"
#include "hot_streams.hpp"
#include "in_flight.hpp"
#include "log.hpp"
#include "snapshot_writer.hpp"

#include <eventcore/abi/eventcore.h>
#include <eventcore/plugin/failure.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

struct ec_store {
  ec_store(const ec_plugin& from, std::shared_ptr<const ec::core::PluginHost> for_plugin, ec_backend* opened,
           const ec_info& said, ec::core::GroupCommit::Limits limits)
      : plugin(from),
        host(std::move(for_plugin)),
        api(*from.api),
        backend(opened),
        info(said),
        group_commit(api, backend, limits),
        checkpoints(extension<ec_checkpoint_api>(EC_EXT_CHECKPOINT)),
        leases(extension<ec_lease_api>(EC_EXT_LEASE)),
        snapshots(extension<ec_snapshot_api>(EC_EXT_SNAPSHOT)),
        notify(extension<ec_notify_api>(EC_EXT_NOTIFY)),
        snapshot_writer(snapshots, backend, *host) {}
  ec_store(const ec_store&) = delete;
  ec_store& operator=(const ec_store&) = delete;
  ~ec_store() {
    in_flight_made_.reset();
    snapshot_writer.stop();
    api.close(backend);
  }

  // Tells it from any other of this process, also from one that was opened on the same data before or after it.
  const std::uint64_t serial = next_serial();

  const ec_plugin& plugin;
  const std::shared_ptr<const ec::core::PluginHost> host;
  const ec_store_api& api;
  ec_backend* const backend;
  const ec_info info;
  ec::core::GroupCommit group_commit;
  ec::core::HotStreams hot_streams;
  // Null where the backend lacks them.
  const ec_checkpoint_api* const checkpoints;
  const ec_lease_api* const leases;
  const ec_snapshot_api* const snapshots;
  // ec_snapshot_api::read_on, which came later and which not every backend has.
  decltype(ec_snapshot_api::read_on) read_on() const {
    return snapshots != nullptr ? ec::plugin::known(*snapshots).read_on : nullptr;
  }
  const ec_notify_api* const notify;
  ec::core::SnapshotWriter snapshot_writer;

  // Made when it is first needed. Throws std::system_error where no threads are to be had.
  ec::core::InFlight& in_flight() {
    if (ec::core::InFlight* const made = in_flight_.load(std::memory_order_acquire)) return *made;
    const std::scoped_lock lock(in_flight_mutex_);
    if (in_flight_made_ == nullptr) in_flight_made_ = std::make_unique<ec::core::InFlight>(group_commit);
    in_flight_.store(in_flight_made_.get(), std::memory_order_release);
    return *in_flight_made_;
  }

 private:
  std::mutex in_flight_mutex_;
  std::unique_ptr<ec::core::InFlight> in_flight_made_;
  std::atomic<ec::core::InFlight*> in_flight_{nullptr};

  static std::uint64_t next_serial() {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
  }
  template <class Table>
  const Table* extension(const char* id) const {
    using ec::core::first_size;
    const auto* table = static_cast<const Table*>(api.get_extension(backend, id));
    return table != nullptr && table->struct_size >= first_size<Table> && complete(*table) ? table : nullptr;
  }
  static bool complete(const ec_checkpoint_api& table) { return table.load && table.save && table.remove; }
  static bool complete(const ec_lease_api& table) { return table.acquire && table.renew && table.release; }
  static bool complete(const ec_snapshot_api& table) {
    return table.load && table.release_blob && table.save && table.remove;
  }
  static bool complete(const ec_notify_api& table) { return table.wait && table.interrupt; }
};

namespace ec::core {

// Like plugin::guard, for bodies that give a status themselves.
template <class Body>
ec_status guard_status(ec_error* error, Body&& body) noexcept {
  try {
    return body();
  } catch (...) {
    return plugin::set_error_from_exception(error);
  }
}

// The same for a call on a store and its plugin: no secret of its configuration leaves in the error's message.
template <class Body>
ec_status guard_call(const ec_store* store, ec_error* error, Body&& body) noexcept {
  const ec_status status = guard_plugin(error, std::forward<Body>(body));
  if (status != EC_OK && error != nullptr) store->host->secrets().redact(*error);
  return status;
}

}  // namespace ec::core
