"""Brings the lab up: namespaces, API server, nodes with their processes, workloads."""
import ipaddress
import json
import os
import sys
import time

import netns
import shop
from api import MERGE, Api
from crew import Crew
from status import PROFILES, VERSIONS

HERE = os.path.dirname(os.path.abspath(__file__))
NODES = ("n1", "n2", "n3")
SKEWS = (0.0, 0.2, -0.2)      # seconds each node's clock is ahead
ADDRESSES = 9                 # of a node: fewer than its pods, so that each is used again at once
FIRST_ADDRESS = 10


class Cluster:
    """One running lab.  CREW owns its processes."""

    def __init__(self, directory, prefix, options):
        self.directory, self.prefix, self.options = directory, prefix, options
        self.crew = Crew(directory, prefix)
        self.node_addresses = {node: f"192.168.77.{11 + i}" for i, node in enumerate(NODES)}
        self.kube = os.path.join(directory, "kube")
        self.kubeconfig = os.path.join(self.kube, "kubeconfig")

    def start(self):
        netns.build_control(self.prefix)
        for node in NODES:
            netns.build_node(self.prefix, node, self.node_addresses[node])
        self.crew.call("ctl", [os.path.join(HERE, "kube-up"), self.kube], {
            "BIND": netns.CONTROL_ADDRESS, "POD_RANGE": "10.244.0.0/16", "NODE_MASK": "24"})

    def populate(self):
        """Nodes and workloads: from here on pods come and go."""
        # API calls must be made from inside: this process stays in the machine's own namespace.
        self.crew.call("ctl", [sys.executable, __file__, "nodes", self.kubeconfig, self.directory,
                               *(f"{node}={address}={VERSIONS[PROFILES[i]]}"
                                 for i, (node, address) in enumerate(self.node_addresses.items()))])
        with open(os.path.join(self.directory, "nodes"), encoding="ascii") as file:
            ranges = dict(line.split() for line in file)
        with open(os.path.join(self.directory, "nodes.json"), "w", encoding="ascii") as file:
            json.dump({node: {"address": address, "range": ranges[node], "ahead": 0 if self.options.record else round(self.ahead(node) * 1e9)}
                       for node, address in self.node_addresses.items()}, file)
        for i, (node, address) in enumerate(self.node_addresses.items()):
            netns.route_pods(self.prefix, node, address, ranges[node])
            self.start_node(i, node, address, ranges[node])
        self.python("outside", "ctl", "outside.py", "--dir", self.directory)
        self.python("proxy", "ctl", "proxy.py", "--prefix", self.prefix, "--kubeconfig", self.kubeconfig,
                    "--nodes", ",".join(NODES), "--dir", self.directory)
        self.python("conductor", "ctl", "conductor.py", "--kubeconfig", self.kubeconfig, "--dir", self.directory,
                    "--seed", self.options.seed, "--capacity", ADDRESSES, "--rate", self.options.rate,
                    "--churn", self.options.churn,
                    "--nodes", ",".join(f"{node}={address}" for node, address in self.node_addresses.items()))

    def ahead(self, node):
        """Seconds that NODE's clock is ahead."""
        return SKEWS[NODES.index(node)] * self.options.skew / 0.2

    def start_node(self, index, node, address, pod_range):
        first = ipaddress.ip_network(pod_range)[FIRST_ADDRESS]
        addresses = ",".join(str(first + i) for i in range(ADDRESSES))
        self.python("runtime-" + node, None, "runtime.py", "--prefix", self.prefix, "--node", node, "--address", address,
                    "--addresses", addresses, "--dir", self.directory, "--seed", self.options.seed)
        late = self.options.late
        self.python("kubelet-" + node, "ctl", "kubelet.py", "--kubeconfig", self.kubeconfig, "--node", node,
                    "--address", address, "--dir", self.directory, "--seed", self.options.seed,
                    "--profile", PROFILES[index], "--skew", self.ahead(node),
                    "--late-share", 0.02 if late <= 1 else 0.2, "--late-to", 8.0 if late <= 1 else 10.0 * late)
        self.python("probe-" + node, node, "probe.py", "--node", node, "--dir", self.directory)
        while not os.path.exists(os.path.join(self.directory, node + ".sock")):
            time.sleep(0.02)

    def python(self, name, namespace, script, *arguments):
        return self.crew.start(name, namespace, [sys.executable, os.path.join(HERE, script), *arguments],
                               {"PYTHONDONTWRITEBYTECODE": "1"})

    def wait_warm(self, seconds=90):
        """Until the conductor says that the workloads run."""
        path, deadline = os.path.join(self.directory, "conductor"), time.time() + seconds
        while time.time() < deadline:
            if os.path.exists(path) and '"warm"' in open(path, encoding="ascii").read():
                return
            if self.crew.ended():
                break
            time.sleep(0.2)
        raise RuntimeError(f"the workloads did not come up; ended: {self.crew.ended()}; see {self.directory}/log")

    def stop_workloads(self):
        for name in ["conductor", "proxy", *(f"{part}-{node}" for part in ("probe", "runtime") for node in NODES)]:
            self.crew.stop(name, 5.0)

    def stop(self):
        self.crew.stop_all()
        self.crew.call(None, [os.path.join(HERE, "kube-down"), self.kube])


def make_nodes(kubeconfig, directory, nodes):
    """Creates node objects; the controller-manager gives each its range of pod addresses."""
    api = Api(kubeconfig, "kubelet/lab")
    for text in nodes:
        name, address, version = text.split("=")
        api.apply("/api/v1/nodes", shop.node_object(name, address))
        api.patch(f"/api/v1/nodes/{name}/status", shop.node_status(name, address, version), MERGE)
    with open(os.path.join(directory, "nodes"), "w", encoding="ascii") as file:
        for text in nodes:
            name = text.split("=")[0]
            while "podCIDR" not in api.get("/api/v1/nodes/" + name)["spec"]:
                time.sleep(0.1)
            file.write(f"{name} {api.get('/api/v1/nodes/' + name)['spec']['podCIDR']}\n")


if __name__ == "__main__":
    assert sys.argv[1] == "nodes"
    make_nodes(sys.argv[2], sys.argv[3], sys.argv[4:])
