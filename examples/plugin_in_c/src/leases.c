/* Leases: who holds one, until when, and the highest fence that was ever granted. The fence is what protects: a holder
 * that was asleep finds it stale. */
#define _POSIX_C_SOURCE 200809L
#include "call.h"
#include "error.h"
#include "store.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

typedef struct lease {
  map_entry entry; /* the key is the name */
  char* holder;
  size_t holder_size;
  uint64_t fence;      /* the highest ever granted; 0: none */
  uint64_t expires_ns; /* on CLOCK_MONOTONIC; 0: nobody holds it */
} lease;

void lease_clear(void* thing) {
  lease* self = thing;
  free(self->holder);
}

static uint64_t expiry_ns(uint64_t ttl_ms) {
  const uint64_t longest_ms = UINT64_MAX / 4000000U;
  return monotonic_ns() + (ttl_ms < longest_ms ? ttl_ms : longest_ms) * 1000000U;
}

static ec_status stale(ec_str name, uint64_t fence, ec_error* error) {
  return fail(error, EC_FENCED, "lease '%.*s': fence %" PRIu64 " is no longer valid; stop, and acquire the lease again",
              TEXT(name), fence);
}

ec_status check_fence(const ec_backend* self, ec_str name, uint64_t fence, ec_error* error) {
  const lease* found = map_find(&self->leases, name.data, name.size);
  return found != NULL && fence < found->fence ? stale(name, fence, error) : EC_OK;
}

static ec_status acquire_locked(ec_backend* self, ec_str name, ec_str holder, uint64_t ttl_ms, uint64_t* fence,
                                ec_error* error) {
  lease* found = map_find_or_add(&self->leases, name.data, name.size, sizeof *found);
  if (found == NULL) return fail_no_memory(error);
  const uint64_t now_ns = monotonic_ns();
  const int same_holder = found->holder_size == holder.size && found->holder != NULL &&
                          memcmp(found->holder, holder.data, holder.size) == 0;
  if (found->expires_ns > now_ns && !same_holder) {
    fail(error, EC_CONFLICT, "lease '%.*s' is held by '%.*s' for another %" PRIu64 " ms", TEXT(name),
         (int)found->holder_size, found->holder, (found->expires_ns - now_ns) / 1000000U + 1);
    mark_retryable(error);
    return EC_CONFLICT;
  }
  char* own = malloc(holder.size);
  if (own == NULL) return fail_no_memory(error);
  memcpy(own, holder.data, holder.size);
  free(found->holder);
  found->holder = own;
  found->holder_size = holder.size;
  found->expires_ns = expiry_ns(ttl_ms);
  *fence = ++found->fence;
  return EC_OK;
}

static ec_status acquire(ec_backend* self, ec_str name, ec_str holder, uint64_t ttl_ms, const ec_call* call,
                         uint64_t* fence, ec_error* error) {
  ec_status status = check_call(call, error);
  if (status != EC_OK) return status;
  pthread_mutex_lock(&self->mutex);
  status = acquire_locked(self, name, holder, ttl_ms, fence, error);
  pthread_mutex_unlock(&self->mutex);
  return status;
}

/* With the mutex held: the lease whose current fence this is, or NULL. */
static lease* held_with(ec_backend* self, ec_str name, uint64_t fence) {
  lease* found = map_find(&self->leases, name.data, name.size);
  return found != NULL && fence != 0 && found->fence == fence ? found : NULL;
}

static ec_status renew(ec_backend* self, ec_str name, uint64_t fence, uint64_t ttl_ms, const ec_call* call,
                       ec_error* error) {
  const ec_status state = check_call(call, error);
  if (state != EC_OK) return state;
  pthread_mutex_lock(&self->mutex);
  lease* found = held_with(self, name, fence);
  const int valid = found != NULL && found->expires_ns > monotonic_ns();
  if (valid) found->expires_ns = expiry_ns(ttl_ms);
  pthread_mutex_unlock(&self->mutex);
  return valid ? EC_OK : stale(name, fence, error);
}

static ec_status release(ec_backend* self, ec_str name, uint64_t fence, const ec_call* call, ec_error* error) {
  const ec_status state = check_call(call, error);
  if (state != EC_OK) return state;
  pthread_mutex_lock(&self->mutex);
  lease* found = held_with(self, name, fence);
  if (found != NULL) found->expires_ns = 0;
  pthread_mutex_unlock(&self->mutex);
  return found != NULL ? EC_OK : stale(name, fence, error);
}

const ec_lease_api lease_api = {sizeof lease_api, 0, acquire, renew, release};
