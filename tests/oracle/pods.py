"""A pod's life as answers.md section 3 folds it: records in, epochs out.

An epoch is never changed in place: each record that matters gives a new tuple of
epochs, so the state as of any position is one of a list.
"""
from dataclasses import dataclass, replace

import moments
import shapes
from moments import EVER, NEVER, SECOND, newest, oldest, shift

ANNOTATIONS = ("cni.projectcalico.org/podIPs", "cni.projectcalico.org/podIP", "vpc.amazonaws.com/pod-ips")
FINISHED, LOST, GONE, NEXT = "finished", "lost", "address gone", "next epoch"


class Status:
    """What one applied record of a pod says."""

    def __init__(self, record):
        pod = record.object
        self.received = record.received
        self.deleted = record.type == "DELETED"
        self.host_network = shapes.at(pod, "spec", "hostNetwork") is True
        self.node = shapes.text(pod, "spec", "nodeName") or ""
        self.terminating = shapes.text(pod, "metadata", "deletionTimestamp") is not None
        self.kubelet_start = moments.parse(shapes.at(pod, "status", "startTime"))
        self.start_time = self.kubelet_start
        if self.start_time is None:
            self.start_time = moments.parse(shapes.at(pod, "metadata", "creationTimestamp"))
        self.read_conditions(pod)
        self.read_containers(pod)
        annotations = [shapes.text(pod, "metadata", "annotations", name) for name in ANNOTATIONS]
        self.addresses = self.read_addresses(pod, annotations)
        phase = shapes.text(pod, "status", "phase")
        self.terminal = phase in ("Succeeded", "Failed")
        self.finished = (self.sandbox == "False" or "" in annotations
                         or (self.terminal and not self.running))

    @staticmethod
    def read_addresses(pod, annotations):
        status = [shapes.at(entry, "ip") for entry in shapes.listed(pod, "status", "podIPs")]
        found = shapes.addresses(status + [shapes.at(pod, "status", "podIP")])
        if found:
            return found
        return shapes.addresses(part.strip() for text in annotations if text for part in text.split(","))

    def read_conditions(self, pod):
        conditions = {}
        for entry in shapes.listed(pod, "status", "conditions"):
            conditions[shapes.text(entry, "type")] = entry
        sandbox = conditions.get("PodReadyToStartContainers") or conditions.get("PodHasNetwork")
        self.sandbox = shapes.text(sandbox, "status")
        self.sandbox_time = moments.parse(shapes.at(sandbox, "lastTransitionTime"))
        self.condition_times = [self.sandbox_time]
        for name in ("Initialized", "ContainersReady"):
            self.condition_times.append(moments.parse(shapes.at(conditions.get(name), "lastTransitionTime")))

    def read_containers(self, pod):
        regular = shapes.listed(pod, "status", "containerStatuses")
        every = (shapes.listed(pod, "status", "initContainerStatuses") + regular
                 + shapes.listed(pod, "status", "ephemeralContainerStatuses"))
        self.running = any(shapes.at(one, "state", "running") is not None for one in every)
        self.all_terminated = bool(regular) and all(
            shapes.at(one, "state", "terminated") is not None for one in regular)
        ended = [shapes.at(one, where, "terminated") for one in every for where in ("state", "lastState")]
        started = [shapes.at(one, "state", "running", "startedAt") for one in every]
        started += [shapes.at(one, "state", "terminated", "startedAt") for one in every]
        self.started = times_of(started)
        self.running_since = times_of(shapes.at(one, "state", "running", "startedAt") for one in every)
        self.ended = times_of(shapes.at(one, "finishedAt") for one in ended)
        self.every_started = self.started + times_of(
            shapes.at(one, "lastState", "terminated", "startedAt") for one in every)

    def lives(self):
        return not (self.finished or self.deleted or self.terminal)

    def times(self):
        """What counts for last_running."""
        return [self.kubelet_start] + self.every_started + self.ended + self.condition_times


def times_of(texts):
    return [moment for moment in map(moments.parse, texts) if moment is not None]


@dataclass(frozen=True)
class Epoch:
    number: int
    addresses: tuple
    first_received: int
    previous: "Epoch" = None        # as it was when this one began
    sandbox_ready: int = None
    first_started: int = None
    start_time: int = None
    last_finished: int = None
    last_running: int = None
    shown_started: int = None       # of the epoch that this one only may continue
    sandbox_gone: int = None
    ended_received: int = None
    terminating: bool = False
    node: str = ""
    all_terminated: bool = False
    how: str = ""                   # "" while it has not ended

    def certain_to(self):
        running = self.possible_from() if self.last_running is None else self.last_running
        finished = running if self.last_finished is None else self.last_finished
        if not self.how:
            return finished if self.all_terminated else EVER
        return running if self.how == LOST else finished

    def possible_from(self):
        start = NEVER if self.start_time is None else self.start_time
        return max(start, self.previous.certain_to()) if self.previous else start

    def possible_to(self):
        if not self.how or self.how == LOST:
            return EVER
        if self.how != GONE and self.sandbox_gone is not None:
            return shift(self.sandbox_gone, SECOND)
        return self.ended_received

    def start(self, clock, opening):
        """(evidence, its name, raw certain_from) by CLOCK; OPENING is that of the earliest
        membership or None."""
        order = ("sandbox", "started", "endpoint", "received")
        for name in order[order.index(clock):]:
            if name == "sandbox" and self.sandbox_ready is not None:
                if self.first_started is None or self.sandbox_ready <= self.first_started:
                    return self.sandbox_ready, name, shift(self.sandbox_ready, SECOND)
            if name in ("sandbox", "started") and self.first_started is not None:
                shown = self.first_started if self.shown_started is None else self.shown_started
                return shown, "started", shift(self.first_started, SECOND)
            if name == "endpoint" and opening is not None:
                return opening, name, opening
        return self.first_received, "received", self.first_received

    def shown_end(self):
        """(moment, end_from) as answers.md section 8 shows it; (None, None) while open."""
        if not self.how:
            return None, None
        if self.how != LOST and self.sandbox_gone is not None:
            return self.sandbox_gone, "sandbox"
        if self.how != LOST and self.last_finished is not None:
            return self.last_finished, "finished"
        if self.last_running is not None:
            return self.last_running, "last_status"
        return self.ended_received, "received"


