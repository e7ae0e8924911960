#!/usr/bin/env python3
"""tenure-graph over HTTP, on the recording: every route, in every form; what the server says is what the command line prints;
a restart starts with what is kept; schemathesis finds no answer that docs/openapi-graph.yaml does not describe."""
import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import jsonschema

sys.path.insert(0, str(Path(__file__).resolve().parent))
from graph_server import ROOT, Server, edges, printed, record  # noqa: E402
import status_page  # noqa: E402

SEED = int(os.environ.get("SEED", "1"))
FIRST, LAST = "2026-11-24T07:47:00Z", "2026-11-24T07:50:00Z"
WHOLE = f"from={FIRST}&to={LAST}"
GZIP_MAX = 150_000  # bytes of all files of the page
faults = []


def expect(good, what):
    if not good:
        faults.append(what)
        print("untrue:", what)


def check_graph(server, tagged):
    wanted, found = printed(tagged), server.json(f"/v1/graph?{WHOLE}")
    differing = {key: (value, edges(found).get(key)) for key, value in edges(wanted).items() if edges(found).get(key) != value}
    expect(edges(found) == edges(wanted), f"the whole is what the command line prints: {list(differing.items())[:5]}")
    expect(found["hidden"] == 0 and found["watermark"] <= found["as_of"], f"{ {k: found[k] for k in ('hidden', 'watermark', 'as_of')} }")
    few = server.json(f"/v1/graph?{WHOLE}&least=60")
    expect(few["hidden"] == len(found["edges"]) - len(few["edges"]) > 0, f"hidden: {few['hidden']}")
    total = sum(edge["flows"] for edge in few["edges"]) + few["further"]["flows"]
    expect(total == sum(edge["flows"] for edge in found["edges"]), f"{total} flows with those that are hidden")
    for level in ("workload", "namespace", "zone"):
        answer = server.json(f"/v1/graph?{WHOLE}&level={level}")
        expect(sum(edge["flows"] for edge in answer["edges"]) == sum(edge["flows"] for edge in found["edges"]), f"{level}: no flow is lost")
    shop = server.json(f"/v1/graph?{WHOLE}&namespace=shop")
    ends = {node["id"]: node.get("namespace") for node in shop["nodes"]}
    expect(shop["edges"] and all("shop" in (ends[edge["source"]], ends[edge["target"]]) for edge in shop["edges"]), "edges of a namespace have an end there")
    empty = server.json("/v1/graph?from=2026-11-20T00:00:00Z&to=2026-11-20T01:00:00Z")
    expect(empty["edges"] == [] and empty["complete"] is False, "a time that was not captured is not complete")


FORMATS = {"cytoscape": ("application/json", '"elements"'), "nodegraph": ("application/json", '"edges"'), "dot": ("text/vnd.graphviz", "digraph"),
           "mermaid": ("text/plain", "flowchart"), "graphml": ("application/xml", "<graphml"), "csv": ("text/csv", "source,target"),
           "prometheus": ("text/plain", "traces_service_graph_request_total{"), "table": ("text/plain", "CLIENT")}


def check_formats(server):
    for name, (content_type, words) in FORMATS.items():
        status, headers, body = server.ask(f"/v1/graph?{WHOLE}&format={name}")
        expect(status == 200 and headers["Content-Type"].split(";")[0] == content_type and words in body.decode(), f"{name}: {status} {headers['Content-Type']} {body[:100]}")
        status, _, _ = server.ask(f"/v1/graph?{WHOLE}&format={name}", headers={"If-None-Match": headers["ETag"]})
        expect(status == 304, f"{name}: the same again is {status}")
    status, headers, body = server.ask("/metrics")
    text = body.decode()
    expect(status == 200 and "traces_service_graph_request_server_seconds_bucket{" in text and "tenure_graph_watermark_timestamp_seconds 17" in text, "metrics")
    expect(re.search(r'^tenure_graph_records_total [1-9]', text, re.M), "metrics count the records")
    if shutil.which("promtool"):
        edge = re.search(r"^tenure_graph_edge_flows_total\{(.*)\}", text, re.M)[1]
        status_page.check_page(text, "tenure-graph", also=re.findall(r'(\w+)="', edge))


