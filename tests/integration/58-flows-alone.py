#!/usr/bin/env python3
"""Goal: tenure-flows says that an address was alone only where no packet can hide from it.

Beside a meter that reads all: none with a filter, a share of the packets or a number of them says it at all. Where packets were cut, or a ring
dropped some, it is said of the time between the address's own packets and no more. An interface that comes and is silent takes nothing from it. While a pod's interface is not read nothing is alone, which
is said once, and its end. Each 5 s one record confirms what is alone still, after those of what is not. An interface may be asked for by an alternative name. Needs root, ip and unshare.
"""

import json
import re
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from flows_links import FLOWS, Interface, Namespace, check_confirmed, ip, nanoseconds, node, unshare, wait_for

SECOND = 10**9
FLOOD = """
import socket, sys
sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
sock.bind((sys.argv[1], 0))
for _ in range(int(sys.argv[2])):
    sock.sendto(b"x" * 600, ("fd00::1", 9999))
"""


class Meter:
    """Meters what OPTIONS say, of the interfaces NAMES and those that match PATTERN."""

    started = []

    def __init__(self, folder, name, *options, names=(), pattern="veth*", words=()):
        Meter.started.append(self)
        self.links, self.log = folder / f"{name}.ndjson", folder / f"{name}.log"
        which = [word for one in names for word in ("-i", one)] or ["--interfaces-from", pattern]
        self.process = subprocess.Popen(
            [FLOWS, *which, "--out", folder / f"{name}.flows", "--links", self.links, "--cluster", "lab", "--observer-name", "n1", *options, *words],
            stderr=open(self.log, "w"))

    def said(self, words):
        return words in self.log.read_text()

    def ready(self, *interfaces):
        wait_for("the captures", lambda: all(self.said(f"interface {one.name}: capture started") for one in interfaces))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=30) == 0, self.log.read_text()
        self.counters = {name: int(value) for name, value in re.findall(r"(\w+)=(\d+)", self.log.read_text().splitlines()[-1])}
        self.told = [json.loads(line)["object"] for line in self.links.read_bytes().splitlines()]
        return self

    def last(self, one):
        """What it said of ONE's address last."""
        found = [told for told in self.told if told["status"]["addresses"][0]["ip"] == one.address]
        assert found, (one.name, self.told, self.log.read_text())
        return found[-1]["status"]["addresses"][0]


def say_nothing(folder, pods, options, names=(), words=()):
    meter = Meter(folder, "nothing", *options, names=names, words=words)
    meter.ready(*(pods[:len(names)] or pods))
    for pod in pods:
        pod.talk()
    time.sleep(0.6)
    pods[0].talk()
    meter.stop()
    assert meter.last(pods[0])["first"]
    assert not any("alone" in address for told in meter.told for address in told["status"]["addresses"]), (options, meter.told)


def begins_with_its_packets(address):
    """It was alone from its first packet on, as any is until the last, and not before."""
    return "alone" in address and address["alone"]["since"] == address["first"]


def silent_pod(name, sandbox):
    """A pod that has no IPv4: what it sends is of IPv6 only."""
    one = Interface(name, sandbox, "10.1.0.77")
    sandbox.ask("ip", "address flush dev eth0 scope global\nroute flush dev eth0\naddress add fd00::77/64 dev eth0 nodad\n"
                "neighbour add fd00::1 lladdr ee:ee:ee:ee:ee:ee dev eth0\n")
    return one


def flood(sandbox, count):
    subprocess.run(["nsenter", "-t", str(sandbox.process.pid), "-n", "python3", "-c", FLOOD, "fd00::77", str(count)], check=True)


def lose(folder, pods, sandboxes):
    """Packets of an interface of which no address is known are cut, or dropped."""
    sandboxes.append(Namespace())
    whole = Meter(folder, "whole")
    cut = Meter(folder, "cut", "--snaplen", "40")
    dropping = Meter(folder, "dropping", "--buffer", "262144", "--buffer-total", "2097152")
    meters = [whole, cut, dropping]
    silent = silent_pod("veth77", sandboxes[-1])
    for meter in meters:
        meter.ready(*pods, silent)
    time.sleep(1)
    pods[0].talk()
    dropping.process.send_signal(signal.SIGSTOP)
    flood(silent.sandbox, 3000)
    pods[0].talk()
    dropping.process.send_signal(signal.SIGCONT)
    pods[0].talk()
    flood(silent.sandbox, 10)
    time.sleep(1)
    whole, cut, dropping = (meter.stop() for meter in meters)
    address = whole.last(pods[0])
    assert whole.counters["kernel_drops"] == 0, whole.counters
    assert nanoseconds(address["alone"]["since"]) < nanoseconds(address["first"]), address
    assert cut.counters["short_ip"] >= 3000 and begins_with_its_packets(cut.last(pods[0])), (cut.counters, cut.last(pods[0]))
    assert dropping.counters["kernel_drops"] > 0, dropping.counters
    assert begins_with_its_packets(dropping.last(pods[0])), dropping.last(pods[0])
    missed = dropping.counters["links_missed"]
    assert missed > whole.counters["links_missed"], (missed, whole.counters)
    silent.delete()


