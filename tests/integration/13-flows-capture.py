#!/usr/bin/env python3
"""Goal: what tenure-flows says of a capture, to people, to the log and as records, is what was on the wire.

In a network namespace of its own frames go over a veth, each a known number of times. -c meters exactly so many, the
statistics are the counters of the log's last line, -D lists what tcpdump -D does, a terminal has tcpdump's summary, a
pattern without an interface is said once, and the progress of a file is shown. Needs root, ip, unshare and tcpdump.
"""

import json
import os
import pty
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

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "schema"))
from records import leave  # noqa: E402

BUILD = Path(os.environ.get("BUILD", "build")).resolve()
FLOWS = BUILD / "tenure-flows"


def skip(reason):
    print(reason)
    sys.exit(77)


def wait_for(what, claim, seconds=20):
    end = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.02)


def add_veth(one, other):
    subprocess.run(["ip", "link", "add", one, "type", "veth", "peer", "name", other], check=True)
    for name in (one, other):
        Path(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6").write_text("1")
        subprocess.run(["ip", "link", "set", name, "up"], check=True)
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    raw.bind((one, 0))
    return raw


def datagram(number, source=0x0A000001, destination=0x0B000001, port=4000):
    ip = struct.pack(">BBHHHBBHII", 0x45, 0, 48, number & 0xFFFF, 0, 64, 17, 0, source, destination)
    return bytes.fromhex("020000000001020000000002 0800") + ip + struct.pack(">HHHH", port, 53, 28, 0) + b"x" * 20


def udp(sport, dport, payload):
    return struct.pack(">HHHH", sport, dport, 8 + len(payload), 0) + payload


def ipv4(source, destination, payload, protocol=17, number=0, fragment=0):
    return struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(payload), number, fragment, 64, protocol, 0, source, destination) + payload


def ipv6(source, destination, payload, protocol=17):
    return struct.pack(">IHBB", 6 << 28, len(payload), protocol, 64) + source + destination + payload


def ethernet(payload, *tags, kind=None):
    kinds = [*tags, kind or (0x86DD if payload[0] >> 4 == 6 else 0x0800)]
    head = bytes.fromhex("020000000001020000000002") + struct.pack(">H", kinds[0])
    return head + b"".join(struct.pack(">HH", 100 + at, following) for at, following in enumerate(kinds[1:])) + payload


def exchange(number):
    """The frames of one conversation, which are of one of ten kinds: those of one end, and those of the other."""
    kind, a, b = number % 10, 0x0A000001 + number, 0x0B000001 + number * 7
    six = [bytes.fromhex("fd00000000000000") + struct.pack(">Q", end) for end in (a, b)]
    there, back = udp(4000 + number, 53, b"question"), udp(53, 4000 + number, b"answer")
    if kind == 0:  # IPv4 fragments
        whole = [udp(4000 + number, 53, b"q" * 40), udp(53, 4000 + number, b"a" * 40)]
        return [[ethernet(ipv4(*ends, whole[at][:24], number=number, fragment=0x2000)), ethernet(ipv4(*ends, whole[at][24:], number=number, fragment=3)),
                 ethernet(ipv4(*ends, there if at == 0 else back))] for at, ends in enumerate(((a, b), (b, a)))]
    if kind == 1:  # IPv6 fragments
        whole = [udp(4000 + number, 53, b"q" * 40), udp(53, 4000 + number, b"a" * 40)]
        head = lambda fragment: struct.pack(">BBHI", 17, 0, fragment, number)
        return [[ethernet(ipv6(*ends, head(1) + whole[at][:24], 44)), ethernet(ipv6(*ends, head(24) + whole[at][24:], 44)),
                 ethernet(ipv6(*ends, there if at == 0 else back))] for at, ends in enumerate((six, six[::-1]))]
    if kind == 2:  # VXLAN, whose ports differ between the directions
        inner = [ethernet(ipv4(a, b, there)), ethernet(ipv4(b, a, back))]
        return [[ethernet(ipv4(*ends, udp(50000 + number * 3 + at, 4789, struct.pack(">II", 1 << 27, 7 << 8) + inner[at])))]
                for at, ends in enumerate(((0xAC100001, 0xAC100001 + number), (0xAC100001 + number, 0xAC100001)))]
    if kind == 3:
        return [[ethernet(ipv6(*six, there))], [ethernet(ipv6(*six[::-1], back))]]
    tags = {4: (0x8100,), 5: (0x88A8, 0x8100), 6: (0x8100, 0x8100)}.get(kind, ())
    if kind == 7:  # MPLS with one label
        label = struct.pack(">I", 16 << 12 | 1 << 8 | 64)
        return [[ethernet(label + ipv4(a, b, there), kind=0x8847)], [ethernet(label + ipv4(b, a, back), kind=0x8847)]]
    if kind == 8:  # tagged in one direction
        return [[ethernet(ipv4(a, b, there), 0x8100)], [ethernet(ipv4(b, a, back))]]
    return [[ethernet(ipv4(a, b, there), *tags)] * 3, [ethernet(ipv4(b, a, back), *tags)] * 2]