def check_families(folder):
    """Requests that were read and turns of others, of an edge that has both, in every answer: each with its name, and as printed."""
    case = ROOT / "tests/cases/graph-messages/tagged.ndjson"
    validator = jsonschema.Draft202012Validator(json.loads((ROOT / "docs/schemas/tenure.edges.json").read_text()))
    printed_edges = subprocess.run(["tenure-graph", "--in", case, "--step", "1h", "--format", "json"], stdout=subprocess.PIPE, check=True).stdout.splitlines()
    faults_of = [error.message for line in printed_edges for error in validator.iter_errors(json.loads(line))]
    expect(len(printed_edges) == 4 and not faults_of, f"tenure.edges: {faults_of[:3]}")
    metrics = subprocess.run(["tenure-graph", "--in", case, "--format", "prometheus"], stdout=subprocess.PIPE, check=True).stdout
    if shutil.which("promtool"):
        expect(subprocess.run(["promtool", "check", "metrics"], input=metrics).returncode == 0, "promtool on metrics of messages")
    with Server(folder, "--in", case) as server:
        server.wait_ready()
        whole = "from=2026-11-23T08:00:00Z&to=2026-11-23T08:01:00Z"
        found = server.json(f"/v1/graph?{whole}")
        expect(edges(found) == edges(printed(case)), f"messages, as the command line prints them: {found['edges']}"[:900])
        ends = "source=service/shop/web&target=service/shop/cart"
        edge = server.json(f"/v1/edge?{ends}&{whole}")
        expect(edge["edge"]["requests"]["count"] == 5 and [kind["requests"] for kind in edge["edge"]["messages"]] == [8], f"an edge: {edge}"[:500])
        expect(sorted((port["port"], port["requests"]["count"], "messages" in port) for port in edge["ports"]) == [(80, 3, True), (443, 2, False)], f"ports: {edge['ports']}"[:500])
        point = server.json(f"/v1/series?{ends}&{whole}&step=1m")["points"][0]
        expect(point["requests"] == 5 and point["messages"]["requests"] == 8 and point["messages"]["errors"] == 1 and point["messages"]["client_errors"] == 1, f"a series: {point}")
        expect(point["messages"]["p95"] == edge["edge"]["messages"][0]["time_to_first_byte"]["p95"], f"percentiles of a series: {point}")
        samples = server.json(f"/v1/flows?{ends}&{whole}")["flows"]
        expect(any(sample["record"].get("l7", {}).get("protocol") == "http" for sample in samples), "samples are whole")
        before = edges(server.json(f"/v1/graph?{whole}"))
        expect(server.stop() == 0, "it ends")
        server.start()
        server.wait_ready()
        expect(edges(server.json(f"/v1/graph?{whole}")) == before, "messages come back from disk")
        expect("family=\"messages\"} 9" in server.ask("/metrics")[2].decode(), "a scrape has messages")
        check_schema(server, folder)


def check_one(server, graph):
    """The busiest edge, by itself."""
    busy = max((edge for edge in graph["edges"] if edge["requests"].get("response_time")), key=lambda edge: edge["flows"])
    ends = f"source={busy['source']}&target={busy['target']}"
    answer = server.json(f"/v1/edge?{ends}&{WHOLE}")
    expect(answer["edge"]["flows"] == busy["flows"] == sum(port["flows"] for port in answer["ports"]), f"the ports of {ends}: {answer['ports']}"[:500])
    expect(all(port["transport"] == "tcp" and port["port"] > 0 for port in answer["ports"]), "ports have numbers")
    series = server.json(f"/v1/series?{ends}&{WHOLE}&step=1m")
    expect(sum(point["flows"] for point in series["points"]) == busy["flows"] and len(series["points"]) == 3, f"the series of {ends}: {series}"[:500])
    activity = server.json("/v1/activity")
    expect(sum(point["flows"] for point in activity["points"]) == sum(edge["flows"] for edge in graph["edges"]), "the activity is everything")
    late = server.json(f"/v1/series?from={FIRST}&to=2026-11-24T08:00:00Z")
    expect([point["covered"] for point in late["points"]] == 3 * [True] + 10 * [False], "after the recording nothing is known")
    nothing = server.json(f"/v1/edge?source=service/x/y&target=service/x/z&{WHOLE}")
    expect(nothing["edge"]["flows"] == 0 and nothing["ports"] == [], "an edge that was not there")


