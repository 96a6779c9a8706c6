-- A single append, which is what a lone client sends: the same as `append` with less to take in and fewer statements.
--
-- What belongs together lies in arrays, element by element:
--   stream_names, expect_versions   the streams, none twice; the version of each, -1 for "exists", -2 for "any"
--   event_...                       one element for each event: the number of its stream; which of the append's events
--                                   in that stream it is, from 1; ...
-- append_commit_id: zeros for none.
--
-- The answer begins with 0, the present epoch: that is another than the one sent, and nothing was done.
-- With 1, the epoch, the head, the versions before: everything is stored, in a row behind the head.
-- With 2, the epoch, the number of the expectation that does not hold, the version that was found: a conflict.
-- With 3, the epoch: the commit id is known; `append` tells the rest.
CREATE FUNCTION append_one(
  patience_ms bigint, sent_epoch bigint, append_commit_id uuid, append_digest bigint,
  stream_names text[], expect_versions bigint[],
  event_streams integer[], event_ordinals integer[], event_types text[], event_ids uuid[], event_encodings integer[],
  event_schema_versions integer[], event_times_us bigint[], event_payloads bytea[], event_metadata bytea[])
RETURNS bigint[] LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_variable
DECLARE
  now_us bigint;
  current_epoch bigint;
  head bigint;
  is_known boolean;
  versions bigint[];
BEGIN
  PERFORM lock_store(patience_ms);
  -- Under the lock, so that times do not run against positions while the clock goes forward.
  now_us := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
  -- From the expected version on there is one entry of the index to look at; in all of a stream there can be many.
  SELECT epoch, coalesce((SELECT position FROM events ORDER BY position DESC LIMIT 1), 0),
         EXISTS (SELECT FROM commits WHERE commit_id = append_commit_id),
         ARRAY(SELECT coalesce((SELECT version FROM events
                                WHERE stream = stream_names[s] AND version >= expect_versions[s]
                                ORDER BY version DESC LIMIT 1), 0)
               FROM generate_series(1, cardinality(stream_names)) AS s)
    INTO current_epoch, head, is_known, versions FROM store;
  IF current_epoch <> sent_epoch THEN
    RETURN ARRAY[0, current_epoch];
  END IF;
  IF is_known THEN
    RETURN ARRAY[3, current_epoch];
  END IF;
  IF versions <> expect_versions THEN
    FOR s IN 1 .. cardinality(stream_names) LOOP
      IF expect_versions[s] <> versions[s]
         AND (expect_versions[s] >= 0 OR expect_versions[s] = -1 AND versions[s] = 0) THEN
        RETURN ARRAY[2, current_epoch, s, coalesce((SELECT version FROM events WHERE stream = stream_names[s]
                                                    ORDER BY version DESC LIMIT 1), 0)];
      END IF;
    END LOOP;
  END IF;
  IF cardinality(event_ids) > 0 THEN
    WITH noted AS (
      INSERT INTO commits (commit_id, digest, first, last)
      SELECT append_commit_id, append_digest, head + 1, head + cardinality(event_ids)
      WHERE append_commit_id <> '00000000-0000-0000-0000-000000000000')
    INSERT INTO events (position, version, recorded_at_us, encoding, schema_version, id, commit_id, stream, type,
                        payload, metadata)
    SELECT head + n, versions[event_streams[n]] + event_ordinals[n],
           CASE event_times_us[n] WHEN 0 THEN now_us ELSE event_times_us[n] END, event_encodings[n],
           event_schema_versions[n], event_ids[n], append_commit_id, stream_names[event_streams[n]], event_types[n],
           event_payloads[n], event_metadata[n]
    FROM generate_series(1, cardinality(event_ids)) AS n;
  END IF;
  RETURN ARRAY[1, current_epoch, head] || versions;
END
$$;

-- Whoever may use the schema may not yet write to the store.
REVOKE ALL ON FUNCTION append_one FROM PUBLIC;
