"""What a kubelet says of a pod: runtime events in, the pod's status out.

Three ages of kubelets differ in the condition PodReadyToStartContainers:
  early  (1.36 and later)   true as soon as the sandbox has its network
  late   (1.29 to 1.35)     true with the first status after images were pulled and containers started
  none   (before)           not written at all
Times are the node's clock cut to whole seconds, and podIP stays after the address is gone.
"""
from datetime import datetime, timezone

PROFILES = ("early", "late", "none")
VERSIONS = {"early": "v1.37.2", "late": "v1.33.4", "none": "v1.27.16"}


def stamp(nanoseconds):
    """RFC 3339, cut to the second as every status time is."""
    return datetime.fromtimestamp(nanoseconds // 1_000_000_000, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class PodStatus:
    """The status of one pod.  Times given to take() are already the node's clock."""

    def __init__(self, profile, host_ip, blanks_ip):
        self.profile, self.host_ip = profile, host_ip
        self.blanks_ip = blanks_ip     # this kubelet forgot the address when the sandbox was lost
        self.phase, self.start = "Pending", None
        self.ip, self.runtime_ip = "", ""
        self.conditions = {}
        self.state = {"waiting": {"reason": "ContainerCreating"}}
        self.last_state = {}
        self.restarts, self.ran = 0, False
        self.terminal = False

    def condition(self, kind, value, when):
        before = self.conditions.get(kind)
        if before is None or before[0] != value:
            self.conditions[kind] = (value, stamp(when))

    def take(self, event, when, seen):
        """EVENT happened at WHEN; the kubelet looks at it at SEEN."""
        getattr(self, event["type"])(event, when, seen)

    def accepted(self, event, when, seen):
        self.start = stamp(when)
        self.condition("PodScheduled", True, when)
        self.condition("Initialized", True, when)
        self.condition("Ready", False, when)
        self.condition("ContainersReady", False, when)
        if self.profile != "none":
            self.condition("PodReadyToStartContainers", False, when)

    def sandbox_ready(self, event, when, seen):
        self.runtime_ip = event["ip"]
        if self.profile == "early":
            self.condition("PodReadyToStartContainers", True, seen)

    def container_started(self, event, when, seen):
        if "terminated" in self.state:
            self.last_state = self.state
        self.state = {"running": {"startedAt": stamp(when)}}
        self.restarts, self.ran = event["restarts"], True
        self.phase, self.ip = "Running", self.runtime_ip
        self.condition("Ready", True, seen)
        self.condition("ContainersReady", True, seen)
        if self.profile != "none":
            self.condition("PodReadyToStartContainers", True, seen)

    def container_exited(self, event, when, seen):
        lost = event["recreating"]
        self.state = {"terminated": {
            "exitCode": 255 if lost else event["exit"],
            "reason": "Unknown" if lost else "Completed" if event["exit"] == 0 else "Error",
            "startedAt": self.state.get("running", {}).get("startedAt"), "finishedAt": stamp(when)}}
        self.condition("Ready", False, seen)
        self.condition("ContainersReady", False, seen)

    def sandbox_stopped(self, event, when, seen):
        if self.profile != "none":
            self.condition("PodReadyToStartContainers", False, seen)
        if not event["stopping"]:
            if self.blanks_ip:
                self.ip = ""
            return
        if "terminated" not in self.state:
            self.state = {"terminated": {"exitCode": 137, "reason": "ContainerStatusUnknown",
                                         "startedAt": None, "finishedAt": None}}
        self.phase = "Succeeded" if self.state["terminated"]["exitCode"] == 0 else "Failed"
        self.terminal = True

    def patch(self, uid, image):
        """The body of a strategic merge patch: conditions merge by type, addresses are replaced."""
        addresses = [{"$patch": "replace"}] + ([{"ip": self.ip}] if self.ip else [])
        running = "running" in self.state
        return {"metadata": {"uid": uid}, "status": {
            "phase": self.phase, "startTime": self.start, "hostIP": self.host_ip,
            "podIP": self.ip or None, "podIPs": addresses,
            "conditions": [{"type": kind, "status": str(value), "lastTransitionTime": at}
                           for kind, (value, at) in self.conditions.items()],
            "containerStatuses": [{
                "name": "main", "image": image, "imageID": image if self.ran else "",
                "ready": running, "started": running, "restartCount": self.restarts,
                "containerID": f"containerd://{uid}-{self.restarts}" if self.ran else "",
                "state": self.state, "lastState": self.last_state}]}}
