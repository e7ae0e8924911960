#!/usr/bin/env python3
"""Goal: a broker that is slow or away costs the capture nothing: no frame, and no record without a count.

tenure-flows captures on a veth while the broker is held (SIGSTOP), killed and started again. With a few conversations that
go on, the flows are held longer and nothing is dropped. In a flood of new ones records are dropped, and the frames
that were sent are those in the records of the topic and those that the counters name. A meter that is ended while the
broker is held says what it could not deliver. One that is ended as soon as the broker is back delivers all, by each of its connections. `--long`: the broker is away for 90 s, longer than a request may take. Needs root, ip and unshare; everything is
in a network namespace of its own.
"""

import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from enrich_broker import LAB, Broker, leave  # noqa: E402

BUILD = Path(os.environ.get("BUILD", "build")).resolve()
LONG = "--long" in sys.argv
AWAY = 90 if LONG else 15
METERS = 6  # that are ended at once
BURST = 5000  # frames, which the ring has room for


def skip(reason):
    print(reason)
    sys.exit(77)


def wait_for(what, claim, seconds=30):
    end = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.05)


class Veth:
    def __init__(self):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        subprocess.run(["ip", "link", "add", "out0", "type", "veth", "peer", "name", "in0"], check=True)
        for name in ("out0", "in0"):
            Path(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6").write_text("1")
            subprocess.run(["ip", "link", "set", name, "up"], check=True)
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        self.socket.bind(("out0", 0))
        self.sent = 0

    def send(self, source, port):
        ip = struct.pack(">BBHHHBBHII", 0x45, 0, 48, self.sent & 0xFFFF, 0, 64, 17, 0, 0x0A000000 + source, 0x0B000001)
        self.socket.send(bytes.fromhex("020000000001020000000002 0800") + ip + struct.pack(">HHHH", port, 53, 28, 0) + b"x" * 20)
        self.sent += 1


class Meter:
    def __init__(self, folder, broker, topic, *options):
        self.path = folder / f"{topic}.log"
        command = [BUILD / "tenure-flows", "-i", "in0", "--out", f"kafka:{topic}", "-b", broker.address, "--l7", "none", "--snaplen", "256",
                   "--buffer", "16777216", "-X", "socket.timeout.ms=60000" if LONG else "socket.timeout.ms=5000", *options]
        self.process = subprocess.Popen([str(word) for word in command], stderr=open(self.path, "w"))
        wait_for("the capture", lambda: self.said("capture started"))
        time.sleep(1)  # the topic is looked up

    def said(self, words):
        return words in self.path.read_text()

    def ask_to_end(self):
        self.process.send_signal(signal.SIGTERM)

    def ended(self, status=0):
        assert self.process.wait(timeout=60) == status, (self.process.returncode, self.path.read_text())
        line = [line for line in self.path.read_text().splitlines() if "frames=" in line][-1]
        return {name: int(value) for name, value in re.findall(r"(\w+)=(\d+)", line.split("msg=")[1])}

    def end(self, status=0):
        self.ask_to_end()
        return self.ended(status)


def check(broker, topic, sent, counters):
    """Each frame that was sent is in a record of the topic or in a counter."""
    packets = octets = records = 0
    for _, _, _, value, _, _ in broker.read(topic):
        network = json.loads(value)["network"]
        packets += network["packets"]
        octets += network["bytes"]
        records += 1
    c = counters
    assert sent == c["frames"] and c["kernel_drops"] == 0 and c["unread"] == 0, (sent, c)
    assert c["packets"] == c["frames"], c
    assert c["packets"] == c["packets_delivered"] + c["packets_dropped"] + c["packets_undelivered"] + c["packets_unconfirmed"], c
    assert c["records"] == c["records_delivered"] + c["records_dropped"] + c["records_undelivered"] + c["records_unconfirmed"], c
    assert 48 * c["packets"] == c["bytes_delivered"] + c["bytes_dropped"] + c["bytes_undelivered"] + c["bytes_unconfirmed"], c
    unsure = c["packets_unconfirmed"]
    assert c["packets_delivered"] <= packets <= c["packets_delivered"] + unsure, (packets, c)
    assert c["bytes_delivered"] <= octets <= c["bytes_delivered"] + c["bytes_unconfirmed"], (octets, c)
    assert c["records_delivered"] <= records <= c["records_delivered"] + c["records_unconfirmed"], (records, c)
    print(f"{topic}: {sent} frames sent, {packets} in {records} records, {c['packets_dropped']} in {c['records_dropped']} dropped ones, "
          f"{c['packets_undelivered'] + unsure} in {c['records_undelivered'] + c['records_unconfirmed']} given up, held {c['flows_held']} times")


def hold(broker):
    os.kill(int((broker.folder / "pid").read_text()), signal.SIGSTOP)


def go_on(broker):
    os.kill(int((broker.folder / "pid").read_text()), signal.SIGCONT)


def kill(broker):
    pid = int((broker.folder / "pid").read_text())
    os.kill(pid, signal.SIGKILL)
    wait_for("the broker's death", lambda: not Path(f"/proc/{pid}/cmdline").exists() or not Path(f"/proc/{pid}/cmdline").read_bytes())
    (broker.folder / "pid").unlink()


def start(broker):
    subprocess.run([LAB / "kafka-up", broker.folder], check=True, capture_output=True)


def conversations(folder, broker, veth):
    """150 conversations with slices of a second: twice as many records as there is room for, if they were not held."""
    broker.create("held", 3)
    meter = Meter(folder, broker, "held", "--active-timeout", "1s", "--queue-records", str(150 * AWAY // 2))
    before, end = veth.sent, time.monotonic() + AWAY
    hold(broker)
    for status in Path(f"/proc/{meter.process.pid}/task").glob("*/status"):
        words = dict(line.split(":\t", 1) for line in status.read_text().splitlines())
        assert words["Seccomp"] == "2" and not int(words["SigBlk"], 16) >> (signal.SIGSYS - 1) & 1, words
    while time.monotonic() < end:
        for source in range(150):
            veth.send(source, 4000)
        time.sleep(0.1)
    go_on(broker)
    wait_for("the queue", lambda: meter.said("no longer held"))
    counters = meter.end()
    check(broker, "held", veth.sent - before, counters)
    assert counters["flows_held"] == 1 and counters["records_dropped"] == 0, counters


def flood(folder, broker, veth, topic, go_away, come_back):
    broker.create(topic, 3)
    broker.create(f"{topic}.statistics", 1)
    meter = Meter(folder, broker, topic, "--max-flows", "1000", "--queue-records", "20000", "--statistics", f"kafka:{topic}.statistics",
                  "--statistics-interval", "1s", "--observer-name", "n1")
    before, end = veth.sent, time.monotonic() + AWAY
    for source in range(BURST):
        veth.send(source, 5000)
    go_away(broker)
    while time.monotonic() < end:
        for _ in range(BURST):
            veth.send(veth.sent & 0xFFFFFF, 5000)
        time.sleep(0.2)
    come_back(broker)
    wait_for("the end of the drops", lambda: meter.said("no longer dropped"), 120)
    for source in range(BURST):
        veth.send(source, 6000)
    counters = meter.end()
    check(broker, topic, veth.sent - before, counters)
    told = broker.read(f"{topic}.statistics")
    last = json.loads(told[-1][3])
    assert last["final"] and last["counters"] == counters and {key for _, _, key, _, _, _ in told} == {b"n1"}, (last, counters)
    leave("statistics", [value for _, _, _, value, _, _ in told])
    log = meter.path.read_text()
    assert counters["records_dropped"] > 0 and log.count("records are dropped") == log.count("no longer dropped") == 1, log
    told = re.search(r"no longer dropped: (\d+) were, of (\d+) packets with (\d+) bytes", log)
    assert [int(word) for word in told.groups()] == [counters[f"{what}_dropped"] for what in ("records", "packets", "bytes")]


def ended(folder, broker, veth):
    """The meter is ended while the broker is held."""
    broker.create("ended", 3)
    meter = Meter(folder, broker, "ended", "--max-flows", "1000")
    before = veth.sent
    for source in range(BURST):
        veth.send(source, 5000)
    time.sleep(2)
    hold(broker)
    for source in range(BURST):
        veth.send(source, 6000)
    began = time.monotonic()
    counters = meter.end(69)
    took = time.monotonic() - began
    go_on(broker)
    time.sleep(1)
    check(broker, "ended", veth.sent - before, counters)
    assert 15 < took < 25 and counters["records_undelivered"] + counters["records_unconfirmed"] > 0, (took, counters)


def back(folder, broker, veth):
    """Meters are ended as soon as the broker is back: each client of each tries to connect again at a time of its own."""
    topics = [f"back{number}" for number in range(METERS)]
    for topic in topics:
        broker.create(topic, 1)
        broker.create(f"{topic}.statistics", 1)
    meters = [Meter(folder, broker, topic, "--statistics", f"kafka:{topic}.statistics", "--statistics-interval", "1s") for topic in topics]
    before = veth.sent
    for source in range(10):
        veth.send(source, 5000)
    kill(broker)
    time.sleep(12)  # so that they try seldom
    start(broker)
    for meter in meters:
        meter.ask_to_end()
    for meter, topic in zip(meters, topics):
        counters = meter.ended()
        check(broker, topic, veth.sent - before, counters)
        last = json.loads(broker.read(f"{topic}.statistics")[-1][3])
        assert last["final"] and last["counters"] == counters, (last, counters)


def main():
    if os.geteuid() != 0:
        skip("needs root for a network namespace")
    for tool in ("ip", "unshare"):
        if not shutil.which(tool):
            skip(f"needs {tool}")
    if os.environ.get("TENURE_UNSHARED") != "1":
        os.execvpe("unshare", ["unshare", "-n", sys.executable, *sys.argv], dict(os.environ, TENURE_UNSHARED="1"))
    veth = Veth()
    with tempfile.TemporaryDirectory() as folder, Broker() as broker:
        conversations(Path(folder), broker, veth)
        flood(Path(folder), broker, veth, "stopped", hold, go_on)
        flood(Path(folder), broker, veth, "killed", kill, start)
        ended(Path(folder), broker, veth)
        back(Path(folder), broker, veth)


if __name__ == "__main__":
    main()
