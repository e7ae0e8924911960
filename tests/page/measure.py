"""Measures the page with 500 services and 5,000 edges, or SERVICES EDGES, and prints a table: the first paint and each interaction, from
the reader's act until it is painted; and what it cost the page's thread. At the root, after make, on a quiet machine:
python3 -m tests.page.measure [--runs N] [SERVICES EDGES]."""

import argparse
import os
import urllib.request
from pathlib import Path

os.environ.setdefault("BUILD", str(Path(__file__).resolve().parents[2] / "build"))
from tests.page.browser import NOW, PAGE, browser  # noqa: E402
from tests.page.mock_server import Mock  # noqa: E402
from tests.page.worlds import Large  # noqa: E402

# Names, the act, and what is true once it is done. An act may use $ for querySelector, all for querySelectorAll, click and key.
STEPS = (
    ("click a collapsed namespace", "click($('[data-node=\"fold:checkout\"]'))", "!$('#panel').hidden && $('#panel h2').textContent === 'checkout'"),
    ("click an edge between two", "click($('[data-edge=\"fold:checkout>fold:identity\"]'))", "$('#panel h2').textContent.includes('→')"),
    ("close the panel", "key($('#graph'), 'Escape')", "$('#panel').hidden"),
    ("open a namespace", "click($('.opener[data-fold=\"checkout\"]'))", "all('#graph [data-node]').length === 44"),
    ("click a service", "click(all('[data-node^=\"service/\"]')[3])", "!$('#panel').hidden && $('#panel h2').textContent.includes('/')"),
    ("collapse it", "key($('#graph'), 'Escape'); click($('[data-fold=\"checkout\"] .box-hit'))", "all('#graph [data-node]').length === 25"),
    ("collapse or open all", "click($('#fold-all')); if (!location.hash.includes('open=')) click($('#fold-all'))", "all('#graph [data-node]').length === 500"),
    ("point at one of 500", "over(all('[data-node]')[40])", "$('#graph').classList.contains('has-front')"),
    ("point away", "over($('#graph'))", "!$('#graph').classList.contains('has-front')"),
    ("click one of 500", "click(all('[data-node]')[40])", "!$('#panel').hidden"),
    ("click another", "click(all('[data-node]')[222])", "$('#panel h2').textContent === all('[data-node]')[222].querySelector('title').textContent.split(',')[0]"),
    ("click an edge of 1,000", "click(all('[data-edge]')[500])", "$('#panel h2').textContent.includes(' → ')"),
    ("close the panel", "key($('#graph'), 'Escape')", "$('#panel').hidden"),
    ("zoom in", "wheel(-400)", "true"),
    ("zoom out", "wheel(400)", "true"),
    ("all edges", "click($('#all-edges'))", "all('[data-edge]').length >= 1400"),
    ("click one of 500, all edges", "click(all('[data-node]')[99])", "!$('#panel').hidden"),
    ("fewer edges", "key($('#graph'), 'Escape'); click($('#all-edges'))", "all('#graph [data-edge]').length < 1400"),
    ("dark theme", "click($('#theme'))", "document.documentElement.dataset.theme === 'dark'"),
    ("light theme", "click($('#theme'))", "document.documentElement.dataset.theme === 'light'"),
    ("table", "click($('#view-table'))", "!$('#sheet').hidden && all('#sheet tbody tr').length > 20"),
    ("sort by p95", "click($('[data-sort=p95]'))", "$('[aria-sort]').textContent.includes('p95')"),
    ("sort by client", "click($('[data-sort=client]'))", "$('[aria-sort]').textContent.includes('Client')"),
    ("choose a row", "click($('#sheet tbody tr:nth-child(7) button'))", "$('#sheet tr.chosen') !== null"),
    ("graph again", "click($('#view-graph'))", "!$('#stage').hidden && all('#graph [data-node]').length === 500"),
    ("one window back", "click($('#step-back'))", "done > before"),
    ("and one more", "click($('#step-back'))", "done > before"),
    ("live", "click($('#live'))", "done > before"),
)

