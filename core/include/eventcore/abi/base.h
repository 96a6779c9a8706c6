/* eventcore ABI: the words every contract is made of.
 *
 * Plain C99. Everything that crosses between a host, libeventcore and a storage plugin is declared in this
 * folder, and nothing else crosses. Three sentences hold for every function here:
 *
 *   Ownership  Who passes bytes owns them; they are good for the length of the call, and bytes that are handed out
 *              are lent until the moment the function's comment names. Nobody frees what another one made, except
 *              through the close function that goes with it.
 *   Threads    Every function of a table may be called from any thread at any time; a cursor belongs to one thread
 *              at a time. No call runs host code under a plugin's locks.
 *   Errors     A function that can fail returns an ec_status and takes an ec_error; the error is filled when the
 *              status is not EC_OK and untouched when it is. Nothing throws and nothing aborts the process.
 *
 * Structs that may grow begin with struct_size, which the one who made the struct sets to its own sizeof; a reader
 * takes a member beyond it for zero, and who fills a struct that another one made writes none beyond it. Arrays whose
 * elements may grow travel with a stride, a multiple of 8. A released member is never moved, resized or given another
 * meaning.
 *
 *   void report(const ec_error *error) {
 *     if (error->code != EC_OK) fprintf(stderr, "status %d: %s\n", (int)error->code, error->message);
 *   }
 */
#ifndef EVENTCORE_ABI_BASE_H
#define EVENTCORE_ABI_BASE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The major version is part of every exported symbol's name; the minor one counts what was appended since. What came
 * after 1.0 says so where it stands. */
#define EC_ABI_MAJOR 1
#define EC_ABI_MINOR 1

/* What of libeventcore is visible from outside. */
#define EC_API __attribute__((visibility("default")))

/* Limits that hold on every backend; a plugin adds its own in ec_info. */
#define EC_MAX_STREAM_ID 255u  /* bytes */
#define EC_MAX_EVENT_TYPE 255u /* bytes */
#define EC_MAX_NAME 255u       /* bytes: names of checkpoints, leases and snapshots */

/* Text, UTF-8, not terminated by NUL. {NULL, 0} is the empty text. */
typedef struct ec_str {
  const char* data;
  size_t size;
} ec_str;

/* Bytes. {NULL, 0} is none. */
typedef struct ec_bytes {
  const uint8_t* data;
  size_t size;
} ec_bytes;

/* 128 bits in network order. All zero means none. */
typedef struct ec_uuid {
  uint8_t bytes[16];
} ec_uuid;

/* A place in a store's one total order. Compare hi, then lo; nothing else may be concluded from the numbers unless the
 * store promises EC_CAP_DENSE_POSITIONS. {0, 0} is before the first event. Once a position was shown to a reader,
 * nothing at or before it appears later. */
typedef struct ec_position {
  uint64_t hi;
  uint64_t lo;
} ec_position;

/* How a call ended. The set is open: treat a value you do not know as EC_INTERNAL. */
typedef int32_t ec_status;
enum {
  EC_OK = 0,
  EC_INTERNAL = 1,    /* a bug on the other side; the message says what is known */
  EC_INVALID = 2,     /* the request breaks a rule of this header */
  EC_CONFIG = 3,      /* the configuration, an option or a plugin file is wrong */
  EC_UNSUPPORTED = 4, /* this backend does not have it */
  EC_CONFLICT = 5,    /* an expectation does not hold, an etag is stale, or a lease is held by another */
  EC_REJECTED = 6,    /* a business rule said no */
  EC_DUPLICATE = 7,   /* the commit id is taken by an append with another content */
  EC_NOT_FOUND = 8,
  EC_FENCED = 9,       /* a newer fence was granted: the caller lost its lease */
  EC_UNAVAILABLE = 10, /* not now; nothing was stored */
  EC_TIMEOUT = 11,     /* the deadline passed; nothing was stored */
  EC_CANCELLED = 12,   /* the caller asked to stop; nothing was stored */
  EC_CORRUPT = 13,     /* stored data is damaged */
  EC_NO_MEMORY = 14,
  EC_LIMIT = 15,     /* larger or more than allowed */
  EC_READ_ONLY = 16, /* the store takes no writes (opened so, or failed and stopped) */
  EC_IN_DOUBT = 17   /* stored or not, nobody knows: ask again with the same commit id */
};

/* ec_error.flags: the same call may succeed when it is repeated. */
#define EC_ERROR_RETRYABLE 1u

/* An error, by value, on the caller's stack: it has no owner and survives whoever filled it. */
typedef struct ec_error {
  uint32_t struct_size;
  ec_status code;
  uint32_t flags;            /* EC_ERROR_* */
  uint32_t conflict_index;   /* EC_CONFLICT of an append: which of its expectations */
  uint64_t expected_version; /* EC_CONFLICT: as given; 0 for absent, 1 for exists */
  uint64_t actual_version;   /* EC_CONFLICT: what the stream really has */
  char native_code[16];      /* the backend's own code (SQLSTATE, errno name), NUL-terminated, may be empty */
  char message[464];         /* for a person: what was wrong, where, what to do; NUL-terminated UTF-8 */
} ec_error;

#define EC_ERROR_INIT {sizeof(ec_error), EC_OK, 0u, 0u, 0u, 0u, "", ""}

/* How long a call may take and who can stop it. NULL in place of a call means for ever and nobody; a zero member
 * means the same for what it stands for. */
typedef struct ec_call {
  uint32_t struct_size;
  uint32_t flags;       /* none yet: 0 */
  uint64_t deadline_ns; /* on CLOCK_MONOTONIC, nanoseconds; 0 = none. Absolute, so that it can be handed on */
  void* cancel_ctx;
  int (*cancelled)(void* cancel_ctx); /* not 0: give up. Called from any thread, often; must be quick. May be NULL */
  ec_str traceparent;                 /* W3C trace context, for backends that can pass it on */
} ec_call;

#ifdef __cplusplus
}
#endif
#endif
