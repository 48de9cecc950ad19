"""The page in a headless Chromium: it opens without an error or a request, and does what it says.

The browser is spoken to by its DevTools protocol over a pair of pipes. Screenshots become outputs
of the test. Where the machine has no Chromium, the test says so and is skipped.
"""

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

BROWSERS = ("chromium-headless-shell", "chromium")
PRINTER = "conformance/report/page/print_page_testing"


class Browser:
    """One page of one browser. Messages are JSON texts that end in a NUL byte."""

    def __init__(self, program, profile):
        to_browser, self._write = os.pipe()
        self._read, from_browser = os.pipe()
        arguments = [
            program,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--force-color-profile=srgb",
            "--hide-scrollbars",
            "--remote-debugging-pipe",
            f"--user-data-dir={profile}",
            "about:blank",
        ]

        def place_pipes():
            # The protocol's own numbers; the copies below must not lie on them.
            for source, number in ((os.dup(to_browser), 13), (os.dup(from_browser), 14)):
                os.dup2(source, number)
            os.dup2(13, 3)
            os.dup2(14, 4)

        self._process = subprocess.Popen(
            arguments,
            close_fds=False,
            preexec_fn=place_pipes,
            env={**os.environ, "HOME": profile},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._buffer = b""
        self._number = 0
        self._session = None
        self.events = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)[
            "sessionId"
        ]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method, **parameters):
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def wait_for(self, method):
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self._next())

    def _next(self):
        while b"\0" not in self._buffer:
            block = os.read(self._read, 1 << 16)
            if not block:
                raise RuntimeError("the browser ended: " + self._process.stderr.read().decode())
            self._buffer += block
        text, self._buffer = self._buffer.split(b"\0", 1)
        return json.loads(text)

    def open(self, path, width=1280, dark=False):
        self.events.clear()
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=900,
            deviceScaleFactor=1,
            mobile=False,
        )
        scheme = "dark" if dark else "light"
        self.call(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": scheme}],
        )
        self.call("Page.navigate", url="file://" + path)
        self.wait_for("Page.loadEventFired")

    def do(self, script):
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def press(self, key, code):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code)

    def screenshot(self, name):
        folder = os.environ.get("TEST_UNDECLARED_OUTPUTS_DIR")
        if not folder:
            return
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {
            "x": 0,
            "y": 0,
            "width": size["width"],
            "height": min(size["height"], 4000),
            "scale": 1,
        }
        shot = self.call("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)
        with open(os.path.join(folder, name + ".png"), "wb") as file:
            file.write(base64.b64decode(shot["data"]))

    def close(self):
        os.close(self._write)
        os.close(self._read)
        self._process.kill()
        self._process.wait()
        self._process.stderr.close()


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
        program = next(filter(None, map(shutil.which, BROWSERS)))
        cls.browser = Browser(program, os.path.join(cls.folder, "profile"))

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        shutil.rmtree(cls.folder, ignore_errors=True)

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
            self.browser.screenshot(name + "_light")

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
                self.browser.screenshot("two_dark")

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
            self.browser.screenshot(name + "_narrow")

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
    if not any(map(shutil.which, BROWSERS)):
        print("SKIPPED: there is no chromium-headless-shell or chromium (ci/setup installs one)")
        sys.exit(0)
    unittest.main()
