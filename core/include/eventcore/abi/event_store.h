/* eventcore ABI, EventStore: what a storage backend offers.
 *
 * A backend is what a plugin opens. Its functions stand in one table, ec_store_api; what not every backend has stands
 * in extension tables that are asked for by name. libeventcore checks every request against these headers before a
 * plugin sees it, so a plugin may rely on legal ids, indexes in range and sizes within its own ec_info.
 *
 * What every backend promises:
 *   - An append is all or nothing over all its streams, and appends are as if carried out one after the other.
 *   - The versions of a stream are 1, 2, 3 ... without gaps, and never change.
 *   - Positions follow the order in which appends became visible: once a reader was shown a position, or a head,
 *     nothing at or before it appears later, on any interface.
 *   - When append has answered EC_OK for an append, every later call sees it, and, where ec_info promises
 *     EC_CAP_DURABLE, it survives the death of the process and of the machine.
 *   - The events of one append have consecutive places in the order, in the order they were given.
 *
 *   ec_status append_one(const ec_store_api *api, ec_backend *backend, const ec_append *append, ec_outcome *outcome) {
 *     return api->append(backend, append, sizeof *append, outcome, sizeof *outcome, 1, NULL, outcome->error);
 *   }
 */
#ifndef EVENTCORE_ABI_EVENT_STORE_H
#define EVENTCORE_ABI_EVENT_STORE_H

#include <eventcore/abi/stream_set.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ec_backend ec_backend;             /* an open store, as its plugin sees it */
typedef struct ec_cursor ec_cursor;               /* a read under way */
typedef struct ec_stream_cursor ec_stream_cursor; /* a listing of streams under way */

/* How a payload is encoded. The store keeps the number and never looks inside. Numbers from 1000 on are the host's. */
enum { EC_ENCODING_BYTES = 0, EC_ENCODING_JSON = 1, EC_ENCODING_CBOR = 2, EC_ENCODING_PROTOBUF = 3 };

/* ---- append ------------------------------------------------------------------------------------------------- */

/* An event to be written. */
typedef struct ec_new_event {
  uint32_t stream_index;   /* into the append's expectations */
  uint32_t encoding;       /* EC_ENCODING_* */
  uint32_t schema_version; /* of the payload; the host's business */
  uint32_t reserved;
  ec_uuid id;             /* not zero: libeventcore fills in a UUIDv7 where the host gave none */
  int64_t recorded_at_us; /* microseconds since 1970 UTC; 0: the backend's clock. Others in copies of stores, and of
                           * commands with a state cache */
  ec_str type;            /* 1 to 255 bytes, the same rules as a stream id */
  ec_bytes payload;       /* any bytes, up to ec_info.max_payload */
  ec_bytes metadata;      /* any bytes, up to ec_info.max_metadata; by convention empty or one JSON object */
} ec_new_event;

/* ec_append.flags: write nothing, say what became of the commit id: EC_OK with the first outcome if it is stored,
 * EC_NOT_FOUND if it is not and no append whose call has ended can still bring it. Expectations and
 * events are ignored. A store that is opened for reading only answers by what it can see. */
#define EC_APPEND_LOOKUP 1u

/* One atomic append: expectations, and events for the streams they name.
 *
 * Checked in this order, the first failure being the outcome:
 *   1. The commit id. If it is stored with the same content (the same streams in the same order and, event for event,
 *      the same stream_index, type, encoding, schema_version, payload and metadata), nothing is written and the
 *      outcome is the first one again, flagged EC_OUTCOME_REPEATED. With another content: EC_DUPLICATE.
 *   2. The expectations, in order. The first that does not hold gives EC_CONFLICT with its index, the version that
 *      was expected and the one that was found.
 * Without events it validates only: expectations are checked, nothing is stored, the commit id is not used up. */
typedef struct ec_append {
  uint32_t struct_size;
  uint32_t flags;    /* EC_APPEND_* */
  ec_uuid commit_id; /* zero: none, the append is not protected against being repeated */
  const ec_expect* expects;
  size_t expect_count;
  size_t expect_stride;
  const ec_new_event* events;
  size_t event_count;
  size_t event_stride;
} ec_append;