def check_compared(server):
    answer = server.json("/v1/compare?from=2026-11-24T07:48:00Z&to=2026-11-24T07:49:00Z&base_at=2026-11-24T07:48:00Z")
    expect(answer["base"]["to"] == answer["now"]["from"] == "2026-11-24T07:48:00Z" and answer["edges"], f"compared: {answer}"[:300])
    changes = {edge["change"] for edge in answer["edges"]}
    expect(changes <= {"new", "gone", "slower", "faster", "more_errors", "fewer_errors", "unknown", "same"}, f"changes: {changes}")
    for edge in answer["edges"]:
        expect(edge["change"] == "unknown" or (edge["change"] == "new", edge["change"] == "gone") == (edge["before"] is None, edge["after"] is None), f"{edge}"[:300])
    status, headers, body = server.ask("/v1/compare?format=csv")
    expect(status == 200 and headers["Content-Type"].startswith("text/csv"), f"compared as rows: {status} {body[:100]}")


def check_names(server, tagged):
    found = server.json("/v1/search?q=CART&limit=5")["results"]
    expect(0 < len(found) <= 5 and all("cart" in one["label"] for one in found) and any(one["type"] == "service" for one in found), f"search: {found}")
    expect(server.json("/v1/search?q=nothing-is-called-so")["results"] == [], "nothing is found")
    ip, pods = busiest_address(tagged)
    tenures = server.json(f"/v1/address/{ip}")["tenures"]
    expect({tenure["holder"] for tenure in tenures if tenure["kind"] == "pod"} == pods, f"{ip}: {tenures} for {pods}"[:800])
    expect(server.json("/v1/address/203.0.113.77")["tenures"] == [], "an address that no flow had")


def busiest_address(tagged):
    """The address with the most pods, and their names as holders."""
    held = {}
    for line in tagged.read_text().splitlines():
        flow = json.loads(line)
        for side in ("source", "destination"):
            end = flow["tenure"][side]
            if end["status"] == "known" and end["kind"] == "pod":
                held.setdefault(flow[side]["ip"], set()).add(f"{end['k8s']['namespace']['name']}/{end['k8s']['pod']['name']} (pod)")
    return max(held.items(), key=lambda item: (len(item[1]), item[0]))


def check_page(server):
    total = 0
    for path in [*(ROOT / "sink/graph/page").glob("*.*s*"), *(ROOT / "sink/graph/page").glob("*.html"), Path("vendor.js"), Path("licences.txt")]:
        target = "/" if path.name == "index.html" else f"/{path.name}"
        status, headers, plain = server.ask(target)
        expect(status == 200 and headers["Content-Encoding"] is None and "Accept-Encoding" in headers["Vary"], f"{target}: {status}")
        expect("default-src 'none'" in headers["Content-Security-Policy"] and headers["X-Content-Type-Options"] == "nosniff", f"{target}: {headers}")
        expect(not path.is_absolute() or plain == path.read_bytes(), f"{target}: as it is in the tree")
        status, headers, packed = server.ask(target, headers={"Accept-Encoding": "gzip"})
        expect(headers["Content-Encoding"] == "gzip" and gzip.decompress(packed) == plain, f"{target}: compressed")
        status, _, body = server.ask(target, headers={"Accept-Encoding": "gzip", "If-None-Match": headers["ETag"]})
        expect(status == 304 and body == b"", f"{target}: known")
        total += len(packed)
    print(f"the page has {total} bytes")
    expect(total <= GZIP_MAX, f"the page has {total} bytes")
    expect(server.ask("/nothing.js")[0] == 404 and server.ask("/../Makefile")[0] == 404, "other files are not there")


def check_refused(server):
    for target in ("/v1/graph?at=x", "/v1/graph?window=0s", "/v1/graph?level=pod", "/v1/graph?format=svg", "/v1/graph?unknown=1", "/v1/graph?at=now&to=now",
                   "/v1/graph?from=now", "/v1/edge", "/v1/search", "/v1/search?q=", "/v1/address/10.0.0", "/v1/series?step=1s", "/v1/graph?at=now&at=now",
                   "/v1/compare?base_window=x", "/v1/graph?namespace="):
        status, headers, body = server.ask(target)
        expect(status == 400 and headers["Content-Type"] == "application/problem+json" and json.loads(body)["status"] == 400, f"{target}: {status} {body[:200]}")
    expect(server.ask("/v1/graph", "POST", b"x")[0] == 405, "nothing is posted")
    expect(server.ask("/livez", headers={"Host": "rebound.example"})[0] == 421, "another site's name is not ours")
    for target in ("/v1/graph?at=1700-01-01T00:00:00Z", "/v1/graph?at=2260-01-01T00:00:00Z", "/v1/series?at=1700-01-01T00:00:00Z", f"/v1/graph?from=1970-01-01T00:00:01Z&to={LAST}"):
        expect(server.ask(target)[0] == 200, f"{target} is an empty time")


