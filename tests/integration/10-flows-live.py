#!/usr/bin/env python3
"""Goal: what tenure-flows reports of live traffic is what tcpdump captured and what the workload did.

Two network namespaces play pods, connected by veths to a third that plays the node. In them run a client and
a web server that waits a known time before it answers. The meter finds the veths by pattern; another one
appears and disappears while it runs. Then a flood at full speed: each frame that was sent is metered or counted as
dropped, also when the meter is stopped with a full ring. Needs root, ip and tcpdump. Nothing leaves the namespaces.
"""

import collections
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "schema"))
from records import leave  # noqa: E402

BUILD = Path(os.environ.get("BUILD", "build")).resolve()
NAME = f"tf{os.getpid() % 100000}"
NODE, A, B, C = (f"{NAME}-{part}" for part in ("node", "a", "b", "c"))
THINK = 0.030
REQUESTS = 25
SERVER = f"""
import http.server, time
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    def do_GET(self):
        time.sleep({THINK})
        body = b"x" * 5000
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()
    def log_message(self, *words):
        pass
http.server.ThreadingHTTPServer(("0.0.0.0", 8080), Handler).serve_forever()
"""
CLIENT = """
import http.client, socket, sys
connection = http.client.HTTPConnection(sys.argv[1], 8080, timeout=10)
for _ in range(int(sys.argv[2])):
    connection.request("GET", "/")
    connection.getresponse().read()
print(connection.sock.getsockname()[1])
connection.close()
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.sendto(b"nobody listens here", (sys.argv[1], 9))
"""


def skip(reason):
    print(reason)
    sys.exit(77)


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def inside(namespace, *command, **options):
    return subprocess.Popen(["ip", "netns", "exec", namespace, *command], **options)


def pod(namespace, veth, address):
    ip("netns", "add", namespace)
    ip("-n", NODE, "link", "add", veth, "type", "veth", "peer", "name", "eth0", "netns", namespace)
    ip("-n", NODE, "link", "set", veth, "up")
    ip("-n", NODE, "route", "add", address, "dev", veth)
    # The node answers ARP for all addresses, and immediately: by default it waits up to 0.8 s.
    for setting in (f"conf.{veth}.proxy_arp=1", f"neigh.{veth}.proxy_delay=0"):
        ip("netns", "exec", NODE, "sysctl", "-qw", f"net.ipv4.{setting}")
    ip("-n", namespace, "link", "set", "eth0", "up")
    ip("-n", namespace, "addr", "add", f"{address}/32", "dev", "eth0")
    ip("-n", namespace, "route", "add", "default", "dev", "eth0")


def wait_for(what, claim, seconds=15):
    end = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.05)


def packets_of(path):
    """Adds up the captured packets of each direction: {(source, sport, destination, dport): [packets, bytes, frame bytes]}."""
    data = path.read_bytes()
    assert struct.unpack_from("<I", data)[0] == 0xA1B2C3D4 and struct.unpack_from("<I", data, 20)[0] == 1
    found = collections.defaultdict(lambda: [0, 0, 0])
    at = 24
    while at + 16 <= len(data):
        captured, length = struct.unpack_from("<II", data, at + 8)
        frame = data[at + 16 : at + 16 + captured]
        at += 16 + captured
        if len(frame) < 38 or frame[12:14] != b"\x08\0" or frame[23] != 6:
            continue
        header = (frame[14] & 15) * 4
        address = lambda offset: ".".join(map(str, frame[offset : offset + 4]))
        sport, dport = struct.unpack_from(">HH", frame, 14 + header)
        entry = found[address(26), sport, address(30), dport]
        entry[0] += 1
        entry[1] += struct.unpack_from(">H", frame, 16)[0]
        entry[2] += length
    return found


