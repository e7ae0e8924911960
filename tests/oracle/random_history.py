#!/usr/bin/env python3
"""random_history.py SEED FOLDER: writes FOLDER/kube, FOLDER/flows and FOLDER/options.

A random but plausible history: pods on a few nodes that re-use few addresses within
seconds, with everything that a watch can show of them, and flows around each
hand-over. The same seed gives the same bytes.
"""
import bisect
import json
import random
import sys
from pathlib import Path

import history
from history import node, piece, service, text
from random_flows import flows_of
from random_interfaces import Veth, in_runs
from random_pods import NETWORKS, Life
from random_watch import Watch, disguise, interleaved

SPAN = 240      # seconds
NODES = ("n1", "n2", "n3")
ADDRESSES = ["10.244.1.%d" % n for n in range(5, 9)] + ["10.244.2.5", "fd00::2:1"]
VIPS = ["10.96.0.%d" % n for n in range(10, 13)]
OUTSIDE = ["192.0.2.77", "10.244.9.9", "10.244.1.9", "10.244.1.200", "10.96.0.200", "2001:db8::7", "203.0.113.9"]
GATEWAYS = ["10.244.1.0", "10.244.1.1", "10.244.2.1", "10.244.2.2", "10.129.0.2"]
LOCAL = ["127.0.0.1", "169.254.20.10", "fe80::1", "ff02::1", "224.0.0.251", "255.255.255.255", "::", "0.0.0.0"]
PLUGINS = {"projectcalico.org/IPv4Address": "192.0.2.4%d/24", "projectcalico.org/IPv4WireguardInterfaceAddr": "10.1.0.%d",
           "projectcalico.org/IPv4IPIPTunnelAddr": "10.1.1.%d", "projectcalico.org/IPv4VXLANTunnelAddr": "10.1.2.%d",
           "projectcalico.org/IPv6WireguardInterfaceAddr": "fd01::%d", "network.cilium.io/ipv4-health-ip": "10.1.3.%d",
           "io.cilium.network.ipv4-cilium-host": "10.1.4.%d", "network.cilium.io/ipv6-Ingress-ip": "fd01::1:%d",
           "k8s.ovn.org/node-subnets": "{\"default\": [\"10.129.%d.0/24\"]}",
           "k8s.ovn.org/host-cidrs": "[\"172.22.0.%d/25\"]", "flannel.alpha.coreos.com/public-ip": "10.5.0.%d",
           "k8s.ovn.org/node-gateway-router-lrp-ifaddr": "{\"ipv4\":\"100.64.%d.2/24\"}", "flannel.alpha.coreos.com/backend-type": "vxlan %d"}