def fold(epochs, status):
    """The epochs of a pod after one more applied record."""
    if status.host_network:
        return epochs
    current = epochs[-1] if epochs else None
    if status.addresses and begins(current, status):
        shown = None
        if current and not current.how:
            if not moved(current, status) and restarted(current, status):
                shown = current.first_started if current.shown_started is None else current.shown_started
                current = replace(current, last_finished=newest_finish(current, status))
            current = replace(current, how=NEXT, ended_received=status.received)
            epochs = epochs[:-1] + (current,)
        epochs += (Epoch(len(epochs), (), status.received, previous=current, shown_started=shown),)
    elif current is None or (current.how and not status.finished):
        return epochs
    epoch = end(learn(epochs[-1], status), status)
    if not epoch.how:
        epoch = replace(epoch, last_running=newest(status.times()))
    return epochs[:-1] + (epoch,)


def moved(current, status):
    families = {shapes.is_v4(ip) for ip in current.addresses}
    return any(shapes.is_v4(ip) in families and ip not in current.addresses for ip in status.addresses)


def newest_finish(epoch, status):
    if epoch.first_started is None:
        return epoch.last_finished
    return newest([moment for moment in status.ended if moment >= epoch.first_started] + [epoch.last_finished])


def restarted(current, status):
    """Row (e): nobody tells of the sandbox, and no container ran across the last finish."""
    finish = newest_finish(current, status)
    return (status.lives() and status.sandbox is None and finish is not None
            and current.sandbox_ready is None and current.sandbox_gone is None
            and bool(status.running_since) and min(status.running_since) >= finish)


def begins(current, status):
    if current is None:
        return True
    if moved(current, status) or restarted(current, status):
        return True
    if current.how and status.lives():
        return True
    return (status.sandbox == "True" and None not in (status.sandbox_time, current.sandbox_ready)
            and status.sandbox_time > current.sandbox_ready)


def learn(epoch, status):
    """EPOCH with the evidence of one of its records added."""
    families = {shapes.is_v4(ip) for ip in epoch.addresses}
    more = tuple(ip for ip in status.addresses if shapes.is_v4(ip) not in families)
    epoch = replace(
        epoch, addresses=epoch.addresses + more, node=status.node or epoch.node,
        terminating=status.terminating, all_terminated=status.all_terminated)
    before = epoch.previous
    if status.start_time is not None:
        epoch = replace(epoch, start_time=status.start_time)
    if status.sandbox == "True" and status.sandbox_time is not None:
        if not before or ((before.sandbox_gone is None or status.sandbox_time >= before.sandbox_gone)
                          and (before.sandbox_ready is None or status.sandbox_time > before.sandbox_ready)):
            epoch = replace(epoch, sandbox_ready=status.sandbox_time)
    started = [moment for moment in status.started
               if (status.kubelet_start is None or moment >= status.kubelet_start)
               and (not before or (moment > before.certain_to()
                                   and (before.sandbox_gone is None or moment >= before.sandbox_gone)))]
    epoch = replace(epoch, first_started=oldest(started + [epoch.first_started]))
    epoch = replace(epoch, last_finished=newest_finish(epoch, status))
    if status.sandbox == "False" and status.sandbox_time is not None:
        epoch = replace(epoch, sandbox_gone=status.sandbox_time)
    return epoch


def end(epoch, status):
    """EPOCH, ended if STATUS ends it."""
    if status.finished and epoch.how in ("", LOST):
        how = FINISHED
    elif epoch.how:
        return epoch
    elif status.deleted:
        how = FINISHED if status.all_terminated else LOST
    elif status.terminal:
        how = LOST
    elif not status.addresses:
        how = GONE
    else:
        return epoch
    return replace(epoch, how=how, ended_received=status.received)


def absent(epochs, received):
    """The epochs of a pod that a SYNC did not show."""
    if not epochs or epochs[-1].how:
        return epochs
    how = FINISHED if epochs[-1].all_terminated else LOST
    return epochs[:-1] + (replace(epochs[-1], how=how, ended_received=received),)


@dataclass(frozen=True)
class Unpublished:
    """How a pod without an address stands: see answers.md section 6."""
    start: int = None       # status.startTime
    until: int = None       # None: it still is
    free: bool = False      # it may be unpublished at all

    def after(self, status, epochs, before):
        """The pod's standing after a record. BEFORE are the epochs before it."""
        if status.host_network:
            return Unpublished()
        start = status.kubelet_start if status.kubelet_start is not None else self.start
        over = status.deleted or status.terminal
        if len(epochs) > len(before) or (epochs and not self.free):
            return Unpublished(start, None, bool(epochs[-1].how) and not over)
        until = (self.until if self.until is not None else status.received) if over else None
        return Unpublished(start, until, True)

    def gone(self, received):
        if self.free and self.until is None:
            return replace(self, until=received)
        return self

    def interval(self, epochs):
        """(from, until) or None."""
        if not self.free or self.start is None:
            return None
        return (max(self.start, epochs[-1].certain_to()) if epochs else self.start), self.until
