#!/usr/bin/env python3
"""Goal: with --conntrack, each flow's translation (NAT) is the one that its client and its server saw, or none is said.

A network namespace plays the node: nftables translates a service's address to two backends in turn and hides the pods
behind the node's address when they call outside. Every server says which peer it saw, so the truth does not come from
conntrack. Clients use TCP and UDP, one port several times, and one connection from before the meter's start; an entry
is deleted under a running flow; and events are lost. Once with conntrack's time stamps and once without.
Needs root, ip, nft and a kernel with conntrack. Nothing leaves the namespaces.
"""

import collections
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from datetime import datetime
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


def skip(reason):
    print(reason)
    sys.exit(77)


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


def nanoseconds(text):
    whole, _, fraction = text.rstrip("Z").partition(".")
    return int(datetime.fromisoformat(whole + "+00:00").timestamp()) * 10**9 + int(fraction.ljust(9, "0"))


def tuple_of(flow):
    return tuple((flow[side]["ip"], flow[side]["port"]) for side in ("source", "destination"))


def said(flow, member):
    """The two ends on the other side of the translation, or None if the flow does not say so."""
    if not any(member in flow[side] for side in ("source", "destination")):
        return None
    return tuple((end["ip"], end["port"]) for end in (flow[side].get(member, flow[side]) for side in ("source", "destination")))


def latest(found, start):
    """The last of the calls with one tuple that began before a packet was captured."""
    return max((one for one in found if one[3] <= start), key=lambda one: one[3], default=None)


def check(flows, truth):
    """Each flow that says something says what the client and the server saw. Returns what they say, counted."""
    counts = collections.Counter()
    by_client, by_server = collections.defaultdict(list), collections.defaultdict(list)
    for one in truth:
        protocol, own, other, _, _, *answers = one
        by_client[protocol, (PODS[A], own[1]), tuple(other)].append(one)
        for answer in answers[-2:] if answers[0] == "mixed" else answers:
            by_server[protocol, tuple(answer[1]), tuple(answer[0])].append(one)
    for flow in flows:
        if "port" not in flow["source"]:
            continue
        key, start = (flow["network"]["transport"], *tuple_of(flow)), nanoseconds(flow["event"]["start"])
        later, earlier = said(flow, "nat"), said(flow, "original")
        before, after = latest(by_client[key], start), latest(by_server[key], start)
        if later is not None:
            assert before and earlier is None, f"no client saw this: {flow}"
            assert [list(end) for end in reversed(later)] == before[5], (flow, before)
            counts["later"] += 1
        elif earlier is not None:
            assert after and earlier == ((PODS[A], after[1][1]), tuple(after[2])), (flow, after)
            counts["earlier"] += 1
        elif any(one and is_translated(one) for one in (before, after)):
            counts["unsaid"] += 1
        else:
            counts["nothing"] += 1
    return counts


def is_translated(seen):
    """Whether the server was not who was called, or saw another caller."""
    _, own, other, _, _, answer, *_ = seen
    return answer != "mixed" and answer != [other, [PODS[A], own[1]]]


def work(lab):
    """What clients do."""
    for _ in range(20):
        lab.call("tcp", WEB, asks=2)
        lab.call("udp", NAMES, asks=3)
    for _ in range(5):
        lab.call("tcp", ("192.0.2.1", 8080))
        lab.call("udp", ("192.0.2.1", 5353))
        lab.call("tcp", ("10.9.0.11", 8080))
        lab.call("udp", ("10.9.0.12", 5353))
    lab.quiet(9000, 9005)
    for _ in range(6):  # one tuple, again and again: once this backend and once that
        lab.call("tcp", WEB, own=7000, reset=1)
        time.sleep(0.3)
    for _ in range(6):
        lab.call("tcp", WEB, own=7001, reset=1)


