/* eventcore ABI, Command: what libeventcore needs of a command to execute it, and what it tells of the execution.
 *
 * A command is a table of functions over a context. libeventcore calls them on the thread that called ec_store_execute,
 * or through the executor of ec_store_execute_async, one at a time, in this order: streams once; apply for each event;
 * discover and apply until discover names nothing new; decide; on a conflict apply for what came since, and again from
 * discover; committed at the end. What states that are kept add to it stands at ec_state_hooks.
 * Arrays and bytes that a function gives out must stay good until the next call of a function of the same command.
 *
 * Streams are known by their index: those of `streams` in order, then those of `discover` in the order they were named.
 * Equal ids are one stream in the store, and an event of it carries the lowest index.
 *
 *   static ec_status streams(void *ctx, const ec_str **streams, size_t *count, ec_error *error) {
 *     static const ec_str account = EC_LIT("account/alice");
 *     (void)ctx, (void)error;
 *     *streams = &account;
 *     *count = 1;
 *     return EC_OK;
 *   }
 */
#ifndef EVENTCORE_ABI_COMMAND_H
#define EVENTCORE_ABI_COMMAND_H

#include <eventcore/abi/event_store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What decide wants written; stream_index counts the command's streams as above. Ids may be zero. */
typedef struct ec_decision {
  uint32_t struct_size;
  uint32_t reserved;
  const ec_new_event* events;
  size_t count;
  size_t stride;
} ec_decision;

/* What became of it; lent for the length of the call of `committed`. */
typedef struct ec_commit {
  uint32_t struct_size;
  uint32_t flags; /* EC_OUTCOME_REPEATED: the commit id was stored before, decide was not asked or not heeded */
  ec_uuid commit_id;
  ec_position first; /* {0,0} when no event was written */
  ec_position last;
  uint32_t attempts; /* 1 when it went through at once; 0 when an earlier execution had stored the commit id */
  uint32_t reserved;
  const ec_stream_info* streams; /* each distinct stream of the execution and its version right after the commit;
                                  * for a repeat: each stream that was written. No stride: its elements never grow */
  size_t stream_count;
} ec_commit;

/* ---- states that are kept ---------------------------------------------------------------------------------------- */

/* States that earlier executions folded, so that the next one need not fold its streams from the start. Both ways are
 * there for a command that says so, and neither is ever the truth: what is missing, damaged, of another shape, of other
 * streams or newer than its store is passed over. All since 1.1.
 *
 * Snapshots: captured after so many folded events, before decide is asked, and written behind the execution by a thread
 * of libeventcore's; loaded where an execution begins. A backend without EC_EXT_SNAPSHOT has none, which is no error.
 *
 * A cache (ec_execute_options.state_cache): the state in memory. An execution that finds one there asks decide at once
 * and reads nothing: the append tells whether the streams are still as they were. What decide refuses on such a state is
 * asked again after a read of what came since, so decide may be asked twice in one attempt. What was committed is folded
 * into the state that is kept, by apply, after `committed`; so what decide gave stays good until the execution is over, and
 * events without a time get libeventcore's clock, so that all that apply sees is known.
 *
 * Both hold what the declared streams give; discovered ones are read each time. They are found by the declared streams
 * in their order, and what `key` adds: the state must depend on nothing else. */
typedef struct ec_state_cache ec_state_cache;

typedef struct ec_state_hooks {
  uint32_t struct_size;
  uint32_t snapshot_version; /* the shape of what capture gives: a snapshot with another one is passed over */
  ec_str snapshot_name;      /* of the command, up to 128 bytes, as the name of a checkpoint; empty: no snapshots */
  uint64_t snapshot_every;   /* events that are folded until the next one; 0: 1000 */
  const void* cache_kind;    /* the address of something that stands for states of this type; NULL: not in a cache */
  /* What else tells its states apart; NULL: nothing. */
  ec_status (*key)(void* ctx, ec_bytes* key, ec_error* error);
  /* Makes the state that of an empty history again, and forgets what discover named. */
  ec_status (*reset)(void* ctx, ec_error* error);
  /* The state as bytes, and back. After a failure of restore the state is reset. Needed for snapshots alone. */
  ec_status (*capture)(void* ctx, ec_bytes* state, ec_error* error);
  ec_status (*restore)(void* ctx, ec_bytes state, ec_error* error);
  /* A copy of the state for the cache, which owns it until drop, and how many bytes it counts as. Of a command without
   * discover it is the last that is asked, so the state may be moved. resume: the copy becomes the state; other threads
   * may do the same with it. drop: on any thread, also when the command is gone. Needed for a cache alone. */
  ec_status (*keep)(void* ctx, const void** state, uint64_t* bytes, ec_error* error);
  ec_status (*resume)(void* ctx, const void* state, ec_error* error);
  void (*drop)(const void* state);
} ec_state_hooks;