def check_schema(server, folder):
    environment = dict(os.environ, SCHEMATHESIS_HOOKS="graph_schema", PYTHONPATH=str(Path(__file__).resolve().parent))
    words = [Path(sys.executable).parent / "st", "run", f"http://{server.host}:{server.port}/openapi.yaml", "--max-examples", "8", "--seed", str(SEED),
             "--workers", "1", "--no-color", "--warnings", "off", "--generation-database", "none", "--exclude-path", "/v1/stream"]
    done = subprocess.run(words, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print("schemathesis:", *[line.strip() for line in done.stdout.splitlines() if " generated" in line])
    expect(done.returncode == 0, f"schemathesis:\n{done.stdout[-6000:]}")


def edge_counters(server):
    """What a scrape says of edges."""
    page = server.ask("/metrics")[2].decode()
    found = re.findall(r"^((?:traces_service_graph|tenure_graph_edge)_\w+\{.*\}) (\S+)$", page, re.M)
    return {name: float(value) for name, value in found if "(further edges)" not in name}


def follow_counters(server, before, seconds, killed):
    """Scrapes for so long; no counter may be below BEFORE, and only after a kill they may be gone for a while. The last ones."""
    deadline, found = time.monotonic() + seconds, {}
    while time.monotonic() < deadline or (before and not found):
        found = edge_counters(server)
        fell = [name for name, value in before.items() if found.get(name, -1) < value]
        expect(not fell or (killed and not found), f"a counter fell: {fell[:1]}: {before.get(fell[0])} to {found.get(fell[0])}" if fell else "")
        before = found or before
        if time.monotonic() > deadline + 30:
            raise SystemExit("no edges in /metrics")
        time.sleep(0.02)
    return before


def check_counters(folder, tagged):
    """Counters of a file that grows never fall, also when the server is killed; at the end they are all that there is."""
    folder.mkdir()
    grown = folder / "grown"
    lines = sorted(tagged.read_bytes().splitlines(keepends=True), key=lambda line: json.loads(line)["event"]["end"])
    size = len(lines) // 8 + 1
    parts = [b"".join(lines[first:first + size]) for first in range(0, len(lines), size)]
    grown.write_bytes(parts[0])
    options = ["--in", grown, "--horizon", "5s", "--save-every", "2s"]
    with Server(folder, *options, "--follow") as server:
        counters = follow_counters(server, {}, 1, False)
        for number, part in enumerate(parts[1:]):
            with open(grown, "ab") as file:
                file.write(part)
            counters = follow_counters(server, counters, 1, False)
            if number % 3 == 1:
                server.stop(signal.SIGKILL)
                server.start()
                counters = follow_counters(server, counters, 0.7, True)
        expect(counters and server.stop() == 0, "there were counters")
    with Server(folder, *options) as server:
        server.wait_ready()
        last = follow_counters(server, counters, 0, False)
        total = sum(value for name, value in last.items() if name.startswith("tenure_graph_edge_flows_total"))
        expect(total == sum(edge["flows"] for edge in printed(grown)["edges"]), f"{total} flows at the end")
    with Server(folder, *options, "--metrics-edges", "3") as server:
        server.wait_ready()
        page = server.ask("/metrics")[2].decode()
        flows = re.findall(r"^tenure_graph_edge_flows_total\{.*\} (\d+)$", page, re.M)
        expect(len(flows) == 4 and sum(map(int, flows)) == total, f"3 edges and the others: {flows}")
        expect('tenure_table_entries{table="metrics_edges"} 3\n' in page, "how many are apart")


def main():
    with tempfile.TemporaryDirectory(prefix="tenure-graph-") as name:
        folder = Path(name)
        tagged = record(folder / "recording")
        with Server(folder, "--in", tagged) as server:
            server.wait_ready()
            check_graph(server, tagged)
            graph = server.json(f"/v1/graph?{WHOLE}")
            check_formats(server)
            check_one(server, graph)
            check_compared(server)
            check_names(server, tagged)
            check_page(server)
            check_refused(server)
            expect(server.stop() == 0, f"SIGTERM ends it with 0: {server.text()[-2000:]}")
            server.start()
            server.wait_ready()
            expect(edges(server.json(f"/v1/graph?{WHOLE}")) == edges(graph), "after a restart the file counts once")
            check_schema(server, folder)
        (folder / "families").mkdir()
        check_families(folder / "families")
        check_counters(folder / "counters", tagged)
    print(f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
