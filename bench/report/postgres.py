"""A throw-away Postgres server for measuring, ours and its rivals on it."""

import itertools
import os
import re
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

import programs

HERE = Path(__file__).resolve().parent
BIN = Path("/usr/lib/postgresql/15/bin")
SCRIPT = HERE.parent.parent / "scripts/postgres"
PGBENCH = HERE.parent / "rivals/pgbench"


def parse_pgbench(text, log_lines):
    """The rate from what pgbench says, the percentiles from its log: client, number, microseconds, ..."""
    rate = re.search(r"^tps = ([\d.]+)", text, re.MULTILINE)
    count = re.search(r"^number of transactions actually processed: (\d+)", text, re.MULTILINE)
    failed = re.search(r"^number of failed transactions: (\d+)", text, re.MULTILINE)
    times = sorted(float(line.split()[2]) for line in log_lines if line.split()[2:3] and line.split()[2] != "failed")
    if not rate or not count or not times or (failed and int(failed[1]) > 0):
        raise programs.Failed(f"pgbench printed no figures, or transactions failed: {text[-500:]!r}")
    at = lambda percent: times[min(len(times) - 1, int(len(times) * percent / 100))]  # noqa: E731
    return {"operations": int(count[1]), "per_second": float(rate[1]), "mean_us": sum(times) / len(times),
            "p50_us": at(50), "p90_us": at(90), "p99_us": at(99), "p99_9_us": at(99.9), "max_us": times[-1]}


def environment_of(dsn):
    """Where libpq's programs find the server; a command line, which everyone's `ps` shows, is no place for a password."""
    parts = urlsplit(dsn)
    others = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return others | {"PGHOST": parts.hostname, "PGPORT": str(parts.port), "PGUSER": unquote(parts.username),
                     "PGPASSWORD": unquote(parts.password), "PGDATABASE": unquote(parts.path[1:])}


class Postgres:
    """Started at the first use, with its data in `folder`, and removed at the end."""

    def __init__(self, bench, folder, settings=()):
        self.bench = bench
        self.folder = Path(tempfile.mkdtemp(prefix="postgres-", dir=folder))
        self.schemas = (f"bench_{number}" for number in itertools.count(1))
        self.read_schema = None
        try:
            options = [part for setting in settings for part in ("--set", setting)]
            self.dsn = programs.run([SCRIPT, "start", "--data", self.folder, *options]).splitlines()[-1]
            self.sql("-f", PGBENCH / "schema.sql")
        except Exception:
            self.close()
            raise

    def close(self):
        subprocess.run([SCRIPT, "stop", "--data", self.folder, "--mode", "immediate", "--remove"], check=False,
                       capture_output=True)

    @staticmethod
    def why_not():
        """Why it cannot be measured; empty when it can."""
        return "" if (BIN / "pgbench").exists() else "pgbench is missing; install postgresql-15"

    def describe(self):
        return ("- Postgres: " + self.sql("-Atc", "SELECT split_part(version(), ' on ', 1) || ', ' || string_agg(name || ' ' "
                "|| current_setting(name), ', ' ORDER BY name) FROM unnest(ARRAY['shared_buffers', 'fsync', "
                "'synchronous_commit', 'full_page_writes', 'max_wal_size']) AS name").strip() +
                "; ours and rivals on one server, over loopback")

    def sql(self, *arguments):
        return self.client(BIN / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", *arguments)

    def client(self, *command):
        return programs.run(command, environment_of(self.dsn))

    def load(self, workload, **options):
        """Figures of `eventcore bench` in a schema of its own, which is dropped afterwards."""
        schema = next(self.schemas)
        try:
            return self.load_into(schema, workload, **options)
        finally:
            self.sql("-c", f"SET client_min_messages TO warning; DROP SCHEMA IF EXISTS {schema} CASCADE")

    def load_into(self, schema, workload, **options):
        with self.bench.new_folder() as folder:
            return self.bench.load("postgres", workload, folder,
                                   store_options={"dsn": f'"{self.dsn}"', "schema": schema}, **options)

    def read(self, **options):
        """Streams are written once; their index and pages are in memory, and their statistics are there."""
        if self.read_schema is None:
            self.read_schema = next(self.schemas)
            self.load_into(self.read_schema, "read", prepares=True, **(options | {"seconds": 0.01, "warm_up_seconds": 0}))
            self.sql("-c", f"VACUUM ANALYZE {self.read_schema}.events")
        return self.load_into(self.read_schema, "read", **options)

    def bare_query(self, events, size):
        command = [self.bench.bin / "bench_bare_query", "--schema", self.read_schema, "--events", events, "--bytes", size,
                   "--seconds", self.bench.seconds]
        return self.bench.rival("a prepared query", command, programs.parse_json_line, None,
                                {"workload": "read", "clients": 1, "payload_bytes": size, "events": events},
                                environment=environment_of(self.dsn))

    def pgbench(self, script, clients, settings):
        with self.bench.new_folder() as folder:
            prefix = Path(folder) / "log"

            def parse(text):
                lines = itertools.chain.from_iterable(path.read_text().splitlines() for path in Path(folder).iterdir())
                return parse_pgbench(text, lines)
            command = [BIN / "pgbench", "--no-vacuum", "--protocol=prepared", f"--client={clients}",
                       f"--jobs={min(clients, 2)}", f"--time={max(1, round(self.bench.seconds))}", "--log",
                       f"--log-prefix={prefix}", f"--file={PGBENCH / script}"]
            return self.bench.rival(f"pgbench {script}", command, parse, "fsync, synchronous_commit on",
                                    {"clients": clients} | settings, folder, environment_of(self.dsn))

    def ten_round_trips(self, clients):
        return self.pgbench("ten_round_trips.sql", clients, {"workload": "transfer", "events": 2})

    def best_single_inserts(self, size):
        """At the client count that is best in this run."""
        return max((self.pgbench("single_insert.sql", clients, {"workload": "append", "events": 1, "payload_bytes": size})
                    | {"clients": clients} for clients in (16, 32, 64)),
                   key=lambda figures: figures["per_second"])