COPIED = (("cni.projectcalico.org/podIP", "cni.projectcalico.org/podIPs"), ("vpc.amazonaws.com/pod-ips",))
SECOND = ["10.9.0.%d" % n for n in range(4)] + ["fd09::1"]
NOTES = ("via 10.7.3.0/24, 203.0.113.12:443", "10.8.0.9/30 fd08::/7 9.9.9.9/7", "0.0.0.0/0,2001:db8::7")
SPELLED = ["172.22.0.1", "172.22.0.77", "10.5.0.2", "100.64.1.2", "100.64.2.2", "10.7.3.9", "10.8.0.10", "9.9.9.9", "9.9.9.8",
           "fd08::1", "192.0.2.71", "fd02::71", "203.0.113.12"]
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
        self.kind = self.chance.choice(("mixed", "tidy", "tidy", "loose"))   # whether pods are in their nodes' podCIDRs
        self.clocks["n3"] += self.chance.choice((0, 0, -100, 100)) if self.kind == "mixed" else 0
        self.living = []            # (from, to, address, uid)
        self.interfaces = []        # (time, type, object)
        self.meters, self.runs = random.Random(seed + .5), random.Random(seed + .25)
        self.seen = [name for name in NODES if self.meters.random() < self.meters.choice((0, .5, 1))]
        self.plugged = []           # addresses that network plugins gave to nodes

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
        life = self.life(address)
        both = address.startswith("10.244.1.1") and self.chance.random() < .5
        ip = [address, "fd00::1:%d" % self.chance.randrange(1, 3)] if both else address
        started = life.begin(ip, bound)
        self.instants += [(bound, address), (gone, address)]
        self.living.append((bound, gone, address, life.uid))
        self.interface(life, address, bound, gone, ip[1] if both else None)
        if gone > started + 5 and self.chance.random() < .3:
            life.restart(ip, bound, started)
        if self.chance.random() < .15:
            ip = self.chance.choice(ADDRESSES + [address])
            bound = gone + self.chance.uniform(.1, 4)
            life.renew(address, started, gone, ip, bound)
            started = bound + .1
            gone = bound + self.chance.uniform(1, 20)
            self.instants += [(bound, ip), (gone, ip)]
            self.interface(life, ip, bound, gone)
        elif gone > started + 2 and not life.copied and self.chance.random() < .25:
            life.annotations["kubernetes.io/config.mirror"] = "hash"
            for _, _, thing in life.writes:
                thing["metadata"]["annotations"]["kubernetes.io/config.mirror"] = "hash"
            life.made_again(ip, bound, started, self.chance.uniform(started, gone))
        life.finish(ip, bound, started, gone)
        self.pod_writes(life)

    def interface(self, life, address, bound, gone, also=None):
        """What a meter sees of it; some are routers, or are seen on another node."""
        if life.node not in self.seen or self.meters.random() < .1:
            return
        node = self.meters.choice(NODES) if self.meters.random() < .05 else life.node
        veth = Veth(self.meters, "%s-%d" % (life.uid, len(self.living)), self.meters.choice(("eth-" + life.uid, "veth1", "veth2")), node, address, also)
        clock = self.clocks[life.node] if abs(self.clocks[life.node]) < 5 else 0
        for time, thing in veth.told(bound, gone, clock, ended=self.meters.random() < .9):
            if self.meters.random() < .03:
                thing["status"]["addresses"].append(dict(thing["status"]["addresses"][0], ip=self.meters.choice(ADDRESSES)))
            if self.meters.random() < .05:
                self.meters.choice((thing["status"]["addresses"][0].clear, thing["spec"].clear, thing["metadata"].clear, thing["spec"].popitem))()
            self.interfaces.append((time, self.meters.choice(("ADDED", "MODIFIED", "DELETED")), thing))

    def life(self, address=""):
        self.count += 1
        name = self.chance.choice(NODES)
        if self.kind == "tidy":
            name = "n2" if address.startswith("10.244.2") else "n1"
        owner = self.chance.choice(OWNERS)
        owner = owner and dict(zip(("kind", "name", "uid"), owner))
        labels = {"pod-template-hash": self.chance.choice(("5d9c", "77aa"))} if self.chance.random() < .7 else {}
        life = Life(self.chance, "p%d" % self.count, name, self.clocks[name], self.chance.choice(("shop", "bank")),
                    owner, labels)
        self.further(life)
        return life

    def further(self, life):
        """What else a pod may say."""
        luck = self.chance.random()
        if luck < .3:
            life.second = self.chance.sample(SECOND, self.chance.choice((1, 2, 2)))
            self.instants += [(self.chance.uniform(0, SPAN), one) for one in life.second]
        elif luck < .35:
            life.annotations[NETWORKS] = self.chance.choice(
                ('[{"ips":["10.9.0.1"]},{"name":"x"}]', '[{"ips":"10.9.0.1"}]', '[{"ips":["no address"]}]', "[{"))
        if self.chance.random() < .15:
            life.copied = dict.fromkeys(self.chance.choice(COPIED), self.chance.choice(ADDRESSES[:5]) + "/32")
        if self.chance.random() < .2:
            life.host = self.chance.choice(("192.0.2.1", "192.0.2.71"))
        if self.chance.random() < .05:
            life.annotations["example.com/notes"] = self.chance.choice(NOTES)

    def pod_writes(self, life):
        for time, kind, thing in life.ordered():
            self.put(time, "pods", kind, thing)

    def unpublished(self):
        for _ in range(self.chance.choice((0, 0, 1, 3))):
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
        if self.chance.random() < .5:
            members.append(("203.0.113.9", None))
        return piece(piece_name, name, members, ports, trigger, f"host-{len(members) // 2}", namespace="shop")

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

        self.shared()

    def shared(self):
        """Services that share an address, one with another or with a node."""
        for number, name in enumerate(("lb-a", "lb-b", "lb-c")):
            thing = service(name, "10.96.0.%d" % (20 + number), self.chance.choice(((80,), (443,), (80, 443))), created=5)
            thing["spec"]["type"] = self.chance.choice(("LoadBalancer", "LoadBalancer", "ClusterIP"))
            thing["status"] = {"loadBalancer": {"ingress": [{"ip": self.chance.choice(
                ("203.0.113.10 ", "203.000.113.010", "192.0.2.1", "192.0.2.2"))}]}}
            if self.chance.random() < .4:
                thing["spec"]["externalIPs"] = [self.chance.choice(("192.0.2.2", "203.0.113.10", "none"))]
            bare = dict(thing, status={}, spec=dict(thing["spec"], externalIPs=[]))
            begin = self.chance.uniform(5, 120)
            if self.chance.random() < .5:
                self.put(5, "services", "ADDED", bare)
            self.put(begin, "services", "MODIFIED", thing)
            if self.chance.random() < .5:
                self.put(begin + 40, "services", self.chance.choice(("MODIFIED", "DELETED")), bare)
            self.instants += [(begin, "203.0.113.10"), (begin, "192.0.2.1"), (begin + 5, "192.0.2.2"), (begin + 40, "203.0.113.10")]

        self.passed_over()

    def passed_over(self):
        """External addresses of services that have no address of their own."""
        thing = service("far", self.chance.choice(("None", "", "10.96.0.23")), (443,), created=5)
        thing["spec"].update(type=self.chance.choice(("ExternalName", "ClusterIP")), externalIPs=["203.0.113.11", "203.0.113.10"])
        self.put(self.chance.uniform(5, 60), "services", "ADDED", thing)
        self.instants += [(self.chance.uniform(60, SPAN), "203.0.113.11") for _ in range(2)]

    def nodes(self):
        own = self.chance.choice(("n1" if self.kind == "tidy" else "n3", "n3", None))       # a pod's own machine
        for number, name in enumerate(NODES, 1):
            address, cidr = "192.0.2.%d" % number, "10.244.%d.0/24" % number
            if self.kind == "loose" or (self.kind == "mixed" and self.chance.random() < .3):
                cidr = None
            if self.kind == "loose" and self.chance.random() < .4:
                address = "10.244.1.%d" % (100 + number)
            self.node(number, name, address, cidr, self.chance.choice(ADDRESSES[:4]) if name == own else None)

    def node(self, number, name, address, cidr, second):
        """SECOND is a second InternalIP, or None."""
        def write(time, kind, *what, **more):
            thing = node(name, *what, **more)
            if second:
                thing["status"]["addresses"].append({"type": "InternalIP", "address": second})
            self.put(time, "nodes", kind, thing)

        labels = {"topology.kubernetes.io/zone": "z%d" % number} if self.chance.random() < .7 else {}
        if labels and self.chance.random() < .5:
            labels["topology.kubernetes.io/region"] = "r\"1\\é\n"
        given = {key: value % number for key, value in PLUGINS.items() if self.chance.random() < .25}
        self.plugged += [value.partition("/")[0] for key, value in given.items() if key[0] not in "kf"]
        more = {"annotations": given}
        if self.chance.random() < .25:      # a cloud's controller writes the address
            more["created"] = self.chance.uniform(10, 110)
            second, here = None, second
            write(more["created"], "ADDED", "", cidr, labels, **more)
            second, since = here, more["created"] + self.chance.uniform(2, 40)
            write(since, "MODIFIED", address, cidr, labels, **more)
            self.instants += [(more["created"], self.chance.choice(OUTSIDE)), (since, self.chance.choice(OUTSIDE)), (since, address)]
            return
        write(.1, "ADDED", address, cidr, labels, **more)
        if self.chance.random() < .4:
            write(60, "MODIFIED", "192.0.2.20", cidr, labels)
            write(90, "MODIFIED", address, cidr, labels, **more)
            self.instants += [(60, address), (90, "192.0.2.20"), (90, self.chance.choice(self.plugged + [address]))]
        if self.chance.random() < .3:
            write(120, "DELETED", address, cidr, labels)
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

    def everywhere(self):
        return (ADDRESSES + VIPS + OUTSIDE + GATEWAYS + LOCAL + SECOND + SPELLED + self.plugged + ["10.129.1.2", "10.1.0.1"]
                + ["192.0.2.1", "192.0.2.2", "192.0.2.20", "203.0.113.10", "203.0.113.11", "fd00::1:1"])

    # ---- How the watch tells it ----

    def records(self):
        self.unpublished()
        for address in ADDRESSES:
            self.tenures(address)
        for name in NAMES[:3]:
            self.slices(name)
        for happen in (self.host_network, self.services, self.nodes, self.owners):
            happen()
        self.interfaces = in_runs(self.runs, self.interfaces)
        self.writes = [write for write in self.writes if write[0] < SPAN]
        self.writes.sort(key=lambda write: write[0])
        return Watch(self.chance, self.writes).told()


