"""How the API server's writes become the kube topic: lists, events, progress, gaps, and what people do to topics."""
import json

from api import ORDER
from instants import cut, text

SPAN = 420
LATENCY = .02       # from a write to its record


def start(world):
    """What must be settled while the world runs."""
    if world.has("restored"):
        world.at(world.between(150, 300) - world.now, world.api.renumber)


class Topic:
    def __init__(self, world):
        self.world, self.chance = world, world.chance
        self.records = []           # (received, record)
        self.written = {}           # uid -> when it was last written
        self.objects = {resource: {} for resource in ORDER}
        self.revision = 1000
        self.begins = world.chance.choice((0, 0, 40))
        self.dumped = world.has("dumped") or world.has("listed-twice")
        self.gaps = self.choose_gaps()
        self.stall = world.between(60, SPAN) if world.luck(.2) else None
        self.plans = [world.between(60, SPAN - 20)] if world.luck(.3) and not self.dumped else []
        self.beat, self.known = self.begins + .5, self.begins
        self.first = self.last = self.restored = None       # where it was cut; when revisions began again
        self.told()
        self.cut()

    def choose_gaps(self):
        """(from, to, resources) of the times when the watch brings nothing, in order."""
        world, found = self.world, []
        if world.has("listed-twice"):
            return [(since := world.between(120, 250), since + world.between(1, 60), ORDER)]
        if not world.has("gaps") or self.dumped:
            return []
        time = world.between(50, 150)
        while time < SPAN - 60:
            length = world.chance.choice((.5, 5, 12, 60))
            found.append((time, time + length, ORDER if world.luck(.5) else (world.chance.choice(ORDER),)))
            time += length + world.between(60, 250)
        return found

    def shown(self, time):
        return text(time + self.world.topic_clock)

    def add(self, time, **record):
        record["received"] = self.shown(time)
        self.records.append((time + self.world.topic_clock, record))

    # ---- Everything in order ----

    def told(self):
        steps = [(time, 1, number, lambda write=write: self.write(*write)) for number, write in enumerate(self.world.api.writes)
                 for time in (write[0] + LATENCY,)]
        steps += [(self.begins, 2, 0, lambda: self.lists(self.begins, ORDER))]
        steps += [(time, 2, 0, lambda time=time: self.planned(time)) for time in self.plans]
        steps += [(to, 2, 0, lambda gap=gap: self.after_gap(*gap)) for gap in self.gaps for to in (gap[1],)]
        steps += [(time, 3, number, lambda time=time, thing=thing: self.add(time, type="MODIFIED", resource="interfaces", object=thing))
                  for number, (time, thing) in enumerate(self.world.meters.records(SPAN)) if time > self.begins]
        for time, _, _, step in sorted(steps, key=lambda one: one[:3]):
            self.progress(min(time, SPAN))
            if time < SPAN:
                step()
        self.progress(SPAN)

    def silent(self, time, resource):
        return time < self.begins or any(since <= time < to and resource in those for since, to, those in self.gaps)

    def write(self, time, resource, kind, thing):
        time += LATENCY
        if kind == "RESTORED":
            self.objects = {name: dict(things) for name, things in thing.items()}
            self.revision = max(int(one["metadata"]["resourceVersion"]) for things in thing.values() for one in things.values())
            self.restored = time
            if time > self.begins:
                self.gap(time - 1, time, ORDER)
                self.lists(time + .01, ORDER)
            return
        uid = thing["metadata"]["uid"]
        self.written[uid] = time - LATENCY
        self.revision = max(self.revision, int(thing["metadata"]["resourceVersion"]))
        if kind == "DELETED":
            self.objects[resource].pop(uid, None)
        else:
            self.objects[resource][uid] = thing
        if not self.silent(time, resource):
            self.event(time, resource, kind, thing)

    def event(self, time, resource, kind, thing):
        if self.dumped:     # with --show-managed-fields
            written = self.written.get(thing["metadata"]["uid"], time) + self.world.api.clock
            thing = {**thing, "metadata": {**thing["metadata"], "managedFields": [{"time": cut(written)}]}}
        self.add(time, type=kind, resource=resource, object=thing)

    def lists(self, time, resources):
        for resource in resources:
            bounds = {"resource": resource, "resourceVersion": str(self.revision)}
            if not self.dumped:
                self.add(time, type="SYNC_BEGIN", scope={}, **bounds)
            for thing in self.objects[resource].values():
                self.event(time, resource, "ADDED", thing)
            if not self.dumped:
                self.add(time, type="SYNC_END", **bounds)

    def planned(self, time):
        """A list without a gap before it."""
        if not any(self.silent(time, resource) for resource in ORDER):
            self.lists(time, ORDER)

    def after_gap(self, since, to, resources):
        if not self.dumped:
            self.gap(since, to, resources)
        self.lists(to, resources)

    def gap(self, since, to, resources):
        known = max((record["known"] for _, record in self.records if record["type"] == "PROGRESS"), default=None)
        begin = min(known or self.shown(self.begins), self.shown(since))
        for resource in resources:
            self.add(to, type="GAP", resource=resource, to=self.shown(to), reason="expired", **{"from": begin})

    def progress(self, until):
        """A PROGRESS each second: everything written before `known` is in the topic already."""
        while self.beat < until:
            stalled = self.stall is not None and self.stall < self.beat < self.stall + 25
            if not self.dumped and not stalled and not any(self.silent(self.beat, resource) for resource in ORDER):
                lag = LATENCY + .01 + self.chance.choice((0, .05, .3, .3, 2.5))
                self.promise(self.beat, self.beat - lag)
            self.beat += 1

    def promise(self, time, known):
        if known > self.known:
            self.known = known
            self.add(time, type="PROGRESS", known=self.shown(known))

    def trouble(self, start, end):
        """The ingredient that a flow at that time meets in the topic, if any."""
        hold = self.world.hold
        if self.dumped:
            return "listed-twice" if self.gaps else "dumped"
        if self.first is not None and not any(start > to for _, to, those in self.gaps if to > self.first and "pods" in those):
            return "trimmed"
        if self.last is not None and end + hold > self.last:
            return "ended"
        if any(since - hold <= end and start <= to for since, to, _ in self.gaps):
            return "gaps"
        return "restored" if self.restored is not None and end > self.restored - hold else None

    # ---- What is left of it ----

    def cut(self):
        if self.world.has("trimmed"):
            self.first = self.begins + self.world.between(20, 150)
            self.records = [one for one in self.records if one[0] >= self.first]
        if self.world.has("ended"):
            self.last = SPAN - self.world.between(20, 150)
            self.records = [one for one in self.records if one[0] <= self.last]

    def lines(self):
        """As in the file. kubectl writes no `received` and no resource."""
        found = []
        for _, record in self.records:
            if self.dumped:
                members = ("type", "object") + (("resource",) if record.get("resource") == "interfaces" else ())
                record = {name: record[name] for name in members}
            found.append(json.dumps(record, separators=(",", ":")))
        return found
