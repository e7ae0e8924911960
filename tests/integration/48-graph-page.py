#!/usr/bin/env python3
"""Goal: each thing that the page of tenure-graph can do is clicked in Debian's Chromium: the graph and its boxes, time, search,
panels, table and files, and the comparison of two windows; and the program itself serves it, with the recording. NAME...: only
these checks."""
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import urllib.request
import xml.dom.minidom
from pathlib import Path

sys.path.insert(0, os.environ["ROOT"])
try:
    from tests.page.browser import NOW, eventually, expect, run, shop  # noqa: E402
except ImportError as error:
    print(f"{error}; deploy/setup venv installs playwright")
    sys.exit(77)
from tests.page.worlds import Large, millis, rfc3339  # noqa: E402

CART, PAYMENT, WEB = "service/lab/shop/cart", "service/lab/pay/payment", "service/lab/shop/web"


def check_graph(new):
    """Nodes in boxes that collapse; edges with rate, percentile and errors; width is rate, colour and dashes are health."""
    mock, page = shop(new)
    expect(page.count("#graph .nodes .node") == 12, f"{page.count('#graph .nodes .node')} nodes, not 12")
    style = lambda key, name: page.tab.evaluate(f"""getComputedStyle(document.querySelector('[data-edge="{key}"] .line')).{name}""")
    strong, weak, bad = f"deployment/lab/shop/loadgen>{WEB}", f"node/lab/n1>{WEB}", f"{PAYMENT}>service/lab/pay/ledger"
    expect(float(style(strong, "strokeWidth")[:-2]) > 2 * float(style(weak, "strokeWidth")[:-2]), "a stronger edge is wider")
    expect(style(strong, "strokeDasharray") == "none" and style(bad, "strokeDasharray") != "none" and style(strong, "stroke") != style(bad, "stroke"), "an edge with errors has another colour and dashes")
    labels = page.tab.evaluate("[...document.querySelectorAll('.labels text')].map((text) => text.textContent)")
    expect(any("turns/s" in label and " ms" in label for label in labels) and any("20 % err" in label for label in labels), f"labels have rate, p95 and errors: {labels}")
    expect(any("req/s" in label and "turns" not in label for label in labels) and any("req/s + " in label for label in labels), f"each family of requests has its name: {labels}")
    page.click('[data-fold="pay"] .box-hit')
    page.wait("document.querySelector('[data-node=\"fold:pay\"]')")
    expect("shut=pay" in page.hash() and page.count(f'[data-node="{PAYMENT}"]') == 0, "a collapsed namespace is one node, and in the address")
    page.click('.opener[data-fold="pay"]')
    page.wait(f"document.querySelector('[data-node=\"{PAYMENT}\"]')")
    for level, nodes in (("namespace", 6), ("zone", 3), ("workload", 12)):
        page.tab.select_option("#level", level)
        page.wait(f"document.querySelectorAll('#graph .nodes .node').length === {nodes}")
    page.tab.select_option("#level", "service")
    page.tab.select_option("#namespace", "pay")
    page.wait("document.querySelectorAll('#graph .nodes .node').length < 10")
    return mock, page


def check_stable(new):
    """A refresh moves nothing; what is new finds a free place."""
    mock, page = shop(new)
    places = lambda: page.tab.evaluate("Object.fromEntries([...document.querySelectorAll('#graph .nodes .node')].map((node) => [node.firstChild.dataset.node, node.getAttribute('transform')]))")
    before = places()
    asked = len(mock.questions)
    mock.world.nodes["service/lab/shop/new"] = {"id": "service/lab/shop/new", "label": "shop/new", "kind": "service", "cluster": "lab", "namespace": "shop", "name": "new"}
    mock.world.deployed[WEB, "service/lab/shop/new"] = (4, 1e7, 0)
    mock.kept.clear()
    mock.world.last += 1000
    page.wait("document.querySelectorAll('#graph .nodes .node').length === 13")
    after = places()
    expect(all(after[node] == before[node] for node in before), "nodes stay where they are when one comes")
    expect(any("/v1/graph" in question for question in mock.questions[asked:]), "an event makes the page ask again")
    return mock, page


