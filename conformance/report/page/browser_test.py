"""The page in a headless Chromium: it opens without an error or a request, and does what it says.

Screenshots become outputs of the test. Where the machine has no Chromium, the test says so and is
skipped.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from conformance.report.page.browser import Browser, find_browser

PRINTER = "conformance/report/page/print_page_testing"


# Pixels that are not the canvas's background.
MARKS = """(() => {
  const canvas = document.getElementById("%s");
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  let marks = 0;
  for (let i = 3; i < pixels.length; i += 4) marks += pixels[i] > 0;
  return marks;
})()"""
SHOWN = "document.querySelectorAll('#verdicts tbody tr:not([hidden])').length"
ROWS = "document.querySelectorAll('#verdicts tbody tr').length"


def choose(element, value):
    return (
        f"(() => {{ const e = document.getElementById('{element}'); e.value = '{value}';"
        " e.dispatchEvent(new Event('input', {bubbles: true})); })()"
    )


class PageInABrowser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
        cls.pages = {}
        for name, arguments in (("two", []), ("one", ["--one"])):
            cls.pages[name] = os.path.join(cls.folder, name + ".html")
            with open(cls.pages[name], "wb") as file:
                subprocess.run([os.path.abspath(PRINTER), *arguments], check=True, stdout=file)
        cls.browser = Browser(find_browser(), os.path.join(cls.folder, "profile"))

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        shutil.rmtree(cls.folder, ignore_errors=True)

    def keep_screenshot(self, name):
        folder = os.environ.get("TEST_UNDECLARED_OUTPUTS_DIR")
        if folder:
            self.browser.screenshot(os.path.join(folder, name + ".png"))

    def assert_quiet(self, path):
        for event in self.browser.events:
            method = event.get("method")
            self.assertNotEqual(method, "Runtime.exceptionThrown", event)
            self.assertNotEqual(method, "Log.entryAdded", event)
            self.assertNotEqual(method, "Runtime.consoleAPICalled", event)
            if method == "Network.requestWillBeSent":
                self.assertEqual(event["params"]["request"]["url"], "file://" + path)

    def test_opens_without_an_error_or_a_request(self):
        for name, path in self.pages.items():
            self.browser.open(path)
            self.browser.do("window.dispatchEvent(new Event('beforeprint'))")
            self.assert_quiet(path)
            self.keep_screenshot(name + "_light")

    def test_the_verdicts_have_their_rows_and_filters_work(self):
        self.browser.open(self.pages["two"])
        rows = self.browser.do(ROWS)
        self.assertGreater(rows, 30)
        self.assertEqual(self.browser.do(SHOWN), rows)
        self.browser.do(choose("filter-verdict", "violates"))
        self.assertEqual(self.browser.do(SHOWN), 2)
        self.browser.do(choose("filter-tier", "X"))
        self.assertEqual(self.browser.do(SHOWN), 1)
        self.browser.do(choose("filter-verdict", "") + ";" + choose("filter-tier", ""))
        self.browser.do("document.getElementById('filter-different').click()")
        self.assertEqual(self.browser.do(SHOWN), 4)
        self.browser.do("document.getElementById('filter-different').click()")
        self.browser.do(choose("filter-text", "no such clause"))
        self.assertEqual(self.browser.do(SHOWN), 0)
        self.assertFalse(self.browser.do("document.getElementById('nothing-left').hidden"))
        self.browser.do(choose("filter-text", "pre-5"))
        self.assertEqual(
            self.browser.do("document.getElementById('filter-count').textContent"),
            f"1 of {rows} clauses",
        )

    def test_charts_have_marks_in_light_and_dark(self):
        for dark in (False, True):
            self.browser.open(self.pages["two"], dark=dark)
            for chart in ("latency-chart", "growth-chart", "cadence-chart"):
                self.assertGreater(self.browser.do(MARKS % chart), 2000, chart)
            self.browser.do("document.getElementById('cadence-in').click()")
            self.assertIn(
                "of", self.browser.do("document.getElementById('cadence-caption').textContent")
            )
            if dark:
                self.keep_screenshot("two_dark")

    def test_hostile_names_do_no_harm(self):
        self.browser.open(self.pages["two"])
        self.assertNotEqual(self.browser.do("document.title"), "taken")
        self.assertEqual(self.browser.do("document.images.length"), 0)
        self.assertEqual(self.browser.do("document.scripts.length"), 3)
        self.assertIn("</script>", self.browser.do("document.querySelector('h1').textContent"))

    def test_a_narrow_screen_does_not_scroll_sideways(self):
        for name in self.pages:
            self.browser.open(self.pages[name], width=380)
            self.assertLessEqual(self.browser.do("document.documentElement.scrollWidth"), 380)
            self.keep_screenshot(name + "_narrow")

    def test_the_keyboard_comes_to_a_clause(self):
        self.browser.open(self.pages["two"])
        self.browser.press("Tab", 9)
        self.assertEqual(self.browser.do("document.activeElement.className"), "skip")
        self.browser.do("document.querySelector('#verdicts tbody a[href=\"#PRE-5\"]').click()")
        self.assertTrue(self.browser.do("document.getElementById('PRE-5').open"))

    def test_everything_that_needs_a_name_has_one(self):
        self.browser.open(self.pages["two"])
        unnamed = (
            "[...document.querySelectorAll('canvas, [role=region], [role=group], nav')].filter("
            "(e) => !e.getAttribute('aria-label') && !e.getAttribute('aria-labelledby')).length"
        )
        self.assertEqual(self.browser.do(unnamed), 0)
        unlabelled = (
            "[...document.querySelectorAll('input, select')].filter((e) => e.labels.length === 0)"
            ".length"
        )
        self.assertEqual(self.browser.do(unlabelled), 0)
        self.assertEqual(
            self.browser.do("document.querySelectorAll('thead th:not([scope])').length"), 0
        )


if __name__ == "__main__":
    if find_browser() is None:
        print("SKIPPED: there is no chromium-headless-shell or chromium (ci/setup installs one)")
        sys.exit(0)
    unittest.main()
