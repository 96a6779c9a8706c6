"""The rows of projections, and of commands whose states are kept."""

import tempfile

from figures import AtLeast, EventsAtLeast, LatencyBeside
from rows import PAYLOAD, Row

RATE = 200  # appends a second while a projection follows
SNAPSHOT_EVERY = 100  # as bench/load/commands.hpp says
REOPENED = {"memory": "", "rocksdb": ", reopened", "postgres": ", in the server's memory"}
DURABLE = {"memory": "not durable", "rocksdb": "durable (fdatasync)", "postgres": "durable (fsync, synchronous_commit on)"}


class Filled:
    """Stores that are filled once a run, by a process of their own, and then read by others; one for each number of events."""

    STREAMS = 10

    def __init__(self, programs, postgres):
        self.programs, self.postgres = programs, postgres
        self.places = {}

    def load(self, plugin, workload, events, **options):
        shape = {"history": events // self.STREAMS, "streams": self.STREAMS, "payload_bytes": PAYLOAD}
        options = shape | options
        if plugin == "memory":
            return self.programs.load(plugin, workload, **options)
        if (plugin, events) not in self.places:
            self.places[plugin, events] = self.place(plugin)
            self.run(plugin, self.places[plugin, events], "read-all", prepares=True, operations=1, **shape)
            if plugin == "postgres":
                self.postgres.sql("-c", f"VACUUM ANALYZE {self.places[plugin, events]}.events")
        return self.run(plugin, self.places[plugin, events], workload, **options)

    def place(self, plugin):
        if plugin == "postgres":
            return next(self.postgres.schemas)
        return tempfile.TemporaryDirectory(dir=self.programs.folder)  # gone with this object

    def run(self, plugin, place, workload, **options):
        if plugin == "postgres":
            return self.postgres.load_into(place, workload, **options)
        return self.programs.load(plugin, workload, place.name, **options)


def catch_up_row(filled, plugin, events):
    return Row(f"{plugin}: a projection over {events:,} events against a bare `read_all` of the same",
               f"{PAYLOAD} B payload, not decoded, {filled.STREAMS} streams, a checkpoint each 100,000 events, {DURABLE[plugin]}"
               f"{REOPENED[plugin]}, 1 client", EventsAtLeast(0.7),
               lambda: filled.load(plugin, "catch-up", events), lambda: filled.load(plugin, "read-all", events))


def catch_up_without_syncs_row(filled, events):
    """What is left where no checkpoint waits for the disk."""
    def load(workload):
        return filled.load("rocksdb", workload, events,
                           store_options={"durability": "acknowledged_events_may_be_lost_in_a_power_cut"})
    return Row(f"rocksdb: the same without durability, {events:,} events",
               f"{PAYLOAD} B payload, not decoded, {filled.STREAMS} streams, a checkpoint each 100,000 events, not durable, reopened, "
               "1 client", EventsAtLeast(0.7), lambda: load("catch-up"), lambda: load("read-all"))


def checkpoint_rows(filled, plugin, quick):
    """Fewer events where there are many checkpoints: it is events a second that are compared."""
    def catch_up(save_every, events):
        return filled.load(plugin, "catch-up", events, save_every=save_every, operations=1)
    part = 10 if quick else 1
    most = 100_000 // part
    return [Row(f"{plugin}: a projection with a checkpoint each {often} against each 10,000 events",
                f"{events:,} events (rival: {most:,}) of {PAYLOAD} B, not decoded, {DURABLE[plugin]}{REOPENED[plugin]}, 1 client",
                EventsAtLeast(None), lambda save_every=save_every, events=events: catch_up(save_every, events),
                lambda: catch_up(10_000, most))
            for save_every, often, events in ((1, "event", 2_000 // part), (100, "100 events", 20_000 // part),
                                              (1_000, "1,000 events", most))]


def live_row(load, plugin):
    store = "a store of its own" if plugin == "postgres" else "the same store"
    return Row(f"{plugin}: from when an append is due to the handler of a projection that follows, against the append's answer",
               f"{PAYLOAD} B payload, 1 event an append, {RATE} appends a second, the projection on {store} in the same "
               f"process, {DURABLE[plugin]}", LatencyBeside(),
               lambda: load("live", rate=RATE, payload_bytes=PAYLOAD), lambda: load("paced", rate=RATE, payload_bytes=PAYLOAD))


def kept_state_rows(load, plugin, quick):
    events = 10_000 if quick else 100_000
    empty = "a command on streams that are empty"
    setting = f"a deposit: 1 stream read, 1 JSON event of about 35 B written, {DURABLE[plugin]}, 1 client"

    def over(workload, **options):
        return lambda: load(workload, accounts=1, history=events, **options)

    def rival():
        return load("deposit", accounts=20_000)
    return [
        Row(f"{plugin}: `execute` over {events:,} events with a snapshot each {SNAPSHOT_EVERY} events, against {empty}",
            setting, AtLeast(None), over("snapshot"), rival),
        Row(f"{plugin}: `execute` over {events:,} events with the state cache, against {empty}", setting, AtLeast(None),
            over("cache"), rival),
        Row(f"{plugin}: `execute` over {events:,} events with neither, against {empty}", setting, AtLeast(None),
            over("deposit", operations=10), rival),
    ]


def reading_rows(programs, postgres, wanted, quick):
    filled = Filled(programs, postgres)
    rows = []
    for plugin in wanted:
        load = postgres.load if plugin == "postgres" else (
            lambda workload, plugin=plugin, **options: programs.load(plugin, workload, **options))
        rows.append(catch_up_row(filled, plugin, 10_000 if quick else 1_000_000))
        if plugin == "rocksdb":
            rows.append(catch_up_without_syncs_row(filled, 10_000 if quick else 1_000_000))
        rows += checkpoint_rows(filled, plugin, quick)
        rows.append(live_row(load, plugin))
        rows += kept_state_rows(load, plugin, quick)
    return rows
