"""Nodes and other machines: they boot, register, lose power or their network, and others follow them."""
from instants import cut

FIRST = 4


def start(world):
    world.neighbours = []
    if world.has("flat"):
        world.shared = Pool(world, [f"10.8.0.{n}" for n in range(20, 38) if n % 6])
    else:
        world.shared = None
    for number in range(1, FIRST + 1):
        boot(world, f"n{number}", address_of(world, number), number)
    if world.has("neighbours"):
        neighbours(world)
    doomed = [name for name in ("lost-nodes", "replaced-nodes", "spot-nodes", "rebooted-nodes", "healed-nodes") if world.has(name)]
    for node, name in zip(world.nodes[1:], world.chance.sample(doomed, len(doomed))):
        fate = {"rebooted-nodes": reboot, "healed-nodes": heal}.get(name, end)
        world.begin(fate(world, node, name), world.between(145, 390))       # after the topic's first list


def address_of(world, number):
    return f"10.8.0.{number + 10}" if world.has("flat") and number % 2 else f"192.0.2.{number + 10}"


def neighbours(world):
    """Machines that were there before and stay."""
    for address in ("192.0.2.77", "192.0.2.78") + (("10.8.0.24", "10.8.0.30") if world.has("flat") else ()):
        world.neighbours.append(address)
        world.truth.hold(address, -1e9, f"machine {address}", "neighbours")


class Node:
    def __init__(self, world, name, address, number, cause):
        self.world, self.name, self.address, self.number = world, name, address, number
        self.uid = f"node-{name}-{world.number()}"
        self.clock = world.clock()
        self.cidr = f"10.244.{number}.0/24" if number is not None and not world.has("flat") else None
        self.unused = f"10.245.{number}.0/24" if world.has("flat") and number is not None and world.luck(.5) else None
        self.six = f"fd00::10:244:{number}:0/112" if self.cidr and world.has("dual-stack") and world.six_ranges else None
        self.cut = self.off = None          # since when it does not report, does not run
        self.pods, self.lost = [], []       # lost: addresses that it can no longer give back
        self.machine = None                 # "node UID", if its address is its pod's
        self.dead = []                      # pods that lost their power
        self.unsaid = []                    # pods of which it could not write something
        self.flannel = False
        self.tenures = [world.truth.hold(address, world.now, "node " + self.uid, cause, member=[])]
        self.pool = world.shared
        if self.cidr:
            self.pool = Pool(world, [f"10.244.{number}.{n}" for n in range(2, 9)])
            self.flannel = world.has("gateways") and world.luck(.3)
            for last in ((1, 0) if self.flannel else (1,)) if world.has("gateways") else ():
                self.tenures.append(world.truth.hold(f"10.244.{number}.{last}", world.now, "node " + self.uid, "gateways", member=[]))

    def register(self):
        member = [self.world.now, 1e9]
        for tenure in self.tenures:
            tenure.member.append(member)
        ranges = [one for one in (self.cidr or self.unused, self.six) if one]
        spec = {"podCIDR": ranges[0], "podCIDRs": ranges} if ranges else {}
        if self.world.has("tunnels") and self.number is not None and self.world.luck(.6):
            self.world.at(self.world.between(5, 200), self.tunnel)
        self.world.api.create("nodes", {
            "kind": "Node", "metadata": {"name": self.name, "uid": self.uid, "annotations": self.annotations()}, "spec": spec,
            "status": {"addresses": [{"type": "InternalIP", "address": self.address}, {"type": "Hostname", "address": self.name}]}})
        self.world.nodes.append(self)
        self.world.at(self.world.between(.2, 3), self.tidy)

    def tidy(self):
        """The kubelet of a new machine with an old name removes what was bound to that name and does not run."""
        for uid, thing in list(self.world.api.objects["pods"].items()):
            if thing["spec"]["nodeName"] == self.name and uid not in {pod.uid for pod in self.pods} and "hostNetwork" not in thing["spec"]:
                self.world.api.delete("pods", uid)

    def annotations(self):
        return {"flannel.alpha.coreos.com/backend-type": "vxlan"} if self.flannel else {}

    def tunnel(self):
        """As Calico does: an address out of the pods' pool, shown in an annotation."""
        address = None if self.cut else self.pool.take()
        if address:
            member = [[self.world.now, 1e9]]
            self.tenures.append(self.world.truth.hold(address, self.world.now, "node " + self.uid, "tunnels", member=member))
            shown = {"annotations": dict(self.annotations(), **{"projectcalico.org/IPv4VXLANTunnelAddr": address})}
            self.world.at(self.world.between(.05, 2), lambda: self.world.api.update("nodes", self.uid, shown))

    def unregister(self):
        for tenure in self.tenures:
            for member in tenure.member:
                member[1] = min(member[1], self.world.now)
        self.world.api.delete("nodes", self.uid)
        if self in self.world.nodes:
            self.world.nodes.remove(self)

    def power_off(self):
        self.off = self.cut = self.world.now
        self.lost += [pod.tenure.address for pod in self.pods if pod.tenure]
        self.dead = list(self.pods)
        for pod in self.dead:
            pod.power_off()
        for tenure in self.tenures:
            tenure.until, tenure.orphan = self.world.now, True

    def back(self, rebooted=()):
        """It reports again, and says what it could not say; REBOOTED pods have lost their sandboxes."""
        self.cut = None
        for pod in list(self.pods):
            if pod.uid not in self.world.api.objects["pods"]:
                pod.missed()
            elif pod in rebooted:
                pod.replace(pod.rebooted())
        for pod in dict.fromkeys(self.unsaid):
            pod.status.report(over=pod not in self.pods)
        for address in self.lost:
            self.pool.give(address)
        self.unsaid, self.lost = [], []

    def shown(self, time):
        return cut(time + self.clock)


