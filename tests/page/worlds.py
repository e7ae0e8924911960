"""Worlds that the mock server shows, made up by formulas.

A world has first and last (ms since 1970), gaps [(from, to)], nodes {id: node} and edges(from, to), which gives
{(source, target): measures} of the windows in between. Measures are the members of an edge in graph_json.h.
"""

import math
import random
from datetime import datetime, timezone


def millis(text):
    return round(datetime.fromisoformat(text.removesuffix("Z").removesuffix("+00:00")).replace(tzinfo=timezone.utc).timestamp() * 1000)


def rfc3339(ms):
    return datetime.fromtimestamp(ms / 1000, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def merged_times(a, b):
    if not a or not b:
        return a or b
    sum_ = {"count": a["count"] + b["count"], "sum": a["sum"] + b["sum"], "min": min(a["min"], b["min"]), "max": max(a["max"], b["max"])}
    first, second = a["histogram"], b["histogram"]
    offset = min(first["offset"], second["offset"])
    end = max(h["offset"] + len(h["counts"]) for h in (first, second))
    counts = [0] * (end - offset)
    for histogram in (first, second):
        for i, number in enumerate(histogram["counts"]):
            counts[histogram["offset"] - offset + i] += number
    return finished({**sum_, "histogram": {"scale": first["scale"], "offset": offset, "counts": counts}})


def finished(times):
    times["mean"] = times["sum"] // max(1, times["count"])
    for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        histogram, seen, wanted = times["histogram"], 0, share * sum(times["histogram"]["counts"])
        for i, number in enumerate(histogram["counts"]):
            if number and seen + number >= wanted:
                value = 2 ** ((histogram["offset"] + i + (wanted - seen) / number) / 2 ** histogram["scale"])
                times[name] = round(min(times["max"], max(times["min"], value)))
                break
            seen += number
    return times


def merged_kinds(a, b):
    """Messages of one protocol, added."""
    sum_ = {name: value + b[name] if isinstance(value, int) else value for name, value in a.items()}
    sum_["time_to_first_byte"] = merged_times(a["time_to_first_byte"], b["time_to_first_byte"])
    return sum_


def merged(a, b):
    """Two measures, added."""
    pairs = lambda name: {key: a[name][key] + b[name][key] for key in a[name]}
    sum_ = {"flows": a["flows"] + b["flows"], "provisional": 0, "bytes": pairs("bytes"), "packets": pairs("packets"), "errors": pairs("errors"), "requests": {"count": a["requests"]["count"] + b["requests"]["count"]}}
    times = merged_times(a["requests"].get("response_time"), b["requests"].get("response_time"))
    if times:
        sum_["requests"]["response_time"] = times
    messages = {}
    for kind in [*a.get("messages", []), *b.get("messages", [])]:
        messages[kind["protocol"]] = merged_kinds(messages[kind["protocol"]], kind) if kind["protocol"] in messages else kind
    if messages:
        sum_["messages"] = list(messages.values())
    if a.get("directed") is False or b.get("directed") is False:
        sum_["directed"] = False
    return sum_


class Large:
    """Services in namespaces over a week with two gaps, a night each day, and an incident that ended an hour ago."""

    def __init__(self, services=500, edges=5000, last=None):
        chance = random.Random(7)
        self.last = last or millis(datetime.now(timezone.utc).isoformat())
        self.first = self.last - 7 * 86_400_000
        hour = 3_600_000
        self.gaps = [(self.last - 100 * hour, self.last - 88 * hour), (self.last - 30 * hour, self.last - 27 * hour)]
        spaces = ["payments", "checkout", "search", "catalog", "identity", "ledger", "shipping", "pricing", "reviews", "media", "mail", "orders", "returns", "fraud", "stock", "loyalty", "billing", "reports", "web", "mobile", "partners", "support", "events", "storage", "platform"]
        words = ["api", "worker", "gateway", "store", "cache", "index", "queue", "writer", "reader", "sync", "rules", "feed", "batch", "router", "auth", "audit", "proxy", "scheduler", "export", "import"]
        self.nodes, ids = {}, []
        for i in range(services):
            space, name = spaces[i % len(spaces)], words[i // len(spaces) % len(words)]
            node = {"id": f"service/prod/{space}/{name}", "label": f"{space}/{name}", "kind": "service", "cluster": "prod", "namespace": space, "name": name}
            self.nodes[node["id"]] = node
            ids.append(node["id"])
        self.base = {}
        # A namespace asks itself, a few that come after it, and two that all ask.
        of_space = {space: ids[i :: len(spaces)] for i, space in enumerate(spaces)}
        asks = {space: [*chance.sample(spaces[max(0, i - 9) : i] or [spaces[-1]], min(3, max(1, i))), "identity", "events"] for i, space in enumerate(spaces)}
        while len(self.base) < edges:
            space = chance.choice(spaces)
            other = space if chance.random() < 0.6 else chance.choice(asks[space])
            a, b = chance.choice(of_space[space]), chance.choice(of_space[other])
            if a != b:
                self.base[a, b] = (chance.lognormvariate(0, 1.6), chance.lognormvariate(16.5, 1), chance.choice([0.004, 0.02, 0.09]) if chance.random() < 0.03 else 0)

    read = {}  # the share of an edge's flows whose messages are read

    def load(self, at):
        if any(begin <= at < end for begin, end in self.gaps):
            return 0
        return 1 + 0.6 * math.sin(2 * math.pi * (at / 86_400_000 - 0.3))

    def edges(self, begin, end):
        begin, end = max(begin, self.first), min(end, self.last)
        steps = 8
        seen = sum(self.load(begin + (end - begin) * (i + 0.5) / steps) for i in range(steps)) / steps * (end - begin) / 1000
        return {key: self.measures(seen, *of, self.read.get(key, 0)) for key, of in self.base.items() if seen > 0 and of[0] * seen >= 0.5}

    def measures(self, seconds, rate, ns, fails, read=0):
        """What all flows have together, and requests of both families."""
        if 0 < read < 1:
            return merged(self.measures(seconds, rate * read, ns, fails, 1), self.measures(seconds, rate * (1 - read), ns, fails))
        flows = max(1, round(rate * seconds))
        offset = round(math.log2(ns) * 8)
        counts = [max(0, round(2 * flows * share)) for share in (0.1, 0.3, 0.3, 0.15, 0.1, 0.03, 0.015, 0.005)]
        times = {"count": 2 * flows, "sum": round(2 * flows * ns * 1.3), "min": round(ns), "max": round(ns * 2), "histogram": {"scale": 3, "offset": offset, "counts": counts if any(counts) else [1]}}
        turns, messages = {"requests": {"count": 2 * flows, "response_time": finished(times)}}, {"requests": {"count": 0}}
        messages["messages"] = [{"protocol": "http", "requester": "source", "records": flows, "incomplete": 0, "requests": 2 * flows, "responses": 2 * flows, "retries": 0, "unanswered": 0, "errors": round(flows / 100), "client_errors": 1, "turns": flows, "time_to_first_byte": times}]
        return {**(messages if read else turns), "flows": flows, "provisional": 0, "bytes": {"source": flows * 900, "destination": flows * 4200}, "packets": {"source": flows * 6, "destination": flows * 7}, "errors": {"refused": round(flows * fails / 2), "unanswered": 0, "reset": round(flows * fails / 2)}}

    def tenures(self, ip):
        return [] if ip != "10.0.0.7" else [{"holder": "payments/api-1 (pod)", "kind": "pod", "services": ["payments/api"], "from": rfc3339(self.first), "to": rfc3339(self.last - 3_600_000), "first_seen": rfc3339(self.first), "last_seen": rfc3339(self.last - 3_700_000)}, {"holder": "search/api-9 (pod)", "kind": "pod", "services": [], "from": rfc3339(self.last - 3_500_000), "to": None, "first_seen": rfc3339(self.last - 3_400_000), "last_seen": rfc3339(self.last)}]


class Shop(Large):
    """Two namespaces, nodes, what is outside and what is not known, for four hours; payment was deployed twenty minutes ago."""

    def __init__(self, last=None):
        self.last = last or millis(datetime.now(timezone.utc).isoformat())
        self.first = self.last - 4 * 3_600_000
        self.gaps = [(self.last - 7_200_000, self.last - 5_400_000)]
        self.nodes = {}
        rows = ["service shop web", "service shop cart", "service shop catalog", "service shop search", "deployment shop loadgen", "service pay payment", "service pay ledger", "statefulset pay payment", "node - n1", "node - n2", "outside - -", "unknown - between_holders", "ambiguous - hand_over"]
        for kind, space, name in (row.split() for row in rows):
            node = {"id": "/".join(part for part in (kind, "lab", space, name) if part != "-"), "label": f"{space}/{name}" if space != "-" else f"{kind}/{name}", "kind": kind, "cluster": "lab", "namespace": space, "name": name}
            if kind in ("unknown", "ambiguous", "outside"):
                node.update(id=f"{kind}/{name}" if name != "-" else kind, label=f"{kind} ({name})" if name != "-" else kind)
                del node["cluster"]
            self.nodes[node["id"]] = {key: value for key, value in node.items() if value != "-"}
        w, c, g, s, l, p, d, t, n1, n2, o, u, a = self.nodes
        self.base = {(l, w): (8, 3e7, 0), (w, c): (5, 1e7, 0.002), (w, g): (3, 2e7, 0), (w, s): (2, 4e7, 0), (s, g): (4, 2e7, 0.02), (c, p): (2, 9e7, 0), (p, d): (2, 1e7, 0), (p, o): (1, 6e7, 0), (n1, w): (0.2, 1e7, 0), (n2, p): (0.2, 1e7, 0), (u, w): (0.3, 3e7, 0.3), (w, a): (0.2, 2e7, 0), (c, t): (0.1, 5e7, 0)}
        self.deployed = {**self.base, (c, p): (2, 4e8, 0), (p, d): (2, 1e7, 0.2), (w, p): (0.5, 3e7, 0)}
        del self.deployed[p, o]
        self.old = dict(self.base)
        self.read = {(w, c): 1, (n1, w): 0.5}

    def edges(self, begin, end):
        self.base = self.deployed if end > self.last - 1_200_000 else self.old
        return super().edges(begin, end)


class Empty:
    """Nothing has come yet."""

    first = last = None
    gaps, nodes = [], {}

    def edges(self, begin, end):
        return {}

    def tenures(self, ip):
        return []
