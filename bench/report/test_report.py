"""The report's own parts, without measuring anything."""

import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import figures  # noqa: E402
import programs  # noqa: E402
import runs  # noqa: E402

DB_BENCH = """\
fillsync     :    1625.922 micros/op 38477 ops/sec 3.327 seconds 128000 operations;   10.0 MB/s (1000 ops)
Microseconds per write:
Count: 128000 Average: 1653.2558  StdDev: 2836.53
Min: 127  Median: 1519.8510  Max: 138562
Percentiles: P50: 1519.85 P75: 1891.48 P99: 4117.33 P99.9: 6350.16 P99.99: 138562.00
"""


def sample(per_second, mean_us=2.0):
    return {"per_second": per_second, "mean_us": mean_us, "p50_us": 1.0, "p99_us": 22.2, "p99_9_us": 3333.3}


class Parsing(unittest.TestCase):
    def test_db_bench(self):
        read = programs.parse_db_bench(DB_BENCH)
        self.assertEqual(read, {"operations": 128000, "per_second": 38477.0, "mean_us": 1653.2558, "p50_us": 1519.85,
                                "p99_us": 4117.33, "p99_9_us": 6350.16})

    def test_db_bench_without_figures(self):
        for text in ("", DB_BENCH.replace("Percentiles", "Percents"), DB_BENCH.replace("fillsync", "fillseq")):
            with self.assertRaises(programs.Failed):
                programs.parse_db_bench(text)

    def test_json_line(self):
        self.assertEqual(programs.parse_json_line('{"operations": 3}\n'), {"operations": 3})
        for text in ("", "nonsense", "[1]", '{"operations": 0}', "{}"):
            with self.assertRaises(programs.Failed):
                programs.parse_json_line(text)

    def test_a_result(self):
        results = {"operations": 4, "per_second": 8.0, "attempts": 5, "events_read": 10,
                   "latency_us": {"mean": 1.5, "p50": 1, "p90": 2, "p99": 3, "p99_9": 4, "max": 5},
                   "by_client": {"least": 1, "most": 3}, "memory_bytes": {"before": 1024, "peak": 4096}}
        figures_read = programs.parse_bench(json.dumps({"eventcore_bench": 1, "results": results}))
        self.assertEqual(figures_read, {
            "operations": 4, "per_second": 8.0, "attempts": 5, "events_read_per_operation": 2.5, "mean_us": 1.5, "p50_us": 1,
            "p99_us": 3, "p99_9_us": 4, "least_by_client": 1, "most_by_client": 3, "rss_growth_kib": 3})
        for text in ("", "nonsense", "[1]", "{}", json.dumps({"results": results | {"operations": 0}})):
            with self.assertRaises(programs.Failed):
                programs.parse_bench(text)

    def test_a_program_that_fails(self):
        with self.assertRaisesRegex(programs.Failed, "status 3: broken"):
            programs.run(["sh", "-c", "echo broken >&2; exit 3"])

    def test_a_program_that_is_to_be_killed(self):
        programs.run(["sh", "-c", "kill -9 $$"], ends=-9)
        with self.assertRaisesRegex(programs.Failed, "status 0"):
            programs.run(["true"], ends=-9)

    def test_configuration(self):
        self.assertEqual(programs.config_text("memory", {}), "plugin: memory\n")
        self.assertEqual(programs.config_text("rocksdb", {"cache_size": "8MiB"}),
                         "plugin: rocksdb\noptions:\n  path: db\n  cache_size: 8MiB\n")


class Telling(unittest.TestCase):
    """What was run, to be repeated by hand."""

    def test_commands_by_row_each_once(self):
        told = runs.Runs()
        for row in ("one", "two", "one"):
            told.row = row
            told.command(["/usr/bin/db_bench", "--db=/tmp/x", 64, "two words"], "/tmp/x")
        told.command([runs.SOURCE / "build/bin/ours", "--file", runs.SOURCE / "a.sql"], None, "plugin: memory")
        self.assertEqual(told.markdown()[5:], [
            "one", "", "    db_bench --db=DIR 64 'two words'", "    ours --file ./a.sql  # DIR/store.yaml: plugin: memory", "",
            "two", "", "    db_bench --db=DIR 64 'two words'"])

    def test_no_secret(self):
        text = programs.config_text("postgres", {"dsn": '"postgresql://u:secret@h/d"', "schema": "bench_7"})
        self.assertEqual(programs.told_options(text), "plugin: postgres, dsn: ..., schema: ...")

    def test_a_rival_as_a_line_of_json(self):
        told = runs.Runs()
        told.row = "one"
        figures_of_it = sample(100.0) | {"operations": 200, "seconds": 2.0}
        told.add(runs.rival_run("db_bench", "db_bench --x", figures_of_it, "2026-11-27T12:00:00Z", "fdatasync",
                                {"workload": "append", "clients": 64, "payload_bytes": 256, "events": 2}))
        with tempfile.TemporaryDirectory() as folder:
            told.write(Path(folder) / "runs")
            line, = (Path(folder) / "runs").read_text().splitlines()
        run = json.loads(line)
        self.assertEqual((run["eventcore_bench"], run["name"], run["rival"], run["command"], run["row"]),
                         (1, "db_bench, 64 clients", "db_bench", "db_bench --x", "one"))
        self.assertEqual(run["store"], {"plugin": None, "version": None, "durable": True, "durability": "fdatasync"})
        self.assertEqual(run["settings"], {"in_flight": 1, "loop": "closed", "rate": None, "workload": "append",
                                           "clients": 64, "payload_bytes": 256, "events": 2})
        self.assertEqual(run["results"], {"seconds": 2.0, "operations": 200, "per_second": 100.0, "events_written": 400,
                                          "events_written_per_second": 200.0,
                                          "latency_us": {"mean": 2.0, "p50": 1.0, "p99": 22.2, "p99_9": 3333.3}})


