// The extensions as the host calls them: looked up once at open, refused in words where the backend lacks them.
#include "names.hpp"
#include "requests.hpp"
#include "store.hpp"

#include <eventcore/plugin/strided.hpp>

#include <string>

using ec::core::check_bytes;
using ec::core::check_name;
using ec::core::checked;
using ec::core::guard_call;
using ec::plugin::Failure;
using ec::plugin::view;

namespace {

template <class Table>
const Table& need(const ec_store* store, const Table* table, const char* what) {
  if (table == nullptr)
    throw Failure(EC_UNSUPPORTED, "plugin '" + std::string(view(store->plugin.name)) + "' has no " + what);
  return *table;
}

const ec_checkpoint_api& checkpoints(const ec_store* store, ec_str name) {
  check_name(checked(name, "checkpoint name"), "checkpoint name");
  return need(store, store->checkpoints, "checkpoints");
}

const ec_lease_api& leases(const ec_store* store, ec_str name) {
  check_name(checked(name, "lease name"), "lease name");
  return need(store, store->leases, "leases");
}

const ec_snapshot_api& snapshots(const ec_store* store, ec_str name) {
  check_name(checked(name, "snapshot name"), "snapshot name");
  return need(store, store->snapshots, "snapshots");
}

void check_ttl(std::uint64_t ttl_ms) {
  if (ttl_ms == 0) throw Failure(EC_INVALID, "a lease needs a time of at least 1 ms");
}

}  // namespace

extern "C" {

ec_status ec_store_checkpoint_load(ec_store* store, ec_str name, const ec_call* call, ec_position* position,
                                   ec_error* error) {
  return guard_call(store, error,
                    [&] { return checkpoints(store, name).load(store->backend, name, call, position, error); });
}

ec_status ec_store_checkpoint_save(ec_store* store, ec_str name, ec_position position, uint64_t fence,
                                   const ec_call* call, ec_error* error) {
  return guard_call(store, error,
                    [&] { return checkpoints(store, name).save(store->backend, name, position, fence, call, error); });
}

ec_status ec_store_checkpoint_remove(ec_store* store, ec_str name, uint64_t fence, const ec_call* call,
                                     ec_error* error) {
  return guard_call(store, error,
                    [&] { return checkpoints(store, name).remove(store->backend, name, fence, call, error); });
}

ec_status ec_store_lease_acquire(ec_store* store, ec_str name, ec_str holder, uint64_t ttl_ms, const ec_call* call,
                                 uint64_t* fence, ec_error* error) {
  return guard_call(store, error, [&] {
    check_name(checked(holder, "lease holder"), "lease holder");
    check_ttl(ttl_ms);
    return leases(store, name).acquire(store->backend, name, holder, ttl_ms, call, fence, error);
  });
}

ec_status ec_store_lease_renew(ec_store* store, ec_str name, uint64_t fence, uint64_t ttl_ms, const ec_call* call,
                               ec_error* error) {
  return guard_call(store, error, [&] {
    check_ttl(ttl_ms);
    return leases(store, name).renew(store->backend, name, fence, ttl_ms, call, error);
  });
}

ec_status ec_store_lease_release(ec_store* store, ec_str name, uint64_t fence, const ec_call* call, ec_error* error) {
  return guard_call(store, error,
                    [&] { return leases(store, name).release(store->backend, name, fence, call, error); });
}

ec_status ec_store_snapshot_load(ec_store* store, ec_str name, const ec_call* call, ec_blob** blob, ec_bytes* bytes,
                                 uint64_t* etag, ec_error* error) {
  return guard_call(store, error,
                    [&] { return snapshots(store, name).load(store->backend, name, call, blob, bytes, etag, error); });
}

void ec_store_snapshot_release(ec_store* store, ec_blob* blob) {
  if (blob != nullptr) store->snapshots->release_blob(blob);
}

ec_status ec_store_snapshot_save(ec_store* store, ec_str name, ec_bytes bytes, uint64_t expected_etag,
                                 const ec_call* call, uint64_t* etag, ec_error* error) {
  return guard_call(store, error, [&] {
    check_bytes(bytes.data, bytes.size, "snapshot");
    return snapshots(store, name).save(store->backend, name, bytes, expected_etag, call, etag, error);
  });
}

ec_status ec_store_snapshot_remove(ec_store* store, ec_str name, uint64_t expected_etag, const ec_call* call,
                                   ec_error* error) {
  return guard_call(store, error,
                    [&] { return snapshots(store, name).remove(store->backend, name, expected_etag, call, error); });
}

ec_status ec_store_wait(ec_store* store, ec_position after, const ec_call* call, ec_position* head, ec_error* error) {
  return guard_call(store, error, [&] {
    return need(store, store->notify, "notification").wait(store->backend, after, call, head, error);
  });
}

void ec_store_interrupt(ec_store* store) {
  if (store->notify != nullptr) store->notify->interrupt(store->backend);
}

}  // extern "C"
