"""`eventcore bench report` in a real browser: light and dark, wide and as on a phone."""
import os
import unittest

import report_runs
from support import Case, main

import browser  # of tests/support

TITLE = "What eventcore bench measured"
WIDE, PHONE = 1280, 390

# A way to break the page, and what must be noticed.
BROKEN = [
    ("main { min-width: 1400px }", "sideways"),
    (".aside { color: #999 !important } @media (prefers-color-scheme: dark) { .aside { color: #555 !important } }", "contrast"),
    ("svg text.x { font-size: 11px }", "small"),
    ("body { background: #777 !important }", "background"),
    (".area { padding-left: 10px !important }", "cut off"),
    ("figcaption { white-space: nowrap; overflow: hidden; width: 40px }", "cut off"),
    ("svg text.x { font-size: 40px }", "overlap"),
    ("svg.chart { height: 20px !important }", "no size"),
    (".chart path, .chart circle { display: none }", "empty"),
    (".chart > g { transform: translateY(60px) }", "outside"),
]


@unittest.skipUnless(browser.PROGRAM, "there is no chromium here (scripts/packages test)")
class Test(Case):
    def setUp(self):
        super().setUp()
        self.browser = browser.Browser()
        self.addCleanup(self.browser.close)
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "report_page.js"), encoding="utf-8") as script:
            self.script = script.read()

    def page(self, name, runs):
        page = self.path(f"{name}.html")
        self.works("bench", "report", self.file(f"{name}.ndjson", report_runs.text(runs)), "-o", page)
        return page

    def problems(self):
        return self.browser.evaluate(f"({self.script})({self.browser.width})") + self.browser.complaints + self.browser.requests[1:]

    def check(self, page):
        for is_dark in (False, True):
            for width in (WIDE, PHONE):
                with self.subTest(page=page, is_dark=is_dark, width=width):
                    self.browser.open(page, width, is_dark=is_dark)
                    self.assertEqual(self.problems(), [])
                    self.browser.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
                    self.assertEqual(self.problems(), [])
                    self.assertEqual(self.browser.evaluate("document.title"), TITLE)
                    self.assertEqual(self.browser.requests, ["file://" + page])

    def test_report_page_is_drawn(self):
        page = self.page("sample", report_runs.sample())
        self.check(page)
        self.check_that_checks_can_fail(page)

    def test_report_page_of_hostile_names(self):
        page = self.page("hostile", report_runs.hostile())
        self.check(page)
        self.assertEqual(self.browser.evaluate(
            "[...document.querySelectorAll('*')].filter(each => each.matches('script, img, iframe, object') || "
            "[...each.attributes].some(one => one.name.startsWith('on'))).length"), 0)

    def check_that_checks_can_fail(self, page):
        for style, word in BROKEN:
            with self.subTest(style=style):
                self.browser.open(page, PHONE)
                self.browser.evaluate("document.head.append(Object.assign(document.createElement('style'), "
                                      f"{{textContent: {style!r}}}))")
                found = self.problems()
                self.assertTrue(any(each.startswith(word) for each in found), found[:5])
        with open(page, encoding="utf-8") as whole:
            text = whole.read()
        without_policy = text.replace("default-src 'none'", "default-src 'unsafe-inline' *")
        self.assertNotEqual(without_policy, text)
        asking = self.file("asking.html", without_policy.replace("<main>", "<main><script src='http://localhost:9/x.js'></script>"
                                                                 "<script>console.error('so')</script>"))
        self.browser.open(asking, WIDE)
        found = self.problems()
        self.assertIn("http://localhost:9/x.js", found)
        self.assertTrue(any("so" in each for each in self.browser.complaints), found)


if __name__ == "__main__":
    main()
