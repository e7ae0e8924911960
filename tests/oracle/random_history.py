#!/usr/bin/env python3
"""random_history.py SEED FOLDER: writes FOLDER/kube, FOLDER/flows and FOLDER/options.

A random but plausible history: pods on a few nodes that re-use few addresses within
seconds, with everything that a watch can show of them, and flows around each
hand-over. The same seed gives the same bytes.
"""
import json
import random
import sys
from pathlib import Path

import history
from history import History, node, piece, service, text
from random_pods import Life

SPAN = 240      # seconds
NODES = ("n1", "n2", "n3")
ADDRESSES = ["10.244.1.%d" % n for n in range(1, 5)] + ["10.244.2.1", "fd00::2:1"]
VIPS = ["10.96.0.%d" % n for n in range(10, 13)]
OUTSIDE = ["192.0.2.77", "10.244.9.9", "10.96.0.200", "2001:db8::7"]
NAMES = ("cart", "shop", "admin", "web")
OWNERS = [None, None, ("ReplicaSet", "cart-5d9c", "rs-cart"), ("ReplicaSet", "web-77aa", "rs-none"),
          ("Job", "nightly-1", "job-1"), ("StatefulSet", "db", "ss-1"), ("Rollout", "roll", "ro-1"), ("Node", "n1", "node-n1")]


