"""`eventcore bench report`: what it reads, what it refuses, what stands in the page. test_report_page.py looks at it."""
import html
import json
import os
import re

import report_runs
from support import MEMORY, SOURCE, Case, main


class Test(Case):
    def report(self, runs, *args, stdin=""):
        """The page of these runs."""
        files = ["-"] if stdin else [self.file("runs.ndjson", report_runs.text(runs))]
        return self.works("bench", "report", *files, "-o", "-", *args, stdin=stdin)

    def words(self, page):
        """As they are read, without markup."""
        return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page.partition("<body>")[2])).split())

    def test_report_goes_to_a_file_or_standard_output(self):
        runs = self.file("runs.ndjson", report_runs.text([report_runs.run()]))
        ended = self.eventcore("bench", "report", runs, "-o", self.path("a.html"))
        self.assertEqual((ended.status, ended.out, ended.err), (0, "", ""))
        with open(self.path("a.html"), encoding="utf-8") as page:
            text = page.read()
        self.assertEqual(self.works("bench", "report", runs, "-o", "-"), text)
        self.assertEqual(self.works("bench", "report", "-", "-o", "-", stdin=report_runs.text([report_runs.run()])), text)
        self.assertEqual(os.listdir(self.folder).count("a.html.partial"), 0)
        self.assertTrue(text.startswith("<!doctype html>") and text.endswith("</html>\n"), text[-100:])
        # Without -o beside the reader.
        before = os.getcwd()
        os.chdir(self.folder)
        self.addCleanup(os.chdir, before)
        self.works("bench", "report", runs)
        with open(self.path("report.html"), encoding="utf-8") as page:
            self.assertEqual(page.read(), text)

    def test_report_says_what_was_measured_and_where(self):
        page = self.report(report_runs.sample(), "--title", "Spring & <autumn>")
        self.assertIn("<title>Spring &amp; &lt;autumn&gt;</title>", page)
        words = self.words(page)
        for told in ("Spring & <autumn>", "AMD EPYC 9R14, 2 cores, 24 GiB, Linux 6.1.0", "2026-11-27 12:00:00 UTC",
                     "eventcore 0.1.0, GNU 12.2.0, RelWithDebInfo", "rocksdb durable: fdatasync before each acknowledgement",
                     "memory not durable: in this process alone", "closed loop · 1,000 accounts · zipf choice",
                     "closed loop · 1,024 B payload · 2 events an append",
                     "rival db_bench fillsync durable: fsync at each commit; differs: 1 event an append"):
            self.assertIn(told, words)
        self.assertNotIn("Machine B", words)

    def test_report_reads_what_bench_writes(self):
        runs = self.works("bench", os.path.join(SOURCE, "bench", "report.yaml"), "--seconds", "0.01", "--warm-up-seconds", "0",
                          "--accounts", "50", "--json", config=MEMORY)
        page = self.report([], stdin=runs)
        words = self.words(page)
        self.assertNotIn("no figures", words)
        for told in ("Throughput against clients", "Latency against the rate", "memory not durable: in memory", "closed loop · 50 accounts"):
            self.assertIn(told, words)
        # Seeds are repetitions.
        self.assertIn(f"{len(runs.splitlines())} runs", words)
        self.assertEqual(page.count("<section id="), 3)

    def test_report_needs_no_network_and_no_script(self):
        page = self.report(report_runs.sample())
        self.assertNotRegex(page, r"<script|<link|<img|<iframe|@import|src=|https?:|url\((?!#)")

    def test_report_shows_the_median_run_and_the_spread(self):
        runs = [report_runs.run(per_second=each, middle=middle, seed=seed)
                for seed, (each, middle) in enumerate([(3000.0, 100.0), (1000.0, 500.0), (2000.0, 900.0)])]
        words = self.words(self.report(runs))
        self.assertIn("1 client 2,000 1,000–3,000 4,000 900 µs", words)

    def test_report_says_where_a_store_did_not_keep_up(self):
        def told(per_second, unfinished=0, **results):
            one = report_runs.run(clients=8, rate=1000, loop="open", per_second=per_second, unfinished=unfinished)
            one["results"].update(results)
            return self.words(self.report([one]))
        self.assertNotIn("did not keep up", told(980.0))
        self.assertNotIn("did not keep up", told(900.0))  # so many were due, by chance
        self.assertNotIn("did not keep up", told(800.0, rejections=4500, given_up=1500))
        self.assertNotIn("did not keep up", told(100.0, unfinished=1400, rejections=25_600))
        self.assertIn("1,000/s did not keep up", told(100.0, unfinished=1600, rejections=25_400))
        self.assertIn("1,000/s did not keep up", told(1000.0, unfinished=1600))

    def test_report_leaves_out_what_failed(self):
        failed = report_runs.run(name="one that lost money", per_second=987_654.0, ok=False)
        failed["check"]["problem"] = "the money is 3 short"
        stopped = report_runs.run(name="stopped", per_second=876_543.0)
        stopped["results"]["interrupted"] = True
        words = self.words(self.report([failed, stopped, report_runs.run()]))
        self.assertIn("2 runs have no figures", words)
        self.assertIn("one that lost money : the check failed: the money is 3 short", words)
        self.assertIn("stopped : was interrupted", words)
        self.assertNotIn("987,654", words)
        self.assertNotIn("876,543", words)
        self.assertIn("no run with figures", self.words(self.report([failed])))

    def test_report_escapes_names(self):
        page = self.report(report_runs.hostile())
        self.assertEqual(set(re.findall(r"<(script|img|iframe|object)\b", page)), set())
        self.assertEqual(page.count("<h1>"), 1)
        self.assertEqual(page.count("</style>"), 1)
        self.assertNotRegex(page, "[\x00-\x08\x0b-\x1f]")

    def refused(self, text, *told):
        name = self.file("bad.ndjson", text)
        with open(self.path("old.html"), "w", encoding="utf-8") as old:
            old.write("old")
        complaint = self.fails(2, "bench", "report", name, "-o", self.path("old.html"))
        for each in (name, *told):
            self.assertIn(each, complaint)
        with open(self.path("old.html"), encoding="utf-8") as old:
            self.assertEqual(old.read(), "old")
        self.assertEqual(sorted(os.listdir(self.folder)), ["bad.ndjson", "old.html"])

    def test_report_refuses_what_is_no_run(self):
        good = report_runs.text([report_runs.run()])
        self.refused("", "line 1", "no run")
        self.refused("\n \n", "line 1", "no run")
        self.refused(good + "\n{\"a\n", "line 3", "JSON")
        self.refused(good + "[1]\n", "line 2", "an object is needed")
        self.refused(good + "{}\n", "line 2", "'eventcore_bench' is missing")
        self.refused(good + '{"eventcore_bench": 2}\n', "line 2", "form 2", "form 1")
        self.refused(good + '{"eventcore_bench": 1}\n', "line 2", "'name' is missing")
        wrong = report_runs.run()
        wrong["results"]["latency_us"]["p99"] = "fast"
        self.refused(json.dumps(wrong) + "\n", "line 1", "a number is needed", "p99")

    def test_report_says_which_file_is_not_there(self):
        complaint = self.fails(2, "bench", "report", self.path("missing.ndjson"), "-o", self.path("a.html"))
        self.assertIn(self.path("missing.ndjson"), complaint)
        self.assertEqual(os.listdir(self.folder), [])
        self.assertIn("a.html", self.fails(1, "bench", "report", "-", "-o", self.path("no/such/a.html"),
                                           stdin=report_runs.text([report_runs.run()])))
        self.fails(2, "bench", "report")

    def test_report_of_many_and_long_runs_stays_small(self):
        hour = report_runs.text([report_runs.run(seconds=3600)])
        self.assertLess(len(self.report([], stdin=hour)), 200_000)
        # Each with settings of its own.
        count, most_bytes = (5000, 80_000_000) if os.environ.get("EVENTCORE_LONG_TESTS") else (500, 10_000_000)
        many = report_runs.text(report_runs.run(seconds=120, payload_bytes=each, name="n" * 40) for each in range(1, count + 1))
        page = self.report([], stdin=many)
        self.assertEqual(page.count("<section id="), count)
        self.assertLess(len(page), most_bytes)

    def test_report_has_gaps_where_nothing_was_measured(self):
        """Older files have zeros there."""
        pages = []
        for nothing in (None, 0):
            run = report_runs.run(clients=2, seconds=9)
            for second in run["results"]["over_time"][3:5]:
                second.update(operations=0, p50_us=nothing, p99_us=nothing)
            none = report_runs.run(clients=1, seconds=9)
            none["results"].update(operations=0, per_second=0, latency_us=nothing if nothing is None else dict.fromkeys(
                ("mean", "p50", "p90", "p99", "p99_9", "max"), 0))
            pages.append(self.report([run, none]))
        self.assertEqual(*pages)
        lines = [path.count("M") for path in re.findall(r'<path class="line" d="(M[\d.,MLh-]+)"', pages[0])]
        self.assertEqual(lines.count(2), 1, lines)  # p99 over time; the throughput was none
        self.assertNotRegex(self.words(pages[0]), r"(?<!\d)0 (ns|µs)")

    def test_report_bears_any_figure(self):
        runs = []
        for number, value in enumerate((0, 1e-300, 1e300, 5e-324, 1.7e308, -1)):
            one = report_runs.run(per_second=1.0, clients=number)
            one["results"]["per_second"] = value
            one["results"]["latency_us"] = {name: value for name in ("p50", "p90", "p99", "p99_9", "max")}
            one["results"]["over_time"] = [{"second": second * value, "operations": value, "p50_us": value, "p99_us": value}
                                           for second in (3, 1, 2) if second * value < 1e308]
            runs.append(one)
        page = self.report(runs)
        self.assertNotRegex(page, r'="[^"]*\b(nan|inf)\b')
        bare = {"eventcore_bench": 1, "name": "bare", "settings": {}}
        self.assertIn("bare : no results", self.words(self.report([bare])))


if __name__ == "__main__":
    main()
