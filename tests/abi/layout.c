/* The layout of every struct of the ABI on 64-bit machines. A line here never changes once it was released: a member
 * may be added at the end of a struct that begins with struct_size or travels with a stride, and that is all. */
#include <eventcore/abi/eventcore.h>

#define SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), "the size of " #type)
#define AT(type, member, bytes) _Static_assert(offsetof(type, member) == (bytes), "the place of " #type "." #member)

_Static_assert(sizeof(void*) == 8, "this file is about 64-bit machines");

SIZE(ec_str, 16);
AT(ec_str, data, 0);
AT(ec_str, size, 8);

SIZE(ec_bytes, 16);
AT(ec_bytes, data, 0);
AT(ec_bytes, size, 8);

SIZE(ec_uuid, 16);
AT(ec_uuid, bytes, 0);

SIZE(ec_position, 16);
AT(ec_position, hi, 0);
AT(ec_position, lo, 8);

SIZE(ec_error, 512);
AT(ec_error, struct_size, 0);
AT(ec_error, code, 4);
AT(ec_error, flags, 8);
AT(ec_error, conflict_index, 12);
AT(ec_error, expected_version, 16);
AT(ec_error, actual_version, 24);
AT(ec_error, native_code, 32);
AT(ec_error, message, 48);

SIZE(ec_call, 48);
AT(ec_call, struct_size, 0);
AT(ec_call, flags, 4);
AT(ec_call, deadline_ns, 8);
AT(ec_call, cancel_ctx, 16);
AT(ec_call, cancelled, 24);
AT(ec_call, traceparent, 32);

SIZE(ec_stream_from, 24);
AT(ec_stream_from, stream, 0);
AT(ec_stream_from, after_version, 16);

SIZE(ec_expect, 32);
AT(ec_expect, stream, 0);
AT(ec_expect, version, 16);
AT(ec_expect, mode, 24);
AT(ec_expect, reserved, 28);

SIZE(ec_new_event, 88);
AT(ec_new_event, stream_index, 0);
AT(ec_new_event, encoding, 4);
AT(ec_new_event, schema_version, 8);
AT(ec_new_event, reserved, 12);
AT(ec_new_event, id, 16);
AT(ec_new_event, recorded_at_us, 32);
AT(ec_new_event, type, 40);
AT(ec_new_event, payload, 56);
AT(ec_new_event, metadata, 72);

SIZE(ec_append, 72);
AT(ec_append, struct_size, 0);
AT(ec_append, flags, 4);
AT(ec_append, commit_id, 8);
AT(ec_append, expects, 24);
AT(ec_append, expect_count, 32);
AT(ec_append, expect_stride, 40);
AT(ec_append, events, 48);
AT(ec_append, event_count, 56);
AT(ec_append, event_stride, 64);

SIZE(ec_outcome, 64);
AT(ec_outcome, struct_size, 0);
AT(ec_outcome, status, 4);
AT(ec_outcome, flags, 8);
AT(ec_outcome, reserved, 12);
AT(ec_outcome, first, 16);
AT(ec_outcome, last, 32);
AT(ec_outcome, versions, 48);
AT(ec_outcome, error, 56);

SIZE(ec_event, 144);
AT(ec_event, stream, 0);
AT(ec_event, type, 16);
AT(ec_event, payload, 32);
AT(ec_event, metadata, 48);
AT(ec_event, id, 64);
AT(ec_event, commit_id, 80);
AT(ec_event, position, 96);
AT(ec_event, version, 112);
AT(ec_event, recorded_at_us, 120);
AT(ec_event, stream_index, 128);
AT(ec_event, encoding, 132);
AT(ec_event, schema_version, 136);
AT(ec_event, reserved, 140);

SIZE(ec_batch, 64);
AT(ec_batch, struct_size, 0);
AT(ec_batch, flags, 4);
AT(ec_batch, events, 8);
AT(ec_batch, count, 16);
AT(ec_batch, stride, 24);
AT(ec_batch, head, 32);
AT(ec_batch, through, 48);

SIZE(ec_read, 40);
AT(ec_read, struct_size, 0);
AT(ec_read, flags, 4);
AT(ec_read, streams, 8);
AT(ec_read, stream_count, 16);
AT(ec_read, stream_stride, 24);
AT(ec_read, limit, 32);

SIZE(ec_read_all, 80);
AT(ec_read_all, struct_size, 0);
AT(ec_read_all, flags, 4);
AT(ec_read_all, after, 8);
AT(ec_read_all, limit, 24);
AT(ec_read_all, prefixes, 32);
AT(ec_read_all, prefix_count, 40);
AT(ec_read_all, patterns, 48);
AT(ec_read_all, pattern_count, 56);
AT(ec_read_all, types, 64);
AT(ec_read_all, type_count, 72);