class Judging(unittest.TestCase):
    def test_medians_of_each_figure_for_itself(self):
        samples = [{"a": 1, "b": 9, "c": True, "d": "x"}, {"a": 3, "b": 7, "c": True, "d": "x"},
                   {"a": 2, "b": 8, "c": True, "d": "x", "e": 1}]
        self.assertEqual(figures.medians(samples), {"a": 2, "b": 8})

    def test_at_least(self):
        judge = figures.AtLeast(0.8)
        self.assertEqual(judge.cells(sample(80), sample(100))[2:], ["0.80", "≥ 0.8", "yes"])
        self.assertEqual(judge.cells(sample(60), sample(100))[2:], ["0.60", "≥ 0.8", "missed by 25.0 %"])

    def test_at_least_counted_in_events(self):
        judge = figures.AtLeast(1.5, events=2)
        self.assertEqual(judge.cells(sample(120), sample(100))[2:], ["1.20 (in events 2.40)", "≥ 1.5", "missed by 20.0 %"])

    def test_at_least_without_an_aim(self):
        self.assertEqual(figures.AtLeast(None).cells(sample(60), sample(100))[2:], ["0.60", "—", "—"])
        self.assertEqual(figures.AtLeast(None).cells(sample(1.234), sample(1000))[2], "0.0012")

    def test_events_at_least(self):
        ours, rival = (sample(per_second) | {"events_read_per_operation": events} for per_second, events in ((2, 1000), (10, 500)))
        self.assertEqual(figures.EventsAtLeast(0.7).cells(ours, rival),
                         ["2,000 events/s", "5,000 events/s", "0.40", "≥ 0.7", "missed by 42.9 %"])
        self.assertEqual(figures.EventsAtLeast(None).cells(ours, rival)[2:], ["0.40", "—", "—"])

    def test_latency_beside(self):
        cells = figures.LatencyBeside().cells(sample(200) | {"p50_us": 3.0}, sample(200) | {"p50_us": 2.0})
        self.assertEqual(cells, ["p50 3.00, p99 22.2, p99.9 3,333 µs", "p50 2.00, p99 22.2, p99.9 3,333 µs",
                                 "1.50 times as long", "—", "—"])

    def test_microseconds_at_most(self):
        judge = figures.MicrosecondsAtMost(1.5)
        self.assertEqual(judge.cells(sample(1, 1.5), {"mean_us": 3.0})[2:], ["2.00", "≤ 1.5 µs", "yes"])
        self.assertEqual(judge.cells(sample(1, 3.0), {"mean_us": 3.0})[2:], ["1.00", "≤ 1.5 µs", "missed by 100.0 %"])
        self.assertEqual(figures.MicrosecondsAtMost(None).cells(sample(1), None)[1:], ["—", "—", "—", "—"])

    def test_memory_at_most(self):
        judge = figures.MemoryAtMost(0.1)
        self.assertEqual(judge.cells({"rss_growth_kib": 1024}, {"kib": 102400})[2:], ["0.010", "≤ 0.1", "yes"])
        self.assertEqual(judge.cells({"rss_growth_kib": 51200}, {"kib": 102400})[4], "missed by 400.0 %")

    def test_one_beside_another(self):
        self.assertEqual(figures.RateBeside().cells({"per_second": 90_000}, {"per_second": 100_000}),
                         ["90,000 events/s", "100,000 events/s", "0.90", "—", "—"])
        self.assertEqual(figures.TimeBeside().cells({"mean_us": 1_500_000}, {"mean_us": 500_000}),
                         ["1.50 s", "0.50 s", "3.00 times as long", "—", "—"])
        self.assertEqual(figures.SizeBeside("kib").cells({"kib": 2048}, {"kib": 1024}),
                         ["2.00 MiB", "1.00 MiB", "2.00 times as much", "—", "—"])

    def test_rounding(self):
        self.assertEqual([figures.rounded(value) for value in (0.123, 1.234, 12.34, 123.4, 12345.6)],
                         ["0.12", "1.23", "12.3", "123", "12,346"])


if __name__ == "__main__":
    unittest.main()