# The time that the server took is not the page's.
ACT = """async ([act, wanted]) => {
    const $ = (s) => document.querySelector(s), all = (s) => document.querySelectorAll(s);
    const click = (e) => e.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
    const over = (e) => e.dispatchEvent(new PointerEvent("pointerover", { bubbles: true, pointerType: "mouse" }));
    const key = (e, name) => e.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
    const wheel = (by) => $("#graph").dispatchEvent(new WheelEvent("wheel", { deltaY: by, clientX: 600, clientY: 400, bubbles: true, cancelable: true }));
    const drawn = () => performance.getEntriesByName("drawn").length;
    const is = new Function("$", "all", "before", "done", `return ${wanted}`);
    const before = drawn();
    performance.clearResourceTimings();
    const writes = { elements: 0, attributes: 0 };
    const watch = new MutationObserver((list) => { for (const one of list) { writes.elements += one.addedNodes.length + one.removedNodes.length; writes.attributes += one.type === "attributes"; } });
    if (window.counting) watch.observe(document.body, { subtree: true, childList: true, attributes: true });
    const began = performance.now();
    new Function("$", "all", "click", "over", "key", "wheel", act)($, all, click, over, key, wheel);
    while (!is($, all, before, drawn())) {
        await new Promise((next) => requestAnimationFrame(next));
        if (performance.now() - began > 20000) throw new Error(`never: ${wanted}`);
    }
    await new Promise((next) => requestAnimationFrame(() => setTimeout(next)));
    const took = performance.now() - began;
    const asked = performance.getEntriesByType("resource").filter((r) => /v1\\/(graph|compare)/.test(r.name)).map((r) => r.responseEnd - r.startTime);
    await new Promise((next) => setTimeout(next, 250));
    watch.disconnect();
    return { took: took - Math.max(0, ...asked), writes };
}"""

PAINT = """() => performance.getEntriesByName("drawn")[0].startTime
    - Math.max(...performance.getEntriesByType("resource").filter((r) => r.name.includes("/v1/graph")).map((r) => r.responseEnd - r.startTime))"""


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, round(share * (len(values) - 1)))]


class Bench:
    def __init__(self, new, services, edges):
        self.mock = Mock(Large(services, edges, NOW), PAGE)
        for question in ("graph?level=service&window=5m", "activity"):  # the mock is slow
            urllib.request.urlopen(f"{self.mock.url}v1/{question}").read()
        self.page = new()
        self.cdp = self.page.tab.context.new_cdp_session(self.page.tab)
        self.cdp.send("Performance.enable")

    def metrics(self):
        return {one["name"]: one["value"] for one in self.cdp.send("Performance.getMetrics")["metrics"]}

    def run(self, rows, counting):
        """Opens the page and does every step; adds to ROWS what each took."""
        self.page.tab.add_init_script(f"window.counting = {str(counting).lower()}")
        self.page.open(self.mock.url)
        self.page.wait("performance.getEntriesByName('drawn').length > 0")
        rows[0]["took"].append(self.page.tab.evaluate(PAINT))
        self.page.tab.wait_for_timeout(600)
        for row, (_, act, wanted) in zip(rows[1:], STEPS):
            before = self.metrics()
            result = self.page.tab.evaluate(ACT, [act, wanted])
            after = self.metrics()
            if counting:
                row.update(result["writes"])
                row["styles"] = after["RecalcStyleCount"] - before["RecalcStyleCount"]
                continue
            row["took"].append(result["took"])
            for name, metric in (("script", "ScriptDuration"), ("style", "RecalcStyleDuration"), ("layout", "LayoutDuration"), ("task", "TaskDuration")):
                row[name].append(1000 * (after[metric] - before[metric]))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("services", nargs="?", type=int, default=500)
    parser.add_argument("edges", nargs="?", type=int, default=5000)
    parser.add_argument("--runs", type=int, default=10)
    options = parser.parse_args()
    rows = [{"name": name, "took": [], "script": [], "style": [], "layout": [], "task": []} for name in ("first paint", *(step[0] for step in STEPS))]
    with browser() as new:
        bench = Bench(new, options.services, options.edges)
        for _ in range(options.runs):
            bench.run(rows, False)
        bench.run(rows, True)
        bench.mock.close()
    print(f"{options.services} services, {options.edges} edges, {options.runs} runs, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors; ms")
    print(f"{'':28}{'least':>7}{'p50':>7}{'p95':>7}  {'script':>7}{'style':>7}{'layout':>7}{'thread':>7}  {'elements':>8}{'attributes':>11}")
    for row in rows:
        took = row["took"]
        least = [f"{min(row[name]):7.0f}" if row[name] else f"{'':7}" for name in ("script", "style", "layout", "task")]
        print(f"{row['name']:28}{min(took):7.0f}{percentile(took, 0.5):7.0f}{percentile(took, 0.95):7.0f}  {''.join(least)}  {row.get('elements', ''):>8}{row.get('attributes', ''):>11}")


if __name__ == "__main__":
    main()