def status_of(pid):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def check(folder, port):
    records = [json.loads(line) for line in (folder / "flows").read_text().splitlines()]
    captured = {"veth0": packets_of(folder / "veth0.pcap"), "veth1": packets_of(folder / "veth1.pcap")}
    for veth in captured:
        flows = [
            r
            for r in records
            if r["observer"]["interface"]["name"] == veth and r["source"].get("port") == port
        ]
        assert len(flows) == 1, f"{veth}: {len(flows)} flows from port {port}"
        flow = flows[0]
        ends = ("10.9.0.1", port), ("10.9.0.2", 8080)
        for side, key in (("source", ends[0] + ends[1]), ("destination", ends[1] + ends[0])):
            told = [flow[side][name] for name in ("packets", "bytes", "frame_bytes")]
            assert told == captured[veth][key], f"{veth} {side}: {told}, tcpdump saw {captured[veth][key]}"
        assert flow["flow"]["end_reason"] == "end_of_flow" and flow["flow"]["initiator"] == "syn", flow["flow"]
        assert 0 < flow["tcp"]["handshake"]["rtt"] < 10**8, flow["tcp"]
        times = flow["requests"]["response_time"]
        assert flow["requests"]["count"] == times["count"] == REQUESTS, flow["requests"]
        assert THINK * 1e9 <= times["min"] and times["sum"] / times["count"] < THINK * 1e9 + 2e7, times
        assert sum(times["histogram"]["counts"]) == REQUESTS
        print(f"{veth}: {told[0]} packets back, mean response {times['sum'] / times['count'] / 1e6:.2f} ms, think time {THINK * 1e3:.0f} ms")
    first, second = (r for r in records if r["source"].get("port") == port)
    assert first["network"]["community_id"] == second["network"]["community_id"]
    assert any(r["network"]["transport"] == "icmp" for r in records), "no ICMP from the port that nobody listens on"
    late = [r for r in records if r["observer"]["interface"]["name"] == "veth2" and r["network"]["transport"] == "tcp"]
    assert len(late) == 1 and late[0]["requests"]["count"] == 3, f"the pod that came late: {late}"
    assert late[0]["source"]["packets"] > 0 and late[0]["tcp"]["handshake"]["rtt"] > 0


def flood(folder, started, frames, stop_first):
    """Sends FRAMES to a meter and ends it; STOP_FIRST: it cannot read before it is asked to end."""
    log = open(folder / "flood-log", "w+")
    meter = inside(NODE, str(BUILD / "tenure-flows"), "-i", "flood1", "--out", "/dev/null", stderr=log)
    started.append(meter)
    wait_for("the capture", lambda: "capture started" in (folder / "flood-log").read_text())
    if stop_first:
        meter.send_signal(signal.SIGSTOP)
    sender = inside(NODE, str(BUILD / "tests/bench/flood"), str(frames), "flood0", stderr=subprocess.PIPE, text=True)
    started.append(sender)
    sent = int(sender.communicate(timeout=120)[1])
    meter.send_signal(signal.SIGTERM)
    meter.send_signal(signal.SIGCONT)
    assert meter.wait(timeout=60) == 0
    log.seek(0)
    counters = dict(re.findall(r"(\w+)=(\d+)", log.read().splitlines()[-1]))
    read, drops, unread = (int(counters[name]) for name in ("frames", "kernel_drops", "unread"))
    assert sent == frames and sent == read + drops and unread == 0 and read > 0, (sent, counters)
    print(f"{sent} frames sent: {read} metered, {drops} counted as dropped{', the meter was stopped' if stop_first else ''}")


def stop_in_flood(folder, started):
    """Ends a meter while frames come: what its ring has is metered."""
    log = open(folder / "flood-log", "w+")
    meter = inside(NODE, str(BUILD / "tenure-flows"), "-i", "flood1", "--out", "/dev/null", stderr=log)
    started.append(meter)
    wait_for("the capture", lambda: "capture started" in (folder / "flood-log").read_text())
    sender = inside(NODE, str(BUILD / "tests/bench/flood"), "100000000", "flood0", stderr=subprocess.DEVNULL)
    started.append(sender)
    time.sleep(1)
    meter.send_signal(signal.SIGTERM)
    assert meter.wait(timeout=60) == 0
    sender.send_signal(signal.SIGTERM)
    sender.wait(timeout=10)
    log.seek(0)
    last = log.read()
    assert " unread=0 " in last, last


def many_interfaces(folder, started, count):
    """The rings of a full node's interfaces stay within --buffer-total, 64 MiB."""
    batch = "".join(f"link add many{i} type veth peer name peer{i}\nlink set many{i} up\n" for i in range(count))
    subprocess.run(["ip", "-n", NODE, "-batch", "-"], input=batch, text=True, check=True)
    log = open(folder / "many-log", "w+")
    meter = inside(NODE, str(BUILD / "tenure-flows"), "--interfaces-from", "many*", "--out", "/dev/null", stderr=log)
    started.append(meter)
    wait_for("all captures", lambda: (folder / "many-log").read_text().count("capture started") == count, 60)
    rings, mapping = 0, ""
    for line in Path(f"/proc/{meter.pid}/smaps").read_text().splitlines():
        if re.match(r"[0-9a-f]+-", line):
            mapping = line
        elif line.startswith("Size:") and "socket:" in mapping:
            rings += int(line.split()[1])
    meter.send_signal(signal.SIGTERM)
    assert meter.wait(timeout=60) == 0
    assert 0 < rings <= 64 << 10, f"{rings} KiB of rings"
    print(f"{count} interfaces: rings of {rings / 1024:.1f} MiB")


