#!/usr/bin/env python3
"""Goal: what tenure-flows says of pods' interfaces is so: whose packets came from where, since when and until when each was there, and over what time
an address was on no other one.

A network namespace plays the node, others its pods: some routed, as by Calico (host ends with one MAC, a gateway that
is not there), some on a bridge, whose frames are flooded too. Pods come, talk and go before two meters; an
address moves to another interface at once, an index is used again at once, an interface is renamed, and the
kernel's notices are lost. The truth is when each command began and ended, and each datagram was sent. Needs root, ip and unshare.
"""

import copy
import json
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from flows_links import FLOWS, Interface, Namespace, check_confirmed, ip, nanoseconds, node, unshare, wait_for

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "schema"))
from records import leave  # noqa: E402

TIGHT = 200_000_000  # ns, of most
LATE = 3_000_000_000  # of any, as the machine may be busy
SOON = 400_000_000  # from before the first packet was sent to its time, which the kernel tells
SKEW = 500_000_000


class Meter:
    started = []

    def __init__(self, folder):
        number = len(Meter.started)
        self.links, self.log = folder / f"kube{number}", folder / f"log{number}"
        self.process = subprocess.Popen(
            [FLOWS, "--interfaces-from", "cali*", "--interfaces-from", "veth*", "--out", folder / f"flows{number}", "--observer-name", "host1",
             "--links", self.links, "--node-name", "node1", "--cluster", "lab"], stderr=open(self.log, "w"))
        Meter.started.append(self)

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
        assert first <= until <= one.end + LATE, (one.name, told, vars(one))
        assert before or one.loose or one.first <= first <= one.sent + SOON, (one.name, told, vars(one))
        assert ("since" in told) != before, told
        assert before or nanoseconds(told["since"]) <= one.created, (told, vars(one))
        assert before or nanoseconds(told["since"]) <= first, told
        assert "until" not in told or (one.gone_from and nanoseconds(told["until"]) >= one.gone_from and nanoseconds(told["until"]) >= until), (told, vars(one))
    address = status["addresses"][0]
    # A meter that stands still loses packets, too.
    assert one.renamed or one.loose or one.last <= nanoseconds(address["last"]), (one.name, status, vars(one))
    if not before and not one.loose:
        counts["since"].append(one.created - nanoseconds(status["since"]))
    if one.gone and not one.loose:
        assert "until" in status, (one.name, status)
        counts["until"].append(nanoseconds(status["until"]) - one.gone_from)
        assert records[-1]["type"] == "DELETED"
    assert last["spec"]["mac"] == one.mac, (last, one.mac)


def check_alone(one, records, interfaces, counts):
    """No other pod sent from ONE's address while it was alone. The last record of one that is gone covers its end."""
    after = None
    for record in records:
        status = record["object"]["status"]
        address = status["addresses"][0]
        if "alone" not in address:
            continue
        since, until = (nanoseconds(address["alone"][member]) for member in ("since", "until"))
        assert since <= nanoseconds(address["first"]) <= until <= nanoseconds(record["received"]), record
        after = until - nanoseconds(status["until"]) if "until" in status else None
        for other in interfaces:
            if other.address == one.address and other.sandbox is not one.sandbox:
                assert other.last <= since or until < other.sent, (record, vars(other))
    if one.gone and not one.loose:
        counts["after"].append(after)


def check(meter, records, interfaces, old, counts):
    """What METER said of INTERFACES. Those in OLD were there before it."""
    made, longer = check_confirmed(records, interfaces)
    counts["confirmed"] += len(made)
    counts["longer"] += longer
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
        check_alone(one, found[0], interfaces, counts)
    assert len(groups) == len(interfaces), [group[0]["object"] for group in groups.values()]
    return len(groups), len(records)


def end_of(counts, name):
    found = sorted(counts[name])
    assert found[0] >= 0 and found[len(found) // 2] <= TIGHT and found[-1] <= LATE, (name, found)
    return f"{name} is {found[0] / 1e6:.1f} to {found[-1] / 1e6:.1f} ms off, in the middle {found[len(found) // 2] / 1e6:.1f}"


class Node:
    def __init__(self, folder, sandboxes):
        self.folder, self.sandboxes, self.all, self.meters = folder, sandboxes, [], []

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
        one = self.pod(f"cali{number}" if number % 2 else f"veth{number}", f"10.{1 + (number + 1) % 2}.0.{number}")
        self.captured(one)
        if number % 4 < 2:
            one.announce()
            time.sleep(0.5)
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
        one.renamed = True
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
    lab, counts, figures = Node(folder, sandboxes), {"since": [], "until": [], "after": [], "confirmed": 0, "longer": []}, []
    lab.pod("cali1", "10.1.0.2")
    lab.pod("veth2", "10.2.0.2")
    old = list(lab.all)
    lab.meters = [Meter(folder), Meter(folder)]
    lab.captured(*old)
    for one in old:
        one.talk()
    for number in range(10, 30):
        lab.come_and_go(number)
    moved = lab.move()
    lab.use_again()
    lab.rename()
    lab.lose()
    # The first is made 5 s after something is open, which may be later than all of this took.
    wait_for("a record that confirms", lambda: all('"confirmed"' in meter.links.read_text() for meter in lab.meters), 60)
    records = [lab.meters[0].stop()]
    figures.append(check(lab.meters[0], records[0], lab.all, old, counts))
    # A meter that starts again says of what is there what it sees itself.
    kept = [one for one in lab.all if not one.gone and one.name != "veth120"]
    third = lab.meters[0] = Meter(folder)
    third.ready(kept)
    for one in kept:
        one.talk(0)
    figures.append(check(lab.meters[1], lab.meters[1].stop(), lab.all, old, counts))
    figures.append(check(third, third.stop(), kept, kept, counts))
    print(f"{figures[0][0]} interfaces, {figures[0][1]} records of the first meter, {figures[1][1]} of the second, {figures[2][1]} of the third; "
          f"an address moved within {moved:.0f} ms")
    print(end_of(counts, "since") + "; " + end_of(counts, "until"))
    covered = sum(after is not None and after >= SKEW for after in counts["after"])
    print(f"of {len(counts['after'])} addresses of interfaces that are gone {covered} were alone until {SKEW // 10**6} ms after it")
    assert covered >= len(counts["after"]) // 2, counts["after"]
    print(f"{counts['confirmed']} records confirmed {len(counts['longer'])} addresses for {sum(counts['longer']) / 1e9:.0f} s more")
    assert counts["confirmed"] > 0 and counts["longer"] and min(counts["longer"]) >= 0, counts


def main():
    unshare()
    node()
    sandboxes = []
    with tempfile.TemporaryDirectory() as folder:
        try:
            run(Path(folder), sandboxes)
        finally:
            for meter in Meter.started:
                meter.process.kill()
                meter.process.wait()
            for sandbox in sandboxes:
                sandbox.end()


if __name__ == "__main__":
    main()
