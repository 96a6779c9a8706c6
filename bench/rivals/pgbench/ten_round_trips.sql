-- A transfer between two accounts, one statement a round trip: ten in all.
\set source random(1, 20000)
\set target 1 + (:source + random(0, 19997)) % 20000
BEGIN;
SELECT version, type, payload, recorded_at FROM checked_events WHERE stream = 'account/' || :source::integer ORDER BY version;
SELECT version, type, payload, recorded_at FROM checked_events WHERE stream = 'account/' || :target::integer ORDER BY version;
SELECT pg_advisory_xact_lock(hashtext('account/' || least(:source::integer, :target::integer)));
SELECT max(version) AS version FROM checked_events WHERE stream = 'account/' || least(:source::integer, :target::integer) \gset low_
SELECT pg_advisory_xact_lock(hashtext('account/' || greatest(:source::integer, :target::integer)));
SELECT max(version) AS version FROM checked_events WHERE stream = 'account/' || greatest(:source::integer, :target::integer) \gset high_
SELECT set_config('app.expected_versions', jsonb_build_object('account/' || least(:source::integer, :target::integer), :low_version::bigint, 'account/' || greatest(:source::integer, :target::integer), :high_version::bigint)::text, true);
INSERT INTO checked_events (id, stream, version, type, payload) VALUES (gen_random_uuid(), 'account/' || :source::integer, 0, 'money-withdrawn', '{"amount":1,"to":"account/1"}'), (gen_random_uuid(), 'account/' || :target::integer, 0, 'money-deposited', '{"amount":1,"from":"account/2"}');
COMMIT;
