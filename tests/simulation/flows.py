"""Flows between those who hold addresses, and who of them really sent."""
import json
import random
from dataclasses import dataclass

from instants import text
from static import HOST_PORT
from topic import SPAN

OUTSIDE = ("198.51.100.7", "198.51.100.8", "203.0.113.77", "2001:db8::7")
BEFORE = -15        # the first flows are before the topic
SPECIAL = ("127.0.0.1", "169.254.20.10", "224.0.0.251", "255.255.255.255", "0.0.0.0", "169.254.169.254", "::1", "fe80::1", "ff02::fb")


@dataclass
class End:
    address: str
    port: int = None
    sent: tuple = None      # (from, to) of its packets
    flags: str = ""
    serves: bool = False    # it answers, it did not begin


@dataclass
class Flow:
    start: float
    end: float
    ends: list              # source, destination
    transport: str
    blur: float             # how far the capture's clock is off
    initiator: str
    host: str = None        # on which it was captured
    interface: str = None   # the uid of the one there

    def packets(self, end):
        """(from, to) of what END sent; of what it was sent, if it sent nothing."""
        return end.sent or (self.start, self.end)

    def line(self):
        sides = []
        for end in self.ends:
            count = 0 if end.sent is None else 3
            port = {} if end.port is None else {"port": end.port}
            sides.append(dict(ip=end.address, **port, bytes=100 * count, packets=count))
        source, destination = self.ends
        record = {"event": {"start": text(self.start + self.blur), "end": text(self.end + self.blur)},
                  "network": {"type": "ipv6" if ":" in source.address else "ipv4", "transport": self.transport},
                  "source": sides[0], "destination": sides[1],
                  "flow": {"initiator": self.initiator}}
        if self.host:
            record["observer"] = {"hostname": self.host}
        if self.interface:
            record["observer"]["interface"] = {"uid": self.interface}
        if self.transport == "tcp":
            record["tcp"] = {"flags": {"source": source.flags, "destination": destination.flags}}
        return json.dumps(record, separators=(",", ":"))