SIZE(ec_list, 48);
AT(ec_list, struct_size, 0);
AT(ec_list, flags, 4);
AT(ec_list, prefix, 8);
AT(ec_list, after, 24);
AT(ec_list, limit, 40);

SIZE(ec_stream_info, 24);
AT(ec_stream_info, stream, 0);
AT(ec_stream_info, version, 16);

SIZE(ec_stream_batch, 32);
AT(ec_stream_batch, struct_size, 0);
AT(ec_stream_batch, flags, 4);
AT(ec_stream_batch, streams, 8);
AT(ec_stream_batch, count, 16);
AT(ec_stream_batch, stride, 24);

SIZE(ec_info, 80);
AT(ec_info, struct_size, 0);
AT(ec_info, capabilities, 4);
AT(ec_info, store_id, 8);
AT(ec_info, max_payload, 24);
AT(ec_info, max_metadata, 32);
AT(ec_info, max_events_per_append, 40);
AT(ec_info, max_bytes_per_append, 48);
AT(ec_info, max_appends_per_call, 56);
AT(ec_info, location, 64);

SIZE(ec_store_api, 104);
AT(ec_store_api, struct_size, 0);
AT(ec_store_api, reserved, 4);
AT(ec_store_api, close, 8);
AT(ec_store_api, info, 16);
AT(ec_store_api, append, 24);
AT(ec_store_api, read, 32);
AT(ec_store_api, read_all, 40);
AT(ec_store_api, next, 48);
AT(ec_store_api, close_cursor, 56);
AT(ec_store_api, head, 64);
AT(ec_store_api, list_streams, 72);
AT(ec_store_api, next_streams, 80);
AT(ec_store_api, close_stream_cursor, 88);
AT(ec_store_api, get_extension, 96);

SIZE(ec_decision, 32);
AT(ec_decision, struct_size, 0);
AT(ec_decision, reserved, 4);
AT(ec_decision, events, 8);
AT(ec_decision, count, 16);
AT(ec_decision, stride, 24);

SIZE(ec_commit, 80);
AT(ec_commit, struct_size, 0);
AT(ec_commit, flags, 4);
AT(ec_commit, commit_id, 8);
AT(ec_commit, first, 24);
AT(ec_commit, last, 40);
AT(ec_commit, attempts, 56);
AT(ec_commit, reserved, 60);
AT(ec_commit, streams, 64);
AT(ec_commit, stream_count, 72);

SIZE(ec_state_hooks, 96);
AT(ec_state_hooks, struct_size, 0);
AT(ec_state_hooks, snapshot_version, 4);
AT(ec_state_hooks, snapshot_name, 8);
AT(ec_state_hooks, snapshot_every, 24);
AT(ec_state_hooks, cache_kind, 32);
AT(ec_state_hooks, key, 40);
AT(ec_state_hooks, reset, 48);
AT(ec_state_hooks, capture, 56);
AT(ec_state_hooks, restore, 64);
AT(ec_state_hooks, keep, 72);
AT(ec_state_hooks, resume, 80);
AT(ec_state_hooks, drop, 88);

SIZE(ec_command, 64);
AT(ec_command, struct_size, 0);
AT(ec_command, reserved, 4);
AT(ec_command, ctx, 8);
AT(ec_command, streams, 16);
AT(ec_command, discover, 24);
AT(ec_command, apply, 32);
AT(ec_command, decide, 40);
AT(ec_command, committed, 48);
AT(ec_command, states, 56);

SIZE(ec_observer, 48);
AT(ec_observer, struct_size, 0);
AT(ec_observer, reserved, 4);
AT(ec_observer, ctx, 8);
AT(ec_observer, attempt, 16);
AT(ec_observer, conflict, 24);
AT(ec_observer, retry, 32);
AT(ec_observer, finished, 40);

SIZE(ec_execute_options, 88);
AT(ec_execute_options, struct_size, 0);
AT(ec_execute_options, flags, 4);
AT(ec_execute_options, max_attempts, 8);
AT(ec_execute_options, reserved, 12);
AT(ec_execute_options, backoff_base_us, 16);
AT(ec_execute_options, backoff_cap_us, 24);
AT(ec_execute_options, max_streams, 32);
AT(ec_execute_options, max_rounds, 36);
AT(ec_execute_options, commit_id, 40);
AT(ec_execute_options, metadata, 56);
AT(ec_execute_options, observer, 72);
AT(ec_execute_options, state_cache, 80);

SIZE(ec_state_cache_info, 56);
AT(ec_state_cache_info, struct_size, 0);
AT(ec_state_cache_info, reserved, 4);
AT(ec_state_cache_info, max_bytes, 8);
AT(ec_state_cache_info, bytes, 16);
AT(ec_state_cache_info, states, 24);
AT(ec_state_cache_info, hits, 32);
AT(ec_state_cache_info, misses, 40);
AT(ec_state_cache_info, evicted, 48);

