-- The store: run once, by the plugin, in the schema that search_path names first. docs/storage-postgres.md says why it
-- is like this.

CREATE TABLE store (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  store_id uuid NOT NULL DEFAULT gen_random_uuid(),
  -- An append that was sent under an older epoch is refused: see advance_epoch.
  epoch bigint NOT NULL DEFAULT 1
);
INSERT INTO store DEFAULT VALUES;

CREATE TABLE events (
  position bigint PRIMARY KEY,
  version bigint NOT NULL,
  recorded_at_us bigint NOT NULL,  -- microseconds since 1970 UTC
  encoding integer NOT NULL,
  schema_version integer NOT NULL,
  id uuid NOT NULL,
  commit_id uuid NOT NULL,
  stream text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  payload bytea NOT NULL,
  metadata bytea NOT NULL,
  UNIQUE (stream, version)
);

-- Large payloads are packed much quicker by lz4; a server that was built without it keeps its own way.
DO $$
BEGIN
  EXECUTE 'ALTER TABLE events ALTER payload SET COMPRESSION lz4';
EXCEPTION WHEN syntax_error OR feature_not_supported THEN
  NULL;
END
$$;

CREATE TABLE commits (
  commit_id uuid PRIMARY KEY,
  digest bigint NOT NULL,
  first bigint NOT NULL,
  last bigint NOT NULL
);

CREATE TABLE checkpoints (
  name text COLLATE "C" PRIMARY KEY,
  position bigint NOT NULL
);

-- A row stays for ever, so that a fence is never given twice.
CREATE TABLE leases (
  name text COLLATE "C" PRIMARY KEY,
  holder text NOT NULL,
  fence bigint NOT NULL,
  expires_at timestamptz NOT NULL
);

CREATE TABLE snapshots (
  name text COLLATE "C" PRIMARY KEY,
  etag bigint NOT NULL,
  bytes bytea NOT NULL
);
CREATE SEQUENCE snapshot_etags AS bigint;

-- ---- what was stored stays as it is

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of %.% is refused: what an event store has stored never changes', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON commits
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- ---- the one lock

-- Held to the end of the transaction, so appends commit in the order of their positions. Each caller has it in a
-- statement of its own: at READ COMMITTED the statements behind it see what the holder before has committed. A snapshot
-- that is older than the lock would not, so other isolation levels are refused. A wait for a lock ends after
-- `patience_ms` milliseconds with SQLSTATE 55P03; 0: never, whatever the role's own setting is.
CREATE FUNCTION lock_store(patience_ms bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'appends need the isolation level READ COMMITTED, this transaction has %',
      current_setting('transaction_isolation') USING ERRCODE = 'invalid_transaction_state';
  END IF;
  PERFORM set_config('lock_timeout', patience_ms::text, true),
          pg_advisory_xact_lock(x'65766373'::integer, ('store'::regclass::oid::bigint - 2147483648)::integer);
END
$$;

-- From here on nothing can be stored any more by an append that was sent before, however long it lingers on a lost
-- connection: those that are not in yet carry an older epoch.
CREATE FUNCTION advance_epoch(patience_ms bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  advanced bigint;
BEGIN
  PERFORM lock_store(patience_ms);
  UPDATE store SET epoch = epoch + 1 RETURNING epoch INTO advanced;
  RETURN advanced;
END
$$;

-- Whoever may use the schema may not yet write to the store.
REVOKE ALL ON FUNCTION refuse_change, lock_store, advance_epoch FROM PUBLIC;
