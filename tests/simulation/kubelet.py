"""What is written of a pod: its kubelet's statuses, with their lags and clocks, and others' writes."""
from instants import cut


class Status:
    """The status that the kubelet of POD would write, and its writes on their way to the API server."""

    def __init__(self, pod):
        self.pod, self.world = pod, pod.world
        self.start = None
        self.address = None         # of the sandbox that is ready
        self.shown = None           # podIP in its last status: kept when the sandbox is gone
        self.condition = None       # (status, true time of the change)
        self.written = self.world.now
        self.single = False         # it shows only the first of two families
        self.due = None             # when something must be written at the latest

    # ---- The object ----

    def create(self):
        pod = self.pod
        self.world.api.create("pods", {
            "kind": "Pod", "spec": {"nodeName": pod.node.name},
            "metadata": {"name": pod.name, "namespace": "shop", "uid": pod.uid, **more_of(pod)},
            "status": {"phase": "Pending"}})

    def accepted(self):
        self.start = self.world.now
        self.condition = "False", self.world.now
        self.report()

    def terminate(self, grace):
        """A request to delete it."""
        due = cut(self.world.now + self.world.api.clock + grace)
        self.world.api.update("pods", self.pod.uid, {"deletionTimestamp": due, "deletionGracePeriodSeconds": grace})

    def failed_by_others(self):
        thing = self.world.api.objects["pods"].get(self.pod.uid)
        if thing:
            self.world.api.update("pods", self.pod.uid, status=dict(thing["status"], phase="Failed"))

    # ---- The sandbox ----

    def sandbox_ready(self, address):
        profile, world = self.pod.profile, self.world
        self.address = address
        if profile != "late":
            self.condition = "True", world.now
        if profile == "calico":
            self.annotate(address + "/32")
        if profile in ("eager", "calico") and self.shown is None and world.luck(.6):
            self.write()
            if world.luck(.3):
                self.shown, self.single = address, world.luck(.5)
                self.write()
                self.single = False

    def condition_only(self, old):
        """Kubernetes 1.36: the new sandbox is reported with the status of before, the old address in it."""
        if self.pod.profile == "old":
            return
        self.condition = "True", self.world.now
        self.write(shown=old)

    def seen_again(self):
        """The kubelet was started again. It knows no status of a static pod, and writes all as of now."""
        if self.condition is not None and self.condition[0] == "True":
            self.start, self.condition = self.world.now, ("True", self.world.now)
            self.report()

    def sandbox_dead(self):
        if self.condition is None or self.condition[0] == "True":
            self.condition = "False", self.world.now
        self.address = None
        if self.pod.profile == "calico" and self.pod.tenure is None:
            self.annotate("")

    def annotate(self, text):
        names = "cni.projectcalico.org/podIP", "cni.projectcalico.org/podIPs"
        self.pod.annotations = dict(self.pod.annotations, **dict.fromkeys(names, text))
        metadata = {"annotations": self.pod.annotations}
        self.later(lambda: self.world.api.update("pods", self.pod.uid, metadata))

    # ---- Reports ----

    def report(self, over=False, blank=False):
        if self.address:
            if self.condition is None or self.condition[0] != "True":
                self.condition = "True", self.world.now     # before 1.36 it is noticed with the rest
            self.shown = self.address
        if blank:
            self.shown = None
        ended = all(one["finished"] is not None for one in self.pod.containers)
        phase = "Pending" if any(one["started"] is None for one in self.pod.containers) else "Running"
        if over and (self.pod.profile != "old" or not self.pod.deleting):
            phase = self.world.chance.choice(("Succeeded", "Failed")) if ended else "Failed"
        self.write(phase=phase)
        self.due = None

    def write(self, phase=None, shown=None):
        status = {"phase": phase or ("Running" if self.pod.ran else "Pending"), "conditions": self.conditions(),
                  "containerStatuses": [self.container(one) for one in self.pod.containers]}
        if self.start is not None:
            status["startTime"] = self.pod.node.shown(self.start)
        address = shown or self.shown
        if address:
            status.update(podIP=address, podIPs=self.families(address))
        self.later(lambda: self.patch(status))

    def patch(self, status):
        """A phase that is terminal stays (kubelet_pods.go: "transitions are not allowed")."""
        thing = self.world.api.objects["pods"].get(self.pod.uid)
        if thing and thing["status"]["phase"] in ("Succeeded", "Failed"):
            status = dict(status, phase=thing["status"]["phase"])
        self.world.api.update("pods", self.pod.uid, status=status)

    def families(self, address):
        """Of a second family too, unless the first record has it alone."""
        if not self.world.has("dual-stack") or self.pod.node.number is None or self.single:
            return [{"ip": address}]
        return [{"ip": address}, {"ip": twin_of(address)}]

    def later(self, call):
        """A kubelet's writes come in order; there are none of what it saw after it was cut off."""
        if self.pod.node.cut and self.due is None:
            self.pod.node.unsaid.append(self.pod)
            return
        time = self.world.now + self.world.lag()
        self.written = max(time if self.due is None else min(time, self.due), self.written + .001)
        self.world.at(self.written - self.world.now, call)

    def conditions(self):
        if self.pod.profile == "old" or self.condition is None:
            return []
        status, since = self.condition
        found = [{"type": "PodReadyToStartContainers", "status": status, "lastTransitionTime": self.pod.node.shown(since)}]
        started = [one["started"] for one in self.pod.containers]
        if None not in started:
            found += [{"type": name, "status": "True", "lastTransitionTime": self.pod.node.shown(max(started))}
                      for name in ("ContainersReady", "Ready")]
        return found

    def container(self, one):
        shown = self.pod.node.shown
        if one["started"] is None:
            state = {"waiting": {"reason": "ContainerCreating"}}
        elif one["finished"] is None:
            state = {"running": {"startedAt": shown(one["started"])}}
        else:
            state = {"terminated": {"startedAt": shown(one["started"]), "finishedAt": shown(one["finished"]), "exitCode": 0}}
        found = {"name": one["name"], "state": state}
        if one["before"]:
            found["lastState"] = {"terminated": dict(zip(("startedAt", "finishedAt"), map(shown, one["before"])), exitCode=1)}
        return found


def more_of(pod):
    parts = {"labels": {"app": pod.app} if pod.app else {}, "annotations": pod.annotations, "ownerReferences": pod.owners}
    return {name: part for name, part in parts.items() if part}


def twin_of(address):
    """The IPv6 address that is given out together with an IPv4 address."""
    return "fd00::" + ":".join(address.split("."))
