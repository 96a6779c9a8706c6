-- What the rivals on Postgres write into: an events table as one would make it by hand.
CREATE TABLE single_inserts (
  position bigserial PRIMARY KEY,
  stream text NOT NULL,
  version bigint NOT NULL,
  type text NOT NULL,
  payload bytea NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (stream, version)
);

-- The ten-round-trip pattern: a trigger gives each event its version and checks what the command expected, which it
-- finds in a setting of the transaction.
CREATE TABLE checked_events (
  id uuid PRIMARY KEY,
  stream text NOT NULL,
  version bigint NOT NULL,
  type text NOT NULL,
  payload jsonb NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (stream, version)
);
CREATE FUNCTION check_version() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  expected bigint := (nullif(current_setting('app.expected_versions', true), '')::jsonb ->> new.stream)::bigint;
  present bigint;
BEGIN
  SELECT coalesce(max(version), 0) INTO present FROM checked_events WHERE stream = new.stream;
  IF expected IS NOT NULL AND present <> expected THEN
    RAISE EXCEPTION 'version conflict on %', new.stream USING ERRCODE = 'serialization_failure';
  END IF;
  new.version := present + 1;
  RETURN new;
END
$$;
CREATE TRIGGER check_version BEFORE INSERT ON checked_events FOR EACH ROW EXECUTE FUNCTION check_version();
INSERT INTO checked_events (id, stream, version, type, payload)
  SELECT gen_random_uuid(), 'account/' || n, 1, 'account-opened', '{"balance":1000000}'
  FROM generate_series(1, 20000) AS n;
ANALYZE checked_events;