typedef struct ec_command {
  uint32_t struct_size;
  uint32_t reserved;
  void* ctx;
  /* The declared streams; at least one. */
  ec_status (*streams)(void* ctx, const ec_str** streams, size_t* count, ec_error* error);
  /* Further streams, from the state so far: only those not named before count; NULL: none ever. */
  ec_status (*discover)(void* ctx, const ec_str** streams, size_t* count, ec_error* error);
  /* Folds an event into the state. A failure ends the execution. */
  ec_status (*apply)(void* ctx, const ec_event* event, ec_error* error);
  /* Checks the rules and gives the events. EC_REJECTED: a rule said no. */
  ec_status (*decide)(void* ctx, ec_decision* decision, ec_error* error);
  /* Told once, on success; may be NULL. */
  void (*committed)(void* ctx, const ec_commit* commit);
  /* Snapshots and cache; NULL: neither. Since 1.1. */
  const ec_state_hooks* states;
} ec_command;

/* ---- watching ---------------------------------------------------------------------------------------------------- */

/* Hooks for metrics and logs, called on the executing thread; each may be NULL. Durations in nanoseconds. */
typedef struct ec_observer {
  uint32_t struct_size;
  uint32_t reserved;
  void* ctx;
  /* An attempt is over: `status` is the append's, or that of what failed before it. */
  void (*attempt)(void* ctx, uint32_t attempt, ec_status status, uint64_t read_ns, uint64_t decide_ns,
                  uint64_t append_ns, size_t events_read);
  /* It met a conflict on this stream. */
  void (*conflict)(void* ctx, uint32_t attempt, ec_str stream, uint64_t expected_version, uint64_t actual_version);
  /* It will be tried again after this wait. */
  void (*retry)(void* ctx, uint32_t next_attempt, ec_status cause, uint64_t wait_ns);
  /* The execution is over, whatever its end: EC_OK is a commit. */
  void (*finished)(void* ctx, ec_status status, uint32_t attempts, uint64_t total_ns);
} ec_observer;

/* ---- options ----------------------------------------------------------------------------------------------------- */

/* ec_execute_options.flags: the commit id was made for this execution, nobody has sent it before; so it is not looked
 * up first. A host that wants to know the id beforehand, to ask again after EC_IN_DOUBT, makes it and sets this. */
#define EC_EXECUTE_NEW_COMMIT_ID 1u

/* Zero members mean the default that stands behind them. */
typedef struct ec_execute_options {
  uint32_t struct_size;
  uint32_t flags;        /* EC_EXECUTE_* */
  uint32_t max_attempts; /* 10; the first one counts */
  uint32_t reserved;
  uint64_t backoff_base_us; /* 1000: the first wait is drawn from [0, base], the next from [0, 2 base], ... */
  uint64_t backoff_cap_us;  /* 200000: no wait is drawn from more than [0, cap] */
  uint32_t max_streams;     /* 1000: declared and discovered */
  uint32_t max_rounds;      /* 16: of discovery */
  ec_uuid commit_id;        /* zero: a new one. Given: if it is stored already, the first outcome is the answer */
  ec_bytes metadata;        /* goes onto each event that brings none of its own */
  const ec_observer* observer;
  ec_state_cache* state_cache; /* NULL: none. Since 1.1 */
} ec_execute_options;

#ifdef __cplusplus
}
#endif
#endif
