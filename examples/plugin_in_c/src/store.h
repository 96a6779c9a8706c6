/* The store, and what its files share.
 *
 * Everything is in memory. One mutex guards all that changes. An event never changes and stays until the store is
 * closed, so cursors lend events without a copy of their bytes, and filters look at them without the lock. No code of
 * the host (ec_call.cancelled, ec_host.log) runs while the mutex is held. */
#ifndef PLUGIN_IN_C_STORE_H
#define PLUGIN_IN_C_STORE_H

#include "map.h"

#include <eventcore/abi/extensions.h>
#include <eventcore/abi/plugin.h>

#include <pthread.h>

/* Element `index` of an array that travels with a stride: the other side may know longer elements. */
#define ELEMENT(type, first, stride, index) ((type*)(void*)((char*)(void*)(first) + (index) * (stride)))
#define CONST_ELEMENT(type, first, stride, index) \
  ((const type*)(const void*)((const char*)(const void*)(first) + (index) * (stride)))

/* Events given in one batch. */
enum { BATCH_EVENTS = 256 };

/* An event, and for which expectation of its append it came. Its bytes lie behind it in the same block. */
typedef struct stored_event {
  ec_event event;
  uint32_t expect_index;
} stored_event;

typedef struct event_list {
  const stored_event** items;
  size_t count;
  size_t capacity;
} event_list;

/* One without events is as good as absent. */
typedef struct stream {
  map_entry entry; /* the key is the stream's id */
  event_list events;
} stream;

struct ec_backend {
  uint64_t max_payload;
  ec_uuid store_id;

  pthread_mutex_t mutex; /* guards what stands below */
  pthread_cond_t moved;  /* the head has moved, or somebody interrupted */
  uint64_t interrupts;
  event_list events; /* the event at position {0, n} is item n - 1 */
  map streams;
  map commits; /* append.c */
  map checkpoints;
  map leases;
  map snapshots;
  uint64_t last_etag;
};

/* store.c */
ec_status store_open(uint64_t max_payload, ec_backend** store, ec_error* error);
void store_close(ec_backend* self);
ec_status store_info(ec_backend* self, ec_info* info, ec_error* error);
ec_status store_head(ec_backend* self, const ec_call* call, ec_position* head, ec_error* error);
stream* store_find_stream(const ec_backend* self, ec_str id);
/* Room for `more` events; 0 when memory is out. */
int event_list_reserve(event_list* self, size_t more);
int has_prefix(ec_str text, ec_str prefix);

/* append.c */
ec_status store_append(ec_backend* self, const ec_append* appends, size_t append_stride, ec_outcome* outcomes,
                       size_t outcome_stride, size_t count, const ec_call* call, ec_error* error);
void commit_clear(void* commit);

/* A cursor of any kind; read.c and read_all.c make them, each with what it needs behind this. */
struct ec_cursor {
  ec_status (*next)(ec_cursor* self, const ec_call* call, ec_batch* batch, ec_error* error);
  void (*close)(ec_cursor* self);
};

/* read.c, read_all.c, list_streams.c */
ec_status store_read(ec_backend* self, const ec_read* request, const ec_call* call, ec_cursor** cursor,
                     ec_error* error);
ec_status store_read_all(ec_backend* self, const ec_read_all* request, const ec_call* call, ec_cursor** cursor,
                         ec_error* error);
ec_status store_list_streams(ec_backend* self, const ec_list* request, const ec_call* call, ec_stream_cursor** cursor,
                             ec_error* error);
ec_status stream_cursor_next(ec_stream_cursor* self, const ec_call* call, ec_stream_batch* batch, ec_error* error);
void stream_cursor_close(ec_stream_cursor* self);

/* checkpoints.c, leases.c, snapshots.c, notify.c */
extern const ec_checkpoint_api checkpoint_api;
extern const ec_lease_api lease_api;
extern const ec_snapshot_api snapshot_api;
extern const ec_notify_api notify_api;
/* With the mutex held: EC_OK, or EC_FENCED when a higher fence was ever granted for the name. */
ec_status check_fence(const ec_backend* self, ec_str name, uint64_t fence, ec_error* error);
void lease_clear(void* lease);
void snapshot_clear(void* snapshot);

#endif
