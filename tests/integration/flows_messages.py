"""A network namespace with servers that count, and the meter that captures there, for 12-flows-requests.py and
08-flows-databases.py."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "schema"))
from records import leave  # noqa: E402

BUILD = Path(os.environ.get("BUILD", "build")).resolve()
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

    def __init__(self, started, kind, port, *options):
        self.port = port
        self.process = inside(sys.executable, HERE / "flows_servers.py", kind, port, *options, stdout=subprocess.PIPE)
        started.append(self.process)
        do(sys.executable, CLIENTS, "wait", port)

    def counts(self):
        self.process.send_signal(signal.SIGTERM)
        return json.loads(self.process.stdout.readline())


def total(records):
    """The sum of the records' counts of messages."""
    plain = ("requests", "responses", "retries", "unanswered", "one_way")
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
    """p50, p95 and p99 are not less than the server's by more than 5 %, or 0.5 ms. On a busy machine a response takes longer to the
    wire than the server's clock says, so how much more they are is only told; what they are on the wire, check_percentiles() proves."""
    times = [record["l7"][name] for record in records if name in record["l7"]]
    assert sum(each["count"] for each in times) == len(served), (what, name, len(served), sum(each["count"] for each in times))
    served = sorted(served)
    for share in (0.5, 0.95, 0.99):
        ours, theirs = quantile(times, share), served[max(0, -(-len(served) * int(share * 100) // 100) - 1)]
        print(f"{what}: {name} p{share * 100:.0f}: meter {ours / 1e6:.3f} ms, server {theirs / 1e6:.3f} ms")
        assert theirs - ours <= max(0.05 * theirs, 500_000), (what, name, share, ours, theirs)


def check_percentiles(what, times, true):
    """p50, p95 and p99 of the records' TIMES are those of TRUE, which is in order, within 5 % or 100 us."""
    for share in (0.5, 0.95, 0.99):
        expected = true[max(0, -(-len(true) * int(share * 100) // 100) - 1)]
        assert abs(quantile(times, share) - expected) <= max(0.05 * expected, 100_000), (what, share, quantile(times, share), expected)


def wait_until(is_so, what, seconds=30):
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.02)


def start_meter(folder, started, name, *options):
    meter = inside(
        BUILD / "tenure-flows", "-i", "lo", "--out", folder / name, "--observer-name", "n1", *options,
        stderr=(folder / f"{name}.log").open("w"),
    )
    started.append(meter)
    wait_until(lambda: "capture started" in (folder / f"{name}.log").read_text(), "the meter captures")
    return meter


def stop_meter(folder, name, meter):
    """Its records that have messages, by the server's port."""
    meter.send_signal(signal.SIGTERM)
    assert meter.wait(timeout=10) == 0
    log = (folder / f"{name}.log").read_text()
    print(log)
    assert " kernel_drops=0 " in log and " unread=0 " in log, "the meter has not seen every frame"
    lines = (folder / name).read_bytes().splitlines()
    leave("flows", lines)
    return by_port(lines)


def by_port(lines):
    records = {}
    for line in lines:
        record = json.loads(line)
        if "l7" in record:
            records.setdefault(record["destination"]["port"], []).append(record)
    return records


def start_capture(folder, started):
    """tcpdump, which writes FOLDER/wire."""
    wire = inside("tcpdump", "-i", "lo", "-s", 0, "-B", 65536, "-U", "--time-stamp-precision=nano", "-w", folder / "wire", stderr=subprocess.DEVNULL)
    started.append(wire)
    wait_until(lambda: (folder / "wire").exists() and (folder / "wire").stat().st_size > 0, "tcpdump captures")
    return wire


def stop_capture(folder, wire):
    size = -1
    while size != (folder / "wire").stat().st_size:
        size = (folder / "wire").stat().st_size
        time.sleep(1)  # tcpdump writes what it has within a tenth of that
    wire.send_signal(signal.SIGINT)
    assert wire.wait(timeout=10) == 0


def read_again(folder, *options):
    """The meter's records of what tcpdump captured meanwhile."""
    (folder / "again").unlink(missing_ok=True)  # the meter adds to a file
    command = (BUILD / "tenure-flows", "-r", folder / "wire", "--out", folder / "again", "--observer-name", "n1", *options)
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    lines = (folder / "again").read_bytes().splitlines()
    leave("flows", lines)
    return by_port(lines)


def check_again(folder, records, ports):
    """What was captured gives the same counts as the records, in long slices and in short ones. Returns its records."""
    for again in (read_again(folder, "--active-timeout", "1s"), read_again(folder)):
        for port in ports:
            assert total(again[port]) == total(records[port]), (port, total(again[port]), total(records[port]))
    return again


def in_namespace(run):
    """Runs RUN(folder, started) with a namespace whose loopback interface is up; ends what it started."""
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
