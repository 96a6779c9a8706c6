-- Appends, many in one call, as if carried out one after the other, each with its own outcome.
--
-- What belongs together lies in arrays, element by element:
--   streams      each stream that the call names, once
--   append_...   one element for each append; a commit id of zeros is none, and no id stands twice. Its expectations
--                are those with the numbers expect_begins to expect_ends; so many events lie before its own.
--   expect_...   one element for each expectation of each append: its stream's number; the version, -1 for "exists",
--                -2 for "any"; how many events the append writes to that stream
--   event_...    one element for each event of each append: its append's number; which of that append's events it is,
--                from 1; the number of its expectation; which of the append's events in that stream it is, from 1; ...
-- `disjoint`: no stream is named by two appends.
--
-- statuses: 0 stored (or checked, without events), 1 stored before, 2 conflict, 3 the commit id has another content,
-- 4 no such commit id. Of each append `befores` is the position before its first event, and if it was stored before,
-- `lasts` that of its last event; in a conflict `befores` is the number of the expectation in its append, from 1, and
-- `lasts` the version that was found. Of each expectation `bases` is the version before the append, or, if that was
-- stored before, right after it. No statuses: the epoch is another, and nothing was done.
CREATE FUNCTION append(
  patience_ms bigint, sent_epoch bigint, disjoint boolean,
  streams text[],
  append_commit_ids uuid[], append_digests bigint[], append_lookups boolean[], append_expect_begins integer[],
  append_expect_ends integer[], append_events_before integer[], append_event_counts integer[],
  expect_streams integer[], expect_versions bigint[], expect_writes integer[],
  event_appends integer[], event_places integer[], event_expects integer[], event_ordinals integer[],
  event_types text[], event_ids uuid[], event_encodings integer[], event_schema_versions integer[],
  event_times_us bigint[], event_payloads bytea[], event_metadata bytea[],
  OUT current_epoch bigint, OUT statuses integer[], OUT befores bigint[], OUT lasts bigint[], OUT bases bigint[])
LANGUAGE plpgsql SECURITY DEFINER
-- Plans are made once and by index, also those that were made while the tables were small.
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_variable
DECLARE
  nobody CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
  appends CONSTANT integer := cardinality(append_commit_ids);
  head bigint;
  versions bigint[];  -- of `streams`, as they become
  afters bigint[];    -- like `bases`, after the append
  any_known boolean;
  known commits;
  failed integer;
  want bigint;
  have bigint;
  missed boolean := false;
  repeated boolean := false;
  now_us CONSTANT bigint := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
BEGIN
  PERFORM lock_store(patience_ms);
  SELECT epoch INTO current_epoch FROM store;
  IF current_epoch <> sent_epoch THEN
    RETURN;
  END IF;
  SELECT coalesce(max(position), 0) INTO head FROM events;
  versions := ARRAY(SELECT (SELECT coalesce(max(version), 0) FROM events WHERE stream = named)
                    FROM unnest(streams) AS named);
  any_known := EXISTS (SELECT FROM commits WHERE commit_id = ANY (append_commit_ids));

  IF disjoint AND NOT any_known AND NOT (true = ANY (append_lookups)) AND NOT EXISTS (
       SELECT FROM unnest(expect_streams, expect_versions) AS expect(number, version)
       WHERE expect.version <> versions[number]
         AND (expect.version >= 0 OR expect.version = -1 AND versions[number] = 0)) THEN
    -- The usual case: everything holds and nothing rests on another, so there is no need to go one by one.
    statuses := array_fill(0, ARRAY[appends]);
    befores := ARRAY(SELECT head + before FROM unnest(append_events_before) AS before);
    bases := ARRAY(SELECT versions[number] FROM unnest(expect_streams) AS number);
    afters := ARRAY(SELECT versions[number] + writes
                    FROM unnest(expect_streams, expect_writes) AS expect(number, writes));
  ELSE
    statuses := array_fill(0, ARRAY[appends]);
    befores := array_fill(0::bigint, ARRAY[appends]);
    lasts := befores;
    bases := expect_versions;
    afters := expect_versions;
    FOR i IN 1 .. appends LOOP
      IF any_known THEN
        SELECT * INTO known FROM commits WHERE commit_id = append_commit_ids[i];
        IF FOUND AND NOT append_lookups[i] AND known.digest <> append_digests[i] THEN
          statuses[i] := 3;
          CONTINUE;
        ELSIF FOUND THEN
          statuses[i] := 1;
          befores[i] := known.first - 1;
          lasts[i] := known.last;
          IF NOT append_lookups[i] THEN
            bases[append_expect_begins[i] : append_expect_ends[i]] := known.versions;
          END IF;
          repeated := true;
          CONTINUE;
        END IF;
      END IF;
      IF append_lookups[i] THEN
        statuses[i] := 4;
        missed := true;
        CONTINUE;
      END IF;
      failed := 0;
      FOR e IN append_expect_begins[i] .. append_expect_ends[i] LOOP
        want := expect_versions[e];
        have := versions[expect_streams[e]];
        bases[e] := have;
        IF want <> have AND (want >= 0 OR want = -1 AND have = 0) THEN
          failed := e;
          EXIT;
        END IF;
      END LOOP;
      IF failed > 0 THEN
        statuses[i] := 2;
        befores[i] := failed - append_expect_begins[i] + 1;
        lasts[i] := have;
        CONTINUE;
      END IF;
      FOR e IN append_expect_begins[i] .. append_expect_ends[i] LOOP
        afters[e] := bases[e] + expect_writes[e];
        versions[expect_streams[e]] := afters[e];
      END LOOP;
      befores[i] := head;
      head := head + append_event_counts[i];
    END LOOP;
  END IF;

  INSERT INTO events (position, version, recorded_at_us, encoding, schema_version, id, commit_id, stream, type, payload,
                      metadata)
  SELECT befores[in_append] + place, bases[expect] + ordinal, CASE time_us WHEN 0 THEN now_us ELSE time_us END,
         encoding, schema, event_id, append_commit_ids[in_append], streams[expect_streams[expect]], event_type, payload,
         metadata
  FROM unnest(event_appends, event_places, event_expects, event_ordinals, event_types, event_ids, event_encodings,
              event_schema_versions, event_times_us, event_payloads, event_metadata)
       AS event(in_append, place, expect, ordinal, event_type, event_id, encoding, schema, time_us, payload, metadata)
  WHERE statuses[in_append] = 0;

  INSERT INTO commits (commit_id, digest, first, last, versions)
  SELECT id, digest, before + 1, before + events, afters[expect_begin : expect_end]
  FROM unnest(append_commit_ids, append_digests, statuses, befores, append_event_counts, append_expect_begins,
              append_expect_ends) AS append(id, digest, status, before, events, expect_begin, expect_end)
  WHERE status = 0 AND events > 0 AND id <> nobody;

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
