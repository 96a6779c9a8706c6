/* Reading a set of streams: how far each goes is fixed when the cursor is made, under the lock, so all batches show one
 * view, however much is appended meanwhile. */
#include "call.h"
#include "error.h"
#include "store.h"

#include <stdlib.h>

/* The part of a stream that is still to be given: forward the items from `next` up to `end`, backward those below
 * `next`. */
typedef struct source {
  const stream* stream;
  size_t next;
  size_t end;
  uint32_t index; /* in the request */
} source;

typedef struct read_cursor {
  ec_cursor base;
  ec_backend* store;
  int backward;
  uint64_t left;
  uint64_t head;
  ec_event events[BATCH_EVENTS];
  size_t source_count;
  source sources[];
} read_cursor;

static int is_done(const read_cursor* self, const source* each) {
  return each->stream == NULL || (self->backward ? each->next == 0 : each->next >= each->end);
}

static const stored_event* first_of(const read_cursor* self, const source* each) {
  return each->stream->events.items[self->backward ? each->next - 1 : each->next];
}

/* The source whose next event comes first; NULL when all is given. Looks at each: commands read few streams. */
static source* earliest(read_cursor* self) {
  source* best = NULL;
  uint64_t best_position = 0;
  for (size_t i = 0; i < self->source_count; ++i) {
    source* each = &self->sources[i];
    if (is_done(self, each)) continue;
    const uint64_t position = first_of(self, each)->event.position.lo;
    if (best != NULL && (self->backward ? position < best_position : position > best_position)) continue;
    best = each;
    best_position = position;
  }
  return best;
}

static ec_status next(ec_cursor* cursor, const ec_call* call, ec_batch* batch, ec_error* error) {
  read_cursor* self = (read_cursor*)cursor;
  const ec_status state = check_call(call, error);
  if (state != EC_OK) return state;
  size_t count = 0;
  source* from = NULL;
  pthread_mutex_lock(&self->store->mutex);
  for (from = earliest(self); from != NULL && self->left > 0 && count < BATCH_EVENTS; from = earliest(self)) {
    self->events[count] = first_of(self, from)->event;
    self->events[count].stream_index = from->index;
    from->next = self->backward ? from->next - 1 : from->next + 1;
    --self->left;
    ++count;
  }
  pthread_mutex_unlock(&self->store->mutex);
  batch->flags = from == NULL || self->left == 0 ? EC_BATCH_END : 0;
  batch->events = self->events;
  batch->count = count;
  batch->stride = sizeof(ec_event);
  batch->head.hi = 0;
  batch->head.lo = self->head;
  batch->through.hi = 0;
  batch->through.lo = 0;
  return EC_OK;
}

static void close_cursor(ec_cursor* self) { free(self); }

/* With the mutex held. */
static source source_of(const ec_backend* self, const ec_stream_from* from, uint32_t index, int backward) {
  source made = {store_find_stream(self, from->stream), 0, 0, index};
  if (made.stream == NULL) return made;
  made.end = made.stream->events.count;
  if (backward)
    made.next = from->after_version == 0 || from->after_version > made.end ? made.end : (size_t)from->after_version - 1;
  else
    made.next = from->after_version > made.end ? made.end : (size_t)from->after_version;
  return made;
}

ec_status store_read(ec_backend* self, const ec_read* request, const ec_call* call, ec_cursor** cursor,
                     ec_error* error) {
  const ec_status state = check_call(call, error);
  if (state != EC_OK) return state;
  read_cursor* made = malloc(sizeof *made + request->stream_count * sizeof(source));
  if (made == NULL) return fail_no_memory(error);
  made->base.next = next;
  made->base.close = close_cursor;
  made->store = self;
  made->backward = (request->flags & EC_READ_BACKWARD) != 0;
  made->left = request->limit == 0 ? UINT64_MAX : request->limit;
  made->source_count = request->stream_count;
  pthread_mutex_lock(&self->mutex);
  made->head = self->events.count;
  for (size_t i = 0; i < request->stream_count; ++i)
    made->sources[i] = source_of(self, CONST_ELEMENT(ec_stream_from, request->streams, request->stream_stride, i),
                                 (uint32_t)i, made->backward);
  pthread_mutex_unlock(&self->mutex);
  *cursor = &made->base;
  return EC_OK;
}
