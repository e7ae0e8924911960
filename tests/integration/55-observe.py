#!/usr/bin/env python3
"""Goal: tenure-observe prints what is in a topic of several partitions in order of time, begins at --since without reading what is
before it, gives the last flows, and follows what comes.
"""
import json
import os
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from enrich_broker import Broker, rfc3339  # noqa: E402

OBSERVE = Path(os.environ.get("BUILD", "build")) / "tenure-observe"
PARTITIONS, FLOWS = 3, 600
BEGAN = int(time.time()) - 3600


def tagged(number, end):
    """Flow NUMBER, which ended at END, seconds since 1970."""
    return json.dumps({
        "event": {"start": rfc3339(end - 0.5), "end": rfc3339(end)}, "network": {"transport": "udp"},
        "source": {"ip": "10.244.0.7", "port": 4000, "bytes": 100, "packets": 1},
        "destination": {"ip": "10.244.0.8", "port": 53, "bytes": 100, "packets": 1},
        "tenure": {"source": {"status": "known", "kind": "pod", "k8s": {"namespace": {"name": "shop"}, "pod": {"name": f"p{number % 2}"}}},
                   "destination": {"status": "unknown", "reason": "gap"}, "flow": {"partition": number % PARTITIONS, "offset": number}}})


def write(broker, first, last, begun):
    producer = broker.producer()
    for number in range(first, last):
        producer.produce("tagged", tagged(number, begun + number), partition=number % PARTITIONS, timestamp=(begun + number) * 1000)
    assert producer.flush(10) == 0


def observe(broker, *options):
    """The numbers of the flows that are printed."""
    done = subprocess.run([OBSERVE, "-b", broker.address, "--in", "kafka:tagged", "-o", "json", *options], stdout=subprocess.PIPE,
                          check=True, timeout=60)
    return [json.loads(line)["tenure"]["flow"]["offset"] for line in done.stdout.splitlines()]


def check_history(broker):
    everything = list(range(FLOWS))
    assert observe(broker) == everything, "not every flow, in order of time"
    assert observe(broker, "--last", "7") == everything[-7:]
    assert observe(broker, "--last", "7", "--pod", "p1") == everything[1::2][-7:]
    since = rfc3339(BEGAN + 400.5)
    assert observe(broker, "--since", since) == everything[401:]
    assert observe(broker, "--since", since, "--until", rfc3339(BEGAN + 450)) == everything[401:450]
    assert observe(broker, "--since", "now") == []


def check_seek(broker):
    """What is before --since is not even read: it is no JSON, and would be reported."""
    producer = broker.producer()
    broker.create("mixed", PARTITIONS)
    for partition in range(PARTITIONS):
        producer.produce("mixed", "not a flow", partition=partition, timestamp=BEGAN * 1000)
        producer.produce("mixed", tagged(partition, BEGAN + 10), partition=partition, timestamp=(BEGAN + 10) * 1000)
    assert producer.flush(10) == 0
    command = [OBSERVE, "-b", broker.address, "--in", "kafka:mixed", "-o", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert "3 records left out, not_json" in done.stderr, done.stderr
    done = subprocess.run([*command, "--since", rfc3339(BEGAN + 5)], capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == "" and len(done.stdout.splitlines()) == PARTITIONS, done.stderr


def check_follow(broker):
    """With --follow, the last two, then what comes; SIGTERM ends it with status 0."""
    command = [OBSERVE, "-b", broker.address, "--in", "kafka:tagged", "-o", "json", "--follow", "--last", "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as follower:
        def number():
            return json.loads(follower.stdout.readline())["tenure"]["flow"]["offset"]

        assert [number(), number()] == [FLOWS - 2, FLOWS - 1]
        for more in range(FLOWS, FLOWS + 5):
            write(broker, more, more + 1, BEGAN)
            assert number() == more
        follower.terminate()
        assert follower.wait(10) == 0


def check_terminal(broker):
    """A line that a person reads, and a reader that goes away."""
    command = f"{OBSERVE} -b {broker.address} --in kafka:tagged | head -n 2"
    shown = subprocess.run(["bash", "-c", "set -o pipefail; " + command], capture_output=True, text=True, timeout=60)
    assert shown.returncode == 0 and shown.stderr == "", shown
    assert "shop/p0:4000" in shown.stdout and "unknown/10.244.0.8:53" in shown.stdout and "the watch had a gap (gap)" in shown.stdout, shown.stdout


def main():
    with Broker() as broker:
        broker.create("tagged", PARTITIONS)
        write(broker, 0, FLOWS, BEGAN)
        check_history(broker)
        check_seek(broker)
        check_terminal(broker)
        check_follow(broker)
    print(f"{FLOWS} flows in {PARTITIONS} partitions were shown in order, from a time, the last ones, and as they came")


main()