/* ec_outcome.flags: nothing was written now, the commit id was stored before. */
#define EC_OUTCOME_REPEATED 1u

/* What became of one append. The caller makes it; the backend sets status, flags, first, last and, for each
 * expectation i, versions[i] = the stream's version right after this append (a repeat: right after the first one; a
 * lookup sets none). On any other status than EC_OK the error is filled and the other members are untouched.
 * EC_CONFLICT, EC_DUPLICATE, EC_NOT_FOUND, EC_INVALID, EC_LIMIT, EC_UNAVAILABLE, EC_TIMEOUT, EC_CANCELLED and
 * EC_READ_ONLY mean that nothing of this append is stored nor ever will be; EC_IN_DOUBT means that nobody knows. */
typedef struct ec_outcome {
  uint32_t struct_size;
  ec_status status;
  uint32_t flags; /* EC_OUTCOME_* */
  uint32_t reserved;
  ec_position first;  /* of the first event written; {0,0} when none was */
  ec_position last;   /* of the last */
  uint64_t* versions; /* the caller's array of expect_count elements, or NULL */
  ec_error* error;    /* the caller's, never NULL */
} ec_outcome;

/* ---- read --------------------------------------------------------------------------------------------------- */

/* A stored event. All its bytes are lent, see ec_batch. */
typedef struct ec_event {
  ec_str stream;
  ec_str type;
  ec_bytes payload;
  ec_bytes metadata;
  ec_uuid id;
  ec_uuid commit_id; /* of the append it came with; zero if that had none */
  ec_position position;
  uint64_t version;       /* 1 for the first event of its stream */
  int64_t recorded_at_us; /* microseconds since 1970 UTC */
  uint32_t stream_index;  /* read: into ec_read.streams; read_all: 0 */
  uint32_t encoding;
  uint32_t schema_version;
  uint32_t reserved;
} ec_event;

/* ec_batch.flags: nothing comes after this batch. Batches before it may be empty (a filter that leaves much out); this
 * one may hold events. Asking again gives an empty batch with the same flag. */
#define EC_BATCH_END 1u

/* Some events of a read. They and their bytes are good until the next call on the same cursor. */
typedef struct ec_batch {
  uint32_t struct_size; /* set by the caller */
  uint32_t flags;       /* EC_BATCH_* */
  const ec_event* events;
  size_t count;
  size_t stride;
  ec_position head;    /* the head of the view that the read is made from: the same in each batch */
  ec_position through; /* read_all forward: everything up to here has been looked at, events that the filter left out
                        * included; at the end without a limit reached, the head. {0,0} for other reads */
} ec_batch;

/* ec_read.flags, ec_read_all.flags */
#define EC_READ_BACKWARD 1u

/* Reads a set of streams as one, in position order, from one consistent view. A stream that does not exist has no
 * events. A stream stands at most once. */
typedef struct ec_read {
  uint32_t struct_size;
  uint32_t flags; /* EC_READ_* */
  const ec_stream_from* streams;
  size_t stream_count;
  size_t stream_stride;
  uint64_t limit; /* events in all; 0 = no limit */
} ec_read;

/* Reads the whole store in position order, from one consistent view.
 *
 * An event passes when its stream begins with one of the prefixes or matches one of the patterns (with neither given,
 * each stream does) and its type is one of the types (none given: each is). The filter comes before the limit.
 * A pattern matches the whole id: `*` any run of characters, also none and also '/', `?` one character (a code point),
 * `[abc]`, `[a-z]` one of these, `[!a]` and `[^a]` one that is not; a `]` right after the opening counts as itself.
 * Case matters everywhere. A pattern that is not closed is EC_INVALID. */
typedef struct ec_read_all {
  uint32_t struct_size;
  uint32_t flags;    /* EC_READ_* */
  ec_position after; /* forward: events above it. Backward: events below it; {0,0} stands for "from the end" */
  uint64_t limit;    /* events that pass; 0 = no limit */
  const ec_str* prefixes;
  size_t prefix_count;
  const ec_str* patterns;
  size_t pattern_count;
  const ec_str* types;
  size_t type_count;
} ec_read_all;

