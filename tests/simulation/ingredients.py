"""What a world may have beyond the base: each can be switched on and off."""

PODS = {
    "slow-pulls": "images are pulled for minutes and a network takes long, while the kernel answers",
    "sidecars": "the first container runs and speaks while the second image is pulled",
    "forced-early": "a pod is force-deleted, or marked Failed, before its address was published, and runs on",
    "ended-by-others": "a pod is force-deleted or marked Failed by others, and runs on",
    "sandbox-deaths": "the sandbox dies and is reported at once; containers run on and hold the address",
    "lost-sandboxes": "a sandbox dies, and another follows, before any address was published",
    "stale-addresses": "a new sandbox is first reported with the old one's address",
    "static-pods": "mirrors are deleted and made again under another uid",
    "dual-stack": "pods have an address of each family; the second may be published later",
    "host-network": "pods in their node's network",
}
NODES = {
    "lost-nodes": "power fails, the Node is deleted, another machine gets its address",
    "replaced-nodes": "a new node boots with the old one's address or pod range before it registers",
    "spot-nodes": "a node is cut off, its pods are force-deleted and run on",
    "orphaned-pods": "pods' objects stay when their Node is deleted and others get its addresses",
    "rebooted-nodes": "power fails and comes back: the same pods get other addresses",
    "healed-nodes": "a node is cut off for a while, some of its pods are force-deleted",
    "neighbours": "machines outside with addresses amid the cluster's",
    "gateways": "nodes hold the first address of their pod range",
    "tunnels": "nodes take an address among the pods' for their tunnel, some time after they registered",
    "flat": "pods have addresses in no declared range",
    "fargate": "a node and its pod have one address",
}
SERVICES = {
    "shared-addresses": "services share an address on different ports",
    "node-addresses": "external and ingress addresses that are nodes' own",
    "node-ports": "node ports, and clients whose port is in their range",
    "late-addresses": "load balancer addresses that are given late and taken away",
    "cluster-addresses": "a released cluster address is used again",
    "odd-slices": "slices without targets, pointing outside, with triggers long before",
}
TOPICS = {
    "gaps": "the watch loses some minutes",
    "trimmed": "the front of the topic is gone",
    "ended": "the topic ends before the flows",
    "dumped": "kubectl's output: no lists, no progress",
    "listed-twice": "kubectl's output, run twice",
    "restored": "revisions start again",
    "same-revision": "a deletion with the revision of the last change",
}
FLOWS = {
    "late-reports": "reports as late as hold, not only as hold less skew (from rules 2 on)",
    "long-flows": "flows that outlive a holder",
    "special": "loopback, link-local and multicast addresses",
}
EVERY = {**PODS, **NODES, **SERVICES, **TOPICS, **FLOWS}
ENDINGS = ("trimmed", "ended", "dumped", "listed-twice", "restored")     # at most one of them in a world


class Chosen:
    """Which ingredients a world has."""

    def __init__(self, names, chance, all_of_them=False):
        self.names = set(names)
        if not all_of_them:
            # Too much at once hides one thing behind another.
            self.names = {name for name in sorted(self.names) if name in ENDINGS or chance.random() < .75}
            endings = [name for name in ENDINGS if name in self.names]
            self.names -= set(endings)
            if endings and chance.random() < .6:
                self.names.add(chance.choice(endings))
        if not all_of_them and "flat" in self.names and chance.random() < .6:
            self.names.discard("flat")
        if "flat" in self.names:
            self.names.discard("gateways")

    def __contains__(self, name):
        if name not in EVERY:
            raise KeyError(name)
        return name in self.names
