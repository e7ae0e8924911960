"""The ranges of a cluster and the addresses that its pods have had, as of any position (answers.md sections 4, 6)."""
import bisect
import functools
import re

import holders
import moments
import shapes


class Ranges:
    def __init__(self):
        self.facts = {}             # (what, ...) -> offset of the first record that says so
        self.offsets = []           # at which any fact was new
        self.views = {}

    def add(self, offset, *fact):
        if fact not in self.facts:
            self.facts[fact] = offset
            if offset not in self.offsets[-1:]:
                self.offsets.append(offset)

    def pod(self, offset, status):
        if status.host_network:
            return
        for address in status.addresses + status.secondary:
            self.add(offset, "pod", status.node, address)
        for address in status.own_addresses:
            self.add(offset, "own", status.node, address)

    def spell(self, offset, thing, own, hosts):
        """A record of a pod or node mentions addresses that are somebody's. OWN are its own; HOSTS of a pod those of its
        machine."""
        texts = shapes.at(thing, "metadata", "annotations")
        texts = texts if isinstance(texts, dict) else {}
        found = {shapes.alone(address) for address in hosts}
        for name, text in texts.items():
            if isinstance(text, str) and name != APPLIED:
                found.update(spelled_in(text, SHORTEST))
        created = moments.parse(shapes.at(thing, "metadata", "creationTimestamp"))
        for one in found - {shapes.alone(address) for address in own}:
            self.add(offset, "spelled", one, moments.NEVER if created is None else created)

    def node(self, offset, name, thing):
        created = moments.parse(shapes.at(thing, "metadata", "creationTimestamp"))
        for one in holders.pod_cidrs_of(thing) + holders.subnets_of(thing):
            self.add(offset, "created", one, moments.NEVER if created is None else created)
        for one in holders.pod_cidrs_of(thing):
            self.add(offset, "cidr", name, one)
        for one in holders.subnets_of(thing):
            self.add(offset, "subnet", name, one)
        for address in holders.gateways_of(thing):
            self.add(offset, "gateway", address)
        for address in holders.status_addresses(thing, "InternalIP"):
            self.add(offset, "internal", address)

    def cluster(self, offset, thing):
        for one in holders.ranges_of(shapes.listed(thing, "spec", "cidrs")):
            self.add(offset, "service", one)

    def at(self, position, declared):
        """The View as of POSITION. DECLARED are the ranges of --cluster-cidr."""
        index = bisect.bisect_right(self.offsets, position)
        if index not in self.views:
            self.views[index] = View([fact for fact, offset in self.facts.items() if offset <= position], declared)
        return self.views[index]


class View:
    def __init__(self, facts, declared):
        def told(what):
            return [fact[1:] for fact in facts if fact[0] == what]
        self.cidrs = told("cidr")
        self.created = {}           # range of a node -> the earliest creation of one that has it
        for one, created in told("created"):
            self.created[one] = min(self.created.get(one, created), created)
        own = told("own")
        self.pod_cidrs_used = cidrs_in_use(own, self.cidrs, {address for address, in told("gateway")})
        of_nodes = self.cidrs + told("subnet")
        self.used = list(declared)  # those that pods take addresses from
        if any(shapes.inside(address, of_node(of_nodes, node)) for node, address in told("pod")):
            self.used += [one for _, one in of_nodes]
        self.always = [one for one, in told("service")] + list(declared)
        self.amid = []              # (the smallest range around pods' addresses, a node's InternalIP is in it)
        loose = [address for _, address in own if not self.in_range(address)]
        for family in (True, False):
            around = [address for address in loose if shapes.is_v4(address) == family]
            if around:
                one = shapes.smallest(around)
                self.amid.append((one, any(shapes.inside(address, [one]) for address, in told("internal"))))

        self.loose = loose
        self.spelled = told("spelled")

    def may_be_a_pods(self, ip):
        """No range says where pods have addresses such as this one."""
        loose = [one for one in self.loose if shapes.is_v4(one) == shapes.is_v4(ip)]
        if loose:
            return is_private(ip) or not all(map(is_private, loose))
        return all((one.version == 4) != shapes.is_v4(ip) for one in self.used)

    def is_spelled(self, ip, end):
        """In a flow that ends at END."""
        return shapes.inside(ip, [one for one, created in self.spelled if created <= end])

    def in_range(self, ip, end=moments.EVER):
        """In a flow that ends at END."""
        return shapes.inside(ip, self.always + [one for one in self.used if self.created.get(one, moments.NEVER) <= end])

    def of_another_node(self, ip, node):
        """Whether podCIDRs are in use and IP is in one, but not in NODE's."""
        names = {name for name, one in self.cidrs if shapes.inside(ip, [one])}
        return self.pod_cidrs_used and bool(names) and node not in names


TOKEN = re.compile(r"[0-9A-Fa-f.:/]+")
SHORTEST = 8        # bits of a prefix
APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


@functools.lru_cache(maxsize=4096)
def spelled_in(text, shortest):
    """The addresses and ranges that the text of an annotation has."""
    found = set()
    for token in TOKEN.findall(text):
        address, around = shapes.sloppy(token), shapes.network(token)
        if around is not None and shapes.alone(address).network_address == around.network_address:
            found.update([around] if around.prefixlen >= shortest else ())
        elif address is not None:
            found.add(shapes.alone(address))
    return tuple(sorted(found, key=str))


def is_private(ip):
    return shapes.inside(ip, shapes.PRIVATE)


def host_addresses(pod):
    """Of the machine of a pod."""
    listed = shapes.listed(pod, "status", "hostIPs") + shapes.listed(pod, "status", "podIPs")
    return shapes.addresses([shapes.at(pod, "status", "hostIP")] + [shapes.at(one, "ip") for one in listed])


def of_node(ranges, node):
    return [one for name, one in ranges if name == node]


def cidrs_in_use(own, cidrs, gateways):
    """Pods have addresses in the podCIDRs of their nodes, and only there."""
    return bool(own) and all(address not in gateways and shapes.inside(address, of_node(cidrs, node))
                             for node, address in own)
