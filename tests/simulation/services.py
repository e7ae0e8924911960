"""Services, their addresses, and the slices that a controller or a hand writes."""
from instants import cut
from static import HOST_PORT

APPS = ("cart", "web", "db")
PORT = 8080


def start(world):
    world.services = []
    vips = world.vips = [f"10.96.0.{n}" for n in range(10, 18)]
    for app in APPS:
        service = Service(world, app, vips.pop(0), node_port=world.chance.choice((30080, 31000, None)) if world.has("node-ports") else None)
        Slices(world, service, app)
        if world.has("node-addresses"):
            world.begin(node_addresses(world, service), world.between(0, 80))
    if world.has("host-network"):
        world.at(1, lambda: agent(world))
    if world.has("cluster-addresses"):
        world.begin(in_turn(world, vips.pop(0), "vip"))
    if world.has("late-addresses"):
        world.begin(balanced(world, "203.0.113.9", ((80, "edge"),)))
        world.begin(balanced(world, "203.0.113.10", ((80, "front"),)))
    if world.has("shared-addresses"):
        for name, port in (("blue", 80), ("green", 443)):
            world.begin(balanced(world, "203.0.113.20", ((port, name),)), world.between(0, 60))
    if world.has("odd-slices"):
        world.begin(by_hand(world))


class Service:
    """Its cluster address is its own from creation to deletion; others while the object shows them."""

    def __init__(self, world, name, vip, ports=(80,), node_port=None, kind="ClusterIP"):
        self.world, self.name, self.ports, self.node_port = world, "shop/" + name, ports, node_port
        self.uid = f"svc-{name}-{world.number()}"
        self.spec = {"type": "NodePort" if node_port else kind, "clusterIP": vip, "clusterIPs": [vip],
                     "ports": [{"protocol": "TCP", "port": port, "targetPort": PORT} for port in ports]}
        if node_port:
            self.spec["ports"][0]["nodePort"] = node_port
        self.tenures, self.servings = {}, []
        self.hold(vip, "cluster-addresses")
        world.services.append(self)
        world.api.create("services", {"kind": "Service", "spec": self.spec, "status": {"loadBalancer": {}},
                                      "metadata": {"name": name, "namespace": "shop", "uid": self.uid}})

    def hold(self, address, cause):
        tenure = self.world.truth.hold(address, self.world.now, "service " + self.name, cause)
        tenure.ports = {("tcp", port): (self.world.now, 1e9) for port in self.ports}
        self.tenures[address] = tenure

    def let_go(self, address):
        self.tenures.pop(address).until = self.world.now

    def ingress(self, addresses):
        self.world.api.update("services", self.uid, status={"loadBalancer": {"ingress": [{"ip": one} for one in addresses]}})

    def change(self, **spec):
        self.spec = dict(self.spec, **spec)
        self.world.api.update("services", self.uid, spec=self.spec)

    def delete(self):
        same = self.world.has("same-revision") and self.world.luck(.5)
        for tenure in self.tenures.values():
            tenure.cause = "same-revision" if same else tenure.cause
        for address in list(self.tenures):
            self.let_go(address)
        for serving in self.servings:
            serving.until = min(serving.until, self.world.now)
        self.world.api.delete("services", self.uid, same)


class Slices:
    """The controller: it follows the pods' records, some time later."""

    def __init__(self, world, service, app):
        self.world, self.service, self.app = world, service, app
        self.members, self.waiting = {}, False
        self.uid = "slice-" + app
        world.api.create("endpointslices", slice_of(self.uid, app, [], PORT))
        world.api.listeners.append(self.written)

    def written(self, resource, uid):
        if resource != "pods" or self.waiting:
            return
        self.waiting = True
        self.world.at(self.world.chance.choice((.1, .3, 1.5)), self.write)

    def write(self):
        world, self.waiting = self.world, False
        now = {}
        for uid, thing in world.api.objects["pods"].items():
            status, labels = thing["status"], thing["metadata"].get("labels", {})
            if labels.get("app") != self.app or not status.get("podIP") or status["phase"] in ("Succeeded", "Failed"):
                continue
            now[uid, status["podIP"]] = thing
        added, removed = now.keys() - self.members.keys(), self.members.keys() - now.keys()
        if not added and not removed:
            return
        for uid, address in sorted(added):
            self.members[uid, address] = world.truth.serve(self.service.name, address, PORT, world.now, world.truth.alias.get(uid, uid))
        for key in sorted(removed):
            self.members.pop(key).until = world.now
        trigger = min((ready(now[key]) for key in sorted(added) if ready(now[key])), default=None)
        if trigger and world.has("odd-slices") and world.luck(.3):
            trigger = cut(world.now - world.between(5, 100))        # another change, not yet written, was merged
        found = slice_of(self.uid, self.app, sorted(self.members), PORT, trigger)
        world.api.update("endpointslices", self.uid, {"annotations": found["metadata"].get("annotations", {})},
                         endpoints=found["endpoints"])