/* Lists streams that have events, in byte order of their ids. */
typedef struct ec_list {
  uint32_t struct_size;
  uint32_t flags; /* none yet: 0 */
  ec_str prefix;  /* only ids that begin with it; empty: all */
  ec_str after;   /* only ids behind it; empty: from the first */
  uint64_t limit; /* streams; 0 = no limit */
} ec_list;

typedef struct ec_stream_info {
  ec_str stream;
  uint64_t version;
} ec_stream_info;

typedef struct ec_stream_batch {
  uint32_t struct_size;
  uint32_t flags; /* EC_BATCH_END */
  const ec_stream_info* streams;
  size_t count;
  size_t stride;
} ec_stream_batch;

/* ---- what a backend says of itself ---------------------------------------------------------------------------- */

#define EC_CAP_DURABLE 1u         /* acknowledged means on stable storage */
#define EC_CAP_SHARED 2u          /* several processes may have it open and write */
#define EC_CAP_DENSE_POSITIONS 4u /* positions are {0, 1}, {0, 2}, ... without gaps */
#define EC_CAP_READ_ONLY 8u       /* opened for reading: appends answer EC_READ_ONLY */
#define EC_CAP_PERSISTENT 16u     /* what was stored is there after closing and opening again */

typedef struct ec_info {
  uint32_t struct_size;
  uint32_t capabilities; /* EC_CAP_* */
  ec_uuid store_id;      /* made when the store was created: tells it from any other; a copy of its data has it too */
  uint64_t max_payload;  /* bytes of an event */
  uint64_t max_metadata; /* bytes of an event */
  uint64_t max_events_per_append;
  uint64_t max_bytes_per_append; /* payloads and metadata of one append */
  uint64_t max_appends_per_call; /* how many the group committer may send down at once */
  ec_str location;               /* for people; good until close; secrets left out */
} ec_info;

/* The table. close ends everything and must come last, when no call is under way and no cursor open.
 *
 * append: `appends` and `outcomes` are arrays of `count` (at least 1, at most max_appends_per_call) of the strides
 * given. Each append is all or nothing for itself and comes out as if they were carried out in the order of the array:
 * a later one sees what an earlier one of the same call wrote. EC_OK means that every outcome was set. Any other status
 * means that nothing of any append is stored and no outcome was touched. The deadline counts until the write begins;
 * a write that has begun is finished and reported as what it became.
 * read, read_all, list_streams: give a cursor that the matching close function ends; ec_info limits do not cap them.
 * head: the position of the last visible event; {0,0} in an empty store.
 * next, next_streams: fill the batch; on an error the cursor can only be closed.
 * get_extension: the table with that id, or NULL; good until close. */
typedef struct ec_store_api {
  uint32_t struct_size;
  uint32_t reserved;
  void (*close)(ec_backend* backend);
  ec_status (*info)(ec_backend* backend, ec_info* info, ec_error* error);
  ec_status (*append)(ec_backend* backend, const ec_append* appends, size_t append_stride, ec_outcome* outcomes,
                      size_t outcome_stride, size_t count, const ec_call* call, ec_error* error);
  ec_status (*read)(ec_backend* backend, const ec_read* request, const ec_call* call, ec_cursor** cursor,
                    ec_error* error);
  ec_status (*read_all)(ec_backend* backend, const ec_read_all* request, const ec_call* call, ec_cursor** cursor,
                        ec_error* error);
  ec_status (*next)(ec_cursor* cursor, const ec_call* call, ec_batch* batch, ec_error* error);
  void (*close_cursor)(ec_cursor* cursor);
  ec_status (*head)(ec_backend* backend, const ec_call* call, ec_position* head, ec_error* error);
  ec_status (*list_streams)(ec_backend* backend, const ec_list* request, const ec_call* call, ec_stream_cursor** cursor,
                            ec_error* error);
  ec_status (*next_streams)(ec_stream_cursor* cursor, const ec_call* call, ec_stream_batch* batch, ec_error* error);
  void (*close_stream_cursor)(ec_stream_cursor* cursor);
  const void* (*get_extension)(ec_backend* backend, const char* id);
} ec_store_api;

#ifdef __cplusplus
}
#endif
#endif