class Meter:
    def __init__(self, folder, name, *options):
        self.log, self.out = folder / f"{name}.log", folder / f"{name}.flows"
        command = [FLOWS, "--out", self.out, "--observer-name", "n1", *options]
        self.process = subprocess.Popen([str(word) for word in command], stderr=open(self.log, "w"))

    def said(self, words):
        return self.log.read_text().count(words)

    def end(self, ask=True):
        if ask:
            self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=20) == 0, self.log.read_text()
        line = [line for line in self.log.read_text().splitlines() if "frames=" in line][-1]
        return {name: int(value) for name, value in re.findall(r"(\w+)=(\d+)", line.split("msg=")[1])}

    def packets(self):
        return sum(json.loads(line)["network"]["packets"] for line in self.out.read_text().splitlines())


def statistics(folder, raw):
    records = folder / "statistics"
    meter = Meter(folder, "counted", "-i", "in0", "--statistics", records, "--statistics-interval", "1s")
    wait_for("the capture", lambda: meter.said("capture started"))
    for number in range(1000):
        raw.send(datagram(number))
    wait_for("two records", lambda: records.exists() and records.read_bytes().count(b"\n") >= 2)
    counters = meter.end()
    lines = records.read_bytes().splitlines()
    told = [json.loads(line) for line in lines]
    assert [record["final"] for record in told] == [False] * (len(told) - 1) + [True]
    assert told[-1]["counters"] == counters and counters["packets"] == counters["frames"] == 1000, (told[-1], counters)
    one = told[-2]["interfaces"]
    assert len(one) == 1 and one[0]["name"] == "in0" and one[0]["frames"] == 1000 and one[0]["kernel_drops"] == 0, one
    assert all(a["counters"]["frames"] <= b["counters"]["frames"] and a["event"]["start"] == b["event"]["start"]
               and a["event"]["end"] < b["event"]["end"] for a, b in zip(told, told[1:]))
    leave("statistics", lines)
    print(f"{len(told)} records of statistics, the last with {len(counters)} counters as in the log")


def count(folder, raw):
    for most in (1, 7, 500):
        meter = Meter(folder, f"count{most}", "-i", "in0", "-c", most)
        wait_for("the capture", lambda: meter.said("capture started"))
        for number in range(1000):
            raw.send(datagram(number))
        counters = meter.end(ask=False)
        assert counters["packets"] == meter.packets() == most, counters
        assert counters["frames"] == most + counters["beyond_count"] and counters["kernel_drops"] == 0, counters
        print(f"-c {most}: {meter.packets()} packets metered, {counters['beyond_count']} beyond")


def patterns(folder):
    meter = Meter(folder, "patterns", "--interfaces-from", "in*", "--interfaces-from", "later*")
    wait_for("the capture", lambda: meter.said("capture started"))
    wait_for("the warning", lambda: meter.said("no interface matches yet"))
    add_veth("later0", "other0").close()
    wait_for("the interface", lambda: meter.said("interface later0: capture started"))
    time.sleep(1.5)  # another scan
    meter.end()
    assert meter.said("--interfaces-from later*: no interface matches yet") == meter.said("no interface matches yet") == 1
    assert meter.said("--interfaces-from later*: matches later0 now") == meter.said(" now") == 1


