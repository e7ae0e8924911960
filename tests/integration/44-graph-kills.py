#!/usr/bin/env python3
"""A tenure-graph that keeps a history is killed with -9 again and again while flows come in, and each minute of the
history is that of a run that nobody disturbed, and what the flows themselves say.

    44-graph-kills.py [KILLS [SEED]]
"""
import collections
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timezone

START = 1_795_000_000 // 60 * 60
MINUTES = 30


def when(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def pod(service, number):
    return {"status": "known", "kind": "pod", "k8s": {"namespace": {"name": "shop"}, "pod": {"name": f"{service}-{number}", "uid": f"{service}-{number}"},
                                                      "node": {"name": "n1" if service == "web" else "n2"}},
            "service": {"name": service, "namespace": "shop"}, "services": [f"shop/{service}"]}


def address(service):
    return {"status": "known", "kind": "service", "k8s": {"namespace": {"name": "shop"}}, "service": {"name": service, "namespace": "shop"},
            "services": [f"shop/{service}"]}


class Traffic:
    """Records as two nodes write them, and what is true of them: minute by minute, by server."""

    def __init__(self, draw):
        self.draw, self.records = draw, []
        self.truth = collections.defaultdict(collections.Counter)

    def slice(self, flow, number, start, end, flags, wanted):
        """A slice at the client, before DNAT, and the same at the server, after it; only the first counts."""
        sent, turns = self.draw.randrange(1, 9000), self.draw.randrange(5)
        read, failed = (self.draw.randrange(1, 9), self.draw.randrange(3)) if flow["protocol"] else (0, 0)
        incomplete = self.draw.random() < 0.2
        l7 = {"protocol": flow["protocol"], "client": "source", "requests": read, "responses": read, "status": {"2xx": 7, "5xx": failed}}
        # Messages count, unless they may be wrong and are fewer than the turns.
        messages = read > 0 and (not incomplete or read >= turns)
        for host, ip, tag, counted in (("n1", "10.96.0.1", address(flow["server"]), True), ("n2", "10.0.2.1", pod(flow["server"], 1), False)):
            record = {
                "event": {"start": when(start), "end": when(end), "duration": 0}, "network": {"transport": "tcp"},
                "source": {"ip": flow["ip"], "port": flow["port"], "bytes": sent, "packets": 9},
                "destination": {"ip": ip, "port": 80, "bytes": 2 * sent, "packets": 9},
                "tcp": {"flags": {"source": "SA", "destination": flags}}, "requests": {"count": turns},
                **({"l7": {**l7, **({"incomplete": True, "uncertain": {"gap": 1}} if incomplete else {})}} if read else {}),
                "flow": {"id": f"{flow['id']}", "slice": number, "initiator": "syn"}, "observer": {"hostname": host, "interface": {"name": "eth0", "id": 1}},
            }
            self.records.append((end + self.draw.random() * 20, record, pod("web", 1), tag))
            if counted:
                edge = self.truth[int(end) // 60, flow["server"]]
                edge.update(sent=sent, received=2 * sent, flows=wanted, reset=wanted and "R" in flags, turns=0 if messages else turns)
                if messages:
                    edge.update({flow["protocol"]: read, f"{flow['protocol']} errors": failed, f"{flow['protocol']} turns": turns})

    def flow(self, identity):
        start = START + self.draw.random() * (MINUTES - 12) * 60
        flow = {"id": identity, "ip": "10.0.1.1", "port": 1024 + identity, "server": self.draw.choice(("cart", "pay", "db")),
                "protocol": self.draw.choice((None, "http", "dns", "made-up"))}
        slices = self.draw.choice((1, 1, 1, 2, 9))
        flags = self.draw.choice(("SA", "SAR"))
        for number in range(slices):
            end = start + (60 if slices > 1 else 5)
            last = number == slices - 1
            self.slice(flow, number, start, end, flags if last else "SA", int(last))
            start = end

    def lines(self):
        """In the order in which they are written; some are answered twice."""
        found = []
        for offset, (_, record, source, destination) in enumerate(sorted(self.records, key=lambda item: item[0])):
            for revision in (1, 2) if self.draw.random() < 0.1 else (1,):
                tenure = {"source": source, "destination": destination, "rules": 1, "revision": revision,
                          "flow": {"topic": "tenure.flows", "partition": 0, "offset": offset}}
                found.append(json.dumps({**record, "tenure": tenure}, separators=(",", ":")) + "\n")
        return found


def command(path, state, *more):
    return ["tenure-graph", "--in", path, "--state", state, "--horizon", "100s", "--save-every", "50ms", *more]


def windows(path, state):
    """What the history says of each minute."""
    found = {}
    for minute in range(START // 60, START // 60 + MINUTES):
        done = subprocess.run(command(path, state, "--format", "json", "--from", when(60 * minute), "--to", when(60 * minute + 60)),
                              stdout=subprocess.PIPE, check=True)
        for edge in json.loads(done.stdout)["edges"]:
            found[minute, edge["target"].rsplit("/", 1)[1]] = {
                "sent": edge["bytes"]["source"], "received": edge["bytes"]["destination"], "turns": edge["requests"]["count"],
                "flows": edge["flows"], "reset": edge["errors"]["reset"]}
            for kind in edge.get("messages", []):
                found[minute, edge["target"].rsplit("/", 1)[1]].update(
                    {kind["protocol"]: kind["requests"], f"{kind['protocol']} errors": kind["errors"], f"{kind['protocol']} turns": kind["turns"]})
    return found


def main():
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    draw = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    traffic = Traffic(draw)
    for identity in range(1500):
        traffic.flow(identity)
    lines = traffic.lines()
    with tempfile.TemporaryDirectory(prefix="tenure-graph-") as folder:
        path, state, calm = (os.path.join(folder, name) for name in ("tagged.ndjson", "state", "calm"))
        with open(path, "w", encoding="utf-8") as out:
            for kill in range(kills):
                out.writelines(lines[len(lines) * kill // kills : len(lines) * (kill + 1) // kills])
                out.flush()
                process = subprocess.Popen(command(path, state, "--follow", "--format", "json"), stdout=subprocess.DEVNULL)
                time.sleep(0.05 + draw.random() * 0.6)
                process.send_signal(signal.SIGKILL)
                process.wait()
        disturbed = windows(path, state)
        undisturbed = windows(path, calm)
        truth = {key: dict(edge) for key, edge in traffic.truth.items()}
        shutil.rmtree(state)
    print(f"{len(lines)} records, {kills} kills, {len(truth)} edges of minutes")
    for name, found in (("the history after the kills", disturbed), ("the history without", undisturbed)):
        wrong = {key for key in truth.keys() | found.keys() if truth.get(key) != found.get(key)}
        for key in sorted(wrong)[:5]:
            print(f"{name}: minute {key[0]}, {key[1]}: {found.get(key)}, not {truth.get(key)}")
        if wrong:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
