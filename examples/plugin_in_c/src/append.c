/* Appends: each all or nothing, one after the other, each with an outcome of its own. What can fail comes first; from the
 * first event put in its place on nothing does. */
#define _POSIX_C_SOURCE 200809L
#include "call.h"
#include "error.h"
#include "store.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A stream that an append names, and its version right after. */
typedef struct participant {
  stream* stream;
  uint64_t version;
  size_t events; /* how many of the append are for it */
} participant;

/* What is known of an append that had a commit id. One without events is as good as absent. */
typedef struct commit {
  map_entry entry; /* the key is the commit id */
  size_t first;    /* index of its first event in the store's list */
  size_t event_count;
  participant* participants;
  size_t participant_count;
} commit;

void commit_clear(void* thing) {
  commit* self = thing;
  free(self->participants);
}

static int is_zero(const ec_uuid* id) {
  static const ec_uuid zero;
  return memcmp(id, &zero, sizeof zero) == 0;
}

static const ec_expect* expect_at(const ec_append* append, size_t index) {
  return CONST_ELEMENT(ec_expect, append->expects, append->expect_stride, index);
}

static const ec_new_event* event_at(const ec_append* append, size_t index) {
  return CONST_ELEMENT(ec_new_event, append->events, append->event_stride, index);
}

static int same_bytes(const void* a, size_t a_size, const void* b, size_t b_size) {
  return a_size == b_size && (a_size == 0 || memcmp(a, b, a_size) == 0);
}

/* ---- a commit id that is stored already -------------------------------------------------------------------------- */

static int same_event(const stored_event* stored, const ec_new_event* given) {
  const ec_event* event = &stored->event;
  return stored->expect_index == given->stream_index && event->encoding == given->encoding &&
         event->schema_version == given->schema_version &&
         same_bytes(event->type.data, event->type.size, given->type.data, given->type.size) &&
         same_bytes(event->payload.data, event->payload.size, given->payload.data, given->payload.size) &&
         same_bytes(event->metadata.data, event->metadata.size, given->metadata.data, given->metadata.size);
}

static int same_content(const ec_backend* self, const commit* stored, const ec_append* append) {
  if (stored->participant_count != append->expect_count || stored->event_count != append->event_count) return 0;
  for (size_t i = 0; i < append->expect_count; ++i) {
    const map_entry* id = &stored->participants[i].stream->entry;
    const ec_str given = expect_at(append, i)->stream;
    if (!same_bytes(id->key, id->key_size, given.data, given.size)) return 0;
  }
  for (size_t i = 0; i < append->event_count; ++i)
    if (!same_event(self->events.items[stored->first + i], event_at(append, i))) return 0;
  return 1;
}

static void succeed(ec_outcome* outcome, uint32_t flags, uint64_t first, uint64_t last) {
  outcome->status = EC_OK;
  outcome->flags = flags;
  outcome->first.hi = 0;
  outcome->first.lo = first;
  outcome->last.hi = 0;
  outcome->last.lo = last;
}

static void answer_again(const ec_backend* self, const commit* stored, const ec_append* append, ec_outcome* outcome) {
  const int lookup = (append->flags & EC_APPEND_LOOKUP) != 0;
  if (!lookup && !same_content(self, stored, append)) {
    outcome->status = fail(outcome->error, EC_DUPLICATE,
                           "the commit id was used before for an append with another content: a commit id names one "
                           "append, make a new one");
    return;
  }
  succeed(outcome, EC_OUTCOME_REPEATED, stored->first + 1, stored->first + stored->event_count);
  if (lookup || outcome->versions == NULL) return;
  for (size_t i = 0; i < stored->participant_count; ++i) outcome->versions[i] = stored->participants[i].version;
}

/* ---- expectations ------------------------------------------------------------------------------------------------ */

static uint64_t version_of(const ec_backend* self, ec_str id) {
  const stream* found = store_find_stream(self, id);
  return found == NULL ? 0 : found->events.count;
}