class World:
    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.writes = []            # (time, resource, type, object)
        self.instants = []          # (time, address) of hand-overs
        self.count = 0
        self.clocks = {name: self.chance.choice((0, .2, -.2)) for name in NODES}
        self.living = []            # (from, to, address, uid)

    def put(self, time, resource, kind, thing):
        self.writes.append((max(time, .01), resource, kind, thing))

    # ---- What happens ----

    def tenures(self, address):
        time = self.chance.uniform(-5, 20)
        while time < SPAN - 20:
            length = self.chance.choice((.3, 2, 6, 15, 40)) * self.chance.uniform(.5, 1.5)
            self.tenure(address, time, time + length)
            time += length + self.chance.choice((-3, .05, .3, .8, 2, 6)) * self.chance.uniform(.5, 1)

    def tenure(self, address, bound, gone):
        life = self.life()
        both = address.startswith("10.244.1.1") and self.chance.random() < .5
        ip = [address, "fd00::1:%d" % self.chance.randrange(1, 3)] if both else address
        started = life.begin(ip, bound)
        self.instants += [(bound, address), (gone, address)]
        self.living.append((bound, gone, address, life.uid))
        if gone > started + 5 and self.chance.random() < .3:
            life.restart(ip, bound, started)
        if self.chance.random() < .15:
            ip = self.chance.choice(ADDRESSES + [address])
            bound = gone + self.chance.uniform(.1, 4)
            life.renew(address, started, gone, ip, bound)
            started = bound + .1
            gone = bound + self.chance.uniform(1, 20)
            self.instants += [(bound, ip), (gone, ip)]
        life.finish(ip, bound, started, gone)
        self.pod_writes(life)

    def life(self):
        self.count += 1
        name = self.chance.choice(NODES)
        owner = self.chance.choice(OWNERS)
        owner = owner and dict(zip(("kind", "name", "uid"), owner))
        labels = {"pod-template-hash": self.chance.choice(("5d9c", "77aa"))} if self.chance.random() < .7 else {}
        return Life(self.chance, "p%d" % self.count, name, self.clocks[name], self.chance.choice(("shop", "bank")),
                    owner, labels)

    def pod_writes(self, life):
        for time, kind, thing in life.ordered():
            self.put(time, "pods", kind, thing)

    def unpublished(self):
        for _ in range(self.chance.randrange(4)):
            life = self.life()
            life.start = self.chance.uniform(0, SPAN - 40)
            life.never_placed()
            self.pod_writes(life)

    def host_network(self):
        life = self.life()
        life.begin("192.0.2.1", 3)
        for _, _, thing in life.writes:
            thing["spec"]["hostNetwork"] = True
        self.pod_writes(life)

    def slices(self, name):
        for piece_name in (name + "-1", name + "-2"):
            ports, time = [8080], self.chance.uniform(0, 10)
            self.put(time, "endpointslices", "ADDED", self.slice(piece_name, name, ports, time))
            while time < SPAN:
                time += self.chance.choice((.5, 3, 4.9, 5.2, 12, 30))
                if self.chance.random() < .15:
                    ports = self.chance.choice(([8080], [8080, 9090], [9090], [None], []))
                kind = "DELETED" if self.chance.random() < .02 else "MODIFIED"
                self.put(time, "endpointslices", kind, self.slice(piece_name, name, ports, time))
                if kind == "DELETED":
                    break

    def slice(self, piece_name, name, ports, time):
        trigger = time + self.chance.choice((-.5, -3, 1)) if self.chance.random() < .6 else None
        members = [(address, uid) for since, until, address, uid in self.living
                   if since <= time <= until + 1 and self.chance.random() < .8]
        if self.chance.random() < .2:
            members.append((self.chance.choice(ADDRESSES), None))
        if self.chance.random() < .3:
            members.append(("192.0.2.1", "uid-host"))
        return piece(piece_name, name, members, ports, trigger, namespace="shop")

    def services(self):
        for address, name in zip(VIPS, NAMES):
            port = 30080 if self.chance.random() < .5 else None
            begin = self.chance.uniform(0, 30)
            self.put(begin, "services", "ADDED", service(name, address, node_port=port, created=begin))
            if self.chance.random() < .5:
                self.put(begin + 40, "services", "MODIFIED", service(name, address, (80, 443), created=begin))
            if self.chance.random() < .6:
                gone = begin + self.chance.uniform(50, 120)
                self.put(gone, "services", "DELETED", service(name, address, created=begin))
                again = gone + self.chance.choice((.2, 2, 20))
                self.put(again, "services", "ADDED", service("new-" + name, address, created=again))
                self.instants += [(gone, address), (again, address)]

    def nodes(self):
        for number, name in enumerate(NODES, 1):
            address, cidr = "192.0.2.%d" % number, "10.244.%d.0/24" % number if self.chance.random() < .7 else None
            labels = {"topology.kubernetes.io/zone": "z%d" % number} if self.chance.random() < .7 else {}
            if labels and self.chance.random() < .5:
                labels["topology.kubernetes.io/region"] = "r\"1\\é\n"
            self.put(.1, "nodes", "ADDED", node(name, address, cidr, labels))
            if self.chance.random() < .4:
                self.put(60, "nodes", "MODIFIED", node(name, "192.0.2.20", cidr, labels))
                self.put(90, "nodes", "MODIFIED", node(name, address, cidr, labels))
                self.instants += [(60, address), (90, "192.0.2.20")]
            if self.chance.random() < .3:
                self.put(120, "nodes", "DELETED", node(name, address, cidr, labels))
                self.instants.append((120, address))

    def owners(self):
        def owned(name, uid, kind, top):
            return {"kind": kind, "metadata": history.metadata(name, uid, ownerReferences=[
                {"kind": top[0], "name": top[1], "uid": "top", "controller": True}])}
        self.put(1, "replicasets", "ADDED", owned("cart-5d9c", "rs-cart", "ReplicaSet", ("Deployment", "cart")))
        self.put(self.chance.uniform(1, 100), "jobs", "ADDED", owned("nightly-1", "job-1", "Job", ("CronJob", "nightly")))
        self.put(150, "replicasets", "DELETED", owned("cart-5d9c", "rs-cart", "ReplicaSet", ("Deployment", "cart")))
        if self.chance.random() < .7:
            self.put(.1, "servicecidrs", "ADDED", {"kind": "ServiceCIDR", "metadata": history.metadata(
                "kubernetes", namespace=None), "spec": {"cidrs": ["10.96.0.0/16", "fd96::/112"]}})

    # ---- How the watch tells it ----

    def records(self):
        self.unpublished()
        for address in ADDRESSES:
            self.tenures(address)
        for name in NAMES[:3]:
            self.slices(name)
        for happen in (self.host_network, self.services, self.nodes, self.owners):
            happen()
        self.writes = [write for write in self.writes if write[0] < SPAN]
        self.writes.sort(key=lambda write: write[0])
        return Watch(self.chance, self.writes).told()


