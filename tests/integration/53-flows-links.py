#!/usr/bin/env python3
"""Goal: what tenure-flows says of pods' interfaces is so: whose packets came from where, and since when and until when each was there.

A network namespace plays the node, others its pods: some routed, as by Calico (host ends with one MAC, a gateway that
is not there), some on a bridge, whose frames are flooded too. Pods come, talk and go before two meters; an
address moves to another interface at once, an index is used again at once, an interface is renamed, and the
kernel's notices are lost. The truth is when each command began and ended, and each datagram was sent. Needs root, ip and unshare.
"""

import copy
import json
import os
import random
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
FLOWS = BUILD / "tenure-flows"
TIGHT = 200_000_000  # ns
CALICO = "ee:ee:ee:ee:ee:ee"
# To the bridge, another pod, all, and a machine that no port is known to lead to; to a pod of either kind.
BRIDGED = ["10.2.0.1", "10.2.0.2", "10.2.0.255", "10.2.0.250", "10.1.0.2"]
ROUTED = ["10.1.0.2", "10.2.0.2"]
# In a pod: runs commands, and sends datagrams, of which it prints when the first and the last were sent.
POD = """
import json, socket, subprocess, sys, time
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
sock.bind(("0.0.0.0", 9999))
sock.setblocking(False)
print("{}", flush=True)
for line in sys.stdin:
    word, *rest = json.loads(line)
    said = {}
    if word == "ip":
        subprocess.run(["ip", "-batch", "-"], input=rest[0], text=True, check=True)
    else:
        for target in rest[0]:  # so that no datagram waits for a neighbour's MAC later
            said.setdefault("first", time.time_ns())
            sock.sendto(b"x", (target, 9999))
        time.sleep(rest[1])
        said["last"] = time.time_ns()
        sock.sendto(b"x", (rest[0][0], 9999))
        said["end"] = time.time_ns()
    print(json.dumps(said), flush=True)
"""


def skip(reason):
    print(reason)
    sys.exit(77)


def wait_for(what, claim, seconds=20):
    end = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.02)


def ip(commands):
    subprocess.run(["ip", "-batch", "-"], input=commands, text=True, check=True)


def nanoseconds(text):
    whole, _, fraction = text.rstrip("Z").partition(".")
    return int(datetime.fromisoformat(whole + "+00:00").timestamp()) * 10**9 + int(fraction.ljust(9, "0"))


