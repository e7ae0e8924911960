"""The node, pods, servers and clients of 09-flows-conntrack.py, in network namespaces of their own.

Every server says which peer it saw, and every client whom it called: the truth does not come from conntrack.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "schema"))
from records import leave  # noqa: E402

BUILD = Path(os.environ.get("BUILD", "build")).resolve()
NAME = f"tn{os.getpid() % 100000}"
NODE, A, B1, B2, OUT = (f"{NAME}-{part}" for part in ("node", "a", "b1", "b2", "out"))
PODS = {A: "10.9.0.1", B1: "10.9.0.11", B2: "10.9.0.12", OUT: "192.0.2.1"}
GATEWAY = "192.0.2.254"
VIP = "10.96.0.10"
WEB, NAMES = (VIP, 80), (VIP, 53)
RULES = """
table ip nat {
    chain prerouting {
        type nat hook prerouting priority dstnat
        ip daddr 10.96.0.10 tcp dport 80 dnat to numgen inc mod 2 map { 0 : 10.9.0.11 . 8080, 1 : 10.9.0.12 . 8080 }
        ip daddr 10.96.0.10 udp dport 53 dnat to numgen inc mod 2 map { 0 : 10.9.0.11 . 5353, 1 : 10.9.0.12 . 5353 }
    }
    chain postrouting {
        type nat hook postrouting priority srcnat
        oifname "veth4" masquerade
    }
}
"""
SERVER = """
import json, socket, socketserver, threading, time
own = {own!r}
class Stream(socketserver.StreamRequestHandler):
    def handle(self):
        try:
            for line in self.rfile:
                self.wfile.write(json.dumps([[own, 8080], list(self.client_address)]).encode() + b"\\n")
        except ConnectionResetError:
            pass
class Datagram(socketserver.BaseRequestHandler):
    def handle(self):
        data, sock = self.request
        seen = json.dumps([[own, 5353], list(self.client_address)])
        if data == b"quiet":
            print(json.dumps([time.time_ns(), *json.loads(seen)]), flush=True)
        else:
            sock.sendto(seen.encode(), self.client_address)
class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    request_queue_size = 100
    daemon_threads = True
datagrams = socketserver.UDPServer(("0.0.0.0", 5353), Datagram)
datagrams.socket.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)  # SO_RCVBUFFORCE
threading.Thread(target=datagrams.serve_forever, daemon=True).start()
Server(("0.0.0.0", 8080), Stream).serve_forever()
"""
# Reads commands, does them, and prints what it saw: [protocol, own end, other end, start, end, [server, peer]]; for two servers in one
# conversation "mixed", and then both.
CLIENT = """
import json, socket, struct, sys, time
held = {}
def begin(protocol, address, port, own, reset):
    kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
    sock = socket.socket(socket.AF_INET, kind)
    sock.settimeout(10)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if reset:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.bind(("0.0.0.0", own))
    start = time.time_ns()
    sock.connect((address, port))
    return [protocol, sock, (address, port), start, None, None]
def ask(seen, word=b"ask\\n"):
    seen[1].send(word)
    answer = json.loads(seen[1].recv(1000))
    assert seen[5] in (None, answer), (seen, answer)
    seen[5] = answer
def end(seen):
    own = seen[1].getsockname()
    seen[1].close()
    seen[1], seen[4] = own, time.time_ns()
    print(json.dumps(seen), flush=True)
for line in sys.stdin:
    word, *rest = line.split()
    if word == "call":
        protocol, address, port, own, reset, asks = rest
        seen = begin(protocol, address, int(port), int(own), int(reset))
        for _ in range(int(asks)):
            ask(seen)
        end(seen)
    elif word == "hold":
        name, protocol, address, port = rest
        held[name] = begin(protocol, address, int(port), 0, 0)
        ask(held[name])
        print("held", held[name][1].getsockname()[1], flush=True)
    elif word == "ask":
        ask(held[rest[0]])
        print("asked", flush=True)
    elif word == "mixed":
        seen = held[rest[0]]
        first, seen[5] = seen[5], None
        ask(seen)
        seen[5:] = ["mixed", first, seen[5]]
        print("asked", flush=True)
    elif word == "end":
        end(held.pop(rest[0]))
    elif word == "quiet":
        start = time.time_ns()
        for own in range(int(rest[2]), int(rest[3])):
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sock.bind(("0.0.0.0", own))
            sock.sendto(b"quiet", (rest[0], int(rest[1])))
            sock.close()
        print(start, time.time_ns(), flush=True)
