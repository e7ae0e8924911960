"""What one record of a pod says (answers.md section 3)."""
import json

import moments
import shapes
from moments import SECOND, newest, oldest

ANNOTATIONS = ("cni.projectcalico.org/podIPs", "cni.projectcalico.org/podIP", "vpc.amazonaws.com/pod-ips")
NETWORKS = "k8s.v1.cni.cncf.io/network-status"
MIRROR = "kubernetes.io/config.mirror"


class Status:
    """KNOWN is known before the record, COPIED the (name, text) of annotations that the pod had before it was
    started: they came with it, from another pod. AGAIN is the `startTime` that a kubelet which was started again wrote."""

    def __init__(self, record, known, copied=frozenset(), again=None):
        pod = record.object
        self.uid, self.offset, self.received, self.known = record.uid, record.offset, record.received, known
        self.deleted = record.type == "DELETED"
        self.host_network = shapes.at(pod, "spec", "hostNetwork") is True
        self.node = shapes.text(pod, "spec", "nodeName") or ""
        self.terminating = shapes.text(pod, "metadata", "deletionTimestamp") is not None
        self.mirror = shapes.text(pod, "metadata", "annotations", MIRROR)
        self.created = moments.parse(shapes.at(pod, "metadata", "creationTimestamp"))
        self.kubelet_start = self.time(shapes.at(pod, "status", "startTime"))
        self.started_here = is_started(self)
        self.least_start = self.kubelet_start
        self.read_conditions(pod)
        self.read_containers(pod)
        self.start_time = start_of(self)
        self.again = again
        if is_written_again(self):
            self.again = self.kubelet_start
            self.least_start = min(self.running_since)
            self.forget_start()
            self.kubelet_start = None
        elif is_written_after(self):
            self.forget_start()
        self.read_addresses(pod, copied)
        self.terminal = shapes.text(pod, "status", "phase") in ("Succeeded", "Failed")
        self.finished_otherwise = (self.terminal and self.all_terminated and not self.running) or self.released

    def forget_start(self):
        """What a kubelet wrote as of its own start."""
        self.start_time = None
        if self.sandbox == "True" and self.sandbox_time is not None and self.sandbox_time <= self.kubelet_start:
            self.sandbox_time = None

    def is_ended_by_others(self):
        """A kubelet writes a terminal phase when all has terminated."""
        return self.terminal and (self.running or not self.all_terminated)

    def time(self, text):
        """A node time, as far as it can be true."""
        moment = moments.parse(text)
        if moment is None or clock_is_wrong(self, moment):
            return None
        return not_later(moment, self.received)

    def times(self, texts):
        return [moment for moment in map(self.time, texts) if moment is not None]

    def read_addresses(self, pod, copied):
        own = [shapes.at(entry, "ip") for entry in shapes.listed(pod, "status", "podIPs")]
        self.own_addresses = shapes.addresses(own + [shapes.at(pod, "status", "podIP")])
        self.annotations = {(name, shapes.text(pod, "metadata", "annotations", name)) for name in ANNOTATIONS}
        self.released = is_blank(self)
        told = [(name, shapes.text(pod, "metadata", "annotations", name)) for name in ANNOTATIONS]
        self.addresses = self.own_addresses or shapes.addresses(
            part for one in told if self.started_here and one[1] and not is_copied(one, copied)
            for part in one[1].split(","))
        self.secondary = tuple(ip for ip in secondary(pod) if ip not in self.addresses) if self.addresses else ()

    def read_conditions(self, pod):
        conditions = {}
        for entry in shapes.listed(pod, "status", "conditions"):
            conditions[shapes.text(entry, "type")] = entry
        sandbox = conditions.get("PodReadyToStartContainers") or conditions.get("PodHasNetwork")
        self.mentions = sandbox is not None
        self.sandbox = shapes.text(sandbox, "status")
        self.sandbox_time = self.time(shapes.at(sandbox, "lastTransitionTime"))
        self.condition_times = [self.time(shapes.at(conditions.get(name), "lastTransitionTime"))
                                for name in ("Initialized", "ContainersReady")]

    def read_containers(self, pod):
        regular = shapes.listed(pod, "status", "containerStatuses")
        every = (shapes.listed(pod, "status", "initContainerStatuses") + regular
                 + shapes.listed(pod, "status", "ephemeralContainerStatuses"))
        self.running = any(shapes.at(one, "state", "running") is not None for one in every)
        self.all_terminated = bool(regular) and all(
            shapes.at(one, "state", "terminated") is not None for one in regular)
        ended = [shapes.at(one, where, "terminated") for one in every for where in ("state", "lastState")]
        self.running_since = self.times(shapes.at(one, "state", "running", "startedAt") for one in every)
        self.started = self.running_since + self.times(
            shapes.at(one, "startedAt") for one in (shapes.at(one, "state", "terminated") for one in every)
            if not ran_before(self, self.time(shapes.at(one, "finishedAt"))))
        self.ended = self.times(shapes.at(one, "finishedAt") for one in ended)
        self.every_started = self.started + self.times(
            shapes.at(one, "lastState", "terminated", "startedAt") for one in every)

    def finished(self, epoch):
        """EPOCH is the one that the record belongs to, or None."""
        return self.finished_otherwise or (self.sandbox_gone(epoch) and gone_for_good(self))

    def sandbox_dead(self, epoch):
        return self.sandbox == "False" and was_there(self, epoch)

    def sandbox_gone(self, epoch):
        return self.sandbox == "False" and not self.running and was_there(self, epoch)

    def alive(self, epoch):
        return not (self.finished(epoch) or self.deleted or self.terminal)

    def last_running(self):
        return newest([self.kubelet_start, self.sandbox_time] + self.every_started + self.ended + self.condition_times)


