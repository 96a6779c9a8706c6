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

/* Ends the store. No call on it may be under way and no cursor open. NULL is allowed. */
EC_API void ec_store_close(ec_store* store);

/* What the backend says of itself. */
EC_API ec_status ec_store_info(ec_store* store, ec_info* info, ec_error* error);

/* The constant of the plugin that the store runs on; good for ever. */
EC_API const ec_plugin* ec_store_plugin(const ec_store* store);

/* One append; see ec_append. The status is the outcome's, and `error` is outcome->error's twin: give the same one.
 * Event ids that are zero are filled in with new ones. outcome->error may be NULL here. */
EC_API ec_status ec_store_append(ec_store* store, const ec_append* append, const ec_call* call, ec_outcome* outcome,
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

#ifdef __cplusplus
}
#endif
#endif