def boot(world, name, address, number, cause="", wait=0):
    """A machine that registers as a node WAIT later."""
    node = Node(world, name, address, number, cause)
    if wait:
        world.at(wait, node.register)
    else:
        node.register()
    return node


def end(world, node, name):
    """The node is gone in one of three ways; then others have its address and its range."""
    if node.off:
        return
    if name == "spot-nodes":
        node.cut = world.now
        yield world.between(1, 40)
        yield from collect(world, node)
        yield world.between(3, 60)
        node.power_off()
    else:
        node.power_off()
        yield world.between(5, 60)
        yield from collect(world, node)
    if world.shared:
        for address in node.lost:
            world.shared.give(address)
    if name == "lost-nodes" and world.luck(.5):
        yield from stranger(world, node)
    elif name == "replaced-nodes" or world.luck(.6):
        yield world.between(.5, 30)
        same = world.luck(.6)
        address = node.address if same else f"192.0.2.{world.number() % 100 + 100}"
        number = node.number if node.cidr and world.luck(.7) else world.number() % 50 + 10
        boot(world, node.name if world.luck(.5) else f"n{number}x", address, number, name,
             wait=world.between(1, 40) if world.luck(.8) else 0)


def heal(world, node, name):
    """It is cut off for a while; then it ends the pods that are gone meanwhile and writes of the others."""
    node.cut = world.now
    yield world.between(5, 60)
    for pod in list(node.pods):
        if world.luck(.4):
            pod.mark_failed(True)
            yield world.between(0, .5)
    yield world.between(1, 60)
    node.back()


def reboot(world, node, name):
    """Its pods' objects stay; their sandboxes are made again, with any of its addresses."""
    pods = list(node.pods)
    node.power_off()
    yield world.between(2, 90)
    node.off = None
    for tenure in node.tenures[:]:
        node.tenures.append(world.truth.hold(tenure.address, world.now, tenure.holder, tenure.cause, member=tenure.member))
    node.pods += pods
    node.back(pods)


def collect(world, node):
    """The Node object and its pods' objects are deleted, in any order."""
    if world.luck(.5):
        node.unregister()
        yield world.between(.1, 40)
    for pod in dict.fromkeys(node.dead + node.pods + node.unsaid):
        if not world.has("orphaned-pods") or world.luck(.8):
            pod.mark_failed(world.luck(.5))
            yield world.between(0, .5)
    if node in world.nodes:
        yield world.between(.1, 10)
        node.unregister()


def stranger(world, node):
    """A machine that is not in the cluster gets the address."""
    yield world.between(.5, 60)
    world.truth.hold(node.address, world.now, f"machine after {node.name}", "lost-nodes")
    world.neighbours.append(node.address)


class Pool:
    """Addresses that pods take and give back; one that was just given back is taken often."""

    def __init__(self, world, addresses):
        self.world, self.free = world, {address: -1e9 for address in addresses}

    def take(self):
        ready = sorted((since, address) for address, since in self.free.items() if since <= self.world.now)
        if not ready:
            return None
        address = ready[-1][1] if self.world.luck(.6) else self.world.chance.choice(ready)[1]
        del self.free[address]
        return address

    def give(self, address):
        self.free[address] = self.world.now + self.world.chance.choice((0, .01, .03, .1, .5, 1, 3))