def check_time(new):
    """Live, slider, gaps, window, as of, step and play; all of it in the address."""
    mock, page = shop(new)
    at = lambda: dict(part.split("=", 1) for part in page.hash()[1:].split("&") if part).get("at", "")
    expect(page.tab.get_attribute("#live", "aria-pressed") == "true" and at() == "", "it begins live")
    drawn = eventually(lambda: page.count("#activity .gap") == 1 and page.count("#activity .bar") > 20)
    expect(drawn, "traffic is a histogram, and a gap is hatched")
    box = page.tab.locator("#slider").bounding_box()
    page.tab.mouse.click(box["x"] + box["width"] * 0.25, box["y"] + 20)
    page.wait("location.hash.includes('at=')")
    expect(abs(millis(at()) - (NOW - 3 * 3_600_000)) < 120_000, f"a click at a quarter of the slider is three hours before its end, not {at()}")
    expect(eventually(lambda: any(f"at={at().replace(':', '%3A')}" in question for question in mock.questions)), "the graph of that time is asked for")
    before = millis(at())
    page.click("#step-back")
    page.wait(f"Date.parse(decodeURIComponent(location.hash).match(/at=([^&]*)/)[1]) === {before - 300_000}")
    page.click("#step-forward")
    page.tab.focus("#slider")
    page.press("ArrowRight")
    page.wait(f"Date.parse(decodeURIComponent(location.hash).match(/at=([^&]*)/)[1]) === {before + 300_000}")
    page.tab.select_option("#window", "15m")
    page.tab.fill("#as-of", "-2h")
    page.press("Enter")
    page.wait(f"decodeURIComponent(location.hash).includes('at={rfc3339(NOW - 7_200_000).replace('.000', '')}')")
    expect("window=15m" in page.hash(), "the window is in the address")
    page.tab.fill("#as-of", "yesterday")
    page.press("Enter")
    expect("Write a time such as" in page.text("#as-of-error"), "what is no time is refused")
    page.tab.fill("#as-of", rfc3339(NOW - 3_600_000))
    page.press("Enter")
    page.click("#play")
    page.wait(f"Date.parse(decodeURIComponent(location.hash).match(/at=([^&]*)/)[1]) >= {NOW - 3_600_000 + 900_000}")
    page.click("#play")
    expect(page.tab.get_attribute("#play", "aria-pressed") == "false", "a second click pauses")
    bars = page.count("#activity .bar")
    page.tab.select_option("#span", "1h")
    page.wait("document.querySelector('#activity .gap') === null")
    expect("span=1h" in page.hash() and page.count("#activity .bar") != bars, "the slider covers the last hour")
    link, shown = page.tab.url, page.text("#shown")
    page.open(link)
    page.wait(f"document.querySelector('#shown').innerText === {json.dumps(shown)}")
    page.click("#live")
    expect(at() == "", "Live goes back to the newest")
    return mock, page


def check_search(new):
    """A service, a namespace, and an address with its owners; copies for curl and a terminal."""
    mock, page = shop(new)
    mock.world.tenures = lambda ip: Large.tenures(mock.world, "10.0.0.7") if ip == "10.244.0.12" else []
    page.press("/")
    page.tab.keyboard.type("cart")
    page.wait("document.querySelectorAll('#found [role=option]').length >= 1")
    expect(page.count("#graph .node.found") >= 1, "what is found is marked in the graph")
    page.press("Enter")
    page.wait("document.querySelector('#panel h2')?.textContent === 'shop/cart'")
    page.press("/")
    page.tab.keyboard.type("10.244.0.12")
    page.wait("document.querySelector('#found [role=option]')?.textContent.includes('10.244.0.12')")
    page.press("Enter")
    page.wait("document.querySelectorAll('.tenures li').length === 2")
    expect("sel=address:10.244.0.12" in page.hash() and page.count(".tenures .bar i") == 2, "owners of an address are bars")
    for label, words in (("curl", "curl 'http://127.0.0.1"), ("command line", "tenure-lookup")):
        page.click(f'[aria-label="Copy as {label}"]')
        expect(eventually(lambda: words in page.tab.evaluate("navigator.clipboard.readText()")), f"{label} is copied")
    page.press("/")
    page.tab.keyboard.type("pay")
    page.click("#found [role=option]:has-text('namespace')")
    page.wait("document.querySelector('#namespace').value === 'pay'")
    return mock, page


