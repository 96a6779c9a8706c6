/* Reading the whole store in position order, up to the head that it had when the cursor was made. */
#include "call.h"
#include "error.h"
#include "filter.h"
#include "store.h"

#include <stdlib.h>

/* Looked at in one call, so that a deadline is noticed however much the filter leaves out. */
enum { SCAN_EVENTS = 64 * BATCH_EVENTS };

typedef struct read_all_cursor {
  ec_cursor base;
  ec_backend* store;
  filter* filter;
  int backward;
  uint64_t left;
  uint64_t head;
  uint64_t at; /* forward: positions up to here are done; backward: positions from here on are */
  ec_event events[BATCH_EVENTS];
} read_all_cursor;

static int has_more(const read_all_cursor* self) {
  return self->left > 0 && (self->backward ? self->at > 1 : self->at < self->head);
}

/* The next events to look at. Under the lock, because an append may move the list; the events themselves stay. */
static size_t peek(const read_all_cursor* self, const stored_event** seen, size_t most) {
  const uint64_t there = self->backward ? self->at - 1 : self->head - self->at;
  const size_t count = there < most ? (size_t)there : most;
  pthread_mutex_lock(&self->store->mutex);
  for (size_t i = 0; i < count; ++i)
    seen[i] = self->store->events.items[self->backward ? self->at - 2 - i : self->at + i];
  pthread_mutex_unlock(&self->store->mutex);
  return count;
}

static ec_status next(ec_cursor* cursor, const ec_call* call, ec_batch* batch, ec_error* error) {
  read_all_cursor* self = (read_all_cursor*)cursor;
  const ec_status state = check_call(call, error);
  if (state != EC_OK) return state;
  size_t count = 0;
  for (size_t scanned = 0; has_more(self) && count < BATCH_EVENTS && scanned < SCAN_EVENTS;) {
    const stored_event* seen[BATCH_EVENTS];
    const size_t found = peek(self, seen, BATCH_EVENTS - count);
    scanned += found;
    for (size_t i = 0; i < found && self->left > 0; ++i) {
      self->at = seen[i]->event.position.lo;
      if (!filter_passes(self->filter, &seen[i]->event)) continue;
      self->events[count++] = seen[i]->event;
      --self->left;
    }
  }
  batch->flags = has_more(self) ? 0 : EC_BATCH_END;
  batch->events = self->events;
  batch->count = count;
  batch->stride = sizeof(ec_event);
  batch->head.hi = 0;
  batch->head.lo = self->head;
  batch->through.hi = 0;
  batch->through.lo = self->backward ? 0 : self->at < self->head ? self->at : self->head;
  return EC_OK;
}

static void close_cursor(ec_cursor* cursor) {
  read_all_cursor* self = (read_all_cursor*)cursor;
  filter_free(self->filter);
  free(self);
}

ec_status store_read_all(ec_backend* self, const ec_read_all* request, const ec_call* call, ec_cursor** cursor,
                         ec_error* error) {
  const ec_status state = check_call(call, error);
  if (state != EC_OK) return state;
  read_all_cursor* made = malloc(sizeof *made);
  if (made == NULL) return fail_no_memory(error);
  made->filter = filter_make(request);
  if (made->filter == NULL) {
    free(made);
    return fail_no_memory(error);
  }
  made->base.next = next;
  made->base.close = close_cursor;
  made->store = self;
  made->backward = (request->flags & EC_READ_BACKWARD) != 0;
  made->left = request->limit == 0 ? UINT64_MAX : request->limit;
  pthread_mutex_lock(&self->mutex);
  made->head = self->events.count;
  pthread_mutex_unlock(&self->mutex);
  const uint64_t after = request->after.hi != 0 ? UINT64_MAX : request->after.lo; /* positions here have hi = 0 */
  const uint64_t end = made->head + 1;
  made->at = !made->backward ? after : after == 0 || after > end ? end : after;
  *cursor = &made->base;
  return EC_OK;
}