SIZE(ec_checkpoint_api, 32);
AT(ec_checkpoint_api, struct_size, 0);
AT(ec_checkpoint_api, reserved, 4);
AT(ec_checkpoint_api, load, 8);
AT(ec_checkpoint_api, save, 16);
AT(ec_checkpoint_api, remove, 24);

SIZE(ec_lease_api, 32);
AT(ec_lease_api, struct_size, 0);
AT(ec_lease_api, reserved, 4);
AT(ec_lease_api, acquire, 8);
AT(ec_lease_api, renew, 16);
AT(ec_lease_api, release, 24);

SIZE(ec_snapshot_api, 48);
AT(ec_snapshot_api, struct_size, 0);
AT(ec_snapshot_api, reserved, 4);
AT(ec_snapshot_api, load, 8);
AT(ec_snapshot_api, release_blob, 16);
AT(ec_snapshot_api, save, 24);
AT(ec_snapshot_api, remove, 32);
AT(ec_snapshot_api, read_on, 40);

SIZE(ec_notify_api, 24);
AT(ec_notify_api, struct_size, 0);
AT(ec_notify_api, reserved, 4);
AT(ec_notify_api, wait, 8);
AT(ec_notify_api, interrupt, 16);

SIZE(ec_option, 88);
AT(ec_option, name, 0);
AT(ec_option, type, 16);
AT(ec_option, flags, 20);
AT(ec_option, default_value, 24);
AT(ec_option, choices, 40);
AT(ec_option, min, 56);
AT(ec_option, max, 64);
AT(ec_option, description, 72);

SIZE(ec_setting, 48);
AT(ec_setting, key, 0);
AT(ec_setting, value, 16);
AT(ec_setting, origin, 32);

SIZE(ec_host, 24);
AT(ec_host, struct_size, 0);
AT(ec_host, reserved, 4);
AT(ec_host, ctx, 8);
AT(ec_host, log, 16);

SIZE(ec_plugin, 104);
AT(ec_plugin, magic, 0);
AT(ec_plugin, struct_size, 8);
AT(ec_plugin, abi_major, 12);
AT(ec_plugin, abi_minor, 14);
AT(ec_plugin, name, 16);
AT(ec_plugin, version, 32);
AT(ec_plugin, description, 48);
AT(ec_plugin, options, 64);
AT(ec_plugin, option_count, 72);
AT(ec_plugin, option_stride, 80);
AT(ec_plugin, api, 88);
AT(ec_plugin, open, 96);

/* Since 1.1. */
SIZE(ec_open_options, 8);
AT(ec_open_options, struct_size, 0);
AT(ec_open_options, flags, 4);

SIZE(ec_executor, 24);
AT(ec_executor, struct_size, 0);
AT(ec_executor, reserved, 4);
AT(ec_executor, ctx, 8);
AT(ec_executor, post, 16);

/* Numbers that are part of the contract. */
_Static_assert(EC_ABI_MAJOR == 1, "a new major version is a new symbol");
_Static_assert(EC_PLUGIN_MAGIC == UINT64_C(0x4543504c55473031), "the magic number");
_Static_assert(EC_OK == 0 && EC_INTERNAL == 1 && EC_INVALID == 2 && EC_CONFIG == 3 && EC_UNSUPPORTED == 4, "statuses");
_Static_assert(EC_CONFLICT == 5 && EC_REJECTED == 6 && EC_DUPLICATE == 7 && EC_NOT_FOUND == 8 && EC_FENCED == 9,
               "statuses");
_Static_assert(EC_UNAVAILABLE == 10 && EC_TIMEOUT == 11 && EC_CANCELLED == 12 && EC_CORRUPT == 13 && EC_NO_MEMORY == 14,
               "statuses");
_Static_assert(EC_LIMIT == 15 && EC_READ_ONLY == 16 && EC_IN_DOUBT == 17, "statuses");
_Static_assert(EC_EXPECT_EXACT == 1 && EC_EXPECT_ABSENT == 2 && EC_EXPECT_EXISTS == 3 && EC_EXPECT_ANY == 4, "modes");
_Static_assert(EC_OPTION_STRING == 1 && EC_OPTION_BOOL == 2 && EC_OPTION_UINT == 3 && EC_OPTION_SIZE == 4 &&
                   EC_OPTION_DURATION == 5 && EC_OPTION_CHOICE == 6 && EC_OPTION_PATH == 7,
               "types of options");
_Static_assert(EC_ENCODING_BYTES == 0 && EC_ENCODING_JSON == 1 && EC_ENCODING_CBOR == 2 && EC_ENCODING_PROTOBUF == 3,
               "encodings");
