#!/usr/bin/env python3
"""Goal: every change is written once or declared lost, wherever the API server's answers break off.

Against tests/lab/fakeapi, and judged by that server's own log. The checks are:
  cuts       seven streams of 200 changes, cut ten times in a row at some byte of ten changes in their middle, in chunks
             of 1 to 64 bytes: what is written is what an uncut stream gives. 8 bytes of each change; --long: 64. Every
             byte in chunks of every size is in tests/unit/producers/kube/cut_streams_test.c, without sockets
  scripts    random faults under churn, all over one server: needless GAPs are counted
  scripts1   the same over HTTP/1.1
"""

import collections
import random
import time

from fake_api import EXPIRED, RESOURCES, thing
from kube_faults import Churn, Rig, main, spread, wait_until

CHANGES, FIRST, CUT = 200, 95, 10  # the changes FIRST to FIRST + CUT - 1 are cut
WORKERS = 8
OWN = "allowWatchBookmarks"  # in the query of the watches that bring what is written
MAX_NEEDLESS = 0.01  # of the faults


def stream(rig):
    """200 changes of each resource."""
    things = [thing(r, f"{r}-{n:03}") for n in range(CHANGES) for r in RESOURCES]
    rig.fake.put(*things)


def written(rig):
    """resource -> what is written of it besides lists, without the time."""
    found = collections.defaultdict(list)
    for record in rig.producer.records():
        if record["type"] not in ("PROGRESS", "SYNC_BEGIN", "SYNC_END"):
            found[record["resource"]].append((record["type"], record.get("object")))
    return found


def run_stream(faults):
    with Rig(objects=0) as rig:
        for fault in faults:
            rig.fake.do("fault", **fault)
        if faults:  # they meet the next watches
            rig.fake.do("cut", clean=True)
            wait_until(lambda: opened(rig) >= 2 * len(RESOURCES), 20, "every watch is open again")
        stream(rig)
        try:
            wait_until(lambda: sum(map(len, written(rig).values())) >= len(RESOURCES) * CHANGES, 300, "all changes are written", 1)
        except AssertionError:
            rig.keep("cut")
            raise
        assert not faults or opened(rig) >= 2 * len(RESOURCES) + len(faults), (opened(rig), "a cut was missed")
        return written(rig), rig.fake.log()["changes"]


def opened(rig):
    """The watches that were opened, without those that only prove something."""
    return sum(OWN in r["query"] for r in rig.fake.requests("watch"))


def without_times(changes):
    """The records, as far as two runs must agree."""
    for kind, thing_ in changes:
        thing_["metadata"].pop("creationTimestamp", None)
    return changes


def cut_once(turn, sizes, chunk, wanted):
    """Each of the ten changes is cut once, at its byte TURN; a watch that is opened again begins with the one that was cut."""
    faults = [{"resource": r, "verb": "watch", "query": OWN, "count": 1, "chunk": chunk, "cut_byte": turn % size,
               "cut_line": 2 if n else FIRST + 1}
              for r, own in sizes.items() for n, size in enumerate(own)]
    found, _ = run_stream(faults)
    for resource in RESOURCES:
        assert without_times(found[resource]) == wanted[resource], (resource, turn, chunk)


def cuts(long):
    wanted, log = run_stream([])
    wanted = {r: without_times(wanted[r]) for r in RESOURCES}
    sizes = {r: [c["bytes"] for c in log if c["resource"] == r][FIRST : FIRST + CUT] for r in RESOURCES}
    longest = max(max(own) for own in sizes.values())
    chance = random.Random(1)
    chunks = chance.sample(range(1, 65), 64 if long else WORKERS)
    turns = chance.sample(range(longest), len(chunks))
    spread(cut_once, [(turn, sizes, chunk, wanted) for turn, chunk in zip(turns, chunks)], WORKERS)
    done = sum(len({turn % size for turn in turns}) for own in sizes.values() for size in own)
    return f"{done} of {sum(map(sum, sizes.values()))} bytes of seven streams: equal to the uncut streams"


