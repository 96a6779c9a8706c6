"""Runs in the form of `eventcore bench --json`, made up, the same each time."""
import copy
import json

SYSTEM = {"cpu": "AMD EPYC 9R14", "cores": 2, "memory_bytes": 24 << 30, "kernel": "Linux 6.1.0"}
BUILD = {"version": "0.1.0", "compiler": "GNU 12.2.0", "type": "RelWithDebInfo"}
STORES = {
    "memory": {"plugin": "memory", "version": "0.1.0", "durable": False, "durability": "in this process alone"},
    "rocksdb": {"plugin": "rocksdb", "version": "0.1.0", "durable": True, "durability": "fdatasync before each acknowledgement"},
    "postgres": {"plugin": "postgres", "version": "0.1.0", "durable": True, "durability": "synchronous_commit on"},
}
SETTINGS = {"workload": "transfer", "clients": 1, "in_flight": 1, "payload_bytes": 256, "events": 2, "streams": 2,
            "accounts": 1000, "choice": "zipf", "zipf": 0.99, "loop": "closed", "rate": None, "warm_up_seconds": 1,
            "seconds": 30, "seed": 1}
SPEED = {"memory": (150_000, 420_000), "rocksdb": (4_500, 34_000), "postgres": (1_850, 8_800)}


def latency(middle):
    return {"mean": middle * 1.1, "p50": middle, "p90": middle * 1.7, "p99": middle * 4.2, "p99_9": middle * 11,
            "max": middle * 40}


def seconds_of(per_second, p99, count):
    """A stall in the middle."""
    return [{"second": second, "operations": round(per_second * (0.2 if second == count // 2 else 1 + second % 5 * 0.03)),
             "p50_us": p99 / 4, "p99_us": p99 * (9 if second == count // 2 else 1 + second % 7 * 0.1)}
            for second in range(1, count + 1)]


def results(per_second, middle, seconds=30, unfinished=0):
    operations = round(per_second * seconds)
    return {"seconds": float(seconds), "operations": operations, "per_second": per_second, "events_written": 2 * operations,
            "events_written_per_second": 2 * per_second, "events_read": 9 * operations, "attempts": operations + 31,
            "conflicts": 31, "retries": 31, "rejections": 0, "unfinished": unfinished, "latency_us": latency(middle),
            "histogram_us": [[middle, operations]], "over_time": seconds_of(per_second, middle * 4.2, seconds),
            "cpu_seconds": {"user": 12.5, "system": 3.25}, "memory_bytes": {"before": 5 << 20, "peak": 44 << 20},
            "bytes_written": 300 * operations}


def run(store="rocksdb", name=None, per_second=5000.0, middle=200.0, seconds=30, unfinished=0, ok=True, **settings):
    made = {**SETTINGS, "seconds": seconds, **settings}
    return {"eventcore_bench": 1, "name": name or f"{store}, {made['clients']} clients", "started": "2026-11-27T12:00:00Z",
            "system": dict(SYSTEM), "build": dict(BUILD), "store": dict(STORES[store]), "rival": None,
            "command": f"eventcore bench --config config/{store}.yaml", "settings": made,
            "results": results(per_second, middle, seconds, unfinished), "check": {"events": 1, "streams": 1, "ok": ok}}


def rival(name, per_second, middle, **settings):
    made = run(name=name, per_second=per_second, middle=middle)
    made["rival"] = name
    made["store"] = {"plugin": None, "version": None, "durable": True, "durability": "fsync at each commit"}
    made["settings"] = {"workload": "transfer", "clients": 64, "seconds": 5, **settings}
    made["results"] = {"per_second": per_second, "latency_us": latency(middle)}
    made["check"] = made["build"] = None
    made["system"]["kernel"] = SYSTEM["kernel"].removeprefix("Linux ")
    return made


def closed(stores=("memory", "rocksdb", "postgres"), clients=(1, 4, 16, 64), **more):
    for store in stores:
        alone, most = SPEED[store]
        for count in clients:
            for seed, luck in ((1, 1.0), (2, 0.96), (3, 1.05)):
                per_second = luck * min(most, alone * count ** 0.8)
                yield run(store, per_second=per_second, middle=count * 0.8e6 / per_second, clients=count, seed=seed, **more)


def open_loop():
    for store in ("rocksdb", "postgres"):
        most = SPEED[store][1]
        for rate in (500, 1000, 2000, 4000, 8000, 16000):
            load = rate / most
            is_late = load > 0.9
            middle = 4e5 if is_late else 180 / (1 - load)
            yield run(store, name=f"{store} at {rate}", per_second=float(most * 0.9 if is_late else rate), middle=middle,
                      unfinished=rate * 3 if is_late else 0, clients=64, rate=rate, loop="open")


def sample():
    """Of everything something."""
    yield from closed()
    yield rival("pgbench, ten round trips", 2210.0, 12600.0, clients=32, events=2)
    yield rival("db_bench fillsync", 21000.0, 2450.0, clients=64, events=1)
    yield from open_loop()
    yield from closed(stores=("rocksdb",), clients=(1, 64), payload_bytes=1024, workload="append")
    lag = run("rocksdb", workload="projection-lag", clients=4)
    lag["results"]["lag_us"] = latency(900)
    yield lag
    stopped = run("memory", name="memory, stopped by hand", clients=128)
    stopped["results"]["interrupted"] = True
    yield stopped
    failed = run("postgres", name="postgres, 128 clients", clients=128, ok=False)
    failed["check"]["problem"] = "stream 'account/17' has version 4 after version 2"
    yield failed


def hostile():
    """Names that would be markup, or do not fit."""
    names = ["</script><script>document.title='taken'</script>", "<img src=x onerror=\"document.title='taken'\">",
             "\"' onmouseover='document.title=1' &amp; &#60;b&#62;", "x" * 3000, "ein Lauf über Größe, 日本語, עברית \u202e gnorw 😀",
             "</style></title><h1>taken</h1>", "]]>--><!--", "a" * 40 + "\u0000\u001b[31m"]
    for number, name in enumerate(names):
        for count in (1, 16):
            made = run("rocksdb", name=name, per_second=1000.0 + number * 150 + count * 40, clients=count, choice=name)
            made["store"] = {"plugin": name, "version": name, "durable": True, "durability": name}
            made["settings"]["choice"] = "zipf"
            made["settings"]["note"] = names[0]
            made["system"] = {"cpu": names[1], "cores": 2, "memory_bytes": 1, "kernel": names[4]}
            made["command"] = name
            yield made
    taken = copy.deepcopy(rival(names[0], 900.0, 300.0, choice=names[5]))
    taken["check"] = {"ok": False, "problem": names[1]}
    yield taken
    yield rival(names[3], 2000.0, 300.0, choice=names[5])


def text(runs):
    return "".join(json.dumps(each) + "\n" for each in runs)