def check_panel(new):
    """A node has charts, clients and servers; an edge percentiles, ports and errors; an end that is not known has a reason."""
    mock, page = shop(new)
    page.click(f'[data-node="{PAYMENT}"]')
    page.wait("document.querySelectorAll('#panel figure').length === 2")
    text = page.text("#panel")
    expect("Clients (3)" in text and "shop/cart" in text and page.count("#panel .chart .p95") == 1 and "p99" in text, f"a node has clients and charts: {text}")
    page.click("#panel .peers button:has-text('shop/cart')")
    page.wait("document.querySelector('#panel h2').textContent === 'shop/cart → pay/payment'")
    page.wait("document.querySelector('#panel').innerText.includes('8080/tcp')")
    text = page.text("#panel")
    expect(all(part in text for part in ("p50", "p95", "p99", "Handshake", "Retransmissions")), f"an edge has its details: {text}")
    page.wait("document.querySelectorAll('#panel .flow').length === 1")
    basis = page.tab.inner_text("#panel .basis >> nth=1")
    expect("pod pay/payment-x2x on n1" in basis and "network as ready" in basis and "EndpointSlice lists it for pay/payment" in basis, f"how an end is known: {basis}")
    page.click("#panel .flow summary")
    flow = page.text("#panel .flow")
    expect(all(part in flow for part in ("10.0.0.2:8080", "40000", "Its SYN was seen", "record 1,234")), f"a flow has its record: {flow}")
    page.edge(f"unknown/between_holders>{WEB}")
    page.wait("document.querySelector('#panel').innerText.includes('belonged to nobody')")
    page.click("#panel .close")
    expect(page.tab.is_hidden("#panel") and "sel=" not in page.hash(), "the panel closes")
    return mock, page


def check_families(new):
    """Requests that were read and turns are never one number: in the panel, the charts, the table and the legend."""
    mock, page = shop(new)
    page.edge(f"node/lab/n1>{WEB}")
    page.wait("document.querySelectorAll('#panel figure').length === 4")
    text = page.text("#panel")
    expect(all(part in text for part in ("req/s", "turns/s", "Requests (http)", "Time to the first byte of http", "Response time of turns", "Messages", "Client errors")), f"an edge with both families: {text}")
    expect(page.violations() == [], f"axe-core on both families: {page.violations()}")
    page.edge(f"{WEB}>{CART}")
    page.wait("document.querySelector('#panel h2').textContent === 'shop/web → shop/cart' && document.querySelectorAll('#panel figure').length >= 2")
    text = page.text("#panel")
    expect("of req" in text and "turns/s" not in text and "Response time of turns" not in text and "http" in text, f"an edge that was read whole: {text}")
    expect(page.text("#legend").count("read") == 2, f"the legend names both: {page.text('#legend')}")
    page.click("#view-table")
    page.wait("document.querySelectorAll('#sheet tbody tr').length === 13")
    rows = page.tab.evaluate("[...document.querySelectorAll('#sheet tbody tr')].map((row) => row.innerText)")
    expect(any("http + turns" in row for row in rows) and any("turns" in row and "http" not in row for row in rows), f"the table says how requests were counted: {rows}")
    page.click("[data-sort=errors]")
    expect("unknown" in page.text("#sheet tbody tr:first-child").lower() or "%" in page.text("#sheet tbody tr:first-child"), "sorted by errors")
    return mock, page


def check_table(new):
    """The same edges, sorted by a click; files to keep."""
    mock, page = shop(new)
    page.click("#view-table")
    page.wait("document.querySelectorAll('#sheet tbody tr').length === 13")
    first = lambda: page.text("#sheet tbody tr:first-child")
    expect("loadgen" in first() and page.tab.get_attribute("#sheet th:has([data-sort=rate])", "aria-sort") == "descending", "the strongest edge is first")
    page.click("[data-sort=p95]")
    expect("pay/payment" in first() and "sort=-p95" in page.hash(), "sorted by p95, the slowest is first")
    page.click("[data-sort=p95]")
    expect("ascending" == page.tab.get_attribute("#sheet th:has([data-sort=p95])", "aria-sort"), "a second click turns the order")
    page.click("#view-graph")
    for kind in ("svg", "csv", "json", "dot", "mermaid"):
        page.click("#export")
        with page.tab.expect_download() as download:
            page.click(f"#export-{kind}")
        content = Path(download.value.path()).read_text()
        good = {"svg": lambda: xml.dom.minidom.parseString(content) and "shop" not in content[:40] and ">cart<" in content, "json": lambda: len(json.loads(content)["nodes"]) == 12}.get(kind, lambda: content.startswith(kind))
        expect(good(), f"the file {download.value.suggested_filename} is as it should be")
    return mock, page


def check_compare(new):
    """What is new, gone, slower and fails more often, in the graph, the panel and the table."""
    mock, page = shop(new, "#window=15m")
    page.click("#compare")
    page.tab.select_option("#base", "1h")
    for change, key in (("slower", f"{CART}>{PAYMENT}"), ("more_errors", f"{PAYMENT}>service/lab/pay/ledger"), ("new", f"{WEB}>{PAYMENT}"), ("gone", f"{PAYMENT}>outside")):
        page.wait(f"""document.querySelector('[data-edge="{key}"]')?.classList.contains('change-{change}')""")
    expect("1 new · 1 gone · 1 slower · 1 more errors" in page.text("#counts"), page.text("#counts"))
    page.edge(f"{CART}>{PAYMENT}")
    page.wait("document.querySelector('#panel .change-slower')")
    page.click("#view-table")
    page.wait("document.querySelectorAll('#sheet tr.change-new').length === 1")
    page.click("[data-sort=change]")
    expect(page.violations() == [], f"axe-core in a comparison: {page.violations()}")
    return mock, page


