"""A page in Debian's Chromium, and what its checks ask of it."""

import contextlib
import json
import os
import shutil
import sys
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.page.mock_server import Mock
from tests.page.worlds import Shop

CACHE = Path(os.environ.get("TENURE_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tenure")
AXE = CACHE / "page/node_modules/axe-core/axe.min.js"
WAIT = 15_000
PAGE = Path(os.environ["BUILD"]) / "page"
NOW = 1_780_000_000_000  # ms; the newest of what is shown
faults = []


def expect(good, what):
    if not good:
        faults.append(what)
        print("untrue:", what, flush=True)


class Page:
    """One page, its requests and its complaints."""

    def __init__(self, tab):
        self.tab, self.requests, self.complaints = tab, [], []
        tab.set_default_timeout(WAIT)
        tab.on("request", lambda request: self.requests.append(request.url))
        tab.on("console", lambda message: self.complaints.append(message.text) if message.type in ("error", "warning") and "Failed to load" not in message.text else None)
        tab.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, url, ready="#graph .nodes .node"):
        self.tab.goto("about:blank")
        self.tab.goto(url)
        if ready:
            self.tab.wait_for_selector(ready, state="attached")

    def hash(self):
        return self.tab.evaluate("decodeURIComponent(location.hash)")

    def wait(self, script):
        """Until SCRIPT, an expression, is true. The page's policy forbids what Playwright has for that."""
        if not eventually(lambda: self.tab.evaluate(script), WAIT / 1000):
            raise AssertionError(f"this did not become true: {script}")

    def text(self, selector):
        return self.tab.inner_text(selector)

    def count(self, selector):
        return self.tab.locator(selector).count()

    def click(self, selector):
        self.tab.click(selector)

    def press(self, *keys):
        for key in keys:
            self.tab.keyboard.press(key)

    def edge(self, key):
        """Clicks on an edge where no node and no other edge is above it."""
        spot = self.tab.evaluate(
            """(key) => {
                const group = document.querySelector(`[data-edge="${CSS.escape(key)}"]`);
                const line = group.querySelector(".line"), matrix = line.getScreenCTM();
                for (let share = 0.05; share < 1; share += 0.05) {
                    const at = line.getPointAtLength(share * line.getTotalLength()).matrixTransform(matrix);
                    if (group.contains(document.elementFromPoint(at.x, at.y))) return [at.x, at.y];
                }
                return null;
            }""",
            key,
        )
        if spot is None:
            raise AssertionError(f"the edge {key} cannot be clicked")
        self.tab.mouse.click(*spot)

    def violations(self):
        """What axe-core finds, in a line each."""
        self.tab.evaluate(AXE.read_text())
        found = self.tab.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
        return [f"{one['id']}: {one['help']}: {json.dumps([node['target'] for node in one['nodes'][:3]])}" for one in found]

    def contrast(self):
        """Text of the drawing with less than 4.5:1, which axe-core does not judge: [text, ratio]."""
        return self.tab.evaluate(
            """() => {
                const light = (css) => {
                    const parts = css.match(/[\\d.]+/g).slice(0, 3).map((value) => value / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
                    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
                };
                const ground = light(getComputedStyle(document.body).backgroundColor);
                return [...document.querySelectorAll("#graph text, #activity text")].map((text) => {
                    const card = text.parentNode.querySelector(".card");
                    const behind = card ? light(getComputedStyle(card).fill) : ground;
                    const ink = light(getComputedStyle(text).fill);
                    return [text.textContent, (Math.max(ink, behind) + 0.05) / (Math.min(ink, behind) + 0.05)];
                }).filter(([, ratio]) => ratio < 4.5);
            }"""
        )


@contextlib.contextmanager
def browser():
    """Gives new(theme=..., width=..., height=..., motion=...) -> Page."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        try:

            def new(theme="light", width=1280, height=800, motion="reduce", touch=False):
                context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=theme, reduced_motion=motion, has_touch=touch, accept_downloads=True, permissions=["clipboard-read", "clipboard-write"])
                return Page(context.new_page())

            yield new
        finally:
            chromium.close()


def eventually(what, seconds=10):
    """Whether WHAT() becomes true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.05)
    return False


def shop(new, at="", theme="light", **more):
    """A mock and a page of the shop, as of NOW."""
    mock = Mock(Shop(NOW), PAGE)
    page = new(theme, **more)
    page.open(mock.url + at)
    return mock, page


def run(checks):
    """Each check opens pages by new(), and gives the mock and the page that it ends with, if any. Words on the command line choose some."""
    for missing in [what for what, there in (("chromium: deploy/setup browser", shutil.which("chromium") or shutil.which("chromium-browser")), ("axe-core: deploy/setup page", AXE.exists())) if not there]:
        print(f"there is no {missing} installs it")
        return 77
    with browser() as new:
        for check in checks:
            if sys.argv[1:] and check.__name__.removeprefix("check_") not in sys.argv[1:]:
                continue
            began = time.monotonic()
            try:
                done = check(new)
            except Exception as error:  # a check that cannot go on is a fault, and the others still run
                expect(False, f"{check.__name__}: {str(error).splitlines()[0]}")
                continue
            if done:
                mock, page = done
                expect(page.complaints == [], f"{check.__name__}: Chromium complains: {page.complaints}")
                page.tab.context.close()
                mock.close()
            print(f"{time.monotonic() - began:5.1f} s  {check.__name__}", flush=True)
    print(f"{len(faults)} faults")
    return 1 if faults else 0
