#include "call.h"
#include "error.h"
#include "store.h"

#include <inttypes.h>

typedef struct checkpoint {
  map_entry entry; /* the key is the name */
  int present;     /* 0: it was removed */
  ec_position position;
} checkpoint;

static ec_status load(ec_backend* self, ec_str name, const ec_call* call, ec_position* position, ec_error* error) {
  const ec_status state = check_call(call, error);
  if (state != EC_OK) return state;
  pthread_mutex_lock(&self->mutex);
  const checkpoint* found = map_find(&self->checkpoints, name.data, name.size);
  const int present = found != NULL && found->present;
  if (present) *position = found->position;
  pthread_mutex_unlock(&self->mutex);
  return present ? EC_OK : fail(error, EC_NOT_FOUND, "there is no checkpoint '%.*s'", TEXT(name));
}

static ec_status save_locked(ec_backend* self, ec_str name, ec_position position, uint64_t fence, ec_error* error) {
  const ec_status fenced = check_fence(self, name, fence, error);
  if (fenced != EC_OK) return fenced;
  if (position.hi != 0 || position.lo > self->events.count)
    return fail(error, EC_INVALID, "checkpoint '%.*s': position %" PRIu64 " is above the store's head, %zu", TEXT(name),
                position.lo, self->events.count);
  checkpoint* saved = map_find_or_add(&self->checkpoints, name.data, name.size, sizeof *saved);
  if (saved == NULL) return fail_no_memory(error);
  saved->position = position;
  saved->present = 1;
  return EC_OK;
}

static ec_status save(ec_backend* self, ec_str name, ec_position position, uint64_t fence, const ec_call* call,
                      ec_error* error) {
  ec_status status = check_call(call, error);
  if (status != EC_OK) return status;
  pthread_mutex_lock(&self->mutex);
  status = save_locked(self, name, position, fence, error);
  pthread_mutex_unlock(&self->mutex);
  return status;
}

static ec_status remove_one(ec_backend* self, ec_str name, uint64_t fence, const ec_call* call, ec_error* error) {
  ec_status status = check_call(call, error);
  if (status != EC_OK) return status;
  pthread_mutex_lock(&self->mutex);
  status = check_fence(self, name, fence, error);
  checkpoint* found = status == EC_OK ? map_find(&self->checkpoints, name.data, name.size) : NULL;
  if (found != NULL) found->present = 0;
  pthread_mutex_unlock(&self->mutex);
  return status;
}

const ec_checkpoint_api checkpoint_api = {sizeof checkpoint_api, 0, load, save, remove_one};
