"""`eventcore bench`: what it measures, what it says of it, and that a wrong store has no figure."""
import html
import json
import os
import re
import signal
import subprocess

import support
from support import BUILD, EVENTCORE, MEMORY, SOURCE

SHORT = ("--seconds", "0.05", "--warm-up-seconds", "0.01")

FOR_ONE = ("catch-up", "read-all", "live")
ON_ACCOUNTS = ("transfer", "read-mostly", "disjoint-transfer", "deposit", "snapshot", "cache")

# What a line has: other programs read it.
FORM = {
    "eventcore_bench": int, "name": str, "started": str,
    "system": {"cpu": str, "cores": int, "memory_bytes": int, "kernel": str},
    "build": {"version": str, "compiler": str, "type": str},
    "store": {"plugin": str, "version": str, "durable": bool, "durability": str, "config": str, "options": dict}, "rival": None, "command": str,
    "settings": {"workload": str, "clients": int, "in_flight": int, "in_flight_by": str, "events": int,
                 "streams": int, "accounts": int, "choice": str, "zipf": float, "loop": str, "rate": None,
                 "warm_up_seconds": float, "seconds": float, "seed": int},
    "results": {"seconds": float, "operations": int, "per_second": float, "events_written": int,
                "events_written_per_second": float, "events_read": int, "attempts": int, "conflicts": int, "retries": int,
                "rejections": int, "given_up": int, "unfinished": int,
                "latency_us": {"mean": float, "p50": float, "p90": float, "p99": float, "p99_9": float, "max": float},
                "histogram_us": list, "over_time": list, "cpu_seconds": {"user": float, "system": float},
                "memory_bytes": {"before": int, "peak": int}, "by_client": {"least": int, "most": int}, "lag_us": None, "projection": None,
                "catch_ups": None, "interrupted": bool},
    "check": {"events": int, "streams": int, "ok": bool, "problem": None},
}


