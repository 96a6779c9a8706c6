-- Appends, many in one call, as if carried out one after the other, each with its own outcome.
--
-- What belongs together lies in arrays, element by element:
--   stream_...   one element for each stream that the call names: its name; the version that it is hardly below, a hint
--   append_...   one element for each append: its commit id (zeros: none; no id stands twice) and digest; whether it
--                only looks the id up; the numbers of its first and last expectation; how many events lie before its
--                own; how many it has
--   expect_...   one element for each expectation of each append: its stream's number; the version, -1 for "exists",
--                -2 for "any"; how many events the append writes to that stream
--   event_...    one element for each event of each append: its append's number; the number of its expectation; which
--                of the append's events in that stream it is, from 1; ...
-- `disjoint`: no stream is named by two appends, and none looks an id up.
--
-- answer 0: the epoch is another, nothing was done; current_epoch tells it.
-- answer 1: everything is stored, in a row behind `head`; `versions` are those of the streams before.
-- answer 2: one by one. statuses: 0 stored (or checked, without events), 1 stored before, 2 conflict, 3 the commit id
--   has another content, 4 no such commit id. Of each append `befores` is the position before its first event, and if
--   it was stored before, `lasts` that of its last event; in a conflict `befores` is the number of the expectation in
--   its append, from 1, and `lasts` the version that was found. Of each expectation `bases` is the version before the
--   append, or, if that was stored before, right after it.
CREATE FUNCTION append(
  patience_ms bigint, sent_epoch bigint, disjoint boolean,
  stream_names text[], stream_least_versions bigint[],
  append_commit_ids uuid[], append_digests bigint[], append_lookups boolean[], append_expect_begins integer[],
  append_expect_ends integer[], append_events_before integer[], append_event_counts integer[],
  expect_streams integer[], expect_versions bigint[], expect_writes integer[],
  event_appends integer[], event_expects integer[], event_ordinals integer[], event_types text[], event_ids uuid[],
  event_encodings integer[], event_schema_versions integer[], event_times_us bigint[], event_payloads bytea[],
  event_metadata bytea[],
  OUT answer integer, OUT current_epoch bigint, OUT head bigint, OUT versions bigint[],
  OUT statuses integer[], OUT befores bigint[], OUT lasts bigint[], OUT bases bigint[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_variable
DECLARE
  nobody CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
  now_us bigint;
  any_known boolean;
  known commits;
  failed integer;
  want bigint;
  have bigint;
  missed boolean := false;
  repeated boolean := false;
BEGIN
  PERFORM lock_store(patience_ms);
  -- Under the lock, so that times do not run against positions while the clock goes forward.
  now_us := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
  SELECT epoch, coalesce((SELECT position FROM events ORDER BY position DESC LIMIT 1), 0),
         EXISTS (SELECT FROM commits WHERE commit_id = ANY (append_commit_ids))
    INTO current_epoch, head, any_known FROM store;
  IF current_epoch <> sent_epoch THEN
    answer := 0;
    RETURN;
  END IF;
  -- From the expected version on there is one entry of the index to look at; in all of a stream there can be many.
  versions := ARRAY(
    SELECT coalesce((SELECT version FROM events WHERE stream = stream_names[s] AND version >= stream_least_versions[s]
                     ORDER BY version DESC LIMIT 1),
                    (SELECT version FROM events WHERE stream = stream_names[s] AND stream_least_versions[s] > 0
                     ORDER BY version DESC LIMIT 1), 0)
    FROM generate_series(1, cardinality(stream_names)) AS s);

  -- The usual case: everything holds and nothing rests on another, so there is no need to go one by one.
  IF disjoint AND NOT any_known AND NOT EXISTS (
       SELECT FROM generate_series(1, cardinality(expect_streams)) AS e
       WHERE expect_versions[e] <> versions[expect_streams[e]]
         AND (expect_versions[e] >= 0 OR expect_versions[e] = -1 AND versions[expect_streams[e]] = 0)) THEN
    answer := 1;
    -- Elements by number: an array's is found at once, and unnest() would write each array down row by row first.
    INSERT INTO events (position, version, recorded_at_us, encoding, schema_version, id, commit_id, stream, type,
                        payload, metadata)
    SELECT head + n, versions[expect_streams[event_expects[n]]] + event_ordinals[n],
           CASE event_times_us[n] WHEN 0 THEN now_us ELSE event_times_us[n] END, event_encodings[n],
           event_schema_versions[n], event_ids[n], append_commit_ids[event_appends[n]],
           stream_names[expect_streams[event_expects[n]]], event_types[n], event_payloads[n], event_metadata[n]
    FROM generate_series(1, cardinality(event_appends)) AS n;
    INSERT INTO commits (commit_id, digest, first, last)
    SELECT append_commit_ids[a], append_digests[a], head + append_events_before[a] + 1,
           head + append_events_before[a] + append_event_counts[a]
    FROM generate_series(1, cardinality(append_commit_ids)) AS a
    WHERE append_event_counts[a] > 0 AND append_commit_ids[a] <> nobody;
    RETURN;
  END IF;

  answer := 2;
  statuses := array_fill(0, ARRAY[cardinality(append_commit_ids)]);
  befores := array_fill(0::bigint, ARRAY[cardinality(append_commit_ids)]);
  lasts := befores;
  bases := expect_versions;
  FOR a IN 1 .. cardinality(append_commit_ids) LOOP
    IF any_known THEN
      SELECT * INTO known FROM commits WHERE commit_id = append_commit_ids[a];
      IF FOUND AND NOT append_lookups[a] AND known.digest <> append_digests[a] THEN
        statuses[a] := 3;
        CONTINUE;
      ELSIF FOUND THEN
        statuses[a] := 1;
        befores[a] := known.first - 1;
        lasts[a] := known.last;
        FOR e IN append_expect_begins[a] .. append_expect_ends[a] LOOP
          -- A stream that it wrote to is found among its own events; for others the way back may be long.
          bases[e] := coalesce((SELECT max(version) FROM events WHERE position BETWEEN known.first AND known.last
                                AND stream = stream_names[expect_streams[e]]),
                               (SELECT version FROM events WHERE stream = stream_names[expect_streams[e]]
                                AND position <= known.last ORDER BY version DESC LIMIT 1), 0);
        END LOOP;
        repeated := true;
        CONTINUE;
      END IF;
    END IF;
    IF append_lookups[a] THEN
      statuses[a] := 4;
      missed := true;
      CONTINUE;
    END IF;
    failed := 0;
    FOR e IN append_expect_begins[a] .. append_expect_ends[a] LOOP
      want := expect_versions[e];
      have := versions[expect_streams[e]];
      bases[e] := have;
      IF want <> have AND (want >= 0 OR want = -1 AND have = 0) THEN
        failed := e;
        EXIT;
      END IF;
    END LOOP;
    IF failed > 0 THEN
      statuses[a] := 2;
      befores[a] := failed - append_expect_begins[a] + 1;
      lasts[a] := have;
      CONTINUE;
    END IF;
    FOR e IN append_expect_begins[a] .. append_expect_ends[a] LOOP
      versions[expect_streams[e]] := bases[e] + expect_writes[e];
    END LOOP;
    befores[a] := head;
    head := head + append_event_counts[a];
  END LOOP;

  INSERT INTO events (position, version, recorded_at_us, encoding, schema_version, id, commit_id, stream, type, payload,
                      metadata)
  SELECT befores[event_appends[n]] + n - append_events_before[event_appends[n]],
         bases[event_expects[n]] + event_ordinals[n],
         CASE event_times_us[n] WHEN 0 THEN now_us ELSE event_times_us[n] END, event_encodings[n],
         event_schema_versions[n], event_ids[n], append_commit_ids[event_appends[n]],
         stream_names[expect_streams[event_expects[n]]], event_types[n], event_payloads[n], event_metadata[n]
  FROM generate_series(1, cardinality(event_appends)) AS n
  WHERE statuses[event_appends[n]] = 0;
  INSERT INTO commits (commit_id, digest, first, last)
  SELECT append_commit_ids[a], append_digests[a], befores[a] + 1, befores[a] + append_event_counts[a]
  FROM generate_series(1, cardinality(append_commit_ids)) AS a
  WHERE statuses[a] = 0 AND append_event_counts[a] > 0 AND append_commit_ids[a] <> nobody;

  IF missed THEN
    -- "Not stored" must stay true of everything that was sent before.
    UPDATE store SET epoch = epoch + 1 RETURNING epoch INTO current_epoch;
  END IF;
  IF repeated THEN
    -- "Stored before" is an acknowledgement: it waits, like the first one, until the disk and the standbys have it.
    PERFORM pg_logical_emit_message(true, 'eventcore', 'stored before');
  END IF;
END
$$;

-- Whoever may use the schema may not yet write to the store.
REVOKE ALL ON FUNCTION append FROM PUBLIC;
