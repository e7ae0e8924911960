"""A server that answers as tenure-graph --listen does, from a world (worlds.py), and can be told to misbehave.

By hand, at the root: python3 -m tests.page.mock_server shop|large|empty, after make.
"""

import gzip
import json
import re
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from tests.page import worlds

CSP = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
TYPES = {"html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}
UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def duration(text):
    return sum(float(number) * UNITS[unit] for number, unit in re.findall(r"([\d.]+)(ms|s|m|h|d)", text))


class Quiet(ThreadingHTTPServer):
    """Says nothing of browsers that hang up."""

    daemon_threads = True

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Mock:
    """What is shown, and how: WORLD, DOWN (refuses every question), SLOW (seconds), HIDDEN (edges)."""

    def __init__(self, world, page):
        self.world, self.page = world, Path(page)
        self.down = False
        self.slow = 0
        self.hidden = 0
        self.questions = []
        self.kept = {}
        self.compressed = {}
        self.server = Quiet(("127.0.0.1", 0), self.handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    # ---- answers ----

    def window(self, query, prefix=""):
        at = query.get(prefix + "at")
        if not prefix and "from" in query:
            return worlds.millis(query["from"]), worlds.millis(query["to"])
        end = worlds.millis(at) if at else (self.world.last + 1 if self.world.last else 0)
        return end - duration(query.get(prefix + "window", "5m")), end

    def stamped(self, answer):
        watermark = worlds.rfc3339(self.world.last) if self.world.last else None
        return {**answer, "as_of": watermark, "watermark": watermark, "complete": True}

    def grouped(self, edges, level):
        """Nodes and edges at LEVEL."""
        if level in ("service", "workload"):
            names = {node: self.world.nodes[node] for pair in edges for node in pair}
            return names, edges
        names, sums = {}, {}
        for pair, measures in edges.items():
            ends = []
            for node in (self.world.nodes[end] for end in pair):
                name = node.get("namespace") or node["label"] if level == "namespace" else f"zone-{sum(map(ord, node['label'])) % 3}"
                ends.append(f"{level}/{name}")
                names[ends[-1]] = {"id": ends[-1], "label": name, "kind": level, "name": name}
            key = tuple(ends)
            sums[key] = worlds.merged(sums[key], measures) if key in sums else measures
        return names, sums

    def chosen(self, begin, end, query):
        edges = self.world.edges(begin, end)
        space = query.get("namespace")
        if space:
            edges = {pair: m for pair, m in edges.items() if any(self.world.nodes[node].get("namespace") == space for node in pair)}
        return self.grouped(edges, query.get("level", "service"))

    def graph(self, query):
        begin, end = self.window(query)
        nodes, edges = self.chosen(begin, end, query)
        answer = {"window": {"from": worlds.rfc3339(begin), "to": worlds.rfc3339(end)}, "nodes": sorted(nodes.values(), key=lambda n: n["label"]), "edges": [{"source": s, "target": t, **m} for (s, t), m in sorted(edges.items())]}
        answer["hidden"] = self.hidden
        return self.stamped(answer)

    def compare(self, query):
        begin, end = self.window(query)
        base_begin, base_end = self.window(query, "base_")
        nodes, now = self.chosen(begin, end, query)
        others, base = self.chosen(base_begin, base_end, query)
        edges = []
        for key in sorted({*now, *base}):
            before, after = base.get(key), now.get(key)
            edges.append({"source": key[0], "target": key[1], "change": self.change(before, after), "before": before, "after": after})
        span = lambda a, b: {"from": worlds.rfc3339(a), "to": worlds.rfc3339(b)}
        return self.stamped({"base": span(base_begin, base_end), "now": span(begin, end), "nodes": list({**others, **nodes}.values()), "edges": edges})

    def change(self, before, after):
        if not before or not after:
            return "new" if after else "gone"
        failed = lambda m: sum(m["errors"].values()) / m["flows"]
        if abs(failed(after) - failed(before)) > 0.02:
            return "more_errors" if failed(after) > failed(before) else "fewer_errors"
        p95 = lambda m: (m["messages"][0]["time_to_first_byte"] if "messages" in m else m["requests"].get("response_time", {})).get("p95", 0)
        if p95(before) and p95(after) and not 0.67 < p95(after) / p95(before) < 1.5:
            return "slower" if p95(after) > p95(before) else "faster"
        return "same"

    def series(self, query):
        begin = worlds.millis(query["from"]) if "from" in query else self.world.first
        end = worlds.millis(query["to"]) if "to" in query else self.world.last
        if not begin:
            return self.stamped({"step": 60_000_000_000, "points": []})
        step = duration(query["step"]) if "step" in query else max(10_000, (end - begin) / 160 // 10_000 * 10_000)
        points = []
        at = begin // step * step
        while at < end:
            gap = any(a <= at < b for a, b in self.world.gaps)
            edges = {} if gap else self.world.edges(at, at + step) if len(self.world.nodes) < 100 or "source" in query or "target" in query else None
            point = {"at": worlds.rfc3339(at), "covered": not gap, "flows": 0, "requests": 0, "errors": 0, "bytes": {"source": 0, "destination": 0}}
            if edges is None:
                point["flows"] = round(self.world.load(at) * 2000)
            else:
                total = None
                for (source, target), measures in edges.items():
                    if query.get("source", source) == source and query.get("target", target) == target:
                        total = worlds.merged(total, measures) if total else measures
                if total:
                    point.update(flows=total["flows"], requests=total["requests"]["count"], errors=sum(total["errors"].values()), bytes=total["bytes"])
                    point.update({name: total["requests"]["response_time"][name] for name in ("p50", "p95", "p99") if "response_time" in total["requests"] and name in total["requests"]["response_time"]})
                if total and "messages" in total:
                    kinds = total["messages"]
                    point["messages"] = {name: sum(kind[name] for kind in kinds) for name in ("requests", "incomplete", "unanswered", "errors", "client_errors")}
                    point["messages"].update({name: kinds[0]["time_to_first_byte"][name] for name in ("p50", "p95", "p99")})
            points.append(point)
            at += step
        return self.stamped({"step": step * 1e6, "points": points})

    def edge(self, query):
        begin, end = self.window(query)
        _, edges = self.chosen(begin, end, query)
        measures = edges.get((query["source"], query["target"]))
        if not measures:
            return self.stamped({"edge": {"flows": 0}, "ports": []})
        handshake = {"count": measures["flows"], "sum": measures["flows"] * 310_000, "min": 41_000, "max": 2_400_000, "mean": 310_000, "p50": 270_000, "p95": 880_000, "p99": 1_900_000}
        return self.stamped({"edge": {**measures, "handshake": handshake, "retransmissions": {"source": 3, "destination": 1}}, "ports": [{"transport": "tcp", "port": 8080, **measures}]})

    def flows(self, query):
        begin, end = self.window(query)
        _, edges = self.chosen(begin, end, query)
        known = [pair for pair in edges if query.get("source", pair[0]) == pair[0] and query.get("target", pair[1]) == pair[1]]
        return self.stamped({"window": {"from": worlds.rfc3339(begin), "to": worlds.rfc3339(end)}, "flows": [self.flow(pair, begin, i) for i, pair in enumerate(known[:3])]})

    def flow(self, pair, begin, number):
        """A tagged record of an edge."""
        source, target = ({**self.world.nodes[node], "ip": f"10.0.{number}.{side}"} for side, node in enumerate(pair, 1))
        at = worlds.rfc3339(begin + 1000 * number)
        return {"partition": 0, "offset": 42 + number, "record": {
            "event": {"start": at, "end": at}, "network": {"transport": "tcp"}, "source": {"ip": source["ip"], "port": 40000, "bytes": 900, "packets": 6}, "destination": {"ip": target["ip"], "port": 8080, "bytes": 4200, "packets": 7},
            "tcp": {"flags": {"source": "APSF", "destination": "APSF"}}, "requests": {"count": 2, "response_time": {"count": 2, "sum": 30_000_000, "min": 10_000_000, "max": 20_000_000}}, "flow": {"id": "1", "initiator": "syn"}, "observer": {"hostname": "n1"},
            "tenure": {"source": self.tag(source), "destination": self.tag(target), "rules": 2, "revision": 1, "kube": {"partition": 0, "position": 1234, "known": at}, "flow": {"topic": "tenure.flows", "partition": 0, "offset": 7}}}}

    def tag(self, node):
        if node["kind"] in ("unknown", "ambiguous"):
            return {"status": node["kind"], "reason": node["name"]}
        if node["kind"] == "outside":
            return {"status": "known", "kind": "outside"}
        if node["kind"] == "node":
            return {"status": "known", "kind": "node", "k8s": {"node": {"name": node["name"]}}, "binding": {"start": worlds.rfc3339(self.world.first), "end": None, "start_from": "created"}}
        name = f"{node['namespace']}/{node['name']}"
        return {"status": "known", "kind": "pod", "k8s": {"namespace": {"name": node["namespace"]}, "pod": {"name": f"{node['name']}-x2x", "uid": "u"}, "node": {"name": "n1"}}, "service": {"name": node["name"], "namespace": node["namespace"]}, "services": [name],
                "binding": {"start": worlds.rfc3339(self.world.first), "end": None, "start_from": "sandbox"}}

    def search(self, query):
        text = query.get("q", "").lower()
        found = [{"type": node["kind"], "id": node["id"], "label": node["label"]} for node in self.world.nodes.values() if text in node["label"].lower()]
        spaces = sorted({node["namespace"] for node in self.world.nodes.values() if text in node.get("namespace", "")})
        return self.stamped({"results": ([{"type": "namespace", "id": s, "label": s} for s in spaces] + found)[: int(query.get("limit", 20))]})

    def answer(self, path, query):
        if path.startswith("/v1/address/"):
            ip = unquote(path.rsplit("/", 1)[1])
            return self.stamped({"ip": ip, "tenures": self.world.tenures(ip)})
        known = {"/v1/graph": self.graph, "/v1/compare": self.compare, "/v1/series": self.series, "/v1/activity": self.series, "/v1/edge": self.edge, "/v1/flows": self.flows, "/v1/search": self.search}
        return known[path](query) if path in known else None

    # ---- HTTP ----

    def handler(self):
        mock = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def send(self, status, kind, body):
                compressed = mock.compressed.get(body) or gzip.compress(body, 1)
                mock.compressed[body] = compressed
                self.send_response(status)
                for name, value in (("Content-Type", kind), ("Content-Encoding", "gzip"), ("Content-Length", len(compressed)), ("Content-Security-Policy", CSP), ("Cache-Control", "no-cache")):
                    self.send_header(name, str(value))
                self.end_headers()
                self.wfile.write(compressed)

            def events(self):
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(b"retry: 500\n\n")
                told = 0
                while not mock.down:
                    news = {"watermark": mock.stamped({})["watermark"]}
                    self.wfile.write(b": a comment\n\n" if news == told else f"event: graph\ndata: {json.dumps(news)}\n\n".encode())
                    told = news
                    self.wfile.flush()
                    time.sleep(0.5)
                self.close_connection = True

            def do_GET(self):
                url = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(url.query).items()}
                name = url.path.lstrip("/") or "index.html"
                file = mock.page / name
                if "/" not in name and file.is_file():
                    return self.send(200, TYPES[name.rsplit(".", 1)[1]], file.read_bytes())
                mock.questions.append(self.path)
                if mock.down:
                    return self.send(503, "application/problem+json", b'{"detail":"the test took the server down"}')
                if url.path == "/v1/stream":
                    try:
                        return self.events()
                    except OSError:
                        return None
                time.sleep(mock.slow)
                answer = mock.kept.get(self.path) or mock.answer(url.path, query)
                mock.kept[self.path] = answer
                if answer is None:
                    return self.send(404, "text/plain", b"not found\n")
                if query.get("format", "json") != "json":
                    return self.send(200, "text/plain", f"{query['format']} of {url.path}\n".encode())
                return self.send(200, "application/json", json.dumps(answer).encode())

        return Handler


def main():
    root = Path(__file__).resolve().parents[2]
    kinds = {"large": worlds.Large, "shop": worlds.Shop, "empty": worlds.Empty}
    mock = Mock(kinds[sys.argv[1]](), root / "build/page")
    print(mock.url, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
