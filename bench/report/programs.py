"""Runs the measuring programs and reads their figures."""

import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from runs import Runs, now, rival_run

FDATASYNC = "fdatasync before each acknowledgement"


class Failed(Exception):
    """A program is missing, failed or said something else than figures."""


def run(command, environment=None, ends=0):
    """What the command prints on stdout; Failed with its words when it ends with another status."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, env=environment)
    if done.returncode != ends:
        words = (done.stderr or done.stdout).strip()[-2000:]
        raise Failed(f"{Path(command[0]).name} ended with status {done.returncode}: {words}")
    return done.stdout


def parse_json_line(text):
    try:
        figures = json.loads(text)
    except json.JSONDecodeError as error:
        raise Failed(f"one line of JSON was expected, not: {text[:200]!r}") from error
    if not isinstance(figures, dict) or not figures.get("operations"):
        raise Failed(f"no operation was measured: {text[:200]!r}")
    return figures


def figures_of(record):
    """What the rows use of the object that `eventcore bench --json` prints for a run."""
    results = record["results"]
    if not results["operations"]:
        raise Failed(f"no operation was measured by {record['command']}")
    latency = results["latency_us"]
    return {"operations": results["operations"], "per_second": results["per_second"], "attempts": results["attempts"],
            "events_read_per_operation": results["events_read"] / max(results["operations"], 1),
            "mean_us": latency["mean"], "p50_us": latency["p50"], "p99_us": latency["p99"], "p99_9_us": latency["p99_9"],
            "least_by_client": results["by_client"]["least"], "most_by_client": results["by_client"]["most"],
            "rss_growth_kib": max(0, results["memory_bytes"]["peak"] - results["memory_bytes"]["before"]) / 1024}


def parse_bench(text):
    try:
        figures = figures_of(json.loads(text))
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise Failed(f"the result of one run was expected, not: {text[:200]!r}") from error
    return figures


def parse_db_bench(text):
    """The line 'fillsync : 146.114 micros/op 6843 ops/sec ...' and the percentiles of --histogram."""
    rate = re.search(r"^fillsync\s*:.*?([\d.]+) ops/sec.*?(\d+) operations", text, re.MULTILINE)
    percentiles = re.search(r"^Percentiles: P50: ([\d.]+) .*P99: ([\d.]+) P99\.9: ([\d.]+)", text, re.MULTILINE)
    mean = re.search(r"^Count: \d+ Average: ([\d.]+)", text, re.MULTILINE)
    if not rate or not percentiles or not mean:
        raise Failed(f"db_bench printed no figures for fillsync: {text[-500:]!r}")
    p50, p99, p99_9 = (float(part) for part in percentiles.groups())
    return {"operations": int(rate[2]), "per_second": float(rate[1]), "mean_us": float(mean[1]),
            "p50_us": p50, "p99_us": p99, "p99_9_us": p99_9}


class Programs:
    """The programs of a build, and folders on the disk that is measured, gone again afterwards."""

    def __init__(self, build, folder, seconds):
        self.bin = Path(build) / "bin"
        self.folder = Path(folder)
        self.seconds = seconds
        self.runs = Runs()
        missing = [name for name in ("eventcore", "bench_scale", "bench_fdatasync") if not (self.bin / name).exists()]
        if missing:
            raise Failed(f"{', '.join(missing)} not found in {self.bin}; build first: "
                         "cmake --preset release && cmake --build --preset release")

    def why_no_rivals(self, wanted):
        """Why one of the wanted backends cannot be measured beside its rivals; empty when all can."""
        rivals = [("rocksdb", "bench_iterator", "librocksdb-dev"), ("rocksdb", "bench_write_batch", "librocksdb-dev"),
                  ("postgres", "bench_bare_query", "libpq-dev")]
        for plugin, rival, package in rivals:
            if plugin not in wanted:
                continue
            if not (self.bin.parent / f"lib/eventcore/plugins/eventcore_plugin_{plugin}.so").exists():
                return f"the {plugin} plugin is not in {self.bin.parent}; build with -DEVENTCORE_{plugin.upper()}=ON"
            if not (self.bin / rival).exists():
                return f"{rival} is not in {self.bin}; install {package} and build again"
        if "rocksdb" in wanted and shutil.which("db_bench") is None:
            return "db_bench is missing; install rocksdb-tools"
        return ""

    def new_folder(self):
        return tempfile.TemporaryDirectory(dir=self.folder)

    def load(self, plugin, workload, folder=None, prepares=False, **options):
        """Figures of `eventcore bench` on a new store, or on the one in `folder`; no run to keep where it only prepares that."""
        if folder is None:
            with self.new_folder() as new:
                return self.load(plugin, workload, new, prepares, **options)
        config = Path(folder) / "store.yaml"
        config.write_text(config_text(plugin, options.pop("store_options", {})))
        command = [self.bin / "eventcore", "bench", "--json", "--config", config, "--workload", workload]
        if "operations" not in options:
            options = {"seconds": self.seconds, "warm_up_seconds": self.seconds / 4} | options
        for name, value in options.items():
            command += [f"--{name.replace('_', '-')}", value]
        told = self.runs.command(command, folder, told_options(config.read_text()))
        text = run(command)
        figures = parse_bench(text)
        if not prepares:
            self.runs.add(json.loads(text) | {"command": told})
        return figures

    def rival(self, name, command, parse, durability, settings, folder=None, environment=None):
        """Figures of a program that is not ours, `settings` by the names of eventcore's own."""
        started = now()
        told = self.runs.command(command, folder)
        figures = parse(run(command, environment))
        self.runs.add(rival_run(name, told, figures, started, durability, settings))
        return figures

    def fdatasync(self, size):
        with self.new_folder() as folder:
            command = [self.bin / "bench_fdatasync", "--dir", folder, "--bytes", size, "--seconds", self.seconds]
            return self.rival("appends to a file", command, parse_json_line, FDATASYNC,
                              {"workload": "append", "clients": 1, "payload_bytes": size, "events": 1}, folder)

    def write_batch(self, threads, size, in_turn):
        with self.new_folder() as folder:
            command = [self.bin / "bench_write_batch", "--dir", Path(folder) / "db", "--threads", threads, "--events", 2, "--bytes",
                       size, "--seconds", self.seconds] + (["--in-turn"] if in_turn else [])
            return self.rival("RocksDB WriteBatch" + (", in turn" if in_turn else ""), command, parse_json_line, FDATASYNC,
                              {"workload": "append", "clients": threads, "payload_bytes": size, "events": 2}, folder)

    def iterator(self, values, size):
        with self.new_folder() as folder:
            command = [self.bin / "bench_iterator", "--dir", folder, "--values", values, "--bytes", size, "--seconds",
                       self.seconds]
            return self.rival("RocksDB iterator", command, parse_json_line, None,
                              {"workload": "read", "clients": 1, "payload_bytes": size, "events": values}, folder)

    def fillsync(self, threads, value_size):
        with self.new_folder() as folder:
            # --duration takes whole seconds.
            command = ["db_bench", "--benchmarks=fillsync", f"--threads={threads}", "--num=10000000",
                       f"--duration={max(1, round(self.seconds))}", "--key_size=16", f"--value_size={value_size}",
                       "--histogram", f"--db={folder}"]
            return self.rival("db_bench fillsync", command, parse_db_bench, FDATASYNC,
                              {"workload": "append", "clients": threads, "payload_bytes": value_size, "events": 1}, folder)


def config_text(plugin, options):
    """The YAML of a store whose data lies beside it."""
    options = ({"path": "db"} if plugin == "rocksdb" else {}) | options
    lines = [f"plugin: {plugin}"]
    if options:
        lines += ["options:"] + [f"  {name}: {value}" for name, value in options.items()]
    return "\n".join(lines) + "\n"


def told_options(text):
    """A configuration in a line, without what is secret, and the same in each repetition."""
    lines = (re.sub(r"bench_\d+$", "...", line.strip()) for line in text.splitlines() if line.strip() != "options:")
    return ", ".join("dsn: ..." if line.startswith("dsn:") else line for line in lines)
