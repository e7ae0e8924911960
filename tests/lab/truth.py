"""Who really held an address: the workloads' logs where data flowed, the runtime's log elsewhere."""
import bisect
import ipaddress
import json
import os
from collections import defaultdict

from records import read_each

NEVER_TAKEN = 1 << 62
SECOND = 1_000_000_000
LOG_SLACK = SECOND // 2     # a process logs what it read a moment after the packet


class Holding:
    """One time during which a pod held an address.  Each change has a clock before and after it."""

    def __init__(self, record):
        self.ip, self.uid, self.name = record["ip"], record["uid"], record["name"]
        self.give_before, self.give_after = record["before"], record["after"]
        self.take_before = self.take_after = NEVER_TAKEN

    def may_overlap(self, start, end):
        return self.give_before <= end and start <= self.take_after

    def surely_overlaps(self, start, end):
        return max(self.give_after, start) <= min(self.take_before, end)

    def surely_at(self, time):
        return self.give_after <= time <= self.take_before

    def covers(self, start, end):
        return self.give_before <= start and end <= self.take_after

    def surely_covers(self, start, end):
        return self.give_after <= start and end <= self.take_before


class Truth:
    def __init__(self, directory):
        self.directory = directory
        self.holdings = defaultdict(list)
        self.nodes, self.services, self.ranges = {}, {}, []
        self.mirrors = {}       # uid of one more API object of a static pod -> the uid that the truth has for the pod
        self.load_runtime()
        self.load_services()
        if os.path.exists(os.path.join(directory, "mirrors.json")):
            with open(os.path.join(directory, "mirrors.json"), encoding="utf-8") as file:
                self.mirrors = json.load(file)
        self.connections = defaultdict(list)
        self.sightings = 0
        self.load_workloads()

    def load_runtime(self):
        records = sorted(read_each(os.path.join(self.directory, "truth-*")), key=lambda record: record["before"])
        for record in records:
            if record["what"] == "give":
                if self.holdings[record["ip"]]:     # one had it at a time, though the end of taking it away was logged later
                    before = self.holdings[record["ip"]][-1]
                    before.take_after = min(before.take_after, record["after"])
                self.holdings[record["ip"]].append(Holding(record))
            else:
                holding = self.holdings[record["ip"]][-1]
                assert holding.uid == record["uid"] and holding.take_after == NEVER_TAKEN
                holding.take_before, holding.take_after = record["before"], record["after"]

    def load_services(self):
        with open(os.path.join(self.directory, "nodes.json"), encoding="utf-8") as file:
            nodes = json.load(file)
        self.ahead = {name: node.get("ahead", 0) for name, node in nodes.items()}     # nanoseconds, of the clock of its meter
        self.nodes = {address: name for name, node in nodes.items() for address in node["address"].split(",")}
        self.ranges = [ipaddress.ip_network(cidr) for node in nodes.values() for cidr in node["range"].split(",")]
        with open(os.path.join(self.directory, "services.json"), encoding="utf-8") as file:
            for name, service in json.load(file).items():
                for address in filter(None, (service["address"] or "").split(",")):
                    self.services[address] = service["namespace"] + "/" + name

    def load_workloads(self):
        """CONNECTIONS: (client's ip:port, server's ip:port) -> [from, to, (since, seen), client's uid, server's uid]: each had its
        address at some moment from since to seen, when a process that waits for a processor may write at last what it read."""
        for record in read_each(os.path.join(self.directory, "work-*")):
            client = record["side"] == "client"
            key = (record["local"], record["remote"]) if client else (record["remote"], record["local"])
            if record["what"] == "seen":
                self.sightings += 1
                uids = (record["uid"], record["peer"]) if client else (record["peer"], record["uid"])
                since = record.get("start", record["t"]) - (0 if client else LOG_SLACK)
                self.connections[key].append([record["t"], record["t"], (since, record["t"]), *uids])
            elif self.connections.get(key) and record["peer"]:
                latest = self.connections[key][-1]
                latest[0], latest[1] = min(latest[0], record["start"]), max(latest[1], record["t"])

    # ---- questions ----

    def kind(self, ip):
        if ip in self.nodes:
            return "node"
        if ip in self.services:
            return "service"
        address = ipaddress.ip_address(ip)
        if address.is_link_local or address.is_multicast or address.is_loopback or address.is_unspecified:
            return "nobody"
        return "pod" if any(address in part for part in self.ranges) else "outside"

    def during(self, ip, start, end):
        """Every holding that may have overlapped [START, END]."""
        return [holding for holding in self.holdings.get(ip, ()) if holding.may_overlap(start, end)]

    def logged(self, source, destination, start, end):
        """{address: uid} as the workloads wrote it for a flow between two ip:port, in either direction."""
        found = defaultdict(set)
        for client, server in ((source, destination), (destination, source)):
            for begin, finish, _, client_uid, server_uid in self.connections.get((client, server), ()):
                if begin - LOG_SLACK <= end and start <= finish + LOG_SLACK:
                    found[client].add(client_uid)
                    found[server].add(server_uid)
        return {end: uids.pop() for end, uids in found.items() if len(uids) == 1 and None not in uids}

    def disagreements(self):
        """Sightings in the workloads' logs that the runtime's log contradicts."""
        wrong = []
        for (client, server), entries in self.connections.items():
            for _, _, times, *uids in entries:
                for end, uid in zip((client, server), uids):
                    ip = end.rsplit(":", 1)[0]
                    if self.kind(ip) != "pod":
                        continue
                    if uid not in {holding.uid for holding in self.during(ip, *times)}:
                        wrong.append((end, uid, times[-1]))
        return wrong


class HandOver:
    """An address went from OLD to NEW."""

    def __init__(self, old, new):
        self.ip, self.old, self.new = new.ip, old, new
        self.gap = (new.give_after - old.take_before) / SECOND


def hand_overs(truth):
    found = []
    for holdings in truth.holdings.values():
        for old, new in zip(holdings, holdings[1:]):
            if old.uid != new.uid:
                found.append(HandOver(old, new))
    return sorted(found, key=lambda item: item.new.give_after)


class Nearness:
    """How near a flow came to a change of an address's holder."""

    def __init__(self, overs):
        self.instants = defaultdict(list)
        for over in overs:
            self.instants[over.ip] += [over.old.take_before, over.new.give_after]
        for instants in self.instants.values():
            instants.sort()

    def within(self, ip, start, end, distance):
        instants = self.instants.get(ip, [])
        at = bisect.bisect_left(instants, start - distance)
        return at < len(instants) and instants[at] <= end + distance
