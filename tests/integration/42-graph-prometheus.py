#!/usr/bin/env python3
"""Goal: a real Prometheus scrapes what tenure-graph prints and answers the queries that Grafana's service graph makes; and the recording,
written as OpenMetrics, is loaded as blocks and answers them about the past.
"""
import collections
import functools
import http.server
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

ROOT = os.environ["ROOT"]
LAB = os.path.join(ROOT, "tests", "lab")
RECORDING = os.path.join(ROOT, "tests", "fixtures", "recording")
PLAY = """
for node in n1 n2 n3; do tenure-flows -r $node.pcap --observer-name $node --out -; done >flows.ndjson
tenure-enrich --kube kube.ndjson --flows flows.ndjson --out tagged.ndjson --rejected rejected.ndjson --state state
"""
MIDDLE = "2026-11-24T07:48:30Z"
METRIC = "traces_service_graph_request_"
# What Grafana's Tempo data source asks (public/app/plugins/datasource/tempo), with and without namespaces.
GRAPH = ["total", "failed_total", "server_seconds_sum", "server_seconds_bucket"]
BY = ["client, server", "client, server, client_service_namespace, server_service_namespace"]
QUANTILE = "histogram_quantile(0.9, sum(rate({}server_seconds_bucket{{{}}}[{}])) by (le, client, server))"


def graph(folder, *options):
    return subprocess.run(["tenure-graph", "--in", "tagged.ndjson", *options], cwd=folder, stdout=subprocess.PIPE, check=True).stdout


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Prometheus:
    """A server with the data in FOLDER/data, which scrapes PORTS."""

    def __init__(self, folder, ports):
        self.port = free_port()
        targets = ", ".join(f'"127.0.0.1:{port}"' for port in ports)
        config = os.path.join(folder, "prometheus.yml")
        with open(config, "w", encoding="utf-8") as out:
            out.write(f"scrape_configs: [{{job_name: tenure, scrape_interval: 1s, static_configs: [{{targets: [{targets}]}}]}}]\n")
        self.process = subprocess.Popen(
            ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder}/data", "--log.level=error",
             f"--web.listen-address=127.0.0.1:{self.port}", "--storage.tsdb.retention.time=100y"])

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def ask(self, query, at=None):
        """The answer to an instant QUERY as {(client, server): value}, the sum of equal ones."""
        fields = {"query": query} | ({"time": at} if at else {})
        url = f"http://127.0.0.1:{self.port}/api/v1/query?" + urllib.parse.urlencode(fields)
        with urllib.request.urlopen(url, timeout=10) as answer:
            found = collections.Counter()
            for row in json.load(answer)["data"]["result"]:
                found[row["metric"].get("client"), row["metric"].get("server")] += float(row["value"][1])
            return found

    def wait_for(self, query, true):
        """Asks QUERY until TRUE of the answer."""
        for _ in range(200):
            assert self.process.poll() is None, "Prometheus has ended"
            try:
                if true(self.ask(query)):
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"not true after 20 s: {query}")


def expected(view):
    """The requests of each directed edge by the labels that the metrics have, and the edges that were timed."""
    names = {}
    for node in view["nodes"]:
        label = node["label"]
        names[node["id"]] = label.split("/", 1)[1] if "namespace" in node else label
    requests, timed = collections.Counter(), set()
    for edge in view["edges"]:
        if edge.get("directed", True):
            pair = names[edge["source"]], names[edge["target"]]
            requests[pair] += edge["requests"]["count"] + sum(edge["errors"].values())
            if "response_time" in edge["requests"]:
                timed.add(pair)
    return requests, timed


