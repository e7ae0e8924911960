#!/usr/bin/env python3
"""Goal: on a real Kafka the flow records are the same as in a file, keyed by Community ID, with their end as timestamp.

So both directions, all slices and all observers of one conversation are in one partition, in order. If
a topic does not exist, the program exits with 69 and a message that names it.
"""

import collections
import json
import os
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from enrich_broker import Broker  # noqa: E402

ROOT = Path(os.environ.get("ROOT", Path(__file__).resolve().parents[2]))
BUILD = Path(os.environ.get("BUILD", ROOT / "build"))


def meter(capture, out, *options):
    command = [BUILD / "tenure-flows", "-r", capture, "--out", out, "--observer-name", "n1", "--interface-name", "eth0", *options]
    return subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def milliseconds(text):
    whole, _, fraction = text.rstrip("Z").partition(".")
    seconds = datetime.fromisoformat(whole + "+00:00").timestamp()
    return int(seconds) * 1000 + int((fraction + "000000000")[:9]) // 1_000_000


def main():
    with tempfile.TemporaryDirectory() as folder, Broker() as broker:
        captures = [Path(folder) / "many.pcap", ROOT / "tests/cases/flows-slices/slices.pcap"]
        with open(captures[0], "wb") as file:
            subprocess.run([BUILD / "tests/bench/make_pcap", "20000", "100", "2000"], stdout=file, check=True)
        broker.create("flows", 6)
        expected = []
        for capture in captures:
            options = ("--active-timeout", "5s")
            expected += meter(capture, "-", *options).stdout.splitlines()
            done = meter(capture, "kafka:flows", "-b", broker.address, *options)
            assert done.returncode == 0, done.stderr
        records = broker.read("flows")
        assert sorted(value.decode() for _, _, _, value, _, _ in records) == sorted(expected)
        partitions, slices = collections.defaultdict(set), collections.defaultdict(list)
        for partition, _, key, value, _, timestamp in records:
            flow = json.loads(value)
            assert key.decode() == flow["network"]["community_id"]
            stamp = timestamp[1] if isinstance(timestamp, tuple) else timestamp
            assert stamp == milliseconds(flow["event"]["end"]), (timestamp, flow["event"])
            partitions[key].add(partition)
            slices[flow["flow"]["id"]].append(flow["flow"]["slice"])
        assert all(len(found) == 1 for found in partitions.values())
        assert all(found == sorted(found) for found in slices.values()) and max(map(len, slices.values())) == 3
        assert len({min(found) for found in partitions.values()}) == 6, "one partition is empty"
        print(f"{len(records)} records of {len(partitions)} conversations in 6 partitions")
        done = meter(captures[1], "kafka:nobody-made-this", "-b", broker.address, "-X", "allow.auto.create.topics=false")
        assert done.returncode == 69 and "nobody-made-this" in done.stderr, (done.returncode, done.stderr)


if __name__ == "__main__":
    main()
