/* Snapshots: blobs that are replaced only by who saw the last one. */
#include "call.h"
#include "error.h"
#include "store.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

typedef struct snapshot {
  map_entry entry; /* the key is the name */
  uint8_t* bytes;
  size_t size;
  uint64_t etag; /* 0: there is none */
} snapshot;

/* What load lends: a copy, so that it stays good while the snapshot is replaced. */
struct ec_blob {
  size_t size;
  uint8_t bytes[];
};

void snapshot_clear(void* thing) {
  snapshot* self = thing;
  free(self->bytes);
}

/* With the mutex held. NULL: there is none, or memory is out; the error says which. */
static ec_blob* copy_of(const ec_backend* self, ec_str name, uint64_t* etag, ec_error* error, ec_status* status) {
  const snapshot* found = map_find(&self->snapshots, name.data, name.size);
  if (found == NULL || found->etag == 0) {
    *status = fail(error, EC_NOT_FOUND, "there is no snapshot '%.*s'", TEXT(name));
    return NULL;
  }
  ec_blob* made = malloc(sizeof *made + found->size);
  if (made == NULL) {
    *status = fail_no_memory(error);
    return NULL;
  }
  made->size = found->size;
  if (found->size > 0) memcpy(made->bytes, found->bytes, found->size);
  *etag = found->etag;
  return made;
}

static ec_status load(ec_backend* self, ec_str name, const ec_call* call, ec_blob** blob, ec_bytes* bytes,
                      uint64_t* etag, ec_error* error) {
  ec_status status = check_call(call, error);
  if (status != EC_OK) return status;
  pthread_mutex_lock(&self->mutex);
  ec_blob* made = copy_of(self, name, etag, error, &status);
  pthread_mutex_unlock(&self->mutex);
  if (made == NULL) return status;
  *blob = made;
  bytes->data = made->bytes;
  bytes->size = made->size;
  return EC_OK;
}

static void release_blob(ec_blob* blob) { free(blob); }

/* With the mutex held: EC_OK when the present etag is the expected one. */
static ec_status check_etag(const ec_backend* self, ec_str name, uint64_t expected, ec_error* error) {
  const snapshot* found = map_find(&self->snapshots, name.data, name.size);
  const uint64_t etag = found == NULL ? 0 : found->etag;
  if (etag == expected) return EC_OK;
  return fail(error, EC_CONFLICT, "snapshot '%.*s' has etag %" PRIu64 ", expected was %" PRIu64, TEXT(name), etag,
              expected);
}

/* Takes `bytes` over when it succeeds. */
static ec_status save_locked(ec_backend* self, ec_str name, uint8_t* bytes, size_t size, uint64_t expected,
                             uint64_t* etag, ec_error* error) {
  const ec_status matches = check_etag(self, name, expected, error);
  if (matches != EC_OK) return matches;
  snapshot* saved = map_find_or_add(&self->snapshots, name.data, name.size, sizeof *saved);
  if (saved == NULL) return fail_no_memory(error);
  free(saved->bytes);
  saved->bytes = bytes;
  saved->size = size;
  saved->etag = ++self->last_etag;
  *etag = saved->etag;
  return EC_OK;
}

static ec_status save(ec_backend* self, ec_str name, ec_bytes bytes, uint64_t expected, const ec_call* call,
                      uint64_t* etag, ec_error* error) {
  ec_status status = check_call(call, error);
  if (status != EC_OK) return status;
  uint8_t* own = malloc(bytes.size + 1); /* never of size 0, for which malloc may give NULL */
  if (own == NULL) return fail_no_memory(error);
  if (bytes.size > 0) memcpy(own, bytes.data, bytes.size);
  pthread_mutex_lock(&self->mutex);
  status = save_locked(self, name, own, bytes.size, expected, etag, error);
  pthread_mutex_unlock(&self->mutex);
  if (status != EC_OK) free(own);
  return status;
}

static ec_status remove_one(ec_backend* self, ec_str name, uint64_t expected, const ec_call* call, ec_error* error) {
  ec_status status = check_call(call, error);
  if (status != EC_OK) return status;
  pthread_mutex_lock(&self->mutex);
  status = check_etag(self, name, expected, error);
  snapshot* found = status == EC_OK ? map_find(&self->snapshots, name.data, name.size) : NULL;
  if (found != NULL) {
    free(found->bytes);
    found->bytes = NULL;
    found->etag = 0;
  }
  pthread_mutex_unlock(&self->mutex);
  return status;
}

/* By name, so that what newer headers have at the end is NULL. */
const ec_snapshot_api snapshot_api = {
    .struct_size = sizeof snapshot_api, .load = load, .release_blob = release_blob, .save = save, .remove = remove_one};