def clock_is_wrong(status, moment):
    """No pod but a mirror runs before it was created."""
    return status.mirror is None and status.created is not None and moment < status.created


def is_blank(status):
    return not status.running and "" in (text for _, text in status.annotations)


def is_started(status):
    """Before, no network plugin has written to the pod."""
    return status.node != "" and status.kubelet_start is not None


def is_copied(annotation, copied):
    return annotation in copied


def not_later(moment, received):
    """Nothing that a record reports is later than the record."""
    return min(moment, received)


def is_written_again(status):
    """By a kubelet that was started again, which knows no status of a static pod."""
    return (status.mirror is not None and status.kubelet_start is not None
            and any(moment < status.kubelet_start for moment in status.running_since))


def is_written_after(status):
    """By that kubelet, when nothing ran any more since before its start."""
    return (status.mirror is not None and None not in (status.kubelet_start, status.again)
            and status.kubelet_start < status.again + SECOND)


def start_of(status):
    if status.mirror is not None:
        return status.created if status.kubelet_start is None else status.kubelet_start
    return newest([status.kubelet_start, status.created])


def first_start(status, before):
    """start_time of a pod whose records so far have told BEFORE."""
    return status.start_time if status.mirror is None else oldest([status.start_time, before])


def ran_before(status, finished):
    """What FINISHED then ran in an earlier sandbox than the one that is there."""
    return status.sandbox == "True" and None not in (status.sandbox_time, finished) and finished < status.sandbox_time


def was_there(status, epoch):
    """The sandbox: it is False too before there is one."""
    return bool(status.own_addresses or status.started) or (epoch is not None and epoch.sandbox_ready is not None)


def gone_for_good(status):
    """Sandbox False is the end: the containers were stopped before."""
    return status.sandbox_time is None or all(moment <= status.sandbox_time for moment in status.ended)


def secondary(pod):
    """The addresses of further networks."""
    text = shapes.text(pod, "metadata", "annotations", NETWORKS)
    try:
        networks = json.loads(text, parse_constant=shapes.refuse) if text else []
    except (ValueError, RecursionError):
        return ()
    if not isinstance(networks, list):
        return ()
    return shapes.addresses(ip for one in networks for ip in shapes.listed(one, "ips"))
