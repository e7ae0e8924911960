#!/usr/bin/env python3
"""Goal: in the recording, every connection that a client logged is one flow of the graph, at the address that
the client connected to, and every request whose answer it logged is an answered request. Several interfaces saw each one, before and after DNAT, and pods went away and
their addresses were reused while connections were open.
"""
import collections
import json
import os
import subprocess
import sys
import tempfile
from datetime import datetime

ROOT = os.environ["ROOT"]
LAB = os.path.join(ROOT, "tests", "lab")
RECORDING = os.path.join(ROOT, "tests", "fixtures", "recording")
SLACK = 5_000_000  # ns between a client's log line and its packet
PLAY = """
for node in n1 n2 n3; do tenure-flows -r $node.pcap --observer-name $node --out -; done >flows.ndjson
tenure-enrich --kube kube.ndjson --flows flows.ndjson --out tagged.ndjson --rejected rejected.ndjson --state state
"""


def nanoseconds(text):
    seconds, _, fraction = text[:-1].partition(".")
    return int(datetime.fromisoformat(seconds + "+00:00").timestamp()) * 10**9 + int((fraction or "0").ljust(9, "0"))


def connections(folder):
    """What clients logged: {(ip, port): [(start, end, remote)]}, and how many answers they got."""
    found, answers = collections.defaultdict(list), 0
    for name in sorted(os.listdir(folder)):
        if not name.startswith("work-"):
            continue
        with open(os.path.join(folder, name), encoding="utf-8") as lines:
            for line in lines:
                note = json.loads(line)
                if note["what"] == "end" and note["side"] == "client" and note["local"]:
                    ip, port = note["local"].rsplit(":", 1)
                    found[(ip, int(port))].append((note["start"] - SLACK, note["t"] + SLACK, note["remote"]))
                    answers += note["requests"]
    return found, answers


def belongs(record, found):
    """Whether RECORD belongs to a logged connection."""
    source = (record["source"]["ip"], record["source"].get("port"))
    start, end = (nanoseconds(record["event"][name]) for name in ("start", "end"))
    return any(start <= last and first <= end for first, last, _ in found.get(source, ()))


def graph(path, *more):
    done = subprocess.run(["tenure-graph", "--in", path, "--format", "json", *more], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def flows(view):
    return sum(edge["flows"] for edge in view["edges"])


def main():
    if not os.path.isdir(RECORDING):
        print("there is no recording in tests/fixtures/recording")
        return 77
    with tempfile.TemporaryDirectory(prefix="tenure-graph-") as folder:
        subprocess.run([sys.executable, os.path.join(LAB, "pack.py"), "-u", RECORDING, folder], check=True)
        subprocess.run(["sh", "-euc", PLAY], cwd=folder, stderr=subprocess.DEVNULL, check=True)
        found, answers = connections(folder)
        logged = sum(map(len, found.values()))
        tagged = os.path.join(folder, "tagged.ndjson")
        with open(tagged, encoding="utf-8") as lines:
            kept = [line for line in lines if belongs(json.loads(line), found)]
        chosen = os.path.join(folder, "logged.ndjson")
        with open(chosen, "w", encoding="utf-8") as out:
            out.writelines(kept)
        view = graph(chosen)
        print(f"{logged} logged connections, {len(kept)} records of them, {flows(view)} flows in the graph")
        # What is sent long after a connection's end is a flow of its own to the meter.
        if abs(flows(view) - logged) > logged / 1000:
            return 1
        # A request that was sent and never answered is a request too, but no answer.
        answered = sum(edge["requests"].get("response_time", {}).get("count", 0) + sum(kind["responses"] for kind in edge.get("messages", [])) for edge in view["edges"])
        print(f"{answers} answers logged, {answered} in the graph")
        if answered != answers:
            return 1

        # Two windows make up the whole; only a flow with slices in both counts in both.
        records = [json.loads(line) for line in kept]
        middle = sorted(record["event"]["end"] for record in records)[len(records) // 2]
        halves = flows(graph(chosen, "--to", middle)) + flows(graph(chosen, "--from", middle))
        print(f"{halves} flows in its two halves")
        if not flows(view) <= halves <= flows(view) + sum(record["flow"]["slice"] > 0 for record in records):
            return 1

        # By the service whose address clients connected to.
        with open(os.path.join(folder, "services.json"), encoding="utf-8") as text:
            services = {s["address"]: f"{s['namespace']}/{name}" for name, s in json.load(text).items() if s["address"]}
        wanted = collections.Counter(
            services[remote.rsplit(":", 1)[0]]
            for notes in found.values() for _, _, remote in notes if remote.rsplit(":", 1)[0] in services)
        counted = collections.Counter()
        for edge in view["edges"]:
            counted[edge["target"].removeprefix("service/lab/").removeprefix("service/")] += edge["flows"]
        for name, number in sorted(wanted.items()):
            print(f"{name}: {number} connections to its address, {counted[name]} flows")
            # Probes and headless clients connect to its pods directly, and these are flows of the service too.
            if counted[name] < number:
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
