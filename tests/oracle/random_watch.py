"""How a watch, of one of several tools, writes down a random history."""
import json

import history
from history import History, container, node, pod, service, text

SPAN = 240      # seconds


class Watch:
    """Turns writes into the records of a topic."""

    def __init__(self, chance, writes):
        self.chance, self.writes = chance, writes
        self.out = History(cluster=chance.choice((None, "prod")))
        self.present = {}           # resource -> uid -> (object, revision)
        self.beat = 1.0
        self.stalled = chance.uniform(30, SPAN) if chance.random() < .5 else SPAN
        self.silence = chance.choice((25, 80))      # so long does it stall
        self.past = {}              # resource -> uid -> its records, as in `present`
        self.relists = sorted(chance.uniform(20, SPAN) for _ in range(chance.randrange(1, 5)))
        if self.silence > 60 and self.stalled + self.silence < SPAN:
            self.relists = sorted(self.relists + [self.stalled + self.silence - .5] * 3)
        self.cut = chance.uniform(20, 120) if chance.random() < .25 else None
        self.by_hand = chance.random() < .2     # kubectl wrote it: no SYNC, no GAP, no PROGRESS

    def told(self):
        if self.by_hand:
            return self.looped()
        if self.chance.random() < .8:
            for resource in ("pods", "services", "endpointslices", "nodes", "servicecidrs"):
                if self.chance.random() < .93:
                    self.out.synced(.001, resource)
        for write in self.writes:
            self.until(write[0])
            self.change(*write)
        self.until(SPAN)
        if self.cut:
            self.trim()
        return self.out

    def looped(self):
        """`kubectl get -w` again and again: each run lists what is there."""
        chance = self.chance
        unlisted = chance.choice(((), (), ("pods",), ("nodes", "services")))     # --watch-only
        if chance.random() < .5:
            self.long_ago(unlisted)
        idle = chance.choice((0, 0, 20, 60))        # no run before each but the first
        for write in self.writes:
            while self.relists and self.relists[0] < write[0]:
                self.listing(self.relists.pop(0))
            if (write[1] in unlisted and write[0] < 40) or any(time - idle < write[0] < time for time in self.relists):
                self.unseen(*write)
            else:
                self.change(*write)
        return self.out

    def long_ago(self, but):
        """The first listing, half an hour ago."""
        for resource, thing in (("nodes", node("n0", "192.0.2.50", created=-3000)),
                                ("services", service("old", "10.96.0.99", created=-3000)),
                                ("pods", pod("old", "10.244.1.99", "n1", -3000, -2999, containers=[container(-2998)]))):
            if resource not in but and self.chance.random() < .8:
                self.change(self.chance.uniform(-1780, -1640), resource, "ADDED", thing)

    def unseen(self, time, resource, kind, thing):
        here = self.present.setdefault(resource, {})
        here.pop(thing["metadata"]["uid"], None)
        self.out.revision += 1
        if kind != "DELETED":
            here[thing["metadata"]["uid"]] = (thing, self.out.revision)

    def listing(self, time):
        for resource, here in self.present.items():
            for uid, (thing, revision) in list(here.items()):
                if self.chance.random() < .2:
                    here.pop(uid)
                else:
                    self.out.event("ADDED", resource, time, thing, revision)

    def until(self, time):
        """PROGRESS and relists up to TIME."""
        while self.beat < time:
            if self.relists and self.relists[0] < self.beat:
                self.relist(self.relists.pop(0))
            if not self.stalled < self.beat < self.stalled + self.silence:
                lag = self.chance.choice((0, .05, .3, .3, -.1, 2.5))
                self.out.progress(self.beat, round(self.beat - lag, 3))
            self.beat += 1

    def change(self, time, resource, kind, thing):
        here = self.present.setdefault(resource, {})
        uid = thing["metadata"]["uid"]
        if self.chance.random() < .01 and kind != "DELETED":
            return                  # missed: a later record or a list tells
        known = uid in here
        self.out.event(kind if kind == "DELETED" or known else "ADDED", resource, time, thing)
        if kind == "DELETED":
            here.pop(uid, None)
        else:
            here[uid] = (thing, self.out.revision)
            self.past.setdefault(resource, {}).setdefault(uid, []).append(here[uid])
        self.noise(time, resource)

    def noise(self, time, resource):
        luck = self.chance.random()
        if luck < .02:
            self.out.records.append(self.out.records[-1])
        elif luck < .04 and self.present[resource]:
            thing, revision = self.chance.choice(list(self.present[resource].values()))
            self.out.event("MODIFIED", resource, time, thing, max(1, revision - self.chance.randrange(3)))
        elif luck < .05:
            self.out.add(type="BOOKMARK", resource=resource, received=text(time),
                         object={"metadata": {"resourceVersion": str(self.out.revision)}})
        elif luck < .055:
            self.out.add(type="ADDED", resource="secrets", received=text(time), object={"metadata": {"uid": "x"}})

    def relist(self, time):
        """A GAP, sometimes, and a list that sometimes shows less than was there."""
        resource = self.chance.choice(("pods", "pods", "pods", "services", "endpointslices", "nodes"))
        if self.chance.random() < .5:
            since = time - self.chance.choice((.5, 3, 8))
            self.out.gap(resource if self.chance.random() < .9 else None, since, time, time)
        old = self.restored(resource, time) if self.chance.random() < .15 else None
        bumped = old is None and self.chance.random() < .4
        if bumped:
            self.out.revision += 1000
        scope = self.chance.choice(({}, {}, {}, {"namespaces": ["shop"]}, {"labelSelector": "a=b"}))
        self.out.sync_begin(time, resource, scope)
        here = self.present.setdefault(resource, {})
        if old is not None and self.chance.random() < .5:
            here.update((uid, (thing, old)) for uid, (thing, _) in here.items())
        if bumped:
            self.restore(resource, here)
        for uid, (thing, revision) in list(here.items()):
            if self.chance.random() < .1:
                here.pop(uid)
                continue
            self.out.event("ADDED", resource, time, thing, revision)
        if self.chance.random() < .95:
            self.out.sync_end(time + .01, resource)

    def restored(self, resource, time):
        """Revisions went back: etcd was restored. Returns that of all objects."""
        self.out.revision = 60
        if self.chance.random() < .5:
            self.out.gap(resource, time - 1, time, time)
            self.out.records[-1]["reason"] = "revisions_went_back"
        return 50

    def restore(self, resource, here):
        """Some objects are as they were, deleted ones too; `etcdutl snapshot restore --bump-revision` leaves their
        revisions as they were."""
        for uid, records in self.past.get(resource, {}).items():
            if self.chance.random() < .6:
                here[uid] = self.chance.choice(records)

    def trim(self):
        """The topic's older part is gone."""
        keep = [record for record in self.out.records if record.get("received", "") >= text(self.cut)]
        self.out.records = keep


def disguise(chance, records):
    """The same history as other tools write it: no `received`, no envelope, broken lines."""
    lines = records.lines()
    if chance.random() < .25:
        bare = []
        for line in lines:
            record = json.loads(line)
            if "object" in record and record["type"] != "BOOKMARK" and chance.random() < .8:
                record.pop("received")
                if "kind" in record["object"]:
                    record.pop("resource")
                    if record["type"] != "DELETED" and "cluster" not in record and chance.random() < .3:
                        record = record["object"]
            bare.append(history.render.compact(record).encode())
        lines = bare
    if chance.random() < .3:
        for junk in (b"{", b"", b"[1]", b'{"type":"ADDED"}', b'{"type":"PROGRESS","received":"soon"}',
                     b'{"type":"ADDED","resource":"pods","object":{"kind":"Pod","metadata":{}}}',
                     b'{"type":"ADDED","cluster":"prod","resource":"nodes","object":7}'):
            lines.insert(chance.randrange(len(lines)), junk)
    return lines


def interleaved(chance, *runs):
    """The runs mixed, each in its own order."""
    picks = [index for index, run in enumerate(runs) for _ in run]
    chance.shuffle(picks)
    turns = [iter(run) for run in runs]
    return [next(turns[index]) for index in picks]
