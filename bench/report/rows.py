"""The rows of the table: what is measured, beside what, and the aim."""

from dataclasses import dataclass
from functools import partial
from typing import Callable

from figures import AtLeast, MemoryAtMost, MicrosecondsAtMost

PAYLOAD = 256
# What one append of ours puts into the log of the disk: two events with their envelopes and indexes.
BATCH_BYTES = 700
APPEND = f"{PAYLOAD} B payload, 2 events an append over 2 streams, commit ids"
HOT_LENGTH = 200


@dataclass
class Row:
    what: str
    setting: str
    judge: object
    ours: Callable[[], dict]
    rival: Callable[[], dict]
    note: Callable[[dict], str] = lambda ours: ""  # goes behind the setting
    times: int = 1  # in each repetition: more for what is short


def published(microseconds):
    return lambda: {"mean_us": microseconds}


def hot_note(ours):
    return (f"; commits by client: least {ours['least_by_client']:,.0f}, most {ours['most_by_client']:,.0f}, "
            f"attempts a command {ours['attempts'] / ours['operations']:.2f}, all committed")


def hot_row(load, plugin, durability):
    def hot(clients):
        return load("hot", clients=clients, events=1, history=HOT_LENGTH, payload_bytes=PAYLOAD)
    return Row(f"{plugin}: a hot stream, 16 clients all on it against one client alone",
               f"{PAYLOAD} B payload, 1 event a command on 1 stream of up to {HOT_LENGTH} events that it reads, "
               f"{durability}", AtLeast(0.5), lambda: hot(16), lambda: hot(1), hot_note)