def run(folder, started):
    ip("netns", "add", NODE)
    ip("-n", NODE, "link", "set", "lo", "up")
    ip("netns", "exec", NODE, "sysctl", "-qw", "net.ipv4.ip_forward=1")
    pod(A, "veth0", "10.9.0.1")
    pod(B, "veth1", "10.9.0.2")
    log = open(folder / "log", "w+")
    meter = inside(
        NODE, str(BUILD / "tenure-flows"), "--interfaces-from", "veth*", "--out", str(folder / "flows"),
        "--active-timeout", "60s", "--idle-timeout-datagram", "2s", "--observer-name", "node", stderr=log,
    )  # fmt: skip
    started.append(meter)
    for veth in ("veth0", "veth1"):
        started.append(
            inside(NODE, "tcpdump", "-i", veth, "-s", "100", "-U", "-Z", "root", "-w", str(folder / f"{veth}.pcap"), stderr=subprocess.DEVNULL)
        )
    started.append(inside(B, sys.executable, "-c", SERVER))
    said = lambda words: words in (folder / "log").read_text()
    wait_for("the captures", lambda: said("veth0: capture started") and said("veth1: capture started"))
    wait_for("tcpdump", lambda: all((folder / f"veth{i}.pcap").exists() for i in (0, 1)))
    wait_for("the server", lambda: b":8080" in subprocess.run(["ip", "netns", "exec", B, "ss", "-ltn"], stdout=subprocess.PIPE).stdout)
    status = status_of(meter.pid)
    assert status["NoNewPrivs"] == "1" and int(status["CapBnd"], 16) == int(status["CapEff"], 16) == 1 << 13, status
    client = inside(A, sys.executable, "-c", CLIENT, "10.9.0.2", str(REQUESTS), stdout=subprocess.PIPE, text=True)
    port = int(client.communicate(timeout=30)[0])
    # A pod appears, talks immediately, and disappears.
    pod(C, "veth2", "10.9.0.3")
    wait_for("the new interface", lambda: said("veth2: capture started"), 3)
    inside(C, sys.executable, "-c", CLIENT, "10.9.0.2", "3", stdout=subprocess.DEVNULL).wait(timeout=30)
    ip("-n", NODE, "link", "del", "veth2")
    wait_for("the end of the interface", lambda: said("veth2: capture ended"), 5)
    # Flows that are over end although no further packet comes.
    wait_for("the flows without any packet", lambda: f'"port":{port}' in (folder / "flows").read_text(), 15)
    for process in started[1:3]:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=10)
    meter.send_signal(signal.SIGTERM)
    assert meter.wait(timeout=10) == 0
    log.seek(0)
    last = [line for line in log.read().splitlines() if "frames=" in line][-1]
    assert " kernel_drops=0 " in last and "interfaces_opened=3" in last and "interfaces_gone=1" in last, last
    check(folder, port)
    ip("-n", NODE, "link", "add", "flood0", "type", "veth", "peer", "name", "flood1")
    for veth in ("flood0", "flood1"):
        ip("netns", "exec", NODE, "sysctl", "-qw", f"net.ipv6.conf.{veth}.disable_ipv6=1")
        ip("-n", NODE, "link", "set", veth, "up")
    flood(folder, started, 1_000_000, False)
    flood(folder, started, 200_000, True)
    stop_in_flood(folder, started)
    many_interfaces(folder, started, 110)
    leave("flows", (folder / "flows").read_bytes().splitlines())


def main():
    if os.geteuid() != 0:
        skip("needs root for network namespaces")
    for tool in ("ip", "tcpdump", "ss"):
        if not shutil.which(tool):
            skip(f"needs {tool}")
    started = []
    folder = Path(tempfile.mkdtemp(prefix="tenure-flows-live-"))
    folder.chmod(0o755)
    try:
        run(folder, started)
    except BaseException:
        print((folder / "log").read_text() if (folder / "log").exists() else "no log")
        raise
    finally:
        for process in started:
            if process.poll() is None:
                process.kill()
        for namespace in (A, B, C, NODE):
            subprocess.run(["ip", "netns", "del", namespace], stderr=subprocess.DEVNULL)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
