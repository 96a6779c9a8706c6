"""What was run for the table: the command lines, to repeat them by hand, and each run as a line of JSON, as `eventcore
bench` says it. Rivals have the same form, with what is known of them."""

import datetime
import json
import os
import platform
import shlex
from pathlib import Path

import machine

# The figures of a rival, by their names in the form.
LATENCIES = {"mean": "mean_us", "p50": "p50_us", "p90": "p90_us", "p99": "p99_us", "p99_9": "p99_9_us", "max": "max_us"}

SOURCE = Path(__file__).resolve().parent.parent.parent


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def system():
    return {"cpu": machine.field(Path("/proc/cpuinfo").read_text(), "model name"), "cores": os.cpu_count(),
            "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"), "kernel": platform.release()}


def rival_run(rival, command, figures, started, durability, settings):
    """`durability`: what an acknowledgement waits for; None where nothing is durable."""
    events = settings.get("events", 1)
    kind = "events_read" if durability is None else "events_written"
    results = {name: figures[name] for name in ("seconds", "operations", "per_second") if name in figures}
    results[kind] = figures["operations"] * events
    results[f"{kind}_per_second"] = figures["per_second"] * events
    results["latency_us"] = {name: figures[key] for name, key in LATENCIES.items() if key in figures}
    return {"eventcore_bench": 1, "name": f"{rival}, {settings['clients']} client{'s' if settings['clients'] > 1 else ''}",
            "started": started, "system": system(), "build": None,
            "store": {"plugin": None, "version": None, "durable": durability is not None,
                      "durability": durability or "nothing is written"},
            "rival": rival, "command": command, "settings": {"in_flight": 1, "loop": "closed", "rate": None} | settings,
            "results": results, "check": None}


class Runs:
    """`row` is what is being measured; who runs something says what it was."""

    def __init__(self):
        self.row = "the disk"
        self.commands = {}  # of each row, each once
        self.lines = []

    def command(self, command, folder=None, configuration=None):
        """The command line for a reader, with DIR for a folder that is gone afterwards."""
        text = shlex.join([Path(command[0]).name, *(str(part) for part in command[1:])])
        for path, name in ((folder, "DIR"), (SOURCE, ".")):
            text = text.replace(str(path), name) if path is not None else text
        told = text if configuration is None else f"{text}  # DIR/store.yaml: {configuration}"
        self.commands.setdefault(self.row, {})[told] = None
        return text

    def add(self, run):
        self.lines.append(json.dumps(run | {"row": self.row}, ensure_ascii=False))

    def markdown(self):
        lines = ["", "## What was run", "", "`DIR` is a new folder on the disk that is measured, gone afterwards.", ""]
        for row, commands in self.commands.items():
            lines += [f"{row}", "", *(f"    {command}" for command in commands), ""]
        return lines[:-1]

    def write(self, file):
        file.write_text("".join(f"{line}\n" for line in self.lines))