def observed(world, line):
    """Two of three flows say on which host they were captured, and some of these on which interface."""
    meters = world.meters
    interface = b""
    if world.interfaces and meters.random() < .4:
        thing = meters.choice(world.interfaces)[2]
        interface = b',"interface":{"uid":%s}' % history.render.compact(thing["metadata"].get("uid", 7)).encode()
    hosts = ["%s.lab" % name for name in NODES]
    where = meters.choice((b"", *(b',"observer":{"hostname":"%s"%s}' % (meters.choice(hosts).encode(), interface) for _ in range(2))))
    return line[:-1] + where + b"}" if line.endswith(b"}") else line


def with_interfaces(world, lines, told):
    """LINES, which disguise the records TOLD, with what meters say of interfaces between them."""
    times = [record.get("received", "") for record in told.records]
    cluster = {"cluster": told.records[0]["cluster"]} if told.records and "cluster" in told.records[0] else {}
    for time, kind, thing in sorted(world.interfaces, key=lambda one: -one[0]):
        record = dict(cluster, type=kind, resource="interfaces", received=text(time), object=thing)
        if world.meters.random() < .1:
            del record["received"]
        lines.insert(bisect.bisect(times, text(time)), history.render.compact(record).encode())
    if world.interfaces and world.meters.random() < .3:
        early_or_mistyped(world, lines, cluster)
    return lines