def ready(thing):
    return next((one["lastTransitionTime"] for one in thing["status"].get("conditions", ()) if one["type"] == "Ready"), None)


def slice_of(uid, service, members, port, trigger=None, **more):
    """MEMBERS are (uid or None, address)."""
    metadata = {"name": uid, "namespace": "shop", "uid": uid, "labels": {"kubernetes.io/service-name": service}}
    if trigger:
        metadata["annotations"] = {"endpoints.kubernetes.io/last-change-trigger-time": trigger}
    endpoints = [{"addresses": [address], **({"targetRef": {"kind": "Pod", "uid": who}} if who else {})} for who, address in members]
    return {"kind": "EndpointSlice", "metadata": metadata, "addressType": "IPv4", "endpoints": endpoints,
            "ports": [{"name": "", "protocol": "TCP", "port": port}], **more}


def agent(world):
    """Endpoints with a node's address: pods in the host's network."""
    service = Service(world, "agent", world.vips.pop(0), ports=(HOST_PORT,))
    nodes = world.nodes[:3]
    members = [("uid-agent-" + node.name, node.address) for node in nodes]
    for uid, address in members:
        world.truth.serve(service.name, address, HOST_PORT, world.now, uid)
    world.api.create("endpointslices", slice_of("slice-agent", "agent", members, HOST_PORT))


def node_addresses(world, service):
    """k3s' load balancer, or external addresses that are the nodes' own."""
    port = 80
    addresses = [node.address for node in world.nodes[:3]]
    if world.luck(.5):
        service.change(externalIPs=addresses)
    else:
        service.change(type="LoadBalancer")
        yield world.between(1, 30)
        service.ingress(addresses)
    for address in addresses:
        service.servings.append(world.truth.serve(service.name, address, port, world.now))


def in_turn(world, vip, name):
    """A cluster address is released and given to the next service."""
    while True:
        service = Service(world, f"{name}{world.number()}", vip, ports=(world.chance.choice((80, 443)),))
        yield world.chance.choice((2, 20, 80)) * world.between(.5, 1.5)
        service.delete()
        yield world.chance.choice((.2, 2, 12, 40))


def balanced(world, address, names):
    """A load balancer's address comes long after the service; then it is somebody else's again."""
    while True:
        yield world.between(1, 60)
        made = [Service(world, f"{name}{world.number()}", vip_for(world), ports=(port,), kind="LoadBalancer") for port, name in names]
        yield world.chance.choice((1, 20, 90))
        for service in made:
            service.ingress([address])
            service.hold(address, "late-addresses")
        yield world.between(20, 120)
        for service in made:
            if world.luck(.4):
                service.let_go(address)
                service.change(type="ClusterIP")        # status.loadBalancer stays, stale
                yield world.between(30, 90)
            service.delete()


def vip_for(world):
    return f"10.96.1.{world.number() % 250 + 1}"


def by_hand(world):
    """Slices that somebody writes: an address outside, and a pod's that is not looked after."""
    outside = Service(world, "postgres", world.vips.pop(0), ports=(5432,))
    world.truth.serve(outside.name, "198.51.100.7", 5432, world.now)
    world.api.create("endpointslices", slice_of("slice-postgres", "postgres", [(None, "198.51.100.7")], 5432))
    yield world.between(20, 120)
    pods = [pod for pod in world.pods if pod.tenure]
    if pods:
        legacy = Service(world, "legacy", world.vips.pop(0), ports=(9090,))
        address = world.chance.choice(pods).tenure.address
        world.truth.serve(legacy.name, address, 9090, world.now)
        world.api.create("endpointslices", slice_of("slice-legacy", "legacy", [(None, address)], 9090))
