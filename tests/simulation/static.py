"""Pods that are not like others: static pods and their mirrors, pods in their node's network, and pods that are their node."""
import pods
from machines import Node

HOST_PORT = 9100


def start(world):
    if world.has("static-pods"):
        for node in world.nodes[:2]:
            world.begin(static(world, node), world.between(0, 60))
    if world.has("host-network"):
        for node in world.nodes[:3]:
            host_network(world, node)
    if world.has("fargate"):
        world.begin(fargate(world), world.between(0, 60))


class Static(pods.Pod):
    """A static pod: the API server knows only its mirror, whose uid is another one."""
    evictable = False

    def __init__(self, world, node, name, manifest):
        super().__init__(world, node, name, app=None)
        self.app, self.cause = None, "static-pods"
        self.hash = manifest
        self.holder = f"pod static-{self.hash}"
        self.mirror()

    def mirror(self):
        self.uid = f"uid-{self.name}-{self.world.number()}"
        self.world.truth.alias[self.uid] = self.holder[4:]
        self.annotations = {"kubernetes.io/config.hash": self.hash, "kubernetes.io/config.mirror": self.hash,
                            "kubernetes.io/config.source": "file"}
        self.owners = [{"apiVersion": "v1", "kind": "Node", "name": self.node.name, "uid": self.node.uid, "controller": True}]

    def life(self):
        world = self.world
        self.status.start, self.status.condition = world.now, ("False", world.now)
        yield world.between(.05, 1)
        late = world.luck(.2)
        if not late:
            self.status.create()
            self.status.report()
        yield from self.sandbox_up()
        self.status.due = world.now + world.latest
        yield world.between(.05, 2)
        for container in self.containers:
            self.run_container(container)
        if late:
            self.status.create()
        self.publish()
        yield from self.run()

    def run(self):
        world = self.world
        for _ in range(world.chance.choice((1, 2, 3))):
            yield world.between(5, 80)
            if self.node.cut:
                return
            if world.luck(.5):
                yield from self.new_mirror()
            elif world.luck(.5):
                self.status.seen_again()
            else:
                yield from self.restart()
        yield world.between(5, 60)
        yield from self.removed()

    def new_mirror(self):
        """Somebody deletes the mirror; the pod does not notice, and its kubelet makes another."""
        self.world.api.delete("pods", self.uid)
        yield self.world.between(.2, 6)
        self.missed()

    def missed(self):
        self.mirror()
        self.status.create()
        self.status.report()

    def removed(self):
        """Its manifest is gone or has changed; the end of this one may never be written."""
        early = self.world.luck(.5)
        if early:
            self.world.api.delete("pods", self.uid)
        yield self.world.between(.1, 3)
        yield from self.killed()
        if not early:
            yield self.world.between(.1, 3)
            self.world.api.delete("pods", self.uid)


def static(world, node):
    """A manifest that is put there, taken away and put there again, sometimes another."""
    manifest = None
    while not node.cut:
        if manifest is None or world.luck(.5):
            manifest = f"hash-{world.number()}"
        pod = Static(world, node, f"static-{node.name}", manifest)
        world.pods.append(pod)
        node.pods.append(pod)
        pod.process = world.begin(pod.life())
        while pod in node.pods:
            yield world.between(1, 5)
        yield world.between(.3, 4)


def host_network(world, node):
    """Holds nothing: the node does."""
    name = f"agent-{node.name}"
    created = {"kind": "Pod", "spec": {"nodeName": node.name, "hostNetwork": True},
               "metadata": {"name": name, "namespace": "shop", "uid": "uid-" + name, "labels": {"app": "agent"}},
               "status": {"phase": "Running", "startTime": node.shown(world.now), "podIP": node.address,
                          "podIPs": [{"ip": node.address}],
                          "containerStatuses": [{"name": "c0", "state": {"running": {"startedAt": node.shown(world.now)}}}]}}
    world.api.create("pods", created)


class FargateNode(Node):
    """A machine for one pod: while the pod has the address, what is sent is the pod's."""

    def __init__(self, world, name, address):
        super().__init__(world, name, address, None, "fargate")
        self.pool, self.machine = self, "node " + self.uid
        self.taken = False

    def take(self):
        if self.taken:
            return None
        self.taken = True
        self.tenures[-1].until = self.world.now
        return self.address

    def give(self, address):
        self.tenures.append(self.world.truth.hold(address, self.world.now, "node " + self.uid, "fargate", member=[[self.world.now, 1e9]]))
        self.tenures[-1].also = self.tenures[0].also

    def off_line(self):
        self.tenures[-1].until = self.world.now
        self.unregister()


def fargate(world):
    """One after the other; the next machine may get the address of the one before."""
    addresses = ["10.8.1.4", "10.8.1.5"]
    while True:
        address = world.chance.choice(addresses)
        node = FargateNode(world, f"fargate-{world.number()}", address)
        node.register()
        world.nodes.remove(node)
        yield world.between(.5, 5)
        pod = pods.create(world, node, app="fargate")
        pod.cause = "fargate"
        node.tenures[0].also = pod.holder
        while pod in node.pods:
            yield world.between(1, 5)
        yield world.between(10, 20)
        node.off_line()
        yield world.between(1, 20)
