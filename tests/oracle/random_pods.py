"""The life of one random pod as its kubelet, of one of several versions, reports it."""
import json
import math
import random

from history import container, cut, pod

PROFILES = ("eager", "late", "old", "calico")
NETWORKS = "k8s.v1.cni.cncf.io/network-status"
ENDS = ("normal", "normal", "normal", "job", "forced", "collected", "lost", "blank")


class Life:
    """Times are true seconds; the kubelet sees them through its node's clock."""

    def __init__(self, chance, name, node, clock, namespace, owner, labels):
        self.chance, self.name, self.node, self.clock = chance, name, node, clock
        self.profile = chance.choice(PROFILES)
        self.namespace, self.uid = namespace, "uid-" + name
        self.extra = {"labels": labels} if labels else {}
        if owner:
            self.extra["ownerReferences"] = [dict(owner, controller=True)]
        self.writes = []            # (true time of the write, type, object)
        self.start = 0
        self.deleting = None
        self.latest = 15            # a late write comes at most so much later
        self.annotations = {}
        self.second = []            # addresses of further networks
        self.copied = {}            # annotations of the pod from which it was copied
        self.host = None            # status.hostIP

    def seen(self, time):
        """What the node's clock shows, never before the epoch of the test."""
        return max(0, time + self.clock)

    def delay(self):
        late = self.chance.random()
        return self.chance.uniform(2, self.latest) if late < .06 else self.chance.uniform(.02, 1)

    def write(self, time, kind="MODIFIED", **status):
        ready, gone = status.pop("ready", None), status.pop("gone", None)
        if self.profile == "old":
            ready = gone = None
        more = dict(self.extra)
        ip = status.pop("ip", None)
        if self.profile == "calico":
            shown = "" if status.pop("released", False) else (ip + "/32" if isinstance(ip, str) else None)
            if shown is not None:
                more["annotations"] = {"cni.projectcalico.org/podIP": shown, "cni.projectcalico.org/podIPs": shown}
        if self.copied:
            more["annotations"] = dict(self.copied, **more.get("annotations", {}))
        if self.second:
            more["annotations"] = dict(more.get("annotations", {}), **{NETWORKS: self.networks()})
        status.pop("released", None)
        if self.deleting is not None:
            status["deleting"] = self.deleting
        more["annotations"] = dict(more.get("annotations", {}), **self.annotations)
        thing = pod(self.name, ip, self.node, self.seen(self.start), None if ready is None else self.seen(ready),
                    None if gone is None else self.seen(gone), namespace=self.namespace, uid=self.uid, **status, **more)
        if self.profile != "old" and self.chance.random() < .5:
            thing["status"]["conditions"] += [
                {"type": name, "status": "True", "lastTransitionTime": thing["status"]["startTime"]}
                for name in ("Initialized", "ContainersReady")]
        if self.host:
            thing["status"].update(hostIP=self.host, hostIPs=[{"ip": self.host}, {"ip": "fd02::71"}])
        if self.copied and kind == "ADDED":
            del thing["spec"]["nodeName"], thing["status"]["startTime"]
        turn = len(self.writes)     # a label that changes, and an annotation that becomes too long
        thing["metadata"].setdefault("labels", {})["turn"] = f"\u00fc-{turn // 2}"
        thing["metadata"].setdefault("annotations", {})["note"] = '"' * 150 * turn
        thing["metadata"]["creationTimestamp"] = cut(self.start)     # the API server's clock, not the node's
        self.writes.append((time + self.delay(), kind, thing))

    def networks(self):
        """An interface is plugged or unplugged now and then."""
        if self.chance.random() < .25:
            self.shown = self.chance.sample(self.second, self.chance.randrange(len(self.second) + 1))
        return json.dumps([{"name": "lan", "ips": [ip]} for ip in getattr(self, "shown", self.second)])

    def ran(self, started, finished=None, before=None):
        seen = [None if time is None else self.seen(time) for time in (started, finished)]
        return [container(*seen, before=before and tuple(map(self.seen, before)))]

    def begin(self, ip, bound):
        """From creation to running. Returns when the container started."""
        self.start = bound - self.chance.uniform(.1, 3)
        self.write(self.start, "ADDED", phase="Pending", containers=[container()])
        pull = self.chance.choice((0, .2, .2, 1, 5, 14))
        started = bound + .05 + pull
        if self.profile == "eager":
            self.write(bound, phase="Pending", ready=bound, containers=[container()])
            if self.chance.random() < .5:
                self.write(bound + .1, phase="Pending", ip=ip, ready=bound, containers=[container()])
        if self.profile == "calico" and self.chance.random() < .7:
            self.write(bound, phase="Pending", ip=ip, gone=self.start, containers=[container()])
            for name in ("podIP", "podIPs") if self.chance.random() < .5 else ():       # only the annotation so far
                self.writes[-1][2]["status"].pop(name, None)
        self.write(started, ip=ip, ready=bound, containers=self.ran(started))
        if self.profile == "calico" and self.chance.random() < .2:      # the late end of its namesake
            self.write(started + 1, ip=ip, ready=bound, containers=self.ran(started), released=True)
        return started

    def restart(self, ip, bound, started):
        """A container restart inside the sandbox."""
        again = started + self.chance.uniform(.5, 4)
        if self.chance.random() < .5:
            self.write(again, ip=ip, ready=bound, containers=self.ran(started, again - .3))
        self.write(again, ip=ip, ready=bound, containers=self.ran(again, before=(started, again - .3)))

    def renew(self, ip, started, gone, new_ip, bound):
        """The sandbox dies when it is GONE, and another one follows, BOUND to NEW_IP."""
        way = self.chance.random()
        if self.profile != "old" and self.chance.random() < .3:      # the new sandbox is told before its address
            self.write(bound, ip=ip, ready=bound, containers=[container(before=(self.seen(started), self.seen(gone - .2)))])
        waiting = [container(before=(self.seen(started), self.seen(gone - .2)))]
        if way < .4:
            self.write(gone, ip=ip, gone=gone, containers=waiting)
        elif way < .7:
            self.write(gone, gone=gone if way < .55 else None, containers=waiting)
        if self.chance.random() < .4:
            self.write(bound, ready=bound, containers=waiting)
        self.write(bound + .2, ip=new_ip, ready=bound,
                   containers=self.ran(bound + .1, before=(started, gone - .2)))

    def finish(self, ip, bound, started, gone, ends=ENDS):
        """The end, in one of the ways in which a pod ends."""
        way = self.chance.choice(ends)
        done = max(started, gone - .1) if started < gone else started
        over = self.ran(started, max(done, started))
        if self.chance.random() < .6:
            self.deleting = math.floor(gone + self.chance.uniform(0, 30))
            self.write(gone - self.chance.uniform(.5, 6), ip=ip, ready=bound, containers=self.ran(started))
        terminal = dict(phase=self.chance.choice(("Succeeded", "Failed")), containers=over, ip=ip, gone=gone, released=True)
        if way == "lost":
            return
        if self.profile != "old" and self.chance.random() < .2:      # the sandbox died, a container runs on
            self.write(gone - .4, ip=ip, gone=gone - .5, containers=self.ran(started))
        if way == "forced":
            self.write(gone - self.chance.uniform(0, 3), "DELETED", ip=ip, ready=bound, containers=self.ran(started))
            return
        if way == "collected":
            self.write(gone - self.chance.uniform(0, 3), phase="Failed", ip=ip, ready=bound, containers=self.ran(started))
            if self.chance.random() < .5:
                return
        if way == "blank":
            self.write(gone, ip=None, containers=over)
        elif self.profile == "old":
            self.write(gone, ip=ip, containers=over)
        else:
            self.write(gone, **terminal)
        if way != "job":
            after = gone + self.chance.choice((.3, .3, 2, 10, 40))
            last = dict(terminal, phase="Running") if self.profile == "old" else terminal
            self.write(after, "DELETED", **last)

    def never_placed(self):
        """Rejected, or still pulling its image."""
        self.write(self.start, "ADDED", phase="Pending", containers=[container()])
        if self.chance.random() < .7:
            self.write(self.start + self.chance.uniform(1, 20), phase="Failed")
        if self.chance.random() < .5:
            self.write(self.start + 22, "DELETED", phase=self.chance.choice(("Failed", "Pending")),
                       containers=[container()])

    def made_again(self, ip, bound, started, time):
        """The mirror of a static pod is deleted, and the kubelet makes it again."""
        now = dict(ip=ip, ready=bound, containers=self.ran(started))
        if self.chance.random() < .7:
            self.write(time, "DELETED", **now)
        self.uid += "-again"
        self.write(time + self.chance.choice((.2, .2, 3)), "ADDED", **now)

    def seen_again(self, ip, started, gone, share):
        """The kubelet may be started again, and knows no status of a static pod."""
        chance, self.chance = self.chance, random.Random(f"{self.uid} {gone}")
        if self.chance.random() < share:
            time = self.chance.uniform(started, gone)
            over = (time,) if random.Random(f"{self.uid} {gone} over").random() < .3 else ()        # before the kubelet wrote anything
            self.write(time, ip=ip, ready=time + self.chance.choice((0, 0, 1.5)), containers=self.ran(started, *over))
            self.writes[-1][2]["status"]["startTime"] = cut(self.seen(time))
            if self.chance.random() < .6:       # then its container is started again
                again = self.chance.uniform(time, gone)
                self.write(again, ip=ip, ready=time, containers=self.ran(again, before=(started, again - .1)))
                self.writes[-1][2]["status"]["startTime"] = cut(self.seen(time))
        self.chance = chance

    def ordered(self):
        """The writes in the order in which the kubelet meant them: a late one holds up the next."""
        times = []
        for index, (time, kind, thing) in enumerate(self.writes):
            times.append(max(time, times[-1] + .001) if times else time)
        return [(time, kind, thing) for time, (_, kind, thing) in zip(times, self.writes)]
