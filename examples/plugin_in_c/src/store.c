#define _GNU_SOURCE
#include "call.h"
#include "error.h"
#include "store.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

/* The deadlines of ec_call are on the monotonic clock, so the waits are, too. */
static int make_condition(pthread_cond_t* condition) {
  pthread_condattr_t attributes;
  if (pthread_condattr_init(&attributes) != 0) return 0;
  const int made =
      pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 && pthread_cond_init(condition, &attributes) == 0;
  pthread_condattr_destroy(&attributes);
  return made;
}

ec_status store_open(uint64_t max_payload, ec_backend** store, ec_error* error) {
  ec_backend* self = calloc(1, sizeof *self);
  if (self == NULL) return fail_no_memory(error);
  self->max_payload = max_payload;
  if (getrandom(&self->store_id, sizeof self->store_id, 0) != (ssize_t)sizeof self->store_id) {
    free(self);
    return fail(error, EC_UNAVAILABLE, "the system gives no random bytes for the id of the store");
  }
  pthread_mutex_init(&self->mutex, NULL);
  if (!make_condition(&self->moved)) {
    pthread_mutex_destroy(&self->mutex);
    free(self);
    return fail(error, EC_UNAVAILABLE, "the system gives no condition variable");
  }
  *store = self;
  return EC_OK;
}

static void stream_clear(void* thing) {
  stream* self = thing;
  free(self->events.items);
}

void store_close(ec_backend* self) {
  for (size_t i = 0; i < self->events.count; ++i) free((void*)self->events.items[i]);
  free(self->events.items);
  map_clear(&self->streams, stream_clear);
  map_clear(&self->commits, commit_clear);
  map_clear(&self->checkpoints, NULL);
  map_clear(&self->leases, lease_clear);
  map_clear(&self->snapshots, snapshot_clear);
  pthread_cond_destroy(&self->moved);
  pthread_mutex_destroy(&self->mutex);
  free(self);
}

/* All of these members are in every ec_info there is. One that is added to ec_info later may be set only when
 * info->struct_size says that the caller has it. */
ec_status store_info(ec_backend* self, ec_info* info, ec_error* error) {
  (void)error;
  static const ec_str location = EC_LIT("memory");
  const uint64_t smallest_call = UINT64_C(64) * 1024 * 1024;
  info->capabilities = EC_CAP_DENSE_POSITIONS;
  info->store_id = self->store_id;
  info->max_payload = self->max_payload;
  info->max_metadata = UINT64_C(1024) * 1024;
  info->max_events_per_append = 100000;
  info->max_bytes_per_append = self->max_payload > smallest_call ? self->max_payload : smallest_call;
  info->max_appends_per_call = 256;
  info->location = location;
  return EC_OK;
}

ec_status store_head(ec_backend* self, const ec_call* call, ec_position* head, ec_error* error) {
  const ec_status state = check_call(call, error);
  if (state != EC_OK) return state;
  pthread_mutex_lock(&self->mutex);
  head->hi = 0;
  head->lo = self->events.count;
  pthread_mutex_unlock(&self->mutex);
  return EC_OK;
}

stream* store_find_stream(const ec_backend* self, ec_str id) { return map_find(&self->streams, id.data, id.size); }

int event_list_reserve(event_list* self, size_t more) {
  const size_t wanted = self->count + more;
  if (wanted <= self->capacity) return 1;
  const size_t capacity = wanted > 2 * self->capacity ? wanted : 2 * self->capacity;
  const stored_event** items = realloc(self->items, capacity * sizeof *items);
  if (items == NULL) return 0;
  self->items = items;
  self->capacity = capacity;
  return 1;
}

int has_prefix(ec_str text, ec_str prefix) {
  return prefix.size == 0 || (text.size >= prefix.size && memcmp(text.data, prefix.data, prefix.size) == 0);
}