PLAY = """
for node in n1 n2 n3; do tenure-flows -r $node.pcap --observer-name $node --out -; done >flows.ndjson
tenure-enrich --kube kube.ndjson --flows flows.ndjson --out tagged.ndjson --rejected rejected.ndjson --state state
"""


@contextlib.contextmanager
def served():
    """The URL of a tenure-graph that has read the recording."""
    root = Path(os.environ["ROOT"])
    with tempfile.TemporaryDirectory(prefix="tenure-page-") as folder, socket.socket() as free:
        subprocess.run([sys.executable, root / "tests/lab/pack.py", "-u", root / "tests/fixtures/recording", folder], check=True)
        subprocess.run(["sh", "-euc", PLAY], cwd=folder, check=True, stderr=subprocess.DEVNULL)
        free.bind(("127.0.0.1", 0))
        address = "127.0.0.1:%d" % free.getsockname()[1]
        free.close()
        with open(Path(folder) / "log", "w") as log:
            server = subprocess.Popen(["tenure-graph", "--in", "tagged.ndjson", "--follow", "--state", "history", "--retention", "9999d", "--listen", address], cwd=folder, stderr=log)
        try:

            def read_all():  # holders are answered once they are saved
                with contextlib.suppress(OSError):
                    with urllib.request.urlopen(f"http://{address}/v1/address/10.244.0.12", timeout=5) as answer:
                        return len(json.load(answer)["tenures"]) == 5

            if not eventually(read_all, 60):
                raise AssertionError("the server does not read the recording: " + (Path(folder) / "log").read_text()[-2000:])
            yield f"http://{address}/"
        finally:
            server.terminate()
            server.wait(30)


def check_program(new):
    """The page that the program serves shows the recording."""
    with served() as url:
        page = new()
        page.open(url)
        page.wait("document.querySelectorAll('#graph .nodes .node').length >= 20")
        expect(page.count("#activity .bar") >= 3 and "07:4" in page.text("#shown"), f"the time of the recording: {page.text('#shown')}")
        page.click('[data-node="service/lab/shop/cart"]')
        page.wait("document.querySelectorAll('#panel figure').length === 2")
        page.click("#panel .peers button:has-text('shop/web')")
        page.wait("document.querySelector('#panel').innerText.includes('8080/tcp')")
        page.click("#panel .flow summary >> nth=0")
        page.wait("/pod shop.cart-.*is its address from 2026-11-24 07:4/s.test(document.querySelector('#panel .flow').innerText)")
        with urllib.request.urlopen(urllib.request.Request(url + "main.js", headers={"Accept-Encoding": "gzip"})) as answer:
            expect(answer.headers["Content-Encoding"] == "gzip" and answer.headers["ETag"], f"the program compresses the page and gives it an ETag: {answer.headers}")
        page.open(url + "#sel=address:10.244.0.12")
        page.wait("document.querySelectorAll('.tenures li').length >= 3")
        page.press("/")
        page.tab.keyboard.type("shop/pay")
        page.wait("document.querySelector('#found [role=option]')?.textContent.includes('payment')")
        page.press("Escape", "Escape")
        for level in ("namespace", "zone", "workload"):
            page.tab.select_option("#level", level)
            page.wait(f"document.querySelector('#graph .nodes .node') && location.hash.includes('level={level}') && document.querySelector('#progress').hidden && !document.querySelector('#notices').innerText.includes('failed')")
        page.open(url + "#at=2026-11-24T07:49:00Z&window=1m&base=previous")
        page.wait("/new|gone|slower/.test(document.querySelector('#counts').innerText)")
        for kind in ("csv", "json"):
            page.click("#export")
            with page.tab.expect_download() as download:
                page.click(f"#export-{kind}")
            expect("shop" in Path(download.value.path()).read_text(), f"{download.value.suggested_filename} has the services")
        expect(page.complaints == [], f"Chromium complains: {page.complaints}")
        expect(all(one.startswith((url, "data:", "blob:", "about:")) for one in page.requests), f"asks only its server: {set(page.requests)}")
        page.tab.context.close()


if __name__ == "__main__":
    sys.exit(run([check_graph, check_stable, check_time, check_search, check_panel, check_families, check_table, check_compare, check_program]))
