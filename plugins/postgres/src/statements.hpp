// The statements that are sent, each a constant text: nothing is ever put into one. search_path finds the schema.
#pragma once

namespace ec::postgres {

struct Statement {
  const char* name;  // under which it is prepared
  const char* sql;
};

namespace statements {

extern const Statement begin_session, begin_transaction, look_at_server, look_at_store;
extern const Statement has_migrations, newest_migration, begin_migration, lock_migrations, look_at_schema,
    note_migration;
extern const Statement append, append_one, look_commits_up, advance_epoch;
extern const Statement head, read_stream, read_stream_backward, read_streams, read_streams_backward, read_on;
extern const Statement read_two_streams, read_two_streams_backward;
extern const Statement read_all, read_all_backward, large, list_streams;
extern const Statement load_checkpoint, save_checkpoint, remove_checkpoint;
extern const Statement acquire_lease, renew_lease, release_lease;
extern const Statement load_snapshot, save_snapshot, remove_snapshot;
extern const Statement listen, notify;

}  // namespace statements

}  // namespace ec::postgres