def forget(lab, name):
    """Conntrack forgets a datagram's connection under a conversation, as kube-proxy makes it; the next packet goes to the other server."""
    port = lab.tell("hold", name, "udp", *NAMES).split()[1]
    at_node("conntrack", "-D", "-p", "udp", "--orig-port-src", port, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    lab.tell("mixed", name)
    lab.tell("end", name)


def check_work(lab, stamps):
    """A meter that was not disturbed says everything, but for a tuple that is used again at once and for forgotten connections."""
    lab.tell("hold", "old", "tcp", *WEB)
    lab.meter("--idle-timeout-datagram", "2s")
    status = Path(f"/proc/{lab.running.pid}/status").read_text()
    assert re.search(r"CapEff:\t0*2000\n", status), status
    lab.tell("ask", "old")
    work(lab)
    forget(lab, "forgotten")
    lab.tell("end", "old")
    time.sleep(4.5)
    flows, counters = lab.stop()
    lab.add_quiet()
    counts = check(flows, lab.truth)
    assert counters["kernel_drops"] == counters["conntrack_lost"] == 0, counters
    for flow in flows:
        said_it = any(member in flow[side] for side in ("source", "destination") for member in ("nat", "original"))
        if flow["source"].get("port") not in (7000, 7001) and flow["destination"].get("ip") == VIP and not said_it:
            assert flow["network"]["transport"] == "udp" and is_mixed(flow, lab.truth), flow
    mixed = [flow for flow in flows if is_mixed(flow, lab.truth)]
    assert any("nat" not in flow["destination"] for flow in mixed if flow["destination"]["ip"] == VIP), mixed
    again = [flow for flow in flows if flow["source"].get("port") == 7000 and flow["destination"]["ip"] == VIP]
    servers = {flow["destination"]["nat"]["ip"] for flow in again if "nat" in flow["destination"]}
    assert len(again) == 6 and servers == {PODS[B1], PODS[B2]}, again
    print(f"time stamps {stamps}: {dict(counts)}, {counters['translations_unsure']} unsure")


def is_mixed(flow, truth):
    return any(one[5] == "mixed" and one[1][1] == flow["source"].get("port") for one in truth)


def check_loss(lab, stamps):
    """More events than the socket holds, while the meter is stopped: nothing wrong is said, and what goes on is known again."""
    lab.meter("--idle-timeout-datagram", "2s", "--active-timeout", "1s")
    lab.tell("hold", "before", "tcp", *WEB)
    time.sleep(0.3)
    lab.running.send_signal(signal.SIGSTOP)
    lab.quiet(10000, 50000)
    lab.tell("hold", "amid", "tcp", *WEB)
    lab.running.send_signal(signal.SIGCONT)
    wait_for("the loss", lambda: "events were lost" in lab.log.read_text())
    for _ in range(15):
        time.sleep(0.2)
        for name in ("before", "amid"):
            lab.tell("ask", name)
    ports = {name: json.loads(lab.tell("end", name))[1][1] for name in ("before", "amid")}
    lab.call("tcp", WEB)
    time.sleep(4.5)
    flows, counters = lab.stop()
    lab.add_quiet()
    counts = check(flows, lab.truth)
    assert counters["conntrack_lost"] > 0 and counters["conntrack_full"] == 0, counters
    for name, port in ports.items():
        slices = [flow for flow in flows if flow["source"].get("port") == port and flow["destination"]["ip"] == VIP]
        assert "nat" in slices[-1]["destination"], (name, slices)
    print(f"time stamps {stamps}, after {counters['conntrack_lost']} losses: {dict(counts)}, {counters['translations_unsure']} unsure")


def check_refusals(lab):
    code, words = lab.refused("-r", "/dev/null")
    assert code == os.EX_USAGE and "--conntrack" in words, words
    at_node("sysctl", "-qw", "net.netfilter.nf_conntrack_events=0")
    code, words = lab.refused("-i", "veth1")
    assert code == os.EX_UNAVAILABLE and "nf_conntrack_events" in words, words
    at_node("sysctl", "-qw", "net.netfilter.nf_conntrack_events=2")
    command = ["ip", "netns", "exec", NODE, "setpriv", "--bounding-set", "-net_admin", "--inh-caps", "-net_admin", str(BUILD / "tenure-flows")]
    done = subprocess.run([*command, "-i", "veth1", "--conntrack", "--out", "-"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=30)
    assert done.returncode == os.EX_NOPERM and "CAP_NET_ADMIN" in done.stderr, done.stderr


def run(folder, started):
    lab = Lab(folder, started)
    check_refusals(lab)
    for stamps in (0, 1):
        at_node("sysctl", "-qw", f"net.netfilter.nf_conntrack_timestamp={stamps}")
        for check_it in (check_work, check_loss):
            at_node("conntrack", "-F", stderr=subprocess.DEVNULL)
            lab.truth.clear()
            lab.quiet_calls.clear()
            check_it(lab, stamps)


def main():
    if os.geteuid() != 0:
        skip("needs root for network namespaces")
    for tool in ("ip", "nft", "conntrack", "ss", "setpriv"):
        if not shutil.which(tool):
            skip(f"needs {tool}")
    if not Path("/proc/sys/net/netfilter/nf_conntrack_events").exists():
        subprocess.run(["modprobe", "nf_conntrack"], stderr=subprocess.DEVNULL)
        if not Path("/proc/sys/net/netfilter/nf_conntrack_events").exists():
            skip("this kernel has no conntrack")
    started = []
    folder = Path(tempfile.mkdtemp(prefix="tenure-flows-conntrack-"))
    try:
        run(folder, started)
    except BaseException:
        print((folder / "log").read_text() if (folder / "log").exists() else "no log")
        raise
    finally:
        for process in started:
            if process.poll() is None:
                process.kill()
        for namespace in (*PODS, NODE):
            subprocess.run(["ip", "netns", "del", namespace], stderr=subprocess.DEVNULL)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
