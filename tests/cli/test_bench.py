"""`eventcore bench`: what it measures, what it says of it, and that a wrong store has no figure."""
import json
import os
import re

import support
from support import MEMORY, SOURCE

SHORT = ("--seconds", "0.05", "--warm-up-seconds", "0.01")

# What a line has, whatever the workload: other programs read it.
FORM = {
    "eventcore_bench": int, "name": str, "started": str,
    "system": {"cpu": str, "cores": int, "memory_bytes": int, "kernel": str},
    "build": {"version": str, "compiler": str, "type": str},
    "store": {"plugin": str, "version": str, "durable": bool, "durability": str}, "rival": None, "command": str,
    "settings": {"workload": str, "clients": int, "in_flight": int, "in_flight_by": str, "payload_bytes": int, "events": int,
                 "streams": int, "accounts": int, "choice": str, "zipf": float, "loop": str, "rate": None,
                 "warm_up_seconds": float, "seconds": float, "seed": int},
    "results": {"seconds": float, "operations": int, "per_second": float, "events_written": int,
                "events_written_per_second": float, "events_read": int, "attempts": int, "conflicts": int, "retries": int,
                "rejections": int, "given_up": int, "unfinished": int,
                "latency_us": {"mean": float, "p50": float, "p90": float, "p99": float, "p99_9": float, "max": float},
                "histogram_us": list, "over_time": list, "cpu_seconds": {"user": float, "system": float},
                "memory_bytes": {"before": int, "peak": int}, "by_client": {"least": int, "most": int}, "lag_us": None,
                "catch_ups": None, "interrupted": bool},
    "check": {"events": int, "streams": int, "ok": bool},
}


class Test(support.Case):
    def bench(self, *args, config=MEMORY):
        """The results of runs that end well."""
        return [json.loads(line) for line in self.works("bench", "--json", *SHORT, *args, config=config).splitlines()]

    def check_form(self, form, value, where="result"):
        if isinstance(form, dict):
            for name, below in form.items():
                self.assertIn(name, value, where)
                self.check_form(below, value[name], f"{where}.{name}")
        elif form is None:
            self.assertIsNone(value, where)
        else:
            self.assertIsInstance(value, (int, float) if form is float else form, where)

    def check_sums(self, results):
        """The same operations, counted in different places."""
        self.assertEqual(sum(count for _, count in results["histogram_us"]), results["operations"])
        self.assertEqual(sum(each["operations"] for each in results["over_time"]), results["operations"])
        latency = results["latency_us"]
        self.assertLessEqual(latency["p50"], latency["p90"])
        self.assertLessEqual(latency["p99"], latency["p99_9"])
        self.assertEqual(results["histogram_us"][-1][0], latency["max"])

    def test_form(self):
        [run] = self.bench("--clients", "2", "--choice", "zipf")
        self.check_form(FORM, run)
        self.check_sums(run["results"])
        self.assertEqual((run["eventcore_bench"], run["name"]), (1, "memory, transfer, 2 clients"))
        self.assertRegex(run["started"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertEqual(run["command"], f"eventcore --config {MEMORY} bench --json {' '.join(SHORT)} --clients 2 --choice zipf")
        self.assertEqual((run["settings"]["loop"], run["settings"]["choice"]), ("closed", "zipf"))
        self.assertEqual(run["check"]["streams"], run["settings"]["accounts"])

    def test_each_workload(self):
        known = re.search(r"there are (.*)", self.fails(2, "bench", "--workload", "nonsense", config=MEMORY)).group(1).split(", ")
        self.assertGreater(len(known), 10)
        for workload in known:
            with self.subTest(workload):
                for_one = workload in ("catch-up", "read-all", "live")
                [run] = self.bench("--workload", workload, "--clients", "1" if for_one else "2", "--history", "20",
                                   "--accounts", "10")
                results = run["results"]
                self.check_sums(results)
                self.assertGreater(results["operations"], 0)
                self.assertEqual(results["lag_us"] is not None, workload in ("projection-lag", "live"))
                self.assertEqual(results["catch_ups"] is not None, workload == "catch-up-while-writing")

    def test_example(self):
        """config/bench.yaml, for a moment."""
        runs = self.bench(os.path.join(SOURCE, "config", "bench.yaml"))
        self.assertEqual([run["name"] for run in runs][:5],
                         [f"transfers, {clients} client{'s' * (clients > 1)}" for clients in (1, 4, 16, 64)] +
                         ["transfers that come as they come"])
        self.assertEqual([run["settings"]["loop"] for run in runs if run["settings"]["rate"]], ["open"] * 3)


if __name__ == "__main__":
    support.main()
