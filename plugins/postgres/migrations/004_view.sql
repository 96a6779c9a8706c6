-- For people with SQL: times as times, payloads that are JSON as jsonb.

-- NULL where jsonb cannot hold it: no JSON after all, or one with \u0000.
CREATE FUNCTION as_json(bytes bytea) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN convert_from(bytes, 'UTF8')::jsonb;
EXCEPTION WHEN OTHERS THEN
  RETURN NULL;
END
$$;

CREATE VIEW event_log AS
  SELECT position, stream, version, type,
         -- Hosts may give any number as the time of a copied event.
         CASE WHEN abs(recorded_at_us / 1000000) < 100000000000
              THEN timestamptz 'epoch' + recorded_at_us * interval '1 microsecond' END AS recorded_at,
         CASE WHEN encoding = 1 THEN as_json(payload) END AS json, payload, as_json(metadata) AS metadata, id,
         nullif(commit_id, '00000000-0000-0000-0000-000000000000') AS commit_id, encoding, schema_version
  FROM events;

REVOKE ALL ON FUNCTION as_json FROM PUBLIC;
