/* eventcore ABI, libeventcore: the functions a host calls. They are all that the library exports.
 *
 * The C++ API (the .hpp headers one folder up) is a header-only layer over these. A store is safe to use from any
 * number of threads; appends of many threads that arrive together go to the backend in one call, each with its own
 * outcome, and a lone caller goes straight through.
 *
 *   ec_store *store = NULL;
 *   ec_error error = EC_ERROR_INIT;
 *   if (ec_store_open("config/memory.yaml", NULL, &store, &error) != EC_OK) { fprintf(stderr, "%s\n", error.message); }
 *   ec_store_close(store);
 */
#ifndef EVENTCORE_ABI_EVENTCORE_H
#define EVENTCORE_ABI_EVENTCORE_H

#include <eventcore/abi/command.h>
#include <eventcore/abi/extensions.h>
#include <eventcore/abi/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ec_store ec_store; /* an open store, as its host sees it */

/* The library's version, "0.1.0"; good for ever. */
EC_API const char* ec_version(void);

/* The name of a status in capitals, "CONFLICT"; unknown ones give "UNKNOWN". Good for ever. */
EC_API const char* ec_status_name(ec_status status);

/* Fills in a new UUIDv7 (RFC 9562): time-ordered, random. */
EC_API void ec_uuid_make(ec_uuid* uuid);

/* EC_OK when the text may be a stream id; EC_INVALID or EC_LIMIT, and why, otherwise. */
EC_API ec_status ec_stream_id_check(ec_str id, ec_error* error);

/* 1 when the text is well-formed UTF-8, else 0. */
EC_API int ec_utf8_check(ec_str text);

/* Makes a plugin that is part of the program known by its name: stores that are opened later find it before any file is
 * looked for. The constant must stay good for ever; it is checked as a file's is (EC_CONFIG). Another one of the same
 * name is refused (EC_CONFIG), the same one again is EC_OK. Any thread, also before main begins. Programs whose build
 * calls eventcore_link_plugins() (docs/embedding.md) need not call it. Since 1.1. */
EC_API ec_status ec_plugin_register(const ec_plugin* plugin, ec_error* error);

/* Shows every plugin that a store could be opened with: the registered ones, whose `file` is empty, then every file,
 * folder by folder in the order in which they are searched (docs/configuration.md), the folders of the configuration's
 * plugin_path first when `config` names a file; NULL: none. `plugin` is the plugin's constant, good for ever, or NULL
 * where the file cannot be used, and `why` says why not. Of two with one name the first counts. Each file is loaded for
 * it; `found` is called on this thread, what it is given is good for the length of the call. Since 1.1. */
EC_API ec_status ec_plugins_list(const char* config,
                                 void (*found)(void* ctx, ec_str file, const ec_plugin* plugin, ec_str why), void* ctx,
                                 ec_error* error);

/* Takes log lines of the library and its plugins; NULL: none are given out (the default prints warnings and errors to
 * stderr). `log` may be called from any thread, also while a plugin holds locks of its own: it must be quick and must not
 * call a store. Set it before the first store is opened. */
EC_API void ec_set_log(void (*log)(void* ctx, int level, ec_str message), void* ctx);

/* Opens the store that a YAML file describes; ec_store_close ends it. A failed open leaves nothing behind. Errors
 * name file:line:column and say what to do. The path must be NUL-terminated. */
EC_API ec_status ec_store_open(const char* path, const ec_call* call, ec_store** store, ec_error* error);

/* The same with the text of such a file; `name` stands in messages for the file's, and relative paths are taken from
 * the folder in it. */
EC_API ec_status ec_store_open_text(ec_str yaml, ec_str name, const ec_call* call, ec_store** store, ec_error* error);

/* ec_open_options.flags: for looking alone, as tools do. Where the plugin has an option `read_only`, it is given `true`,
 * whatever the file says: a store that another process is writing can be looked at, nothing is made or migrated, and
 * appends answer EC_READ_ONLY. A plugin without that option opens as ever. Since 1.1. */
#define EC_OPEN_READ_ONLY 1u

/* Since 1.1. */
typedef struct ec_open_options {
  uint32_t struct_size;
  uint32_t flags; /* EC_OPEN_* */
} ec_open_options;