class Namespace:
    """A pod's sandbox."""

    def __init__(self):
        self.process = subprocess.Popen(["unshare", "-n", sys.executable, "-c", POD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()

    def ask(self, *words):
        print(json.dumps(words), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def end(self):
        self.process.kill()
        self.process.wait()


class Interface:
    """The node's end of a pod's interface, and all that is true of it."""

    def __init__(self, name, sandbox, address, index=None):
        self.name, self.sandbox, self.address, self.bridged = name, sandbox, address, address.startswith("10.2.")
        self.mac = "02:" + ":".join(f"{random.randrange(256):02x}" for _ in range(5))
        self.first = self.last = self.end = self.gone = self.gone_from = None
        self.loose = False  # notices were lost
        self.created_from = time.time_ns()
        ip(f"link add {name} {'' if self.bridged else f'address {CALICO}'} {f'index {index}' if index else ''} type veth "
           f"peer name eth0 address {self.mac} netns {sandbox.process.pid}\n")
        self.created = time.time_ns()
        ip(f"link set {name} {'master cni0' if self.bridged else ''} up\n" + ("" if self.bridged else f"route add {address} dev {name}\n"))
        self.index = int(Path(f"/sys/class/net/{name}/ifindex").read_text())
        sandbox.ask("ip", f"link set eth0 up\naddress add {address}/{24 if self.bridged else 32} broadcast + dev eth0\n" + (
            "route add default via 10.2.0.1\nneighbour add 10.2.0.250 lladdr 02:00:00:00:00:fa dev eth0\n" if self.bridged else
            f"neighbour add 169.254.1.1 lladdr {CALICO} dev eth0\nroute add default via 169.254.1.1 dev eth0 onlink\n"))

    def talk(self, rest=0.05):
        told = self.sandbox.ask("send", BRIDGED if self.bridged else ROUTED, rest)
        self.first = self.first or told["first"]
        self.last, self.end = told["last"], told["end"]

    def delete(self):
        self.gone_from = time.time_ns()
        ip(f"link delete {self.name}\n")
        self.gone = time.time_ns()


class Meter:
    count = 0

    def __init__(self, folder):
        Meter.count += 1
        self.links, self.log = folder / f"kube{Meter.count}", folder / f"log{Meter.count}"
        self.started = time.time_ns()
        self.process = subprocess.Popen(
            [FLOWS, "--interfaces-from", "cali*", "--interfaces-from", "veth*", "--out", folder / f"flows{Meter.count}", "--observer-name", "host1",
             "--links", self.links, "--node-name", "node1", "--cluster", "lab"], stderr=open(self.log, "w"))
        self.since = None

    def ready(self, interfaces):
        wait_for("the captures", lambda: all(f"interface {one.name}: capture started" in self.log.read_text() for one in interfaces))
        return self

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=30) == 0, self.log.read_text()
        lines = self.links.read_bytes().splitlines()
        leave("kube", lines)
        return [json.loads(line) for line in lines]


def check_interface(one, records, before, counts):
    """ONE's RECORDS, of one meter, say what is so. BEFORE: it was there when the meter began."""
    last = records[-1]["object"]
    status = last["status"]
    assert {record["object"]["metadata"]["uid"] for record in records} == {last["metadata"]["uid"]}
    assert last["spec"]["node"] == "node1" and last["spec"]["host"] == "host1" and last["spec"]["index"] == one.index, last
    for record in records:
        told = record["object"]["status"]
        assert [address["ip"] for address in told["addresses"]] == [one.address], (one.name, one.address, told)
        first, until = (nanoseconds(told["addresses"][0][member]) for member in ("first", "last"))
        assert first <= until <= one.end + TIGHT, (one.name, told, vars(one))
        assert before or one.loose or one.first <= first <= one.first + TIGHT, (one.name, told, vars(one))
        assert ("since" in told) != before, told
        assert before or nanoseconds(told["since"]) <= one.created, (told, vars(one))
        assert before or nanoseconds(told["since"]) <= first, told
        assert "until" not in told or (one.gone_from and nanoseconds(told["until"]) >= one.gone_from and nanoseconds(told["until"]) >= until), (told, vars(one))
    address = status["addresses"][0]
    assert one.last <= nanoseconds(address["last"]) <= one.end + TIGHT, (one.name, status, vars(one))
    if not before and not one.loose:
        counts["since"].append(one.created - nanoseconds(status["since"]))
    if one.gone and not one.loose:
        assert "until" in status, (one.name, status)
        counts["until"].append(nanoseconds(status["until"]) - one.gone_from)
        assert records[-1]["type"] == "DELETED"
    assert last["spec"]["mac"] == one.mac, (last, one.mac)


def check(meter, records, interfaces, old, counts):
    """What METER said of INTERFACES. Those in OLD were there before it."""
    groups = {}
    for record in records:
        assert record["cluster"] == "lab" and record["resource"] == "interfaces", record
        groups.setdefault(record["object"]["metadata"]["uid"], []).append(record)
    ways = {}
    for group in groups.values():
        told = group[0]["object"]
        ways.setdefault((told["metadata"]["name"], told["spec"]["index"]), []).append(group)
    for one in interfaces:
        found = [group for group in ways.get((one.name, one.index), []) if group[0]["object"]["status"]["addresses"][0]["ip"] == one.address]
        assert len(found) == 1, (one.name, one.index, one.address, len(found), meter.log.read_text())
        check_interface(one, found[0], one in old, counts)
    assert len(groups) == len(interfaces), [group[0]["object"] for group in groups.values()]
    return len(groups), len(records)


def end_of(counts, name):
    found = sorted(counts[name])
    assert found[0] >= 0 and found[-1] <= TIGHT + 20_000_000, (name, found)
    return f"{name} is {found[0] / 1e6:.1f} to {found[-1] / 1e6:.1f} ms off, in the middle {found[len(found) // 2] / 1e6:.1f}"


class Node:
    def __init__(self, folder, sandboxes):
        self.folder, self.sandboxes, self.all, self.meters = folder, sandboxes, [], []
        ip("link set lo up\nlink add cni0 address 02:00:00:00:00:01 type bridge\naddress add 10.2.0.1/24 dev cni0\nlink set cni0 up\n")
        Path("/proc/sys/net/ipv4/ip_forward").write_text("1")

    def sandbox(self):
        self.sandboxes.append(Namespace())
        return self.sandboxes[-1]

    def pod(self, name, address, index=None):
        self.all.append(Interface(name, self.sandbox(), address, index))
        return self.all[-1]

    def captured(self, *interfaces):
        for meter in self.meters:
            meter.ready(interfaces)

    def come_and_go(self, number):
        one = self.pod(f"cali{number}" if number % 2 else f"veth{number}", f"10.{1 + (number + 1) % 2}.0.{10 + number}")
        self.captured(one)
        one.talk()
        if number % 3 > 0:
            one.delete()
        return one

    def move(self):
        """An address goes to another pod's interface at once."""
        old = self.pod("cali100", "10.1.0.100")
        sandbox = self.sandbox()
        self.captured(old)
        old.talk()
        old.delete()
        new = Interface("cali101", sandbox, "10.1.0.100")
        self.all.append(new)
        self.captured(new)
        new.talk()
        return (new.created - old.gone_from) / 1e6

    def use_again(self):
        old = self.pod("veth110", "10.2.0.110", index=5000)
        self.captured(old)
        old.talk()
        old.delete()
        new = self.pod("veth111", "10.2.0.111", index=5000)
        self.captured(new)
        new.talk()

    def rename(self):
        """It is the same interface, of which two names say what each has seen, and which is not gone."""
        one = self.pod("veth120", "10.2.0.120")
        self.captured(one)
        one.talk()
        ip("link set veth120 name veth121\n")
        other = copy.copy(one)
        other.name, other.first, other.loose = "veth121", None, True
        self.all.append(other)
        self.captured(other)
        other.talk()

    def lose(self):
        """Notices are lost, among them that an index was used again, and even its name."""
        gone = self.pod("cali130", "10.1.0.130", index=6000)
        self.captured(gone)
        gone.talk()
        for meter in self.meters:
            meter.process.send_signal(signal.SIGSTOP)
        ip("".join(f"link set lo alias a{number}\n" for number in range(4000)))
        gone.delete()
        new, again = self.pod("veth131", "10.2.0.131"), self.pod("cali130", "10.1.0.132", index=6000)
        gone.loose = new.loose = again.loose = True
        for meter in self.meters:
            said = meter.log.read_text().count("interface cali130: capture started")
            meter.process.send_signal(signal.SIGCONT)
            wait_for("the loss", lambda: "notices of interfaces were lost" in meter.log.read_text())
            wait_for("the new interface", lambda: meter.log.read_text().count("interface cali130: capture started") > said)
        self.captured(new)
        for one in (new, again):
            one.talk()


def run(folder, sandboxes):
    node, counts, figures = Node(folder, sandboxes), {"since": [], "until": []}, []
    node.pod("cali1", "10.1.0.2")
    node.pod("veth2", "10.2.0.2")
    old = list(node.all)
    node.meters = [Meter(folder), Meter(folder)]
    node.captured(*old)
    for one in old:
        one.talk()
    for number in range(20):
        node.come_and_go(number)
    moved = node.move()
    node.use_again()
    node.rename()
    node.lose()
    records = [node.meters[0].stop()]
    figures.append(check(node.meters[0], records[0], node.all, old, counts))
    # A meter that starts again says of what is there what it sees itself.
    kept = [one for one in node.all if not one.gone and one.name != "veth120"]
    third = node.meters[0] = Meter(folder)
    third.ready(kept)
    for one in kept:
        one.talk(0)
    figures.append(check(node.meters[1], node.meters[1].stop(), node.all, old, counts))
    figures.append(check(third, third.stop(), kept, kept, counts))
    print(f"{figures[0][0]} interfaces, {figures[0][1]} records of the first meter, {figures[1][1]} of the second, {figures[2][1]} of the third; "
          f"an address moved within {moved:.0f} ms")
    print(end_of(counts, "since") + "; " + end_of(counts, "until"))


def main():
    if os.geteuid() != 0:
        skip("needs root for network namespaces")
    for tool in ("ip", "unshare"):
        if not shutil.which(tool):
            skip(f"needs {tool}")
    if os.environ.get("TENURE_UNSHARED") != "1":
        os.execvpe("unshare", ["unshare", "-n", "-m", sys.executable, *sys.argv], dict(os.environ, TENURE_UNSHARED="1"))
    subprocess.run(["mount", "-t", "sysfs", "sysfs", "/sys"], check=True)
    sandboxes = []
    with tempfile.TemporaryDirectory() as folder:
        try:
            run(Path(folder), sandboxes)
        finally:
            for sandbox in sandboxes:
                sandbox.end()


if __name__ == "__main__":
    main()
