"""The life of a pod: what its sandbox and containers do, and what its kubelet and others write of it."""
from instants import EVER
from kubelet import Status, twin_of

APPS = ("cart", "web", "db", None)


def start(world):
    world.begin(arrivals(world))


def arrivals(world):
    """Pods come as fast as addresses become free."""
    while True:
        nodes = [node for node in world.nodes if not node.cut]
        if nodes:
            node = world.chance.choice(nodes)
            busy = sum(1 for pod in node.pods)
            if busy < (9 if node.cidr else 5):
                create(world, node)
        yield world.chance.expovariate(1.0)


def create(world, node, **more):
    pod = Pod(world, node, **more)
    world.pods.append(pod)
    node.pods.append(pod)
    pod.process = world.begin(pod.life())
    return pod


class Pod:
    evictable = True

    def __init__(self, world, node, name=None, app=None, uid=None):
        self.world, self.node = world, node
        number = world.number()
        self.name = name or f"p{number}"
        self.uid = uid or f"uid-{self.name}"
        self.app = app or world.chance.choice(APPS)
        self.profile = world.chance.choice(("eager", "eager", "late", "old", "calico"))
        self.status = Status(self)
        count = 2 if world.has("sidecars") and world.luck(.3) else 1
        self.containers = [{"name": f"c{n}", "started": None, "finished": None, "before": None} for n in range(count)]
        self.tenure = self.twin = None          # of its sandbox; the one of the other family
        self.ran = False            # once: all its containers
        self.published = False      # the address that it has
        self.cause = ""
        self.holder = "pod " + self.uid
        self.annotations, self.owners = {}, []
        self.process = None
        self.deleting = False

    # ---- From creation to running ----

    def life(self):
        world = self.world
        self.status.create()
        yield world.between(.05, 2)
        self.status.accepted()
        slow = world.has("slow-pulls") and world.luck(.12)
        if slow:
            self.cause = "slow-pulls"
        yield world.between(5, 40) if slow and world.luck(.5) else world.between(.05, 1.5)
        if world.luck(.03):
            yield from self.rejected()
            return
        yield from self.sandbox_up()
        yield from self.containers_up(slow)
        yield from self.run()

    def rejected(self):
        self.status.write(phase="Failed")
        self.leave()
        if self.world.luck(.5):
            yield self.world.between(5, 30)
            self.world.api.delete("pods", self.uid)

    def sandbox_up(self):
        while True:
            address = self.node.pool.take()
            if address is not None:
                break
            yield self.world.between(3, 10)
        self.bind(address)

    def bind(self, address):
        self.tenure = self.world.truth.hold(address, self.world.now, self.holder, self.cause)
        self.tenure.also = self.node.machine
        self.published = False
        if self.world.has("forced-early") and self.world.luck(.06):
            self.world.at(self.world.between(.3, 12), self.forced_early)
        if self.world.has("dual-stack") and self.node.number is not None:
            self.twin = self.world.truth.hold(twin_of(address), self.world.now, self.holder, "dual-stack", running=self.tenure.running)
        self.world.meters.bound(self.node, self.tenure, *([self.twin] if self.twin else []))
        self.status.sandbox_ready(address)

    def containers_up(self, slow):
        """One after the other; the kubelet writes nothing until the last has started."""
        world = self.world
        for number, container in enumerate(self.containers):
            pull = world.chance.choice((0, .1, .2, 1, 5, 12))
            if slow:
                pull = world.between(20, 150)
            elif number:
                pull = world.between(5, 90)
                self.cause = self.tenure.cause = self.cause or "sidecars"
            if world.has("lost-sandboxes") and number == 0 and not self.node.machine and self.status.shown and world.luck(.15):
                yield world.between(0, pull)
                yield from self.lose_sandbox()
            yield pull + .03
            self.run_container(container)
        self.publish()

    def publish(self):
        self.ran = self.published = True
        self.status.report()

    def lose_sandbox(self):
        """Before a container ran in it."""
        old = self.unbind()
        self.status.sandbox_dead()
        if self.status.shown or self.world.luck(.6):
            self.status.report()
        self.give(old)
        yield self.world.between(.1, 5)
        self.cause = "lost-sandboxes"
        yield from self.sandbox_up()

    def run_container(self, container):
        if container["started"] is not None:
            container["before"] = container["started"], container["finished"]
        container.update(started=self.world.now, finished=None)
        container["span"] = [self.world.now, EVER]
        self.tenure.running.append(container["span"])

    def stop_container(self, container):
        if container["started"] is not None and container["finished"] is None:
            container["finished"] = container["span"][1] = self.world.now

    # ---- Until its end ----

    def run(self):
        world = self.world
        length = world.chance.choice((.3, 1, 3, 8, 25, 60, 150))
        while length > 3 and world.luck(.35):
            part = world.between(1, length)
            yield part
            length -= part
            if self.node.machine or self.node.cut:
                yield from self.restart()
            elif world.has("sandbox-deaths") and world.luck(.3):
                yield from self.renew(world.chance.choice((0, .5, 4, 9, 20)))
            elif world.luck(.25):
                yield from self.renew(0)
            else:
                yield from self.restart()
            if self not in self.node.pods:
                return
        yield length
        yield from self.finish()

    def restart(self):
        """A container ends and is started again in the same sandbox, some time later."""
        container = self.world.chance.choice(self.containers)
        self.stop_container(container)
        if self.world.luck(.5):
            self.status.report()
        ended = self.evictable and self.world.has("ended-by-others") and self.world.luck(.08)
        if ended:
            self.cause = self.tenure.cause = "ended-by-others"
            self.mark_failed(self.world.luck(.6))
        yield self.world.chance.choice((.1, .5, 3, 15))
        self.run_container(container)
        self.status.report()
        if ended:
            yield self.world.between(1, 30)
            yield from self.killed()

    def renew(self, grace):
        """The sandbox ends; its containers run on for GRACE, and only then is the address free. Another sandbox follows."""
        world = self.world
        if grace:
            self.cause = self.tenure.cause = "sandbox-deaths"
            self.status.sandbox_dead()
            self.status.report()
            yield world.between(0, grace)
        for container in self.containers:
            self.stop_container(container)
        if world.luck(.4):
            self.status.report()
        yield world.between(.05, .5)
        old = self.unbind()
        self.status.sandbox_dead()
        if grace and world.luck(.3):        # restartPolicy: Never
            self.give(old)
            self.leave()
            self.status.report(over=True)
            return
        address = self.node.pool.take() if world.luck(.4) else None
        if address is None:
            self.status.report(blank=world.luck(.3))
            if grace:
                self.give(old)
            yield world.between(.1, 3)
            if not grace:
                self.give(old)
            yield from self.sandbox_up()
        else:
            # The end is told together with the new sandbox, so that must not be later than any report.
            self.status.due = world.now + world.latest
            self.give(old)
            yield world.between(.1, 1.5)
            self.bind(address)
        if world.has("stale-addresses") and world.luck(.7):
            self.cause = self.tenure.cause = "stale-addresses"
            self.status.condition_only(old)
            yield world.between(.2, 5)
        yield world.between(.05, 1)
        for container in self.containers:
            self.run_container(container)
        self.publish()

    def unbind(self):
        address, self.tenure.until = self.tenure.address, self.world.now
        self.tenure.orphan = bool(self.node.cut)
        if self.twin:
            self.twin.until, self.twin.orphan = self.world.now, self.tenure.orphan
        self.tenure = self.twin = None
        return address

    def give(self, address):
        """Nobody could report the next holder of what a node that is cut off gives back."""
        if self.node.cut:
            self.node.lost.append(address)
        else:
            self.node.pool.give(address)

    def release(self):
        if self.tenure:
            self.give(self.unbind())
            self.status.sandbox_dead()

    def leave(self):
        if self in self.node.pods:
            self.node.pods.remove(self)

    def finish(self):
        way = self.world.chance.choice(("normal",) * 6 + ("job", "forced", "collected", "blank"))
        if self.world.has("forced-early") and self.status.written > self.world.now:
            self.cause = self.tenure.cause = "forced-early"
        else:
            yield self.status.written - self.world.now + .01        # its address is published by then
        if self.world.has("ended-by-others") and self.world.luck(.15):
            self.cause = self.tenure.cause = "ended-by-others"
            self.mark_failed(self.world.luck(.6))
            yield self.world.between(1, 60)
            yield from self.killed()
        elif way in ("forced", "collected"):
            self.mark_failed(way == "forced")
            yield self.world.between(0, 3)
            yield from self.killed()
        else:
            yield from self.ended(way)

    def ended(self, way):
        """As its kubelet ends it: processes, then sandbox and address, then the report, then the object."""
        world = self.world
        if way != "job":
            self.deleting = True
            self.status.terminate(30)
            yield world.chance.choice((.05, .5, 2, 6))
        for container in self.containers:
            self.stop_container(container)
        if world.luck(.3):
            self.status.report()
        yield world.between(.03, .6)
        self.release()
        self.leave()
        self.status.report(over=True, blank=way == "blank")
        if way == "job":
            return
        yield max(world.chance.choice((.3, .3, 2, 10, 40)), self.status.written - world.now + .05)
        if not self.node.cut:
            world.api.delete("pods", self.uid, world.has("same-revision") and world.luck(.1))

    def killed(self):
        """Ended because its object is gone or of a terminal phase. If it is there, the kubelet writes of the end."""
        for container in self.containers:
            self.stop_container(container)
        yield self.world.between(.03, .6)
        self.release()
        self.leave()
        self.status.report(over=True)

    # ---- What others do ----

    def mark_failed(self, delete):
        """By the pod collector or a force delete: its processes may run."""
        if self.world.now < 45 and (self.world.has("flat") or self.world.has("dual-stack")):
            delete = False          # nobody could tell that an address without a range is not outside
        if not delete or self.world.luck(.3):
            self.status.failed_by_others()
        if delete:
            self.world.api.delete("pods", self.uid)

    def forced_early(self):
        if self.published or self.tenure is None or self.node.cut:
            return
        self.cause = self.tenure.cause = "forced-early"
        self.mark_failed(self.world.luck(.7))
        self.replace(self.killed(), self.world.between(3, 40))

    def replace(self, steps, after=0):
        """It does something else from now on."""
        self.process.stop()
        self.process = self.world.begin(steps, after)

    def missed(self):
        """Its kubelet sees that its object is gone."""
        self.replace(self.killed())

    def rebooted(self):
        """Its kubelet writes first that nothing runs; then it gets a sandbox again."""
        world = self.world
        self.status.sandbox_dead()
        self.status.report(blank=world.luck(.6))
        yield world.between(.2, 15)
        self.cause = "rebooted-nodes"
        yield from self.sandbox_up()
        yield from self.containers_up(False)
        yield from self.run()

    def power_off(self):
        self.process.stop()
        for container in self.containers:
            self.stop_container(container)
        if self.tenure:
            self.unbind()
        self.leave()