/* ec_store_open with options; NULL: none. Since 1.1. */
EC_API ec_status ec_store_open_with(const char* path, const ec_open_options* options, const ec_call* call,
                                    ec_store** store, ec_error* error);

/* Ends the store. No call on it may be under way and no cursor open; what ec_store_execute_async began may be, see there.
 * NULL is allowed. */
EC_API void ec_store_close(ec_store* store);

/* What the backend says of itself. */
EC_API ec_status ec_store_info(ec_store* store, ec_info* info, ec_error* error);

/* The constant of the plugin that the store runs on; good for ever. */
EC_API const ec_plugin* ec_store_plugin(const ec_store* store);

/* One append; see ec_append. The status is the outcome's, and `error` is outcome->error's twin: give the same one.
 * Event ids that are zero are filled in with new ones. outcome->error may be NULL here. */
EC_API ec_status ec_store_append(ec_store* store, const ec_append* append, const ec_call* call, ec_outcome* outcome,
                                 ec_error* error);

/* Many appends, each for itself, in the order of the array, as append of ec_store_api: for imports and copies, which must
 * keep their order and would wait for each append otherwise. They are checked first, all of them; then they go to the
 * backend in as few calls as its ec_info allows. EC_OK means that every outcome was set. On any other status the error
 * says why, and so does each outcome from there on; those before it were carried out. Each outcome needs an error of
 * its own. Events without an id get one. Since 1.1. */
EC_API ec_status ec_store_append_all(ec_store* store, const ec_append* appends, size_t append_stride,
                                     ec_outcome* outcomes, size_t outcome_stride, size_t count, const ec_call* call,
                                     ec_error* error);

/* See ec_store_api for these. Cursors are used with the functions that follow. */
EC_API ec_status ec_store_read(ec_store* store, const ec_read* request, const ec_call* call, ec_cursor** cursor,
                               ec_error* error);
EC_API ec_status ec_store_read_all(ec_store* store, const ec_read_all* request, const ec_call* call, ec_cursor** cursor,
                                   ec_error* error);
EC_API ec_status ec_store_next(ec_store* store, ec_cursor* cursor, const ec_call* call, ec_batch* batch,
                               ec_error* error);
EC_API void ec_store_close_cursor(ec_store* store, ec_cursor* cursor);
EC_API ec_status ec_store_head(ec_store* store, const ec_call* call, ec_position* head, ec_error* error);
EC_API ec_status ec_store_list_streams(ec_store* store, const ec_list* request, const ec_call* call,
                                       ec_stream_cursor** cursor, ec_error* error);
EC_API ec_status ec_store_next_streams(ec_store* store, ec_stream_cursor* cursor, const ec_call* call,
                                       ec_stream_batch* batch, ec_error* error);
EC_API void ec_store_close_stream_cursor(ec_store* store, ec_stream_cursor* cursor);

/* The extensions; EC_UNSUPPORTED when the backend lacks the table. */
EC_API ec_status ec_store_checkpoint_load(ec_store* store, ec_str name, const ec_call* call, ec_position* position,
                                          ec_error* error);
EC_API ec_status ec_store_checkpoint_save(ec_store* store, ec_str name, ec_position position, uint64_t fence,
                                          const ec_call* call, ec_error* error);
EC_API ec_status ec_store_checkpoint_remove(ec_store* store, ec_str name, uint64_t fence, const ec_call* call,
                                            ec_error* error);
EC_API ec_status ec_store_lease_acquire(ec_store* store, ec_str name, ec_str holder, uint64_t ttl_ms,
                                        const ec_call* call, uint64_t* fence, ec_error* error);
EC_API ec_status ec_store_lease_renew(ec_store* store, ec_str name, uint64_t fence, uint64_t ttl_ms,
                                      const ec_call* call, ec_error* error);
EC_API ec_status ec_store_lease_release(ec_store* store, ec_str name, uint64_t fence, const ec_call* call,
                                        ec_error* error);
EC_API ec_status ec_store_snapshot_load(ec_store* store, ec_str name, const ec_call* call, ec_blob** blob,
                                        ec_bytes* bytes, uint64_t* etag, ec_error* error);
EC_API void ec_store_snapshot_release(ec_store* store, ec_blob* blob);
EC_API ec_status ec_store_snapshot_save(ec_store* store, ec_str name, ec_bytes bytes, uint64_t expected_etag,
                                        const ec_call* call, uint64_t* etag, ec_error* error);
