"""One node: namespaces, control groups, and in them containerd, the kubelet, kube-proxy and tenure-flows.

A node has a /run of its own, which is empty after each boot, and a /var that stays.  All its programs but tenure-flows and
the process that holds the mount namespace are in its control groups, so that they end together, as with the power.
"""
import json
import os
import subprocess
import time

import cgroups
import image
import netns
import wires
from pipeline import CACHE, program

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.environ.get("KUBELAB") or os.path.join(CACHE, "kubelab", "kubelab")
SOCKET = "/run/containerd/containerd.sock"
PLUGINS = "/usr/lib/cni"

CONTAINERD = """version = 2
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs",
  "io.containerd.snapshotter.v1.devmapper", "io.containerd.internal.v1.opt"]
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{image}"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{directory}/plugins"
    conf_dir = "{directory}/networks"
"""

KUBELET = {
    "apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration",
    "failCgroupV1": False, "failSwapOn": False, "cgroupDriver": "cgroupfs", "cgroupsPerQOS": True, "enforceNodeAllocatable": ["pods"],
    "authentication": {"anonymous": {"enabled": True}, "webhook": {"enabled": False}}, "authorization": {"mode": "AlwaysAllow"},
    "readOnlyPort": 0, "containerRuntimeEndpoint": "unix://" + SOCKET, "nodeStatusUpdateFrequency": "5s",
    "evictionHard": {"memory.available": "50Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
    "imageGCHighThresholdPercent": 100,
}

BOOT = """mount --make-rshared / && mount -t tmpfs tmpfs /run && mkdir -p /run/netns && mount --bind "$0/var" /var &&
touch "$0/booted" && exec sleep 1000000"""


class Machine:
    """PLAN says the kind of network and its address families; API is the cluster's."""

    def __init__(self, crew, name, index, directory, plan, api):
        self.crew, self.name, self.index, self.plan, self.api = crew, name, index, plan, api
        self.run = directory                                # what the recording keeps is written there
        self.directory = os.path.join(directory, name)      # the rest
        self.group = netns.node_name(crew.prefix, name)     # of the network namespace, too
        self.addresses = [wires.address(index, family) for family in plan.families]
        self.boots, self.on = 0, False

    # ---- files ----

    def prepare(self):
        """Writes what a node has before its first boot."""
        for folder in ("var/log", "var/lib", "static", "networks", "plugins"):
            os.makedirs(os.path.join(self.directory, folder))
        for plugin in ("host-local", "loopback", self.plan.network):
            os.symlink(f"{PLUGINS}/{plugin}", f"{self.directory}/plugins/{plugin}")
        os.symlink(f"{HERE}/cnilog", f"{self.directory}/plugins/cnilog")
        self.write("containerd.toml", CONTAINERD.format(image=image.NAME, directory=self.directory))
        self.write("resolv.conf", "")
        self.write("kubelet.yaml", json.dumps(dict(KUBELET, cgroupRoot="/" + self.group, staticPodPath=self.directory + "/static",
                                                   resolvConf=self.directory + "/resolv.conf")))

    def write(self, name, text):
        """In one step: the kubelet reads a manifest as soon as it is there."""
        path = os.path.join(self.directory, name)
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(path + ".new", path)

    def slow_plugin(self, **seconds):
        self.write("delays", json.dumps(seconds))

    def write_network(self, ranges):
        """What a CNI's daemon writes once the node has its ranges."""
        plugin = {"type": "cnilog", "delegate": self.plan.network, "log": f"{self.run}/cni-{self.name}.ndjson",
                  "delays": self.directory + "/delays", "ipMasq": False,
                  "ipam": {"type": "host-local", "ranges": [[{"subnet": cidr}] for cidr in ranges],
                           "routes": [{"dst": "::/0" if family == 6 else "0.0.0.0/0"} for family in self.plan.families]}}
        if self.plan.network == "bridge":
            plugin.update(bridge="cni0", isGateway=True, hairpinMode=True)
        self.write("networks/10-lab.conflist", json.dumps({"cniVersion": "0.4.0", "name": "lab", "plugins": [plugin]}))

    # ---- programs ----

    def inside(self, argv):
        """ARGV as a command in the node's namespaces.  (`ip netns exec` would mount a /sys without control groups.)"""
        holder = f"/proc/{self.crew.members['node-' + self.name].pid}/ns/"
        return ["nsenter", f"--mount={holder}mnt", f"--net={holder}net", *argv]

    def start(self, part, argv):
        return self.crew.start(f"{part}-{self.name}", None, cgroups.inside(self.group, self.inside(argv)))

    def ctr(self, *words):
        done = subprocess.run(self.inside(["ctr", "-a", SOCKET, "-n", "k8s.io", *words]), text=True, capture_output=True, timeout=20, check=False)
        return done.stdout if done.returncode == 0 else ""

    def boot(self):
        """Switches the node on: networks, mounts, then its programs, and waits until its pods can have addresses."""
        wires.build_node(self.crew.prefix, self.name, self.index, self.plan.families)
        cgroups.make(self.group)
        booted = os.path.join(self.directory, "booted")
        if os.path.exists(booted):
            os.unlink(booted)
        self.crew.start("node-" + self.name, None, ["nsenter", f"--net=/run/netns/{self.group}", "unshare", "-m", "--propagation", "private",
                                                    "sh", "-c", BOOT, self.directory])
        wait(lambda: os.path.exists(booted), f"{self.name}: its mounts")
        self.boots += 1
        self.on = True
        self.start_meter()
        self.start_runtime()
        if self.boots == 1:
            subprocess.run(self.inside(["ctr", "-a", SOCKET, "-n", "k8s.io", "images", "import", self.run + "/image.tar"]),
                           stdout=subprocess.DEVNULL, check=True)
        self.start_kubelet()
        self.join()
        self.start("kube-proxy", [PROGRAM, "kube-proxy", "--kubeconfig", self.kubeconfig, "--hostname-override", self.name,
                                  "--proxy-mode", "nftables", "--cluster-cidr", ",".join(wires.POD_RANGE[f][0] for f in self.plan.families),
                                  "--conntrack-max-per-core", "0",
                                  # Without it a bridge carries the answer past the translation back.
                                  *(["--masquerade-all"] if self.plan.network == "bridge" else [])])

    @property
    def kubeconfig(self):
        return os.path.join(self.run, "kube", "kubeconfig")

    def join(self):
        """Waits for the ranges that the controllers give to the node that has registered itself."""
        path = "/api/v1/nodes"
        wait(lambda: any(node["metadata"]["name"] == self.name and node["spec"].get("podCIDRs") for node in self.api.get(path)["items"]),
             f"{self.name}: its ranges")
        ranges = self.api.get(f"{path}/{self.name}")["spec"]["podCIDRs"]
        wires.route_pods(self.crew.prefix, self.name, self.index, ranges)
        self.write_network(ranges)
        with open(os.path.join(self.run, "ranges"), "a", encoding="ascii") as file:
            file.write(f"{self.name} {','.join(self.addresses)} {','.join(ranges)}\n")

    def start_meter(self):
        self.crew.start("flows-" + self.name, self.name, [
            program("flows"), "--interfaces-from", "veth*", "--observer-name", self.name,
            "--out", f"{self.run}/flows-{self.name}-{self.boots}.ndjson",
            "--links", f"{self.run}/links-{self.name}-{self.boots}.ndjson", "--node-name", self.name, "--cluster", "lab"])

    def start_runtime(self):
        self.start("containerd", ["containerd", "--config", self.directory + "/containerd.toml"])
        wait(lambda: self.ctr("version"), f"{self.name}: containerd")

    def start_kubelet(self):
        self.start("kubelet", [PROGRAM, "kubelet", "--config", self.directory + "/kubelet.yaml", "--kubeconfig", self.kubeconfig,
                               "--hostname-override", self.name, "--node-ip", ",".join(self.addresses), "--v", "2"])

    def runs(self, part):
        return f"{part}-{self.name}" in self.crew.members

    def kill(self, part):
        self.crew.stop(f"{part}-{self.name}", 0)

    def power_off(self):
        """Everything ends where it is; what was not on the disk is lost."""
        if not self.on:
            return
        self.on = False
        wires.unplug(self.crew.prefix, self.name)
        cgroups.kill(self.group)
        for part in ("kube-proxy", "kubelet", "containerd", "flows", "node"):
            self.crew.stop(f"{part}-{self.name}")
        netns.remove(self.group)
        cgroups.remove(self.group)


def wait(ready, what, seconds=60):
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise RuntimeError(f"not there after {seconds} s: {what}")
        time.sleep(0.1)