class Maker:
    def __init__(self, world):
        self.world, self.chance = world, world.chance
        self.tenures = [one for found in world.truth.tenures.values() for one in found]
        self.hosts, self.places = random.Random(len(self.tenures)), {}
        for node, _, uid, tenures in world.meters.interfaces:
            for one in tenures:
                self.places.setdefault(one.address, []).append((node, one.since, one.until, uid))
        self.kinds = {}
        for one in self.tenures:
            self.kinds.setdefault((one.holder.partition(" ")[0], ":" in one.address), []).append(one)
        world.truth.special.update(SPECIAL)

    def many(self, count):
        found = []
        while len(found) < count:
            flow = self.one()
            if flow and BEFORE < flow.start and flow.end < SPAN - 16:
                found.append(flow)
        found.sort(key=lambda flow: flow.end + (self.world.between(0, 60) if self.world.luck(.05) else 0))
        return found

    def one(self):
        chance, world = self.chance, self.world
        tenure = self.any_tenure(world.luck(.15))
        since, until = max(tenure.since, BEFORE), min(tenure.until, SPAN)
        length = chance.choice((0, .05, .5, 4)) * chance.random()
        if world.has("long-flows") and world.luck(.08):
            return self.long(tenure, since, until, world.between(5, 100))
        transport = chance.choice(("tcp",) * 7 + ("udp", "udp", "icmp"))
        if world.luck(.45):
            edge = chance.choice(self.edges(tenure) or [world.between(since, until)])
            start = edge + chance.choice((-1, 1)) * chance.choice((.1, 1, 3, 10, 30)) * chance.random()
            near = End(tenure.address)
        else:
            start = self.inside(tenure, since, until)
            near = End(tenure.address, sent=(start, min(start + length, until)))
            length = near.sent[1] - start
        far = self.other(start, start + length, near.sent is None, ":" in tenure.address)
        return far and self.told(start, start + length, near, far, transport)

    def any_tenure(self, six):
        """Of a family, if there is one."""
        kind = self.chance.choice(("pod",) * 12 + ("node",) * 3 + ("service",) * 4 + ("machine",))
        return self.chance.choice(self.kinds.get((kind, six)) or self.kinds.get(("pod", six)) or self.kinds["pod", False])

    @staticmethod
    def edges(tenure):
        return [edge for edge in (tenure.since, tenure.until) if BEFORE < edge < SPAN]

    def inside(self, tenure, since, until):
        """A moment of a tenure, mostly near one of its ends or of its processes'."""
        edges = self.edges(tenure) + [edge for span in tenure.running for edge in span]
        if self.world.luck(.4) or not edges:
            return self.world.between(since, until)
        moment = self.chance.choice(edges) + self.chance.choice((-1, 1)) * self.chance.choice((.1, 1, 3, 10)) * self.chance.random()
        return min(max(moment, since), until)

    def other(self, start, end, sends, six):
        """The end at the other side; one that sends over all of [START, END] if it must."""
        if self.world.has("special") and self.world.luck(.02):
            return End(self.chance.choice(of_family(SPECIAL, six)), sent=(start, end) if sends or self.world.luck(.3) else None)
        if self.world.luck(.2):
            return End(self.chance.choice(of_family(OUTSIDE, six)), sent=(start, end))
        for _ in range(6):
            one = self.any_tenure(six)
            if one.since <= start and end <= one.until:
                return End(one.address, sent=(start, end) if sends or self.world.luck(.7) else None)
        return End(self.chance.choice(of_family(OUTSIDE, six)), sent=(start, end))

    def long(self, tenure, since, until, length):
        """The client goes on after its server is gone; its successor may answer with resets."""
        if not since < until:
            return None
        start = self.world.between(max(since, until - length), until)
        end = start + length
        successor = next((one for one in self.world.truth.during(tenure.address, until + .001, end) if one.since > until), None)
        last = min(until, end)
        if successor and self.world.luck(.5):
            last = self.world.between(successor.since, min(end, successor.until))
        near = End(tenure.address, sent=(start, last))
        client = self.chance.choice(of_family(OUTSIDE, ":" in tenure.address))
        return self.told(start, end, near, End(client, sent=(start, end)), "tcp", serves=near)

    def told(self, start, end, near, far, transport, serves=None):
        server = serves or self.chance.choice((near, far))
        client = near if server is far else far
        server.serves = True
        if transport != "icmp":
            server.port, client.port = self.served(server, start, end), self.ephemeral(client)
        transport = self.speech(near, far, transport)
        begun = transport == "tcp" and client.sent is not None and "S" in client.flags and client.sent[0] == start
        if begun or self.world.luck(.5):
            ends = [client, server]
        else:
            ends = [server, client]
        if ends[0].sent is None or ends[0].sent[0] > start:
            ends.reverse()
            begun = False
        blur, host, interface = self.capture(near, far, start, end)
        return Flow(start, end, ends, transport, blur, "syn" if begun else "first_packet", host, interface)

    def capture(self, near, far, start, end):
        """The clock of a capture, its host, and the interface there: with meters, mostly those of a pod."""
        blur = self.chance.choice(self.world.captures)
        found = [(node, uid if since <= start and end <= until else None)
                 for address in (near.address, far.address) for node, since, until, uid in self.places.get(address, ())
                 if since <= end and start <= until]
        if self.world.meters.share is None or not found or self.hosts.random() < .2:
            return blur, None, None
        node, uid = self.hosts.choice(found)
        again = self.hosts.choice((0, 0, 0, 1))     # the meter was started again, perhaps
        return node.clock, node.name, f"{uid}-{again}" if uid and self.hosts.random() < .7 else None

    def served(self, end, start, finish):
        found = self.world.truth.servings.get(end.address, ())
        ports = [one.port for one in found] or [8080]
        for tenure in self.world.truth.during(end.address, start, finish):
            ports += [port for _, port in tenure.ports]
        return self.chance.choice(ports) if self.world.luck(.85) else self.chance.choice((80, 443, 8080, 9090, 10250))

    def ephemeral(self, end):
        if self.world.has("node-ports") and self.world.luck(.15):
            return self.chance.choice((30080, 31000))
        if self.world.has("host-network") and self.world.luck(.05):
            return HOST_PORT
        return self.chance.randrange(32768, 61000)

    def speech(self, near, far, transport):
        """Flags that fit who sent: without a process, only a kernel's resets. Returns the transport."""
        for end in (near, far):
            if end.sent is None:
                continue
            if not self.has_process(end):
                end.flags = "RA"
                if transport == "udp":
                    transport = "icmp"
                    near.port = far.port = None
            else:
                end.flags = self.chance.choice(("S", "SPA", "APF", "APSF", "PA", "RA", "A"))
                end.flags += "A" if end.serves and end.flags == "S" else ""
        return transport

    def has_process(self, end):
        """Whether a process of the end's holder ran while it sent."""
        since, until = end.sent
        found = self.world.truth.during(end.address, since, until)
        if not found:
            return end.address in OUTSIDE + SPECIAL
        return any(not one.holder.startswith("pod") or
                   any(begin <= until and since <= stop for begin, stop in one.running) for one in found)


def of_family(addresses, six):
    return [one for one in addresses if (":" in one) == six]