class Test(support.Case):
    def bench(self, *args, config=MEMORY):
        """The results of runs that end well."""
        short = () if any(each in args for each in ("--seconds", "--operations")) else SHORT
        return [json.loads(line) for line in self.works("bench", "--json", *short, *args, config=config).splitlines()]

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
        answers = results["operations"] + results["rejections"] + results["given_up"]
        self.assertEqual(sum(count for _, count in results["histogram_us"]), answers)
        self.assertLessEqual(sum(each["operations"] for each in results["over_time"]), results["operations"])
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
        self.assertGreaterEqual(run["check"]["streams"], run["settings"]["accounts"])

    def test_members_are_documented(self):
        runs = [*self.bench("--workload", "catch-up-while-writing", "--history", "1"), *self.bench("--workload", "projection-lag")]
        with open(os.path.join(SOURCE, "docs", "command-line.md"), encoding="utf-8") as page:
            documented = set(re.findall(r"`(\w+)`", page.read().partition("| `eventcore_bench` |")[2].partition("\n\n")[0]))

        def members(value):
            for name, below in value.items() if isinstance(value, dict) else ():
                yield name
                yield from () if name == "settings" else members(below)
            for below in value if isinstance(value, list) else ():
                yield from members(below)
        self.assertEqual({*members(runs)} - documented - {"eventcore_bench"}, set())
        self.assertIn("given_up", documented)

    def test_each_workload(self):
        known = re.search(r"there are (.*)", self.fails(2, "bench", "--workload", "nonsense", config=MEMORY)).group(1).split(", ")
        self.assertGreater(len(known), 10)
        runs = self.bench("--operations", "20", self.file("runs.yaml", "defaults: {history: 20, accounts: 10}\nruns:\n" + "".join(
            f"  - {{workload: {workload}, clients: {1 if workload in FOR_ONE else 2}}}\n" for workload in known)))
        self.assertEqual([run["settings"]["workload"] for run in runs], known)
        for workload, run in zip(known, runs):
            with self.subTest(workload):
                results = run["results"]
                self.check_sums(results)
                self.assertEqual(results["operations"] + results["rejections"], 20 if workload in FOR_ONE else 40)
                self.assertEqual(results["lag_us"] is not None, workload in ("projection-lag", "live"))
                self.assertEqual(results["projection"] is not None, workload in ("projection-lag", "live"))
                if results["projection"]:
                    self.assertEqual(results["projection"]["left_events"], 0)
                    self.assertLessEqual(results["projection"]["behind_events"], results["events_written"] * 2)
                self.assertEqual(results["catch_ups"] is not None, workload == "catch-up-while-writing")
                self.assertEqual(run["settings"].get("accounts"), 10 if workload in ON_ACCOUNTS else None)

    def test_settings_that_change_nothing(self):
        """They are refused, and stand in no result."""
        for args, why in ((("--workload", "projection-lag", "--events", "10"), "--events: 'events' changes nothing in projection-lag"),
                          (("--workload", "projection-lag", "--streams", "4"), "'streams' changes"),
                          (("--payload-bytes", "9"), "'payload_bytes' changes nothing in transfer"),
                          (("--zipf", "1"), "'zipf' changes"), (("--arrivals", "poisson"), "'arrivals' changes")):
            with self.subTest(args):
                self.assertIn(why, self.fails(2, "bench", *args, config=MEMORY))
        for text, place in (("runs:\n  - {workload: append}\n  - {accounts: 3}\n  - {payload_bytes: 7}\n", "4:6"),
                            ("defaults:\n  streams: 3\nruns:\n  - {workload: live}\n", "2:3")):
            with self.subTest(text):
                self.assertIn(f"wrong.yaml:{place}: ", self.fails(2, "bench", self.file("wrong.yaml", text), config=MEMORY))
        [run] = self.bench("--prefill", "3", "--payload-bytes", "9")
        self.assertEqual((run["settings"]["payload_bytes"], run["settings"]["events"]), (9, 2))
        for name in ("arrivals", "zipf", "interleaved", "save_every", "read_share"):
            self.assertNotIn(name, run["settings"])
        told = self.works("bench", *SHORT, "--workload", "append", config=MEMORY)
        self.assertIn("payload_bytes 256", told)
        self.assertNotIn("accounts", told)

    def test_example(self):
        """config/bench.yaml, for a moment."""
        runs = self.bench(os.path.join(SOURCE, "config", "bench.yaml"))
        self.assertEqual([run["name"] for run in runs][:5],
                         [f"transfers, {clients} client{'s' * (clients > 1)}" for clients in (1, 4, 16, 64)] +
                         ["transfers that come as they come"])
        self.assertEqual([run["settings"]["loop"] for run in runs if run["settings"]["rate"]], ["open"] * 3)

    def test_open_loop(self):
        """So many are due, and each of them is done or told to be unfinished."""
        for arrivals, due in (("fixed", {100}), ("poisson", range(50, 150))):
            [run] = self.bench("--rate", "1000", "--arrivals", arrivals, "--seconds", "0.1", "--warm-up-seconds", "0")
            results = run["results"]
            self.assertIn(results["operations"] + results["rejections"] + results["unfinished"], due)
            self.assertEqual((run["settings"]["loop"], run["settings"]["rate"]), ("open", 1000))
        [run] = self.bench("--rate", "10000000", "--clients", "2", "--seconds", "0.02", "--warm-up-seconds", "0")
        self.assertGreater(run["results"]["unfinished"], 1000)
        self.check_sums(run["results"])

    def test_nothing_measured(self):
        """No latency is told, and none is drawn."""
        none = ("--rate", "0.001", "--arrivals", "poisson", "--seconds", "0.01", "--warm-up-seconds", "0")
        [run] = self.bench(*none)
        self.assertEqual((run["results"]["operations"], run["results"]["latency_us"], run["results"]["histogram_us"]), (0, None, []))
        self.assertEqual(run["results"]["over_time"], [{"second": 1, "operations": 0, "p50_us": None, "p99_us": None}])
        told = self.works("bench", *none, "--clients", "1,2", config=MEMORY)
        for what in ("latency     none, there was no answer", "0 operations, no answer"):
            self.assertIn(what, told)
        self.assertRegex(told, r"1 client +no +0\.00( +-){5}\n")
        [run] = self.bench("--workload", "projection-lag", *none)
        self.assertEqual((run["results"]["lag_us"], run["results"]["projection"]["behind_events"]), (None, 0))

    def test_counted_and_seeded(self):
        """A number of operations, and one client: the same accounts, amounts and rejections each time."""
        counted = ("--operations", "500", "--balance", "100", "--accounts", "20", "--choice", "zipf")
        one, same, other = (self.bench(*counted, "--seed", seed)[0] for seed in ("7", "7", "8"))
        self.assertEqual(one["results"]["operations"] + one["results"]["rejections"], 500)
        self.assertGreater(one["results"]["rejections"], 0)
        self.assertEqual(one["check"], same["check"])
        self.assertNotEqual(one["check"]["events"], other["check"]["events"])

    def test_in_flight(self):
        """Each workload that can have it, checked as ever; the others say why not."""
        known = re.search(r"there are (.*)", self.fails(2, "bench", "--workload", "nonsense", config=MEMORY)).group(1).split(", ")
        refused = {"read", *FOR_ONE}
        runs = self.bench("--operations", "100", self.file("runs.yaml", "defaults: {history: 20, accounts: 40, clients: 2, in_flight: 8}\nruns:\n" +
                          "".join(f"  - {{workload: {workload}}}\n" for workload in known if workload not in refused)))
        self.assertEqual({run["settings"]["workload"] for run in runs}, set(known) - refused)
        for run in runs:
            with self.subTest(run["settings"]["workload"]):
                self.check_sums(run["results"])
                self.assertEqual(run["results"]["operations"] + run["results"]["rejections"], 200)
                self.assertEqual((run["settings"]["in_flight"], run["settings"]["in_flight_by"]), (8, "execute_async"))
                self.assertEqual(run["name"], f"memory, {run['settings']['workload']}, 2 clients, 8 in flight")
                self.assertGreater(run["check"]["events"], 100 * (run["settings"]["workload"] != "read-mostly"))
        for workload in refused:
            self.assertIn(f"{workload} has one operation in flight a client: it ",
                          self.fails(2, "bench", "--workload", workload, "--in-flight", "2", config=MEMORY))
        [run] = self.bench("--workload", "append", "--clients", "2", "--in-flight", "3")
        self.assertEqual(run["check"]["streams"], 2 * 3 * run["settings"]["streams"])
        [run] = self.bench("--rate", "1000", "--in-flight", "8", "--seconds", "0.1", "--warm-up-seconds", "0")
        self.assertEqual(run["results"]["operations"] + run["results"]["rejections"] + run["results"]["unfinished"], 100)
        told = self.works("bench", *SHORT, "--in-flight", "1,2", config=MEMORY)
        self.assertIn("closed loop, 2 in flight on each client's one thread, by execute_async", told)
        for name in ("memory, transfer, 1 in flight, 1 client", "memory, transfer, 2 in flight, 1 client"):
            self.assertIn(name, told)

    def test_in_flight_on_one_thread(self):
        """However many there are: the store has six threads, the client one, the program two."""
        process = subprocess.Popen([EVENTCORE, "bench", "--config", MEMORY, "--json", "--seconds", "3600", "--warm-up-seconds", "0",
                                    "--workload", "hot", "--in-flight", "500"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        most, ticks = 0, 0
        while most < 9 or ticks < 10:  # by the time that it has worked for a tenth of a second, it has all of its threads
            self.assertIsNone(process.poll())
            most = max(most, len(os.listdir(f"/proc/{process.pid}/task")))
            with open(f"/proc/{process.pid}/stat", encoding="ascii") as stat:
                ticks = sum(int(field) for field in stat.read().rpartition(")")[2].split()[11:13])
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=support.PATIENCE_S)
        self.assertEqual((process.returncode, err), (130, b""))
        self.assertLess(most, 20)
        self.assertTrue(json.loads(out)["results"]["interrupted"])

    def test_text(self):
        told = self.works("bench", *SHORT, "--clients", "1,2", config=MEMORY)
        for what in ("memory, transfer, 1 client", "memory, transfer, 2 clients", "not durable: in memory", "p99.9",
                     "nothing is wrong in", "closed loop", "PER SECOND"):
            self.assertIn(what, told)
        durable = self.works("bench", *SHORT, config=self.rocksdb(data="durable"))
        self.assertIn("  durable: acknowledged events are on stable storage (durability: fsync)",
                      durable.replace("rocksdb 0.1.0, ", "  "))
        lossy = "acknowledged_events_may_be_lost_in_a_power_cut"
        ended = self.eventcore("bench", "--json", *SHORT, config=self.rocksdb(f"durability: {lossy}", data="lossy"))
        self.assertIn("is not durable", ended.err)
        run = json.loads(ended.out)
        self.assertEqual(run["store"]["durable"], False)
        self.assertIn(f"(durability: {lossy})", run["store"]["durability"])
        self.assertGreater(run["results"]["store_growth_bytes"], 0)

    def test_store_as_it_is_set(self):
        """Variables filled in; neither its place nor what is a secret."""
        config = self.file("small.yaml", f"""
plugin: rocksdb
options:
  path: {self.path("data")}
  durability: ${{BENCH_TEST_DURABILITY:-fsync}}
  cache_size: ${{BENCH_TEST_CACHE}}
  compression: lz4
group_commit:
  max_appends: ${{BENCH_TEST_NONE:-7}}
""")
        run = json.loads(self.works("bench", "--json", *SHORT, config=config, env={"BENCH_TEST_CACHE": "8MiB"}))
        self.assertEqual((run["store"]["config"], run["store"]["options"]),
                         ("small", {"cache_size": "8MiB", "group_commit.max_appends": "7"}))
        self.assertEqual(run["store"]["durability"], "acknowledged events are on stable storage (durability: fsync)")

    def test_out(self):
        """The same runs for people and for programs."""
        out = self.path("runs.json")
        told = self.works("bench", *SHORT, "--clients", "1,2", "--name", "mine", "--out", out, config=MEMORY)
        with open(out, encoding="utf-8") as file:
            names = [json.loads(line)["name"] for line in file]
        self.assertEqual(names, ["mine, 1 client", "mine, 2 clients"])
        for name in names:
            self.assertIn(name, told)

    def test_failures_are_recorded(self):
        """A run that fails says so where the others have their figures, and takes none of them away."""
        out = self.path("runs.json")
        os.mkdir(self.path("data"))
        self.file("data/CURRENT", "no database\n")
        self.file("none.yaml", f"plugin: rocksdb\noptions: {{path: {self.path('data')}}}\n")
        stores = (self.fixture_plugin("liar", "lie: lost_event"), self.path("none.yaml"), MEMORY)
        runs = self.file("runs.yaml", "runs:\n" + "".join(f"  - config: {store}\n" for store in stores))
        ended = self.eventcore("bench", runs, *SHORT, "--out", out)
        self.assertEqual(ended.status, 1, ended)
        for problem in ("liar, transfer, 1 client: ", "none, transfer, 1 client: "):
            self.assertIn(f"eventcore: {problem}", ended.err)
        for what in ("nothing is wrong", "check     failed: ", "failed", "unknown"):
            self.assertIn(what, ended.out)
        with open(out, encoding="utf-8") as file:
            liar, none, memory = [json.loads(line) for line in file]
        self.assertEqual((liar["store"]["plugin"], liar["results"], liar["check"]["ok"]), ("liar", None, False))
        self.assertIn(liar["check"]["problem"], ended.err)
        self.assertEqual((none["store"], none["results"], none["check"]["ok"]), (None, None, False))
        self.assertEqual((memory["store"]["plugin"], memory["check"]["ok"]), ("memory", True))
        self.assertIn(html.escape(liar["check"]["problem"]), self.works("bench", "report", out, "-o", "-"))

    def test_out_outlives_standard_output(self):
        out = self.path("runs.json")
        reading, pipe = os.pipe()
        os.close(reading)
        with os.fdopen(pipe, "wb") as unread, open("/dev/full", "wb") as full:
            for stdout in (unread, full):
                ended = subprocess.run([EVENTCORE, "bench", "--config", MEMORY, *SHORT, "--clients", "1,2", "--out", out],
                                       stdout=stdout, stderr=subprocess.PIPE, timeout=support.PATIENCE_S, check=False)
                self.assertEqual(ended.returncode, 1)
                self.assertIn(b"standard output", ended.stderr)
                with open(out, encoding="utf-8") as file:
                    self.assertEqual([json.loads(line)["settings"]["clients"] for line in file], [1])
                os.remove(out)

    def test_file(self):
        """What a run says counts more than the defaults, the command line more than both; a list is a run of each."""
        self.file("store.yaml", "plugin: memory\n")
        runs = self.file("runs.yaml", "defaults: {config: store.yaml, workload: append, events: 3}\n"
                                      "runs:\n  - clients: [1, 2]\n    payload_bytes: [16, 32]\n"
                                      "  - {name: other, workload: hot, seed: 4}\n")
        made = [json.loads(line) for line in self.works("bench", runs, "--json", *SHORT, "--seed", "9").splitlines()]
        self.assertEqual([(run["name"], run["settings"]["events"], run["settings"]["seed"]) for run in made], [
            ("memory, append, 1 client, payload_bytes 16", 3, 9), ("memory, append, 1 client, payload_bytes 32", 3, 9),
            ("memory, append, 2 clients, payload_bytes 16", 3, 9), ("memory, append, 2 clients, payload_bytes 32", 3, 9),
            ("other", 3, 9)])
        # The file's store counts more than the environment's, the command line's more than the file's.
        none = self.path("none.yaml")
        self.works("bench", runs, "--json", *SHORT, "--payload-bytes", "8", env={"EVENTCORE_CONFIG": none})
        self.assertIn("none.yaml", self.fails(2, "bench", runs, *SHORT, config=none))

    def test_wrong_files(self):
        for text, place, why in (
                ("runs:\n  - clinets: 4\n", "2:5", "'clinets' is no setting of a run"),
                ("runs:\n  - clients: many\n", "2:5", "clients 'many': a whole number from 1 to 4096"),
                ("runs:\n  - clients: [1, 0]\n", "2:18", "clients '0'"),
                ("runs:\n  - clients: {a: 1}\n", "2:5", "a value or a list of values"),
                ("runs:\n  - clients: []\n", "2:5", "a value at least"),
                ("defaults:\n  workload: nonsense\nruns:\n  - {}\n", "2:3", "no such workload; there are transfer"),
                ("defaults: 3\nruns:\n  - {}\n", "1:1", "'defaults' must be a map"),
                ("runs:\n  - seconds: -1\n", "2:5", "a number above 0"),
                ("runs:\n  - {seconds: 1, seconds: 2}\n", "2:18", "a second time"),
                ("runs:\n  - {rate: 10, operations: 10}\n", "2:5", "closed loop"),
                ("runs:\n  - {workload: live, clients: 2}\n", "2:5", "one client"),
                ("runs:\n  - {name: [a, b]}\n", "2:6", "one value"),
                ("run:\n  - {}\n", "1:1", "there are runs and defaults"), ("runs: {}\n", "1:1", "list of runs"),
                ("runs: [\n", "2:1", ""), ("- 1\n", "", "'runs'"), ("", "", "'runs'"),
                (f"runs:\n  - {{seed: [{','.join(str(n) for n in range(1001))}]}}\n", "2:5", "thousand")):
            with self.subTest(text[:60]):
                complaint = self.fails(2, "bench", self.file("wrong.yaml", text), config=MEMORY)
                self.assertIn(f"wrong.yaml:{place}" if place else "wrong.yaml", complaint)
                self.assertIn(why, complaint)
        self.assertIn("none.yaml", self.fails(2, "bench", self.path("none.yaml"), config=MEMORY))

    def test_wrong_options(self):
        for args, why in ((("--clients", "0"), "--clients: clients '0'"), (("--workload", "x"), "no such workload"),
                          (("--choice", "normal"), "uniform or zipf"), (("--arrivals", "x"), "fixed or poisson"),
                          (("--rate", "0"), "above 0"), (("--seconds", "nan"), "a number above 0"),
                          (("--accounts", "1"), "two accounts"), (("--read-share", "2"), "from 0 to 1"),
                          (("--clients", "1,"), "clients ''"), (("--clients", "4097"), "from 1 to 4096"),
                          (("--clients", "5", "--in-flight", "4096"), "20480, more than 16384"),
                          (("--workload", "read", "--history", "0"), "one event at least"),
                          (("--workload", "catch-up", "--history", "0"), "one event at least")):
            with self.subTest(args):
                self.assertIn(why, self.fails(2, "bench", *args, config=MEMORY))

    def test_too_many_threads(self):
        """Those that have their thread do not wait for those that get none."""
        with open(os.path.join(BUILD, "CMakeCache.txt"), encoding="utf-8") as cache:
            if re.search(r"^EVENTCORE_SANITIZE:\w+=.", cache.read(), re.MULTILINE):
                self.skipTest("a sanitizer needs all of the address space")
        for open_loop in ((), ("--rate", "1000")):
            ended = self.run_program("sh", "-c", 'ulimit -v 3000000 && exec "$@"', "sh", EVENTCORE, "bench", "--config", MEMORY, *SHORT,
                                     *open_loop, "--clients", "2000", "--workload", "append", "--payload-bytes", "1", "--events", "1")
            self.assertEqual(ended.status, 1, ended)
            self.assertIn("cannot start 2000 threads", ended.err)

    def test_what_earlier_runs_left(self):
        """Other settings have other streams, the same ones find theirs, and what an interrupted run left is passed over."""
        config = self.rocksdb()
        self.works("import", config=config, stdin=support.ndjson(support.line("read/3/20/256/1/2/8/0", version=1, type="filled")))
        for workload in ("read", "catch-up", "read-all"):
            for settings, written in (((), 60), (("--history", "30"), 90), (("--streams", "5"), 100), (("--payload-bytes", "9"), 60),
                                      (("--prefill", "10"), 10), ((), 0)):
                with self.subTest((workload, settings)):
                    if workload == "read-all":  # reads what a catch-up reads
                        written = 10 if settings[:1] == ("--prefill",) else 0
                    given = {"--history": "20", "--streams": "3", **dict([settings] if settings else [])}
                    [run] = self.bench("--workload", workload, "--operations", "2", *(word for pair in given.items() for word in pair),
                                       config=config)
                    self.assertEqual(run["check"]["events"], written)

    def test_accounts_are_left(self):
        """A transfer costs the same however long it is measured: accounts are bounded, and their money is still there."""
        few = ("--accounts", "2", "--operations", "500", "--clients", "2", "--balance", "100000")
        for workload in ("transfer", "read-mostly"):
            share = ("--read-share", "0.5") if workload == "read-mostly" else ()
            config = self.rocksdb(data=workload)
            self.bench("--workload", workload, "--history", "20", *few, *share, config=config)
            lengths = [json.loads(line)["version"] for line in self.works("streams", "--json", config=config).splitlines()]
            self.assertLessEqual(max(lengths), 20 + 4)  # and what others had begun meanwhile
            self.assertGreater(len(lengths), 20)
        [run] = self.bench(*few)
        self.assertEqual(run["settings"]["history"], 100)
        self.assertGreater(run["check"]["streams"], 2)
        [run] = self.bench(*few, "--history", "0")
        self.assertEqual(run["check"]["streams"], 2)

    def test_large_payloads(self):
        """A client makes appends of a mebibyte beforehand, not sixty-four of any size."""
        [run] = self.bench("--workload", "append", "--operations", "1", "--payload-bytes", "4000000", "--events", "1")
        self.assertLess(run["results"]["memory_bytes"]["peak"], 200_000_000)

    def test_events_read(self):
        """Where a snapshot or a cache has spared some, nobody has counted them."""
        for workload, read in (("deposit", True), ("snapshot", False), ("cache", False)):
            [run] = self.bench("--workload", workload, "--operations", "10", "--accounts", "1", "--history", "200")
            self.assertEqual(run["results"]["events_read"] > 0, read, workload)

    def test_wrong_stores(self):
        """A store that does not hold what it should has no figure."""
        for plugin, option, workload, why in (
                ("liar", "lie: lost_event", "append", "append/0/0/"),
                ("liar", "lie: event_twice", "transfer", "new events, the clients wrote"),
                ("liar", "lie: position_reused", "transfer", "an append was acknowledged at positions"),
                ("liar", "lie: positions_with_gaps", "append", ", the last event is at"),
                ("liar", "lie: wrong_version", "append", "has version"),
                ("liar", "lie: event_hidden", "append", "comes after"),
                ("liar", "lie: versions_from_zero", "append", "has version 0 after 0"),
                ("liar", "lie: out_of_order", "transfer", "comes after"),
                ("liar", "lie: event_comes_late", "append", "new events, the clients wrote"),
                ("false_bank", "grows: money-deposited", "transfer", "together, they were opened with"),
                ("false_bank", "grows: money-deposited", "read-mostly", "together, they were opened with"),
                ("false_bank", "grows: money-withdrawn", "transfer", "is overdrawn at position")):
            share = ("--read-share", "0.5") if workload == "read-mostly" else ()
            with self.subTest((option, workload)):
                complaint = self.fails(1, "bench", "--json", "--operations", "300", *share, "--workload", workload,
                                       config=self.fixture_plugin(plugin, option))
                self.assertIn(why, complaint)
            if option == "lie: position_reused":  # one lane alone has both in turn
                continue
            with self.subTest((option, workload, "in flight")):
                self.fails(1, "bench", "--json", "--operations", "300", "--in-flight", "4", *share, "--workload", workload,
                           config=self.fixture_plugin(plugin, option))
        for plugin, option in (("liar", "lie: ''"), ("false_bank", "grows: ''")):
            self.bench(config=self.fixture_plugin(plugin, option))

    def test_stopped(self):
        """What there is by then is checked and told."""
        process = subprocess.Popen([EVENTCORE, "bench", "--config", MEMORY, "--json", "--seconds", "3600", "--warm-up-seconds", "0",
                                    "--rate", "100", "--clients", "8"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        # Once its clients have their threads, beside the first and the one that waits for signals, it measures.
        while len(os.listdir(f"/proc/{process.pid}/task")) < 10:
            self.assertIsNone(process.poll())
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=support.PATIENCE_S)
        self.assertEqual((process.returncode, err), (130, b""))
        self.assertTrue(json.loads(out)["results"]["interrupted"])


if __name__ == "__main__":
    support.main()
