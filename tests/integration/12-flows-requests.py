#!/usr/bin/env python3
"""Goal: the messages that tenure-flows counts are those that the servers count.

Real servers and clients talk on the loopback interface of a network namespace, where the meter captures. Each server
counts its requests, by status, and takes their times; the records must say the same. Needs root and ip.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "schema"))
from records import leave  # noqa: E402

BUILD = Path(os.environ.get("BUILD", "build")).resolve()
HERE = Path(__file__).resolve().parent
NAMESPACE = f"tr{os.getpid() % 100000}"
CLIENTS = str(HERE / "flows_clients.py")


def skip(reason):
    print(reason)
    sys.exit(77)


def inside(*command, **options):
    return subprocess.Popen(["ip", "netns", "exec", NAMESPACE, *map(str, command)], **options)


def do(*command):
    """Runs a client to its end."""
    client = inside(*command, stdout=subprocess.DEVNULL)
    assert client.wait(timeout=60) == 0, command


class Server:
    """One of flows_servers.py."""

    def __init__(self, started, kind, port):
        self.port = port
        self.process = inside(sys.executable, HERE / "flows_servers.py", kind, port, stdout=subprocess.PIPE)
        started.append(self.process)
        do(sys.executable, CLIENTS, "wait", port)

    def counts(self):
        self.process.send_signal(signal.SIGTERM)
        return json.loads(self.process.stdout.readline())


def total(records):
    """The sum of the records' counts of messages."""
    plain = ("requests", "responses", "retries", "unanswered")
    sums = dict.fromkeys(plain, 0)
    for record in records:
        for name in plain:
            sums[name] += record["l7"].get(name, 0)
        for family in ("status", "rcode", "grpc_status"):
            for status, count in record["l7"].get(family, {}).items():
                sums.setdefault(family, {}).setdefault(status, 0)
                sums[family][status] += count
    return sums


def quantile(times, share):
    """The quantile of records' histograms, in the middle of its bucket, in nanoseconds."""
    counts = {}
    for each in times:
        for i, count in enumerate(each["histogram"]["counts"]):
            bucket = each["histogram"]["offset"] + i
            counts[bucket] = counts.get(bucket, 0) + count
    left = share * sum(counts.values())
    for bucket in sorted(counts):
        left -= counts[bucket]
        if left <= 0:
            return 2 ** ((bucket + 0.5) / 8)
    raise AssertionError("no times")