EC_API ec_status ec_store_snapshot_remove(ec_store* store, ec_str name, uint64_t expected_etag, const ec_call* call,
                                          ec_error* error);
EC_API ec_status ec_store_wait(ec_store* store, ec_position after, const ec_call* call, ec_position* head,
                               ec_error* error);
EC_API void ec_store_interrupt(ec_store* store);

/* Executes a command; see ec_command. Ends in exactly one of: EC_OK (committed), EC_CONFLICT (after its retries),
 * EC_REJECTED, EC_IN_DOUBT (repeat with the commit id that the message names), or another error, which means that
 * nothing is stored nor will be. `options` may be NULL. */
EC_API ec_status ec_store_execute(ec_store* store, const ec_command* command, const ec_execute_options* options,
                                  const ec_call* call, ec_error* error);

/* Where the host wants its code to run: an event loop, a pool of threads. `post` takes `run`, to be called with `arg`
 * exactly once, later, on a thread of the host's, and gives 0; anything else means that it did not take it. It is called
 * from any thread, libeventcore's among them, and never under a lock; it must not wait, and must not call `run` itself
 * (what it calls all the same runs on a thread of libeventcore's instead). What the last `run` of an execution does may
 * be over before the `post` that handed it out returns. Since 1.1. */
typedef struct ec_executor {
  uint32_t struct_size;
  uint32_t reserved;
  void* ctx;
  int (*post)(void* ctx, void (*run)(void* arg), void* arg);
} ec_executor;

/* Executes a command as ec_store_execute does, and holds no thread of the host's while it waits: a store has any number
 * of them under way on one thread. EC_OK: it was begun, and `done` will be called once, with its end (`error` is lent for
 * the length of the call). Anything else: it was not begun, and `done` is not called.
 *
 * The command's functions, the observer's and `done` are called through the executor alone, one at a time for an
 * execution, each after what the one before did. NULL: on threads of libeventcore's, which its other executions need
 * too. The structs given here are copied; what they point to (the context, metadata, observer, cache, traceparent) must
 * stay as it is until `done`. ec_call.cancelled is called from threads of libeventcore's, one at a time: what is slow
 * there holds up the deadlines of others. ec_call.struct_size must be set.
 *
 * Where `post` refuses (or throws: then it must not have taken it), what is left of the execution runs on a thread of
 * libeventcore's, and it ends as soon as it can, with EC_CANCELLED unless it is committed. What it takes and never runs
 * is never done: its memory is lost, and where it had a turn on streams, those who wait for theirs go on without after a
 * second.
 *
 * ec_store_close ends the executions that are under way, with EC_CANCELLED unless their end is known already. It waits
 * for what the backend has in hand and for functions of theirs that are running, not for the executor: `done` may be
 * called after the store is closed. It must not be called from within a command's or an observer's function, nor from
 * `done` on a thread of libeventcore's. Since 1.1. */
EC_API ec_status ec_store_execute_async(ec_store* store, const ec_command* command, const ec_execute_options* options,
                                        const ec_call* call, const ec_executor* executor,
                                        void (*done)(void* ctx, ec_status status, const ec_error* error), void* ctx,
                                        ec_error* error);

/* A cache of folded states, for ec_execute_options.state_cache: one for any number of threads, commands and stores. It
 * holds at most so many bytes, as the commands count their states, with what it needs itself; what was not used for the
 * longest time goes first. Free it when no execution with it is under way. Since 1.1. */
typedef struct ec_state_cache_info {
  uint32_t struct_size;
  uint32_t reserved;
  uint64_t max_bytes;
  uint64_t bytes;
  uint64_t states;
  uint64_t hits;    /* executions that found their state here ... */
  uint64_t misses;  /* ... and that did not */
  uint64_t evicted; /* states that had to go, or were too large to come in */
} ec_state_cache_info;
EC_API ec_status ec_state_cache_make(uint64_t max_bytes, ec_state_cache** cache, ec_error* error);
EC_API void ec_state_cache_free(ec_state_cache* cache);
EC_API ec_status ec_state_cache_look(ec_state_cache* cache, ec_state_cache_info* info, ec_error* error);

#ifdef __cplusplus
}
#endif
#endif