class Watch:
    """Turns writes into the records of a topic."""

    def __init__(self, chance, writes):
        self.chance, self.writes = chance, writes
        self.out = History(cluster=chance.choice((None, "prod")))
        self.present = {}           # resource -> uid -> (object, revision)
        self.beat = 1.0
        self.stalled = chance.uniform(60, SPAN) if chance.random() < .4 else SPAN
        self.relists = sorted(chance.uniform(20, SPAN) for _ in range(chance.randrange(4)))
        self.cut = chance.uniform(20, 120) if chance.random() < .25 else None

    def told(self):
        if self.chance.random() < .8:
            for resource in ("pods", "services", "endpointslices", "nodes", "servicecidrs"):
                if self.chance.random() < .93:
                    self.out.synced(.001, resource)
        for write in self.writes:
            self.until(write[0])
            self.change(*write)
        self.until(SPAN)
        if self.cut:
            self.trim()
        return self.out

    def until(self, time):
        """PROGRESS and relists up to TIME."""
        while self.beat < time:
            if self.relists and self.relists[0] < self.beat:
                self.relist(self.relists.pop(0))
            if not self.stalled < self.beat < self.stalled + 25:
                lag = self.chance.choice((0, .05, .3, .3, -.1, 2.5))
                self.out.progress(self.beat, round(self.beat - lag, 3))
            self.beat += 1

    def change(self, time, resource, kind, thing):
        here = self.present.setdefault(resource, {})
        uid = thing["metadata"]["uid"]
        if self.chance.random() < .01 and kind != "DELETED":
            return                  # missed: a later record or a list tells
        known = uid in here
        self.out.event(kind if kind == "DELETED" or known else "ADDED", resource, time, thing)
        if kind == "DELETED":
            here.pop(uid, None)
        else:
            here[uid] = (thing, self.out.revision)
        self.noise(time, resource)

    def noise(self, time, resource):
        luck = self.chance.random()
        if luck < .02:
            self.out.records.append(self.out.records[-1])
        elif luck < .04 and self.present[resource]:
            thing, revision = self.chance.choice(list(self.present[resource].values()))
            self.out.event("MODIFIED", resource, time, thing, max(1, revision - self.chance.randrange(3)))
        elif luck < .05:
            self.out.add(type="BOOKMARK", resource=resource, received=text(time),
                         object={"metadata": {"resourceVersion": str(self.out.revision)}})
        elif luck < .055:
            self.out.add(type="ADDED", resource="secrets", received=text(time), object={"metadata": {"uid": "x"}})

    def relist(self, time):
        """A GAP, sometimes, and a list that sometimes shows less than was there."""
        resource = self.chance.choice(("pods", "pods", "pods", "services", "endpointslices", "nodes"))
        if self.chance.random() < .5:
            since = time - self.chance.choice((.5, 3, 8))
            self.out.gap(resource if self.chance.random() < .9 else None, since, time, time)
        scope = self.chance.choice(({}, {}, {}, {"namespaces": ["shop"]}, {"labelSelector": "a=b"}))
        self.out.sync_begin(time, resource, scope)
        here = self.present.setdefault(resource, {})
        for uid, (thing, revision) in list(here.items()):
            if self.chance.random() < .1:
                here.pop(uid)
                continue
            self.out.event("ADDED", resource, time, thing, revision)
        if self.chance.random() < .95:
            self.out.sync_end(time + .01, resource)

    def trim(self):
        """The topic's older part is gone."""
        keep = [record for record in self.out.records if record.get("received", "") >= text(self.cut)]
        self.out.records = keep


def disguise(chance, records):
    """The same history as other tools write it: no `received`, no envelope, broken lines."""
    lines = records.lines()
    if chance.random() < .25:
        bare = []
        for line in lines:
            record = json.loads(line)
            if "object" in record and record["type"] != "BOOKMARK" and chance.random() < .8:
                record.pop("received")
                if "kind" in record["object"]:
                    record.pop("resource")
                    if record["type"] != "DELETED" and "cluster" not in record and chance.random() < .3:
                        record = record["object"]
            bare.append(history.render.compact(record).encode())
        lines = bare
    if chance.random() < .3:
        for junk in (b"{", b"", b"[1]", b'{"type":"ADDED"}', b'{"type":"PROGRESS","received":"soon"}'):
            lines.insert(chance.randrange(len(lines)), junk)
    return lines