static int holds(const ec_expect* expect, uint64_t actual) {
  switch (expect->mode) {
    case EC_EXPECT_EXACT: return actual == expect->version;
    case EC_EXPECT_ABSENT: return actual == 0;
    case EC_EXPECT_EXISTS: return actual > 0;
    case EC_EXPECT_ANY: return 1;
    default: return 0;
  }
}

static void conflict(ec_outcome* outcome, const ec_expect* expect, size_t index, uint64_t actual) {
  const uint64_t expected = expect->mode == EC_EXPECT_EXISTS  ? 1
                            : expect->mode == EC_EXPECT_EXACT ? expect->version
                                                              : 0;
  outcome->status = fail(outcome->error, EC_CONFLICT, "stream '%.*s' has version %" PRIu64 ", expected was %s%" PRIu64,
                         TEXT(expect->stream), actual, expect->mode == EC_EXPECT_EXISTS ? "at least " : "", expected);
  mark_retryable(outcome->error);
  if (outcome->error == NULL) return;
  outcome->error->conflict_index = (uint32_t)index;
  outcome->error->expected_version = expected;
  outcome->error->actual_version = actual;
}

/* Read-only participants are checked like the others: it makes no difference here who is written to. */
static int expectations_hold(const ec_backend* self, const ec_append* append, ec_outcome* outcome) {
  for (size_t i = 0; i < append->expect_count; ++i) {
    const ec_expect* expect = expect_at(append, i);
    const uint64_t actual = version_of(self, expect->stream);
    if (holds(expect, actual)) continue;
    conflict(outcome, expect, i, actual);
    return 0;
  }
  return 1;
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

/* What an append needs to be written, all of it made beforehand. */
typedef struct plan {
  participant* participants; /* one for each expectation */
  stored_event** events;
  commit* commit; /* NULL: it has no commit id */
} plan;

static const uint8_t* put(uint8_t** at, const void* bytes, size_t size) {
  const uint8_t* begin = *at;
  if (size > 0) memcpy(*at, bytes, size);
  *at += size;
  return begin;
}

static stored_event* copy_event(const ec_append* append, const ec_new_event* given, int64_t now_us) {
  stored_event* made = malloc(sizeof *made + given->type.size + given->payload.size + given->metadata.size);
  if (made == NULL) return NULL;
  memset(made, 0, sizeof *made);
  uint8_t* at = (uint8_t*)(made + 1);
  ec_event* event = &made->event;
  event->type.data = (const char*)put(&at, given->type.data, given->type.size);
  event->type.size = given->type.size;
  event->payload.data = put(&at, given->payload.data, given->payload.size);
  event->payload.size = given->payload.size;
  event->metadata.data = put(&at, given->metadata.data, given->metadata.size);
  event->metadata.size = given->metadata.size;
  event->id = given->id;
  event->commit_id = append->commit_id;
  event->recorded_at_us = given->recorded_at_us == 0 ? now_us : given->recorded_at_us;
  event->encoding = given->encoding;
  event->schema_version = given->schema_version;
  made->expect_index = given->stream_index;
  return made;
}

static void discard(plan* self, size_t event_count) {
  for (size_t i = 0; self->events != NULL && i < event_count; ++i) free(self->events[i]);
  free(self->events);
  free(self->participants);
}

static int make_events(plan* self, const ec_append* append) {
  const int64_t now_us = wall_clock_us();
  self->events = calloc(append->event_count, sizeof *self->events);
  if (self->events == NULL) return 0;
  for (size_t i = 0; i < append->event_count; ++i) {
    self->events[i] = copy_event(append, event_at(append, i), now_us);
    if (self->events[i] == NULL) return 0;
  }
  return 1;
}

static int make_room(plan* self, ec_backend* store, const ec_append* append) {
  self->participants = calloc(append->expect_count, sizeof *self->participants);
  if (self->participants == NULL) return 0;
  for (size_t i = 0; i < append->event_count; ++i) ++self->participants[event_at(append, i)->stream_index].events;
  for (size_t i = 0; i < append->expect_count; ++i) {
    const ec_str id = expect_at(append, i)->stream;
    participant* each = &self->participants[i];
    each->stream = map_find_or_add(&store->streams, id.data, id.size, sizeof *each->stream);
    if (each->stream == NULL || !event_list_reserve(&each->stream->events, each->events)) return 0;
  }
  if (!event_list_reserve(&store->events, append->event_count)) return 0;
  if (is_zero(&append->commit_id)) return 1;
  self->commit = map_find_or_add(&store->commits, &append->commit_id, sizeof append->commit_id, sizeof *self->commit);
  return self->commit != NULL;
}

static void publish(plan* self, ec_backend* store, const ec_append* append, ec_outcome* outcome) {
  const size_t first = store->events.count;
  for (size_t i = 0; i < append->event_count; ++i) {
    stored_event* made = self->events[i];
    stream* target = self->participants[made->expect_index].stream;
    made->event.stream.data = target->entry.key;
    made->event.stream.size = target->entry.key_size;
    made->event.version = target->events.count + 1;
    made->event.position.lo = store->events.count + 1;
    target->events.items[target->events.count++] = made;
    store->events.items[store->events.count++] = made;
  }
  succeed(outcome, 0, first + 1, store->events.count);
  for (size_t i = 0; i < append->expect_count; ++i) {
    self->participants[i].version = self->participants[i].stream->events.count;
    if (outcome->versions != NULL) outcome->versions[i] = self->participants[i].version;
  }
  free(self->events);
  if (self->commit == NULL) {
    free(self->participants);
    return;
  }
  self->commit->first = first;
  self->commit->event_count = append->event_count;
  self->commit->participants = self->participants;
  self->commit->participant_count = append->expect_count;
}

/* An append without events checks its expectations and stores nothing. */
static void validated(const ec_backend* self, const ec_append* append, ec_outcome* outcome) {
  succeed(outcome, 0, 0, 0);
  for (size_t i = 0; outcome->versions != NULL && i < append->expect_count; ++i)
    outcome->versions[i] = version_of(self, expect_at(append, i)->stream);
}

// snippet: append_one
static void append_one(ec_backend* self, const ec_append* append, ec_outcome* outcome) {
  const commit* stored =
      is_zero(&append->commit_id) ? NULL : map_find(&self->commits, &append->commit_id, sizeof append->commit_id);
  if (stored != NULL && stored->event_count > 0) {
    answer_again(self, stored, append, outcome);
    return;
  }
  if ((append->flags & EC_APPEND_LOOKUP) != 0) {
    outcome->status = fail(outcome->error, EC_NOT_FOUND, "no append with this commit id is stored");
    return;
  }
  if (!expectations_hold(self, append, outcome)) return;
  if (append->event_count == 0) {
    validated(self, append, outcome);
    return;
  }
  plan made = {NULL, NULL, NULL};
  if (make_events(&made, append) && make_room(&made, self, append)) {
    publish(&made, self, append, outcome);
    return;
  }
  discard(&made, append->event_count);
  outcome->status = fail(outcome->error, EC_NO_MEMORY, "out of memory: nothing of this append was stored");
}
// snippet end

// snippet: append
ec_status store_append(ec_backend* self, const ec_append* appends, size_t append_stride, ec_outcome* outcomes,
                       size_t outcome_stride, size_t count, const ec_call* call, ec_error* error) {
  const ec_status state = check_call(call, error);
  if (state != EC_OK) return state;
  pthread_mutex_lock(&self->mutex);
  for (size_t i = 0; i < count; ++i) {
    ec_outcome* outcome = ELEMENT(ec_outcome, outcomes, outcome_stride, i);
    append_one(self, CONST_ELEMENT(ec_append, appends, append_stride, i), outcome);
  }
  pthread_cond_broadcast(&self->moved);
  pthread_mutex_unlock(&self->mutex);
  return EC_OK;
}
// snippet end