class Script:
    """Random faults: each method is one, and is undone by heal()."""

    def __init__(self, rig, seed):
        self.fake = rig.fake
        self.random = random.Random(seed)
        self.done = []

    def somewhere(self):
        return self.random.choice(("", *RESOURCES))

    def cut(self):
        self.fake.do("cut", resource=self.somewhere(), clean=self.random.random() < 0.5)

    def connections(self):
        self.fake.do("cut-connections", clean=self.random.random() < 0.5)

    def freeze(self):
        self.fake.do("freeze-connections", frozen=True)
        self.pause(0.5, 4)
        self.fake.do("freeze-connections", frozen=False)

    def silence(self):
        resource = self.somewhere()
        self.fake.do("silence", resource=resource, streams=self.random.choice(("open", "new", "all")))
        if self.random.random() < 0.7:
            self.fake.do("cut", resource=resource)

    def drip(self):
        self.fake.do("drip", resource=self.somewhere(), rate=self.random.choice((1, 20, 500)))

    def slow(self):
        self.fake.do("set", bandwidth=self.random.choice((5000, 50_000, 200_000)), latency=self.random.choice((0, 50, 300)))

    def compact(self):
        resource = self.somewhere()
        self.fake.do("silence", resource=resource, streams="all")
        self.pause(0.3, 1)
        self.fake.do("compact")
        self.fake.do("cut", resource=resource)

    def refuse(self):
        status = self.random.choice((401, 403, 410, 429, 500, 503, 504))
        verb = self.random.choice(("watch", "read", "list", "probe", ""))
        headers = {"Retry-After": "1"} if status in (429, 503) else {}
        self.fake.do("fault", resource=self.somewhere(), verb=verb, status=status, headers=headers, count=self.random.randint(1, 6))
        self.fake.do("cut", resource=self.somewhere())

    def expire(self):
        self.fake.do("fault", resource=self.somewhere(), verb="watch", lines=[EXPIRED], end=1, count=self.random.randint(1, 4))
        self.cut()

    def broken_line(self):
        line = self.random.choice(("{", "[]", '{"type":"ADDED"}', '{"type":"ADDED","object":{"metadata":', "\0", "null"))
        self.fake.do("fault", resource=self.somewhere(), verb="watch", lines=[line], end=1, count=1)
        self.cut()

    def broken_list(self):
        items = self.random.choice(('"oops"', "[{]", "[null]", "{}"))
        self.fake.do("fault", resource=self.somewhere(), verb="read", items=items, count=self.random.randint(1, 2))
        self.expire()

    def hang(self):
        self.fake.do("fault", resource=self.somewhere(), hang=True, count=self.random.randint(1, 3))
        self.cut()

    def short(self):
        self.fake.do("fault", verb="watch", end=self.random.choice((1, 300, 2000)), abort=self.random.random() < 0.5,
                     chunk=self.random.choice((0, 1, 7)), count=self.random.randint(1, 20))
        self.cut()

    def heal(self):
        self.fake.do("heal")

    FAULTS = (cut, cut, connections, freeze, silence, silence, drip, slow, compact, refuse, refuse, expire,
              broken_line, broken_list, hang, short)

    def pause(self, least, most):
        time.sleep(self.random.uniform(least, most))

    def play(self, steps):
        for _ in range(steps):
            fault = self.random.choice(self.FAULTS)
            self.done.append(fault.__name__)
            fault(self)
            self.pause(0.1, 2)
            if self.random.random() < 0.6:
                self.heal()
                self.pause(0, 1)


def play(seed, steps, options):
    with Rig(fake=options) as rig:
        churn = Churn(rig.fake, 30, seed)
        churn.start()
        script = Script(rig, seed)
        script.play(steps)
        churn.stop()
        try:
            took = rig.settle(150)
            judged = rig.judge()
            judged.check()
        except AssertionError as error:
            rig.keep(f"script-{seed}")
            return seed, script.done, str(error), None, 0
        return seed, script.done, None, judged, took


def scripts(options, count, steps):
    played = spread(play, [(seed, steps, options) for seed in range(count)], WORKERS)
    wrong = [p for p in played if p[2] is not None]
    for seed, done, error, _, _ in wrong:
        print(f"  seed {seed} ({', '.join(done)}): {error[:700]}")
    assert not wrong, f"{len(wrong)} of {count} scripts"
    faults = sum(len(p[1]) for p in played)
    needless = [n for p in played for n in p[3].needless]
    told = (f"{count} scripts of {faults} faults: 0 lost without a GAP, 0 PROGRESS ahead, "
            f"{sum(p[3].gaps for p in played)} GAPs, {len(needless)} of them needless "
            f"({', '.join(sorted({n['reason'] for n in needless})) or 'none'}); all promised again {max(p[4] for p in played):.0f} s later or before")
    assert len(needless) <= max(1, MAX_NEEDLESS * faults), told
    return told


CHECKS = {
    "cuts": cuts,
    "scripts": lambda long: scripts((), 100 if long else 16, 10 if long else 6),
    "scripts1": lambda long: scripts(("-http1",), 30 if long else 8, 10 if long else 6),
}

if __name__ == "__main__":
    main(CHECKS, 3)