def check_times(what, records, name, served):
    """p50, p95 and p99 are the server's within 5 % and half a bucket, or 0.5 ms of the scheduler."""
    times = [record["l7"][name] for record in records if name in record["l7"]]
    assert sum(each["count"] for each in times) == len(served), (what, name, len(served), sum(each["count"] for each in times))
    served = sorted(served)
    for share in (0.5, 0.95, 0.99):
        ours, theirs = quantile(times, share), served[max(0, -(-len(served) * int(share * 100) // 100) - 1)]
        print(f"{what}: {name} p{share * 100:.0f}: meter {ours / 1e6:.3f} ms, server {theirs / 1e6:.3f} ms")
        assert abs(ours - theirs) <= max(0.1 * theirs, 500_000), (what, name, share, ours, theirs)


def check(what, records, counts, **expected):
    """The records' counts are the server's, and EXPECTED."""
    assert records, what
    sums, brief = total(records), {name: counts[name] for name in counts if name not in ("first", "last")}
    print(f"{what}: {len(records)} connections, {sums}")
    assert all("incomplete" not in record["l7"] for record in records), records
    assert sums["requests"] + sums["retries"] == counts["requests"], (what, sums, brief)
    assert sums["responses"] == counts["requests"], (what, sums, brief)
    for family in ("status", "rcode", "grpc_status"):
        if counts.get(family):
            assert sums.get(family) == counts[family], (what, sums, brief)
    for name, value in expected.items():
        assert sums[name] == value, (what, name, sums)


def http1(port):
    web = f"http://127.0.0.1:{port}"
    do(sys.executable, CLIENTS, "pipelined", port, 500)
    do(sys.executable, CLIENTS, "split", port)
    do("curl", "-sS", "-o", "/dev/null", f"{web}/200/100000/5", "-o", "/dev/null", f"{web}/404/10/1", "-o", "/dev/null", f"{web}/200/40000/3?chunked")
    do("curl", "-sS", "-I", f"{web}/200/5000/1", "--next", "-sS", f"{web}/204/0/1", "--next", "-sS", f"{web}/304/77/1")
    do("curl", "-sS", "-o", "/dev/null", f"{web}/200/3000/2?close")
    # 100-continue: with a length, then in chunks.
    data = "x" * 200_000
    do("curl", "-sS", "-H", "Expect: 100-continue", "-d", data[:100_000], f"{web}/503/9/1")
    do("curl", "-sS", "-H", "Expect: 100-continue", "-H", "Transfer-Encoding: chunked", "-d", data[:50_000], f"{web}/200/9/1")


def start_meter(folder, started, name, *options):
    meter = inside(
        BUILD / "tenure-flows", "-i", "lo", "--out", folder / name, "--observer-name", "n1", *options,
        stderr=(folder / f"{name}.log").open("w"),
    )
    started.append(meter)
    return meter


def stop_meter(folder, name, meter):
    """Its records that have messages, by the server's port."""
    meter.send_signal(signal.SIGTERM)
    assert meter.wait(timeout=10) == 0
    print((folder / f"{name}.log").read_text())
    lines = (folder / name).read_bytes().splitlines()
    leave("flows", lines)
    records = {}
    for line in lines:
        record = json.loads(line)
        if "l7" in record:
            records.setdefault(record["destination"]["port"], []).append(record)
    return records


def check_partial(port, whole, partial):
    """What was read of the frames' starts is the same, or says that it may be wrong."""
    whole = {record["network"]["community_id"]: record["l7"] for record in whole[port]}
    complete = 0
    for record in partial.get(port, []):
        l7 = record["l7"]
        if "incomplete" in l7:
            continue
        complete += 1
        for name in ("requests", "responses", "status"):
            expected = whole[record["network"]["community_id"]]
            assert l7.get(name) == expected.get(name), (l7, expected)
    print(f"port {port}: {complete} of {len(whole)} connections are complete with the default --snaplen")


def run(folder, started):
    meter = start_meter(folder, started, "flows", "--snaplen", "262144")
    partial = start_meter(folder, started, "partial")
    web = Server(started, "web", 8080)
    timed = Server(started, "web", 8081)
    time.sleep(0.3)
    http1(web.port)
    do(sys.executable, CLIENTS, "keepalive", timed.port, 60, 20)
    time.sleep(0.3)
    records = stop_meter(folder, "flows", meter)
    starts = stop_meter(folder, "partial", partial)
    counts = web.counts()
    check("HTTP/1", records[web.port], counts, unanswered=0)
    check_partial(web.port, records, starts)
    counts = timed.counts()
    check("HTTP/1 in turn", records[timed.port], counts, unanswered=0)
    check_times("HTTP/1 in turn", records[timed.port], "time_to_first_byte", counts["first"])
    check_times("HTTP/1 in turn", records[timed.port], "time_to_last_byte", counts["last"])


def main():
    if os.geteuid() != 0:
        skip("it needs root, to make a network namespace and to capture")
    started = []
    subprocess.run(["ip", "netns", "add", NAMESPACE], check=True)
    try:
        subprocess.run(["ip", "-n", NAMESPACE, "link", "set", "lo", "up"], check=True)
        with tempfile.TemporaryDirectory() as folder:
            run(Path(folder), started)
    finally:
        for process in started:
            process.kill()
        subprocess.run(["ip", "netns", "del", NAMESPACE], check=True)


if __name__ == "__main__":
    main()