def check_graph(prometheus, span, wanted, timed, at=None):
    """Asks what Grafana asks about the time SPAN; edges of WANTED rose within it."""
    for by in BY:
        for name in GRAPH:
            answer = prometheus.ask(f"sum by ({by}) (rate({METRIC}{name}[{span}]))", at)
            labels = prometheus.ask(f"group by (client, connection_type, server) ({METRIC}{name})", at)
            edges = timed if "seconds" in name else set(wanted)
            assert set(answer) == edges == set(labels), (name, set(answer) ^ edges, set(labels) ^ edges)
            if name == "total":
                rose = {pair for pair, rate in answer.items() if rate > 0}
                assert rose == {pair for pair, number in wanted.items() if number > 0}, rose
    selector = 'server="web",server_service_namespace="shop"'
    quantiles = prometheus.ask(QUANTILE.format(METRIC, selector, span), at)
    assert quantiles and all(0 < value < 34.4 for value in quantiles.values()), quantiles


def check_scrape(folder, view):
    served = os.path.join(folder, "served")
    os.mkdir(served)

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    def serve(text):
        with open(os.path.join(served, "new"), "wb") as out:
            out.write(text)
        os.replace(os.path.join(served, "new"), os.path.join(served, "metrics"))

    nothing = graph(folder, "--format", "prometheus")
    lines = [line if line.startswith(b"#") else line.rsplit(b" ", 1)[0] + b" 0" for line in nothing.splitlines()]
    serve(b"\n".join(lines) + b"\n")
    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=served))
    threading.Thread(target=web.serve_forever, daemon=True).start()
    prometheus = Prometheus(folder, [web.server_port])
    try:
        requests, timed = expected(view)
        total = sum(requests.values())
        prometheus.wait_for(f"sum({METRIC}total)", lambda answer: answer and sum(answer.values()) == 0)
        for options in (["--to", MIDDLE], []):
            serve(graph(folder, "--format", "prometheus", *options))
            part = sum(expected(json.loads(graph(folder, "--format", "json", *options)))[0].values())
            prometheus.wait_for(f"sum({METRIC}total)", lambda answer, part=part: sum(answer.values()) >= part)
        exact = prometheus.ask(f"sum by (client, server) ({METRIC}total)")
        assert exact == requests, exact - requests
        check_graph(prometheus, "5m", requests, timed)
        print(f"scraped: {len(requests)} edges, {total} requests")
    finally:
        prometheus.stop()
        web.shutdown()


def check_backfill(folder, view):
    past = os.path.join(folder, "past")
    os.mkdir(past)
    with open(os.path.join(past, "openmetrics"), "wb") as out:
        out.write(graph(folder, "--step", "10s", "--format", "prometheus"))
    command = ["promtool", "tsdb", "create-blocks-from", "openmetrics", "openmetrics", "data"]
    print(subprocess.run(command, cwd=past, stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()[-1])
    prometheus = Prometheus(past, [])
    try:
        requests, timed = expected(view)
        end = view["window"]["last"]
        prometheus.wait_for("vector(1)", bool)
        counted = prometheus.ask(f"sum by (client, server) (max_over_time({METRIC}total[1h]) - min_over_time({METRIC}total[1h]))", "2026-11-24T08:00:00Z")
        assert counted == requests, counted - requests
        check_graph(prometheus, "5m", requests, timed, end)
        print(f"backfilled: {len(requests)} edges up to {end}")
    finally:
        prometheus.stop()


def main():
    if shutil.which("prometheus") is None or shutil.which("promtool") is None:
        print("there is no prometheus here; deploy/setup prometheus installs it")
        return 77
    with tempfile.TemporaryDirectory(prefix="tenure-graph-") as folder:
        subprocess.run([sys.executable, os.path.join(LAB, "pack.py"), "-u", RECORDING, folder], check=True)
        subprocess.run(["sh", "-euc", PLAY], cwd=folder, stderr=subprocess.DEVNULL, check=True)
        view = json.loads(graph(folder, "--format", "json"))
        subprocess.run(["promtool", "check", "metrics"], input=graph(folder, "--format", "prometheus"), check=True)
        check_scrape(folder, view)
        check_backfill(folder, view)
    return 0


if __name__ == "__main__":
    sys.exit(main())
