#include "statements.hpp"

// What event_page.cpp reads, in its order: the stream's number in the request, the event, the bytes of its payload and
// metadata. The two themselves are left out when they are large, so that a batch has a bounded size; `large` fetches
// them. A first row with the number -1 has the head as its position.
#define EVENT_COLUMNS(number, stream)                                                            \
  number ", position, version, recorded_at_us, encoding, schema_version, id, commit_id, " stream \
         ", type, "                                                                              \
         "octet_length(payload)::bigint + octet_length(metadata), "                              \
         "CASE WHEN octet_length(payload) + octet_length(metadata) <= 16384 THEN payload END, "  \
         "CASE WHEN octet_length(payload) + octet_length(metadata) <= 16384 THEN metadata END"
#define HEAD_ROW                                                                                        \
  "SELECT -1, coalesce(max(position), 0), NULL::bigint, NULL::bigint, NULL::integer, NULL::integer, "   \
  "NULL::uuid, NULL::uuid, NULL::text, NULL::text, NULL::bigint, NULL::bytea, NULL::bytea FROM events " \
  "UNION ALL "

namespace ec::postgres::statements {

// What a session needs, and behind a pooler each transaction: plans are made once and by index, those of the functions
// too, also while the tables are small. Without warnings a commit that has not waited for its
// standbys would look like any other.
#define SETTINGS(local)                                                                                      \
  "SELECT set_config('search_path', quote_ident($1::text) || ', pg_temp', " local                            \
  "), "                                                                                                      \
  "set_config('client_min_messages', 'warning', " local                                                      \
  "), "                                                                                                      \
  "set_config('jit', 'off', " local "), set_config('plan_cache_mode', 'force_generic_plan', " local          \
  "), "                                                                                                      \
  "set_config('enable_seqscan', 'off', " local "), set_config('enable_bitmapscan', 'off', " local            \
  "), "                                                                                                      \
  "set_config('synchronous_commit', CASE WHEN NOT $2::boolean THEN 'off' "                                   \
  "WHEN current_setting('synchronous_commit') = 'off' THEN 'on' ELSE current_setting('synchronous_commit') " \
  "END, " local ")"

const Statement begin_session{
    "", SETTINGS("false") ", set_config('default_transaction_isolation', 'read committed', false)"};
const Statement begin_transaction{"", SETTINGS("true")};

const Statement look_at_server{
    "",
    "SELECT current_setting('server_encoding') = 'UTF8', current_setting('fsync') = 'on', "
    "current_setting('full_page_writes') = 'on', pg_is_in_recovery(), current_setting('server_version_num')::integer"};
const Statement has_migrations{"", "SELECT to_regclass(quote_ident($1::text) || '.migrations') IS NOT NULL"};
const Statement newest_migration{"", "SELECT coalesce(max(number), 0) FROM migrations"};
// A transaction has these until it ends, whatever the session's are.
const Statement begin_migration{"",
                                "SELECT set_config('eventcore.schema', $1::text, true), "
                                "set_config('search_path', quote_ident($1::text) || ', pg_temp', true)"};
const Statement lock_migrations{
    "", "SELECT pg_advisory_xact_lock(x'65766373'::integer, hashtext(current_setting('eventcore.schema')))"};
// Whether it is one of ours, and whether it holds anything.
const Statement look_at_schema{
    "",
    "SELECT to_regclass(quote_ident($1::text) || '.migrations') IS NOT NULL, "
    "EXISTS (SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE nspname = $1::text) OR "
    "EXISTS (SELECT FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace WHERE nspname = $1::text)"};
const Statement note_migration{"", "INSERT INTO migrations (number, name) VALUES ($1::bigint, $2::text)"};
const Statement look_at_store{"", "SELECT store_id FROM store"};

const Statement append{"eventcore_append",
                       "SELECT answer, current_epoch, head, versions, statuses, befores, lasts, bases FROM append("
                       "$1::bigint, $2::bigint, $3::boolean, $4::text[], $5::bigint[], $6::uuid[], $7::bigint[], "
                       "$8::boolean[], $9::integer[], $10::integer[], $11::integer[], $12::integer[], $13::integer[], "
                       "$14::bigint[], $15::integer[], $16::integer[], $17::integer[], $18::integer[], $19::text[], "
                       "$20::uuid[], $21::integer[], $22::integer[], $23::bigint[], $24::bytea[], $25::bytea[])"};
const Statement append_one{
    "eventcore_append_one",
    "SELECT append_one($1::bigint, $2::bigint, $3::uuid, $4::bigint, $5::text[], $6::bigint[], $7::integer[], "
    "$8::integer[], $9::text[], $10::uuid[], $11::integer[], $12::integer[], $13::bigint[], $14::bytea[], "
    "$15::bytea[])"};
// The commit ids $1 that are stored, each by its index.
const Statement look_commits_up{
    "eventcore_look_commits_up",
    "SELECT number::integer - 1, first, last FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted(id, number) "
    "JOIN commits ON commit_id = id"};
const Statement advance_epoch{"", "SELECT advance_epoch($1::bigint)"};

const Statement head{"eventcore_head", "SELECT coalesce(max(position), 0) FROM events"};

// One stream: $1, versions beyond $2, at most $3 events.
const Statement read_stream{
    "eventcore_read_stream",
    HEAD_ROW "(SELECT " EVENT_COLUMNS("0", "NULL::text") " FROM events "
    "WHERE stream = $1::text AND version > $2::bigint ORDER BY version LIMIT $3::bigint)"};
const Statement read_stream_backward{
    "eventcore_read_stream_backward",
    HEAD_ROW "(SELECT " EVENT_COLUMNS("0", "NULL::text") " FROM events "
    "WHERE stream = $1::text AND version < $2::bigint ORDER BY version DESC LIMIT $3::bigint)"};

// Two streams, which is what most commands read: $1 beyond $2 and $3 beyond $4, at most $5 events of each, one stream
// after the other. The general statement below costs the server twice as much, and the order is quickly made here.
const Statement read_two_streams{
    "eventcore_read_two_streams",
    HEAD_ROW "(SELECT " EVENT_COLUMNS("0", "NULL::text") " FROM events "
    "WHERE stream = $1::text AND version > $2::bigint ORDER BY version LIMIT $5::bigint) UNION ALL "
    "(SELECT " EVENT_COLUMNS("1", "NULL::text") " FROM events "
    "WHERE stream = $3::text AND version > $4::bigint ORDER BY version LIMIT $5::bigint)"};
const Statement read_two_streams_backward{
    "eventcore_read_two_streams_backward",
    HEAD_ROW "(SELECT " EVENT_COLUMNS("0", "NULL::text") " FROM events "
    "WHERE stream = $1::text AND version < $2::bigint ORDER BY version DESC LIMIT $5::bigint) UNION ALL "
    "(SELECT " EVENT_COLUMNS("1", "NULL::text") " FROM events "
    "WHERE stream = $3::text AND version < $4::bigint ORDER BY version DESC LIMIT $5::bigint)"};

// Streams $1, of each the versions beyond that in $2, at most $3 events, all in position order.
const Statement read_streams{
    "eventcore_read_streams",
    HEAD_ROW "(SELECT " EVENT_COLUMNS("number::integer - 1", "NULL::text") " FROM unnest($1::text[], $2::bigint[]) "
    "WITH ORDINALITY AS asked(name, after, number), LATERAL (SELECT * FROM events WHERE stream = name "
    "AND version > after ORDER BY version LIMIT $3::bigint) AS event ORDER BY position LIMIT $3::bigint)"};
const Statement read_streams_backward{
    "eventcore_read_streams_backward",
    HEAD_ROW "(SELECT " EVENT_COLUMNS("number::integer - 1", "NULL::text") " FROM unnest($1::text[], $2::bigint[]) "
    "WITH ORDINALITY AS asked(name, before, number), LATERAL (SELECT * FROM events WHERE stream = name "
    "AND version < before ORDER BY version DESC LIMIT $3::bigint) AS event ORDER BY position DESC LIMIT $3::bigint)"};

// The snapshot $1, and behind it streams $2: where it holds as many versions (big-endian, from byte 24 on, their number at
// byte 16), of each those beyond that version, otherwise beyond that in $3; at most $4 events, all in position order. The
// snapshot is a row with the number -2, its etag as position and its bytes as payload.
const Statement read_on{
    "eventcore_read_on",
    "WITH kept AS MATERIALIZED (SELECT etag, bytes FROM snapshots WHERE name = $1::text), "
    "fits AS MATERIALIZED (SELECT bytes AS versions FROM kept WHERE substring(bytes FROM 17 FOR 4) = "
    "int4send(cardinality($2::text[])) AND octet_length(bytes) >= 24 + 8 * cardinality($2::text[])), "
    "asked AS MATERIALIZED (SELECT name, number, coalesce((SELECT ('x' || encode(substring(versions FROM "
    "17 + 8 * number::integer FOR 8), 'hex'))::bit(64)::bigint FROM fits), after) AS after "
    "FROM unnest($2::text[], $3::bigint[]) WITH ORDINALITY AS given(name, after, number)) "
    "SELECT -2, etag, NULL::bigint, NULL::bigint, NULL::integer, NULL::integer, NULL::uuid, NULL::uuid, NULL::text, "
    "NULL::text, NULL::bigint, bytes, NULL::bytea FROM kept UNION ALL " HEAD_ROW
    "(SELECT " EVENT_COLUMNS("number::integer - 1", "NULL::text") " FROM asked, "
    "LATERAL (SELECT * FROM events WHERE stream = asked.name "
    "AND version > asked.after ORDER BY version LIMIT $4::bigint) AS event ORDER BY position LIMIT $4::bigint)"};

// Positions between $1 and $2; prefixes $3, types $4, none meaning any; at most $5 events.
const Statement read_all{
    "eventcore_read_all",
    HEAD_ROW "(SELECT " EVENT_COLUMNS("0", "stream") " FROM events "
    "WHERE position > $1::bigint AND position <= $2::bigint "
    "AND (cardinality($3::text[]) = 0 OR stream ^@ ANY ($3::text[])) "
    "AND (cardinality($4::text[]) = 0 OR type = ANY ($4::text[])) ORDER BY position LIMIT $5::bigint)"};
const Statement read_all_backward{
    "eventcore_read_all_backward",
    HEAD_ROW "(SELECT " EVENT_COLUMNS("0", "stream") " FROM events "
    "WHERE position < $1::bigint AND position >= $2::bigint "
    "AND (cardinality($3::text[]) = 0 OR stream ^@ ANY ($3::text[])) "
    "AND (cardinality($4::text[]) = 0 OR type = ANY ($4::text[])) ORDER BY position DESC LIMIT $5::bigint)"};

const Statement large{"eventcore_large",
                      "SELECT position, payload, metadata FROM unnest($1::bigint[]) AS wanted JOIN events "
                      "ON position = wanted"};

// Streams behind $1 that begin with $2, at most $3, with their versions at position $4 (below 0: as they are now). The
// index is walked from stream to stream. The first row has the head in place of a version.
const Statement list_streams{
    "eventcore_list_streams",
    "WITH RECURSIVE listed(name, number) AS ("
    "(SELECT stream, 1 FROM events WHERE stream > $1::text AND stream >= $2::text ORDER BY stream LIMIT 1) UNION ALL "
    "SELECT (SELECT stream FROM events WHERE stream > name ORDER BY stream LIMIT 1), number + 1 FROM listed "
    "WHERE name ^@ $2::text AND number < $3::bigint) "
    "SELECT NULL::text, coalesce(max(position), 0) FROM events UNION ALL "
    "SELECT name, (SELECT version FROM events WHERE stream = name AND ($4::bigint < 0 OR position <= $4::bigint) "
    "ORDER BY version DESC LIMIT 1) FROM listed WHERE name ^@ $2::text"};

const Statement load_checkpoint{"eventcore_load_checkpoint", "SELECT position FROM checkpoints WHERE name = $1::text"};
const Statement save_checkpoint{"eventcore_save_checkpoint",
                                "SELECT outcome, head FROM save_checkpoint($1::text, $2::bigint, $3::bigint)"};
const Statement remove_checkpoint{"eventcore_remove_checkpoint", "SELECT remove_checkpoint($1::text, $2::bigint)"};

const Statement acquire_lease{
    "eventcore_acquire_lease",
    "SELECT outcome, granted, held_by, left_ms FROM acquire_lease($1::text, $2::text, $3::bigint)"};
const Statement renew_lease{"eventcore_renew_lease", "SELECT renew_lease($1::text, $2::bigint, $3::bigint)"};
const Statement release_lease{"eventcore_release_lease", "SELECT release_lease($1::text, $2::bigint)"};

const Statement load_snapshot{"eventcore_load_snapshot", "SELECT etag, bytes FROM snapshots WHERE name = $1::text"};
const Statement save_snapshot{"eventcore_save_snapshot",
                              "SELECT outcome, present FROM save_snapshot($1::text, $2::bytea, $3::bigint)"};
const Statement remove_snapshot{"eventcore_remove_snapshot",
                                "SELECT outcome, present FROM remove_snapshot($1::text, $2::bigint)"};

const Statement listen{"", "LISTEN eventcore"};
const Statement notify{"eventcore_notify", "SELECT pg_notify('eventcore', current_schema())"};

}  // namespace ec::postgres::statements
