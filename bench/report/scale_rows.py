"""The rows of large stores: many events in many streams against few of both, in stores that are filled once a run."""

import tempfile
from pathlib import Path

from figures import AtLeast, RateBeside, SizeBeside, TimeBeside
from programs import config_text, parse_json_line, run, told_options
from rows import Row

PAYLOAD = 100
EVENTS_A_STREAM = 10
SMALL, LARGE = 100_000, 10_000_000
DURABLE = {"rocksdb": "durable (fdatasync)", "postgres": "durable (fsync, synchronous_commit on)"}
CALLS = {
    "append": ("an append to two streams that are there, at any version", 0.8),
    "append_known": ("an append to two streams at versions that were read before", 0.8),
    "append_new": ("an append to two new streams", 0.8),
    "read": (f"reading a stream of {EVENTS_A_STREAM} events that lie far apart", None),
    "read_all": ("`read_all` of 100 events from a random position", None),
    "head": ("the head", None),
    "list": ("a page of 100 streams from a random name", None),
}


class Scale:
    """Stores of one backend by their size, filled at the first use; gone with this object."""

    def __init__(self, programs, postgres, plugin):
        self.programs, self.postgres, self.plugin = programs, postgres, plugin
        self.places = {}
        self.filled = {}

    def place(self, events):
        """A folder with the store's configuration, and Postgres' schema."""
        if events not in self.places:
            schema = next(self.postgres.schemas) if self.plugin == "postgres" else None
            self.places[events] = tempfile.TemporaryDirectory(dir=self.programs.folder), schema
            options = {"dsn": f'"{self.postgres.dsn}"', "schema": schema} if schema else {}
            self.configuration(events).write_text(config_text(self.plugin, options))
            self.filled[events] = self.call(events, "fill")
            if schema:
                self.postgres.sql("-c", f"VACUUM ANALYZE {schema}.events")
        return self.places[events]

    def configuration(self, events):
        return Path(self.places[events][0].name) / "store.yaml"

    def command(self, events, what):
        config = self.configuration(events)
        command = [self.programs.bin / "bench_scale", "--config", config, "--what", what, "--events", events, "--streams",
                   events // EVENTS_A_STREAM, "--payload", PAYLOAD, "--seconds", self.programs.seconds]
        self.programs.runs.command(command, config.parent, told_options(config.read_text()))
        return command

    def call(self, events, what):
        return parse_json_line(run(self.command(events, what)))

    def measured(self, events, what):
        self.place(events)
        return self.call(events, what)

    def crashed(self, events):
        """Opened after a process was killed that had appended a hundredth more."""
        self.place(events)
        run(self.command(events, "crash"), ends=-9)
        return self.call(events, "start")

    def fill_rate(self, events):
        self.place(events)
        return self.filled[events]

    def kept(self, events):
        """Bytes on disk."""
        folder, schema = self.place(events)
        if schema:
            return {"kib": int(self.postgres.sql("-Atc", "SELECT sum(pg_total_relation_size(c.oid))::bigint / 1024 FROM pg_class c WHERE "
                                                 f"relkind = 'r' AND relnamespace = '{schema}'::regnamespace"))}
        return {"kib": sum(path.stat().st_blocks for path in Path(folder.name).rglob("*")) // 2}

    def tables(self, events):
        """What takes the place."""
        folder, schema = self.place(events)
        if not schema:
            return ""
        return "; " + self.postgres.sql(
            "-Atc", "SELECT string_agg(relname || ' ' || pg_size_pretty(pg_relation_size(c.oid)), ', ' ORDER BY pg_relation_size"
            f"(c.oid) DESC) FROM pg_class c WHERE relkind IN ('r', 'i') AND relnamespace = '{schema}'::regnamespace AND "
            "pg_relation_size(c.oid) > 1000000").strip()


def rows_of(plugin, scale, small, large):
    setting = (f"{PAYLOAD} B payload, {EVENTS_A_STREAM} events a stream, names and places at random, {DURABLE[plugin]}, 1 client")
    beside = f"in {large:,} events of {large // EVENTS_A_STREAM:,} streams, against {small:,} of {small // EVENTS_A_STREAM:,}"

    def row(what, judge, measure, note=lambda ours: ""):
        return Row(f"{plugin}: {what}, {beside}", setting, judge, lambda: measure(large), lambda: measure(small), note)
    calls = [row(words, AtLeast(aim), lambda events, call=call: scale.measured(events, call))
             for call, (words, aim) in CALLS.items()]
    return calls + [
        row("filling it, by appends of 500 events to as many streams", RateBeside(), scale.fill_rate),
        row("from open to the first stream read, after closing", TimeBeside(), lambda events: scale.measured(events, "start")),
        row("the same after another hundredth was appended and the process killed", TimeBeside(), scale.crashed),
        row("most memory of the process that fills it", SizeBeside("peak_kib"), scale.fill_rate),
        row("most memory of a process that reads streams", SizeBeside("peak_kib"),
            lambda events: scale.measured(events, "read")),
        row("on disk", SizeBeside("kib"), scale.kept, lambda ours: scale.tables(large)),
    ]


def scale_rows(programs, postgres, wanted, quick):
    small, large = (10_000, 20_000) if quick else (SMALL, LARGE)
    rows = []
    for plugin in ("rocksdb", "postgres"):
        if plugin in wanted:
            rows += rows_of(plugin, Scale(programs, postgres, plugin), small, large)
    return rows