"""


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def inside(namespace, *command, **options):
    return subprocess.Popen(["ip", "netns", "exec", namespace, *command], **options)


def at_node(*command, **options):
    return subprocess.run(["ip", "netns", "exec", NODE, *command], check=True, **options)


def pod(number, namespace, address):
    veth = f"veth{number}"
    ip("netns", "add", namespace)
    ip("-n", NODE, "link", "add", veth, "type", "veth", "peer", "name", "eth0", "netns", namespace)
    at_node("sysctl", "-qw", f"net.ipv6.conf.{veth}.disable_ipv6=1", f"net.ipv4.conf.{veth}.proxy_arp=1", f"net.ipv4.neigh.{veth}.proxy_delay=0")
    ip("-n", NODE, "link", "set", veth, "up")
    ip("-n", NODE, "route", "add", address, "dev", veth)
    ip("-n", namespace, "link", "set", "eth0", "up")
    ip("-n", namespace, "addr", "add", f"{address}/32", "dev", "eth0")
    ip("-n", namespace, "route", "add", "default", "dev", "eth0")


def wait_for(what, claim, seconds=20):
    end = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.05)


class Lab:
    def __init__(self, folder, started):
        self.folder, self.started, self.truth, self.quiet_calls = folder, started, [], []
        ip("netns", "add", NODE)
        ip("-n", NODE, "link", "set", "lo", "up")
        at_node("sysctl", "-qw", "net.ipv4.ip_forward=1")
        for number, (namespace, address) in enumerate(PODS.items(), 1):
            pod(number, namespace, address)
        ip("-n", NODE, "addr", "add", f"{GATEWAY}/32", "dev", "veth4")
        ip("-n", NODE, "route", "add", "10.96.0.0/16", "dev", "veth4")  # without a route the node does not answer ARP for it
        at_node("nft", "-f", "-", input=RULES, text=True)
        for namespace in (B1, B2, OUT):
            server = SERVER.replace("{own!r}", repr(PODS[namespace]))
            self.start(namespace, sys.executable, "-c", server, stdout=open(folder / namespace, "w"))
        for namespace in (B1, B2, OUT):
            listening = ["ip", "netns", "exec", namespace, "ss", "-lnt"]
            wait_for("the servers", lambda: ":8080" in subprocess.run(listening, stdout=subprocess.PIPE, text=True).stdout)
        self.client = self.start(A, sys.executable, "-c", CLIENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def start(self, namespace, *command, **options):
        self.started.append(inside(namespace, *command, **options))
        return self.started[-1]

    def tell(self, *words):
        print(*words, file=self.client.stdin, flush=True)
        answer = self.client.stdout.readline().strip()
        if answer.startswith("["):
            self.truth.append(json.loads(answer))
        return answer

    def call(self, protocol, other, own=0, reset=0, asks=1):
        self.tell("call", protocol, *other, own, reset, asks)

    def quiet(self, first, end):
        """One datagram from each port, without an answer: what the servers saw is in their logs."""
        start, stop = map(int, self.tell("quiet", *NAMES, first, end).split())
        self.quiet_calls.append((start, stop, range(first, end)))

    def add_quiet(self):
        """Adds to the truth what the servers saw of quiet()."""
        seen = [json.loads(line) for namespace in (B1, B2) for line in (self.folder / namespace).read_text().splitlines()]
        for start, stop, ports in self.quiet_calls:
            self.truth += [["udp", peer, list(NAMES), start, stop, [server, peer]]
                           for ns, server, peer in seen if start <= ns < stop + 3 * 10**9 and peer[1] in ports]

    def meter(self, *options):
        self.out, self.log = self.folder / "flows", self.folder / "log"
        self.out.unlink(missing_ok=True)
        self.running = self.start(
            NODE, str(BUILD / "tenure-flows"), "--interfaces-from", "veth*", "--conntrack", "--out", str(self.out),
            "--observer-name", "node", *options, stderr=open(self.log, "w"),
        )  # fmt: skip
        wait_for("the captures", lambda: self.log.read_text().count("capture started") == len(PODS))

    def stop(self):
        """Returns the flows and the last counters."""
        self.running.send_signal(signal.SIGTERM)
        assert self.running.wait(timeout=30) == 0, self.log.read_text()
        last = [line for line in self.log.read_text().splitlines() if "frames=" in line][-1]
        counters = {name: int(value) for name, value in re.findall(r"(\w+)=(\d+)", last)}
        leave("flows", self.out.read_bytes().splitlines()[:1000])
        return [json.loads(line) for line in self.out.read_text().splitlines()], counters

    def refused(self, *options):
        """The exit code and the last line of a meter that cannot start."""
        command = ["ip", "netns", "exec", NODE, str(BUILD / "tenure-flows"), "--out", "-", "--conntrack", *options]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=30)
        return done.returncode, done.stderr.strip().splitlines()[-1]
