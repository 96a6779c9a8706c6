-- Checkpoints, leases and snapshots. `outcome`: 0 done, 1 not found or fenced, 2 refused; the plugin puts it into words.

-- Keeps a higher fence from being granted until the transaction ends.
CREATE FUNCTION is_fenced(lease text, holder_fence bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  granted bigint;
BEGIN
  -- A row to lock, also where nothing was granted yet.
  INSERT INTO leases (name, holder, fence, expires_at) VALUES (lease, '', 0, '-infinity') ON CONFLICT DO NOTHING;
  SELECT leases.fence INTO granted FROM leases WHERE name = lease FOR SHARE;
  RETURN holder_fence < granted;
END
$$;

-- 1: fenced. 2: the position is above the head, which is `head`.
CREATE FUNCTION save_checkpoint(reader text, at bigint, fence bigint, OUT outcome integer, OUT head bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  SELECT coalesce(max(events.position), 0) INTO head FROM events;
  IF at > head THEN
    outcome := 2;
  ELSIF is_fenced(reader, fence) THEN
    outcome := 1;
  ELSE
    INSERT INTO checkpoints (name, position) VALUES (reader, at)
      ON CONFLICT (name) DO UPDATE SET position = excluded.position;
    outcome := 0;
  END IF;
END
$$;

-- 1: fenced.
CREATE FUNCTION remove_checkpoint(reader text, fence bigint, OUT outcome integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  IF is_fenced(reader, fence) THEN
    outcome := 1;
  ELSE
    DELETE FROM checkpoints WHERE name = reader;
    outcome := 0;
  END IF;
END
$$;

-- 2: `held_by` has it for another `left_ms` milliseconds. Times are this server's, whoever asks.
CREATE FUNCTION acquire_lease(lease text, applicant text, ttl_ms bigint, OUT outcome integer, OUT granted bigint,
                              OUT held_by text, OUT left_ms bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  expires CONSTANT timestamptz := clock_timestamp() + ttl_ms * interval '1 millisecond';
BEGIN
  INSERT INTO leases (name, holder, fence, expires_at) VALUES (lease, applicant, 1, expires)
    ON CONFLICT (name) DO UPDATE
      SET holder = excluded.holder, fence = leases.fence + 1, expires_at = excluded.expires_at
      WHERE leases.holder = excluded.holder OR leases.expires_at <= clock_timestamp()
    RETURNING fence INTO granted;
  outcome := CASE WHEN FOUND THEN 0 ELSE 2 END;
  IF outcome = 2 THEN
    SELECT holder, greatest(ceil(extract(epoch FROM expires_at - clock_timestamp()) * 1000), 0)::bigint
      INTO held_by, left_ms FROM leases WHERE name = lease;
  END IF;
END
$$;

-- 1: the fence is not the present one, or its time is over.
CREATE FUNCTION renew_lease(lease text, holder_fence bigint, ttl_ms bigint, OUT outcome integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  UPDATE leases SET expires_at = clock_timestamp() + ttl_ms * interval '1 millisecond'
    WHERE name = lease AND fence = holder_fence AND expires_at > clock_timestamp();
  outcome := CASE WHEN FOUND THEN 0 ELSE 1 END;
END
$$;

-- 1: the fence is not the present one.
CREATE FUNCTION release_lease(lease text, holder_fence bigint, OUT outcome integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  UPDATE leases SET expires_at = '-infinity' WHERE name = lease AND fence = holder_fence;
  outcome := CASE WHEN FOUND THEN 0 ELSE 1 END;
END
$$;

-- Stores when the present etag is `expected` (0: there is no snapshot). 2: it is another, `present`.
CREATE FUNCTION save_snapshot(snapshot text, content bytea, expected bigint, OUT outcome integer, OUT present bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  IF expected = 0 THEN
    INSERT INTO snapshots (name, etag, bytes) VALUES (snapshot, nextval('snapshot_etags'), content)
      ON CONFLICT (name) DO NOTHING RETURNING etag INTO present;
  ELSE
    UPDATE snapshots SET etag = nextval('snapshot_etags'), bytes = content WHERE name = snapshot AND etag = expected
      RETURNING etag INTO present;
  END IF;
  outcome := CASE WHEN FOUND THEN 0 ELSE 2 END;
  IF outcome = 2 THEN
    present := coalesce((SELECT etag FROM snapshots WHERE name = snapshot), 0);
  END IF;
END
$$;

-- 2: the present etag is another, `present`.
CREATE FUNCTION remove_snapshot(snapshot text, expected bigint, OUT outcome integer, OUT present bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  DELETE FROM snapshots WHERE name = snapshot AND etag = expected;
  IF FOUND THEN
    present := expected;
  ELSE
    present := coalesce((SELECT etag FROM snapshots WHERE name = snapshot), 0);
  END IF;
  outcome := CASE WHEN present = expected THEN 0 ELSE 2 END;
END
$$;

-- Whoever may use the schema may not yet write to the store.
REVOKE ALL ON FUNCTION is_fenced, save_checkpoint, remove_checkpoint, acquire_lease, renew_lease, release_lease, save_snapshot, remove_snapshot FROM PUBLIC;