def memory_rows(programs, quick):
    def transfer(operations, accounts, **options):
        return lambda: programs.load("memory", "disjoint-transfer", operations=operations // (10 if quick else 1),
                                     accounts=accounts // (10 if quick else 1), **options)
    typed = "the bank's transfer: 2 streams read, 2 JSON events of about 35 B written, not durable, "
    cold = transfer(90_000, 100_000)
    return [
        Row("memory: `execute`, cold", typed + "both streams new, 1 client", MicrosecondsAtMost(1.5), cold,
            published(3.7), times=3),
        Row("memory: `execute`, both accounts opened", typed + "1 event in each stream, 1 client",
            MicrosecondsAtMost(None), transfer(90_000, 100_000, history=2), lambda: None, times=3),
        Row("memory: `execute` over 1000 events", typed + "500 events in each stream (+ 1 % by the run), 1 client",
            MicrosecondsAtMost(100), transfer(2_000, 200, history=1000), published(668), times=3),
        Row("memory: 4 threads on disjoint streams against one", typed + "all streams new, as many commands in all, 4 clients",
            AtLeast(1.0), transfer(22_500, 25_000, clients=4), cold, times=3),
        hot_row(partial(programs.load, "memory"), "memory", "not durable"),
    ]


def read_again(programs, plugin, history, streams, **options):
    """Reads in a process of its own, after another one has written and closed the store."""
    with programs.new_folder() as folder:
        shape = {"history": history, "streams": streams, "payload_bytes": PAYLOAD} | options
        programs.load(plugin, "read", folder, prepares=True, **(shape | {"seconds": 0.01, "warm_up_seconds": 0}))
        return programs.load(plugin, "read", folder, **shape)


def read_row(programs, how, interleaved):
    return Row(f"rocksdb: read of a 1000-event stream, written {how}, against a bare iterator over the same bytes side "
               "by side", f"{PAYLOAD} B payload, 10 streams read in turn, reopened, from the block cache, 1 client",
               AtLeast(0.7),
               lambda: read_again(programs, "rocksdb", 1_000, 10, events=2, interleaved=interleaved),
               lambda: programs.iterator(1_000, PAYLOAD))


def rocksdb_rows(programs, quick):
    def append(clients, **options):
        return programs.load("rocksdb", "append", clients=clients, payload_bytes=PAYLOAD, events=2, streams=2, **options)
    def bare_row(clients, rival, in_turn):
        return Row(f"rocksdb: {clients} client{'s' if clients > 1 else ''} against {rival}",
                   f"{APPEND}, {durable}, {clients} client{'s' if clients > 1 else ''}; rival: the same keys, nothing checked",
                   AtLeast(None), lambda: append(clients), lambda: programs.write_batch(clients, PAYLOAD, in_turn))
    many = 100_000 if quick else 1_000_000
    durable = "durable (fdatasync)"
    one_sync = f"fdatasync after each plain append of {BATCH_BYTES} B to one file, same disk"
    fillsync = f"db_bench fillsync, 64 threads, single keys of 16 B, values of {PAYLOAD} B"
    rows = [
        Row(f"rocksdb: 1 client against {one_sync}", f"{APPEND}, {durable}, 1 client", AtLeast(0.8), lambda: append(1),
            lambda: programs.fdatasync(BATCH_BYTES)),
        Row(f"rocksdb: 64 clients against {fillsync}", f"{APPEND}, {durable}, 64 clients", AtLeast(1.5, events=2),
            lambda: append(64), lambda: programs.fillsync(64, PAYLOAD)),
        bare_row(1, "a bare loop of synced WriteBatches", False),
        bare_row(64, "as many threads, each with a bare loop of synced WriteBatches, by RocksDB's own group commit", False),
        bare_row(64, "the same loops, one batch at a time", True),
        read_row(programs, "alone, by appends of 2 events", 1),
        read_row(programs, "two at a time, by appends of an event of each", 2),
        hot_row(partial(programs.load, "rocksdb"), "rocksdb", durable),
        Row(f"rocksdb: memory for reading a stream of {many:,} events", f"{PAYLOAD} B payload, reopened, cache_size "
            "8MiB, 1 client", MemoryAtMost(0.5 if quick else 0.1),
            lambda: read_again(programs, "rocksdb", many, 1, events=500, operations=1, store_options={"cache_size": "8MiB"}),
            lambda: {"kib": many * PAYLOAD / 1024}),
    ]
    return rows


def postgres_rows(postgres):
    durable = "durable (fsync, synchronous_commit on)"
    command = f"the bank's transfer: 2 streams read, 2 JSON events of about 35 B written, accounts opened before, {durable}"
    ten = "the ten-round-trip pattern (bench/rivals/pgbench/ten_round_trips.sql), the same transfer"
    def transfer(clients):
        return postgres.load("disjoint-transfer", clients=clients, accounts=max(20, 2_000 // clients), history=2)
    return [
        Row(f"postgres: `execute`, 1 client, against {ten}, 1 client", f"{command}, 1 client", AtLeast(2.5),
            lambda: transfer(1), lambda: postgres.ten_round_trips(1)),
        Row(f"postgres: `execute`, 64 clients, against {ten}, 32 clients", f"{command}, 64 clients", AtLeast(3),
            lambda: transfer(64), lambda: postgres.ten_round_trips(32)),
        Row(f"postgres: appends, 64 clients, against single-row autocommit inserts by pgbench at its best of 16, 32 and "
            f"64 clients, values of {PAYLOAD} B", f"{APPEND}, {durable}, 64 clients", AtLeast(1.5, events=2),
            lambda: postgres.load("append", clients=64, payload_bytes=PAYLOAD, events=2, streams=2),
            lambda: postgres.best_single_inserts(PAYLOAD)),
        Row("postgres: read of a 1000-event stream against one prepared query through libpq with binary rows",
            f"{PAYLOAD} B payload, 10 streams read in turn, in the server's memory, 1 client", AtLeast(0.7),
            lambda: postgres.read(history=1_000, streams=10, payload_bytes=PAYLOAD, events=2),
            lambda: postgres.bare_query(1_000, PAYLOAD)),
        hot_row(postgres.load, "postgres", durable),
    ]
