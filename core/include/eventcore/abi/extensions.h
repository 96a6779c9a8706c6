/* eventcore ABI, extensions: tables that a backend may have or lack, each found by its id through get_extension.
 *
 * Names of checkpoints, leases and snapshots are 1 to 255 bytes of UTF-8 without control characters. What these tables
 * store is as durable as the store's events.
 *
 *   const ec_lease_api *leases_of(const ec_store_api *api, ec_backend *backend) {
 *     return (const ec_lease_api *)api->get_extension(backend, EC_EXT_LEASE); // NULL: it has none
 *   }
 */
#ifndef EVENTCORE_ABI_EXTENSIONS_H
#define EVENTCORE_ABI_EXTENSIONS_H

#include <eventcore/abi/event_store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- checkpoints: how far a reader has come --------------------------------------------------------------------- */

#define EC_EXT_CHECKPOINT "eventcore.checkpoint/1"

/* load:   EC_NOT_FOUND when none was saved under that name; any other failure is not "none".
 * save:   `fence` is that of the lease of the same name, 0 when the caller holds none. EC_FENCED when a higher fence
 *         was ever granted for the name; EC_INVALID when the position is above the head: nothing is ahead of the
 *         store. A checkpoint may be moved back.
 * remove: EC_OK also when there was none. The fence is checked as in save. */
typedef struct ec_checkpoint_api {
  uint32_t struct_size;
  uint32_t reserved;
  ec_status (*load)(ec_backend* backend, ec_str name, const ec_call* call, ec_position* position, ec_error* error);
  ec_status (*save)(ec_backend* backend, ec_str name, ec_position position, uint64_t fence, const ec_call* call,
                    ec_error* error);
  ec_status (*remove)(ec_backend* backend, ec_str name, uint64_t fence, const ec_call* call, ec_error* error);
} ec_checkpoint_api;

/* ---- leases: one holder at a time, for a time ------------------------------------------------------------------- */

#define EC_EXT_LEASE "eventcore.lease/1"

/* acquire: gives the lease to `holder` for `ttl_ms` (at least 1) if nobody holds it or its time is over, with a fence
 *          higher than any granted for the name before. EC_CONFLICT when another holder has it; the message says who
 *          and for how long. A holder that asks again gets a new fence, and its old one is void.
 * renew:   prolongs to `ttl_ms` from now. EC_FENCED when the fence is not the current one or its time is over.
 * release: ends it. EC_FENCED when the fence is not the current one. The fence is never given again.
 * Fences are as durable as events. Who holds a lease need not outlive the process that has the store open, unless the
 * store promises EC_CAP_SHARED: where one process has it, the holders end with that process. */
typedef struct ec_lease_api {
  uint32_t struct_size;
  uint32_t reserved;
  ec_status (*acquire)(ec_backend* backend, ec_str name, ec_str holder, uint64_t ttl_ms, const ec_call* call,
                       uint64_t* fence, ec_error* error);
  ec_status (*renew)(ec_backend* backend, ec_str name, uint64_t fence, uint64_t ttl_ms, const ec_call* call,
                     ec_error* error);
  ec_status (*release)(ec_backend* backend, ec_str name, uint64_t fence, const ec_call* call, ec_error* error);
} ec_lease_api;

/* ---- snapshots: compare-and-set blobs --------------------------------------------------------------------------- */

#define EC_EXT_SNAPSHOT "eventcore.snapshot/1"

typedef struct ec_blob ec_blob;

/* load:    EC_NOT_FOUND when there is none. The bytes are good until release_blob. `etag` is never 0.
 * save:    stores when the present etag is `expected_etag` (0: there is none), gives the new one; EC_CONFLICT
 *          otherwise.
 * remove:  likewise. An etag is never used twice for a name.
 * read_on: load, and a read of the request's streams behind it, in one round trip and from one view; for backends across
 *          a network, others leave it NULL. Where bytes 16 to 19 of the snapshot hold the number of the request's streams,
 *          big-endian, the versions to read behind stand from byte 24 on, 8 bytes each, big-endian, in the order of the
 *          streams; otherwise, and when there is no snapshot (`blob` is NULL then, and that is no failure), the request
 *          says where to begin. The request is forward and without a limit. Since 1.1. */
typedef struct ec_snapshot_api {
  uint32_t struct_size;
  uint32_t reserved;
  ec_status (*load)(ec_backend* backend, ec_str name, const ec_call* call, ec_blob** blob, ec_bytes* bytes,
                    uint64_t* etag, ec_error* error);
  void (*release_blob)(ec_blob* blob);
  ec_status (*save)(ec_backend* backend, ec_str name, ec_bytes bytes, uint64_t expected_etag, const ec_call* call,
                    uint64_t* etag, ec_error* error);
  ec_status (*remove)(ec_backend* backend, ec_str name, uint64_t expected_etag, const ec_call* call, ec_error* error);
  ec_status (*read_on)(ec_backend* backend, ec_str name, const ec_read* request, const ec_call* call, ec_blob** blob,
                       ec_bytes* bytes, uint64_t* etag, ec_cursor** cursor, ec_error* error);
} ec_snapshot_api;

/* ---- notify: waiting for something new --------------------------------------------------------------------------- */

#define EC_EXT_NOTIFY "eventcore.notify/1"

/* wait:      returns when the head is above `after`, with the head. EC_TIMEOUT at the deadline, EC_CANCELLED when the
 *            call was cancelled or interrupt was called while it waited.
 * interrupt: ends every wait that is under way. */
typedef struct ec_notify_api {
  uint32_t struct_size;
  uint32_t reserved;
  ec_status (*wait)(ec_backend* backend, ec_position after, const ec_call* call, ec_position* head, ec_error* error);
  void (*interrupt)(ec_backend* backend);
} ec_notify_api;

#ifdef __cplusplus
}
#endif
#endif