def on_a_terminal(command, act=lambda process: None):
    """What COMMAND prints when its standard error is a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen([str(word) for word in command], stderr=theirs, stdout=subprocess.DEVNULL)
    os.close(theirs)
    act(process)
    text = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        text += piece
    assert process.wait(timeout=20) == 0, text
    os.close(ours)
    return text.decode()


def summary(raw):
    def act(process):
        time.sleep(1)
        for number in range(321):
            raw.send(datagram(number))
        time.sleep(2)  # tcpdump's ring waits for a second
        process.send_signal(signal.SIGINT)

    text = on_a_terminal([FLOWS, "-i", "in0", "--out", "/dev/null", "udp"], act)
    dumped = on_a_terminal(["tcpdump", "-i", "in0", "-w", "/dev/null", "udp"], act)
    said = re.findall(r"\d+ packets? [^\r\n]*", text)
    assert said == re.findall(r"\d+ packets? [^\r\n]*", dumped) and said[0] == "321 packets captured", (text, dumped)
    assert "frames=321 packets=321 flows=1 records=1 " in text, text
    print("; ".join(said))


def progress(folder):
    """A pipe is read as slowly as it is written, so that there is something to show."""
    pipe = folder / "pipe"
    os.mkfifo(pipe)

    def act(process):
        with open(pipe, "wb") as file:
            file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
            for number in range(20):
                frame = datagram(number)
                file.write((struct.pack("<IIII", 1700000000 + number, 0, len(frame), len(frame)) + frame) * 10)
                file.flush()
                time.sleep(0.1)

    text = on_a_terminal([FLOWS, "-r", pipe, "--out", "/dev/null"], act)
    lines = re.findall(r"\x1b\[K([^\r\n]*packets, [^\r\n]*)\r", text)
    assert len(lines) >= 2 and "2023-11-14T22:13:" in lines[-1], text
    assert "\r\x1b[K200 packets read\r\n" in text, text
    print(f"{len(lines)} lines of progress, the last: {lines[-1]}")


def fanout(folder, ends):
    """Two processes have each packet once, and each conversation in one of them."""
    meters = [Meter(folder, f"fanout{i}", "-i", "in0", "--fanout", "77", "--ignore-vlan") for i in (0, 1)]
    for meter in meters:
        wait_for("the capture", lambda: meter.said("capture started"))
    sent = 0
    for number in range(1000):
        for end, frames in zip(ends, exchange(number)):
            for frame in frames:
                end.send(frame)
                sent += 1
    counters = [meter.end() for meter in meters]
    assert sum(c["frames"] for c in counters) == sum(c["packets"] for c in counters) == sent, (sent, counters)
    assert all(c["kernel_drops"] == c["unread"] == c["fragment_alone"] == 0 for c in counters), counters
    conversations = [{json.loads(line)["network"]["community_id"] for line in meter.out.read_text().splitlines()} for meter in meters]
    assert len(conversations[0] | conversations[1]) == 1000 and not conversations[0] & conversations[1], list(map(len, conversations))
    assert min(map(len, conversations)) > 300 and [c["flows"] for c in counters] == list(map(len, conversations)), counters
    print(f"{sent} packets of 1000 conversations: {' and '.join(str(len(c)) for c in conversations)} in two processes")


def fanout_joins(folder, raw):
    """A process that joins while packets come takes its part of them: none is lost or counted twice."""
    options = ("-i", "in0", "--fanout", "78", "--buffer", str(64 << 20))
    meters = [Meter(folder, "joined0", *options)]
    wait_for("the capture", lambda: meters[0].said("capture started"))
    sent = shared = 0
    while shared < 10000:
        raw.send(datagram(sent, source=0x0A000001 + sent % 500))
        sent += 1
        if sent == 1000:
            meters.append(Meter(folder, "joined1", *options))
        time.sleep(0.0001)
        shared += shared > 0 or (sent > 1000 and sent % 100 == 0 and meters[1].said("capture started"))
    counters = [meter.end() for meter in meters]
    total = sum(c["frames"] for c in counters)
    assert all(c["kernel_drops"] == c["unread"] == 0 for c in counters) and counters[1]["frames"] > 1000, [(c["frames"], c["kernel_drops"], c["unread"]) for c in counters]
    # A frame of the microseconds of the joining may be in both.
    assert sent <= total <= sent + 20, (sent, total)
    print(f"{sent} packets, {total} in two processes, of which one joined later and had {counters[1]['frames']}")


def main():
    if os.geteuid() != 0:
        skip("needs root for a network namespace")
    for tool in ("ip", "unshare", "tcpdump"):
        if not shutil.which(tool):
            skip(f"needs {tool}")
    if os.environ.get("TENURE_UNSHARED") != "1":
        os.execvpe("unshare", ["unshare", "-n", sys.executable, *sys.argv], dict(os.environ, TENURE_UNSHARED="1"))
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    raw = add_veth("out0", "in0")
    listed = [subprocess.run([program, "-D"], stdout=subprocess.PIPE, check=True).stdout for program in (FLOWS, "tcpdump")]
    assert listed[0] == listed[1] and b"in0" in listed[0], listed
    with tempfile.TemporaryDirectory() as folder:
        statistics(Path(folder), raw)
        count(Path(folder), raw)
        other = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        other.bind(("in0", 0))
        fanout(Path(folder), (raw, other))
        fanout_joins(Path(folder), raw)
        patterns(Path(folder))
        summary(raw)
        progress(Path(folder))


if __name__ == "__main__":
    main()