def flows_of(world, count):
    chance, lines = world.chance, []
    everywhere = ADDRESSES + VIPS + OUTSIDE + ["192.0.2.1", "192.0.2.2", "192.0.2.20", "fd00::1:1"]
    instants = sorted(world.instants)
    for _ in range(count):
        ends = []
        time, address = chance.choice(instants)
        start = time + chance.uniform(-4, 4) if chance.random() < .8 else chance.uniform(-20, SPAN + 20)
        other = chance.choice(instants)[1] if chance.random() < .6 else chance.choice(everywhere)
        ends = [address, other]
        chance.shuffle(ends)
        end = start + chance.choice((0, .01, .3, 2, 8)) * chance.uniform(.5, 1)
        ports = [chance.choice((8080, 9090, 30080, 80, 40000, None)) for _ in ends]
        packets = [chance.choice((0, 3)), chance.choice((0, 3))]
        line = history.flow(round(start, 6), round(max(start, end), 6), *ends, packets, ports,
                            chance.choice(("tcp", "tcp", "tcp", "udp", "icmp", "6", "odd")),
                            chance.choice((None, ("S", "RA"), ("SA", "R"), ("APSF", "APSF"), ("RA", ""))))
        lines.append(spoiled(chance, line) if chance.random() < .05 else line)
    return lines


def spoiled(chance, line):
    """A flow that is odd, or wrong."""
    return chance.choice((
        line[:-1], line + b" ", b" " + line, line[:-1] + b" }", b"", b"null", line.replace(b'"ip"', b'"IP"', 1),
        line.replace(b'"port":8080', b'"port":70000'), line.replace(b'"packets":3', b'"packets":-3', 1),
        line[:-1] + b',"tcp":{"flags":{"source":7,"source":"S"}}}', line[:-1] + b',"tcp":[]}',
        line[:-1] + b',"tenure":1}', line[:-1] + b',"source":{}}', line.replace(b'"start"', b'"begin"', 1),
        line.replace(b',"packets":3', b""), line[:-1] + b',"x":{"tenure":{},"source":1}}',
        line.replace(b'Z"', b'+00:00"', 1), line.replace(b'"network"', b'"net"', 1)))


def make(seed, count=400):
    """(kube lines, flow lines, options as words) of SEED."""
    world = World(seed)
    records = world.records()
    chance = world.chance
    flows = flows_of(world, count)
    options = ["--clock", chance.choice(("sandbox", "sandbox", "sandbox", "started", "endpoint", "received")),
               "--hold", chance.choice(("10s", "10s", "2s", "40s")), "--skew", chance.choice(("500ms", "500ms", "0", "2s"))]
    if chance.random() < .3:
        options += ["--cluster-cidr", "10.244.0.0/16"]
    if chance.random() < .2:
        options += ["--hindsight"]
    if chance.random() < .15:
        options += ["--since", text(chance.randrange(60)), "--until", text(chance.randrange(120, SPAN))]
    if chance.random() < .2:
        other = World(seed + 1_000_000).records()
        for history_of, name in ((records, "prod"), (other, "other")):
            for record in history_of.records:
                record["cluster"] = name
        options += ["--cluster", "prod"]
        return interleaved(chance, records.lines(), other.lines()), flows, options
    lines = disguise(chance, records)
    return lines, flows, options


def interleaved(chance, *runs):
    """The runs mixed, each in its own order."""
    picks = [index for index, run in enumerate(runs) for _ in run]
    chance.shuffle(picks)
    turns = [iter(run) for run in runs]
    return [next(turns[index]) for index in picks]


def reordered(chance, lines):
    """The same history in another order: each resource's own order, and its order against
    PROGRESS and GAP, stay. None where `received` hangs on the order."""
    out, runs = [], {}
    for line in lines:
        try:
            record = json.loads(line)
        except ValueError:
            return None
        if not isinstance(record, dict) or not {"received", "type"} <= set(record):
            return None
        if record["type"] not in ("PROGRESS", "GAP"):
            runs.setdefault((record.get("cluster"), record.get("resource")), []).append(line)
            continue
        out += interleaved(chance, *runs.values()) + [line]
        runs = {}
    return out + interleaved(chance, *runs.values())


def main(seed, folder):
    kube, flows, options = make(int(seed))
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "kube").write_bytes(b"".join(line + b"\n" for line in kube))
    (folder / "flows").write_bytes(b"".join(line + b"\n" for line in flows))
    (folder / "options").write_text("\n".join(options) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
