\set number random(1, 9000000000000000)
INSERT INTO single_inserts (stream, version, type, payload) VALUES ('stream/' || :number::bigint, 1, 'happened', repeat('12345678', 32)::bytea);