def unread(folder, pods, sandboxes):
    """An interface whose name does not match is there for a while."""
    sandboxes.append(Namespace())
    ip(f"link property add dev {pods[0].name} altname other0\n")
    meter, named = Meter(folder, "unread"), Meter(folder, "named", names=["other0", pods[1].name])
    for one in (meter, named):
        one.ready(*pods)
    pods[0].talk()
    time.sleep(1)
    began = time.time_ns()
    other = Interface("cali9", sandboxes[-1], "10.1.0.9")
    pods[0].talk()
    for one in (meter, named):
        wait_for("the warning", lambda: one.said("interface cali9: is a pod's and is not read, for it is not captured"))
    pods[0].talk()
    assert len(re.findall("is not read", meter.log.read_text())) == 1
    other.delete()
    wait_for("its end", lambda: meter.said("all pods' interfaces are read again"))
    # Whatever was said while it was there ends before it came; an address's own packets prove more.
    for told in map(json.loads, meter.links.read_bytes().splitlines()):
        for address in told["object"]["status"]["addresses"]:
            assert "alone" not in address or nanoseconds(address["alone"]["until"]) <= max(began, nanoseconds(address["last"])), (began, address)
    assert meter.stop().counters["links_unread"] == 1, meter.counters
    named.stop()
    told = [one for one in named.told if one["metadata"]["name"] == pods[0].name]
    assert told and told[-1]["spec"]["index"] == pods[0].index, named.told
    assert named.counters["links_unread"] == 1


def without_ipv6():
    """A sandbox that sends nothing by itself."""
    sandbox = Namespace()
    subprocess.run(["nsenter", "-t", str(sandbox.process.pid), "-n", "sh", "-c",
                    "for name in all default; do echo 1 >/proc/sys/net/ipv6/conf/$name/disable_ipv6; done"], check=True)
    return sandbox


def silent(folder, pods, sandboxes):
    """An interface that has received nothing when its capture begins has hidden nothing."""
    sandboxes.append(without_ipv6())
    meter = Meter(folder, "silent")
    meter.ready(*pods)
    wait_for("its first record", lambda: (pods[0].talk(), meter.links.read_bytes())[1])
    pods[0].talk()  # of which the last one says
    time.sleep(1)
    one = Interface("veth50", sandboxes[-1], "10.1.0.50")
    meter.ready(one)
    time.sleep(1)
    address = meter.stop().last(pods[0])
    assert nanoseconds(address["alone"]["until"]) > one.created + SECOND // 2, (address, vars(one))
    assert meter.counters["links_missed"] == len(pods), meter.counters
    one.delete()


def confirm(meter, pods, sandboxes):
    """While two pods send, each 5 s a record confirms that both are alone, and no longer the one whose address another interface sends from."""
    # If packets of the other one were missed while no address of it is known, none of the two would be alone before it sends again.
    sandboxes.append(without_ipv6())

    def confirmed(after):
        for pod in pods:
            pod.talk(0)
        return any(nanoseconds(found) > after for found in re.findall(r'"confirmed":"([^"]+)"', meter.links.read_text()))

    wait_for("a record that confirms", lambda: confirmed(0))
    other = Interface("veth60", sandboxes[-1], "10.1.0.60")
    other.sandbox.ask("ip", f"address add {pods[0].address}/32 dev eth0\nroute change default via 169.254.1.1 dev eth0 onlink src {pods[0].address}\n")
    other.address = pods[0].address
    meter.ready(other)
    other.talk(0)
    wait_for("another one", lambda: confirmed(other.end))
    meter.stop()
    records = [json.loads(line) for line in meter.links.read_bytes().splitlines()]
    made, longer = check_confirmed(records, [*pods, other])
    apart = min(later - earlier for earlier, later in zip(made, made[1:])) / SECOND
    assert 4.9 < apart < 10 and longer, (made, longer)
    last = [told for told in meter.told if "confirmed" in told["status"]][-1]
    assert last["metadata"]["name"] == pods[1].name, last
    number = last["spec"]["meter"]["record"]
    alone = [told for told in meter.told[:number] if told["metadata"]["name"] == pods[0].name][-1]["status"]["addresses"][0]["alone"]
    # By the kernel's time of the packet, which on a busy machine is after the call that sent it.
    first = [told for told in meter.told if told["metadata"]["name"] == other.name][0]["status"]["addresses"][0]["first"]
    assert "open" not in alone and nanoseconds(alone["until"]) < nanoseconds(first), (alone, first, vars(other))
    print(f"{len(records)} records, {len(made)} of which, {apart:.1f} s apart, confirmed up to {max(longer) / SECOND:.1f} s more")
    other.delete()


def main():
    unshare()
    node()
    sandboxes = [Namespace(), Namespace()]
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        pods = [Interface(f"veth{number}", sandbox, f"10.1.0.{number}") for number, sandbox in zip((2, 3), sandboxes)]
        try:
            say_nothing(folder, pods, [], words=["udp"])
            say_nothing(folder, pods, ["--fanout", "7"], names=[pods[0].name])
            say_nothing(folder, pods, ["--count", "1000000"])
            confirming = Meter(folder, "confirming")
            silent(folder, pods, sandboxes)
            confirm(confirming, pods, sandboxes)
            lose(folder, pods, sandboxes)
            unread(folder, pods, sandboxes)
        finally:
            for meter in Meter.started:
                meter.process.kill()
            for sandbox in sandboxes:
                sandbox.end()


if __name__ == "__main__":
    main()
