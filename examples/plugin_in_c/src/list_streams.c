/* Listing streams: the cursor takes a list of them when it is made, and gives it out piece by piece. */
#include "call.h"
#include "error.h"
#include "store.h"

#include <stdlib.h>
#include <string.h>

struct ec_stream_cursor {
  size_t count;
  size_t next;
  ec_stream_info streams[];
};

static int order(ec_str a, ec_str b) {
  const size_t shorter = a.size < b.size ? a.size : b.size;
  const int bytes = shorter == 0 ? 0 : memcmp(a.data, b.data, shorter);
  return bytes != 0 ? bytes : (a.size > b.size) - (a.size < b.size);
}

static int order_of_streams(const void* a, const void* b) {
  return order(((const ec_stream_info*)a)->stream, ((const ec_stream_info*)b)->stream);
}

ec_status store_list_streams(ec_backend* self, const ec_list* request, const ec_call* call, ec_stream_cursor** cursor,
                             ec_error* error) {
  const ec_status state = check_call(call, error);
  if (state != EC_OK) return state;
  pthread_mutex_lock(&self->mutex);
  ec_stream_cursor* made = malloc(sizeof *made + self->streams.count * sizeof(ec_stream_info));
  if (made == NULL) {
    pthread_mutex_unlock(&self->mutex);
    return fail_no_memory(error);
  }
  made->count = 0;
  made->next = 0;
  for (size_t i = 0; i < self->streams.capacity; ++i) {
    const stream* each = (const stream*)(const void*)self->streams.slots[i];
    if (each == NULL || each->events.count == 0) continue;
    const ec_str id = {each->entry.key, each->entry.key_size};
    if (!has_prefix(id, request->prefix) || order(id, request->after) <= 0) continue;
    made->streams[made->count].stream = id;
    made->streams[made->count++].version = each->events.count;
  }
  pthread_mutex_unlock(&self->mutex);
  if (made->count > 0) qsort(made->streams, made->count, sizeof made->streams[0], order_of_streams);
  if (request->limit != 0 && made->count > request->limit) made->count = (size_t)request->limit;
  *cursor = made;
  return EC_OK;
}

ec_status stream_cursor_next(ec_stream_cursor* self, const ec_call* call, ec_stream_batch* batch, ec_error* error) {
  const ec_status state = check_call(call, error);
  if (state != EC_OK) return state;
  const size_t left = self->count - self->next;
  batch->streams = self->streams + self->next;
  batch->count = left < BATCH_EVENTS ? left : BATCH_EVENTS;
  batch->stride = sizeof(ec_stream_info);
  self->next += batch->count;
  batch->flags = self->next == self->count ? EC_BATCH_END : 0;
  return EC_OK;
}

void stream_cursor_close(ec_stream_cursor* self) { free(self); }