def early_or_mistyped(world, lines, cluster):
    """Adds to LINES what meters say that were there before tenure-kube, or whose --cluster is not its."""
    for _, kind, thing in world.meters.choices(world.interfaces, k=4):
        early = world.meters.random() < .6
        name = cluster if early else {"cluster": "typo"}
        line = history.render.compact(dict(name, type=kind, resource="interfaces", object=thing)).encode()
        lines.insert(0 if early else world.meters.randrange(len(lines)), line)


def make(seed, count=400):
    """(kube lines, flow lines, options as words) of SEED."""
    world = World(seed)
    records = world.records()
    chance = world.chance
    flows = [observed(world, line) for line in flows_of(world, count)]
    options = ["--clock", chance.choice(("sandbox", "sandbox", "sandbox", "started", "endpoint", "received")),
               "--hold", chance.choice(("10s", "10s", "2s", "40s")), "--skew", chance.choice(("500ms", "500ms", "0", "2s"))]
    if seed % 3 == 0:
        options += ["--label", "turn", "--label", "none", "--annotation", "note"]
    if chance.random() < .3:
        options += ["--cluster-cidr", "10.244.0.0/16"]
    if chance.random() < .2:
        options += ["--hindsight"]
    often = .2 if "SYNC_BEGIN" in {record["type"] for record in records.records} else .5
    if chance.random() < often:
        options += ["--kube-from", text(chance.randrange(-20, 60))]
    if chance.random() < often:
        options += ["--kube-until", text(chance.randrange(200, 300))]
    if chance.random() < .15:
        options += ["--since", text(chance.randrange(60)), "--until", text(chance.randrange(120, SPAN))]
    if chance.random() < .2:
        other = World(seed + 1_000_000).records()
        for history_of, name in ((records, "prod"), (other, "other")):
            for record in history_of.records:
                record["cluster"] = name
        options += ["--cluster", "prod"]
        return interleaved(chance, with_interfaces(world, records.lines(), records), other.lines()), flows, options
    return with_interfaces(world, disguise(chance, records), records), flows, options


def reordered(chance, lines):
    """The same history in another order: each resource's own order, that of pods and nodes
    together (a node that goes ends what its pods' records say), and that against PROGRESS and
    GAP, stay. None where `received` hangs on the order."""
    out, runs = [], {}
    for line in lines:
        try:
            record = json.loads(line)
        except ValueError:
            return None
        if not isinstance(record, dict) or not {"received", "type"} <= set(record):
            return None
        if record["type"] not in ("PROGRESS", "GAP"):
            resource = record.get("resource")
            runs.setdefault((record.get("cluster"), "pods" if resource == "nodes" else resource), []).append(line)
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
