#!/usr/bin/env python3
"""named_wrongly.py [FIRST [COUNT [HOLD SKEW [SEEN]]]]: whether the rules of answers.md ever name an end wrongly.

Random histories of which the truth is known (who had which address, from when until when), told
as kubelets tell it: cut times, late writes, force deletes, new sandboxes, clocks off by two fifths of skew, gaps. As
long as the writes come within hold and the clocks differ by less than skew, no end may be named wrongly. SEEN, 0 to 1, is the
share of the nodes whose interfaces are captured.
"""
import random
import sys

import history
import moments
import shapes
from history import History, at
from oracle import Options, Timeline
from random_interfaces import Veth
from random_pods import ENDS, Life

SPAN = 200
NODES = ("n1", "n2", "n3")
ADDRESSES = ["10.244.1.%d" % n for n in range(1, 6)]
WITNESSED = tuple(way for way in ENDS if way != "lost")     # the end of a lost one is never told


class Truth:
    def __init__(self, seed, hold=10, skew=.5, seen=0):
        self.chance = random.Random(seed)
        self.meters = random.Random(seed + .5)
        self.seen = [name for name in NODES if self.meters.random() < seen]
        self.most, self.off = hold, .4 * skew
        self.clocks = {name: self.off * self.chance.choice((0, 1, -1)) for name in NODES}
        self.held = []              # (from, to, address, uid, when its first process starts)
        self.free = {}              # address -> when it is free
        self.writes, self.count = [], 0
        self.veths = []             # (interface, from, to, clock of its node)
        time = 0
        while time < SPAN:
            time += self.chance.expovariate(1.2)
            self.pod(time)

    def pod(self, time):
        address = self.take(time)
        if address is None and self.chance.random() > .05:
            return
        self.count += 1
        node = self.chance.choice(NODES)
        life = Life(self.chance, "p%d" % self.count, node, self.clocks[node], "shop", None, {})
        life.latest = self.most - 2
        if address is None:
            life.start = time
            life.never_placed()
        else:
            self.live(life, address, max(time, .1))
        self.writes += life.ordered()

    def take(self, time):
        """An address that nobody has at TIME."""
        found = [one for one in ADDRESSES if self.free.get(one, -1) <= time]
        return self.chance.choice(found) if found and self.chance.random() < .95 else None

    def hold(self, life, address, bound, started, length):
        gone = bound + length
        self.held.append((bound, gone, address, life.uid, started))
        if life.node in self.seen:
            name = self.meters.choice(("veth-" + life.uid, "veth-%d" % len(self.held)))
            veth = Veth(self.meters, "%s-%d" % (life.uid, len(self.held)), name, life.node, address)
            self.veths.append((veth, bound, gone, life.clock))
        self.free[address] = gone + self.chance.choice((.03, .1, .5, 1, 3))
        return gone

    def live(self, life, address, bound):
        started = life.begin(address, bound)
        shortest = started - bound + .1
        gone = self.hold(life, address, bound, started, max(shortest, self.chance.choice((.2, 1, 3, 8, 25, 60))))
        if gone > started + 6 and self.chance.random() < .3:
            life.restart(address, bound, started)
        if self.chance.random() < .12:
            again = gone + self.chance.uniform(.1, 1.5)     # told within hold of the end
            other = self.take(again)
            if other is not None and other != address:
                life.renew(address, started, gone, other, again)
                address, bound, started = other, again, again + .1
                gone = self.hold(life, other, again, started, self.chance.choice((1, 6, 20)))
        life.finish(address, bound, started, gone, WITNESSED)

    def holder(self, address, start, end):
        """The uid that had ADDRESS over all of [START, END]; None if nobody had."""
        return next((uid for since, until, ip, uid, _ in self.held
                     if ip == address and since <= start and end <= until), None)

    def interface_of(self, address, since, node):
        """That of the pod that has had ADDRESS since SINCE, if it is of NODE; sometimes the next one's, to which a bridge passed what was sent to
        all; or None."""
        found = sorted(((bound, veth) for veth, bound, _, _ in self.veths if (veth.address, veth.node) == (address, node) and bound >= since), key=lambda one: one[0])
        own = found and found[0][0] == since
        if own and len(found) > 1 and self.meters.random() < .1:
            return found[1][1]
        return found[0][1] if own else None

    def seen_of_interfaces(self):
        """(true time of the record, its object) of all."""
        for veth, bound, gone, clock in self.veths:
            yield from veth.told(bound, gone, clock, others=[
                (since, until) for other, since, until, _ in self.veths if other is not veth and (other.node, other.address) == (veth.node, veth.address)])

    def told(self):
        """The records of the topic, the first of them a list, sometimes with gaps between."""
        out, chance = History(), self.chance
        writes = sorted((write for write in self.writes if write[0] < SPAN), key=lambda write: write[0])
        gaps = sorted(chance.uniform(20, SPAN - 20) for _ in range(chance.choice((0, 0, 1, 2))))
        gaps = [(since, since + chance.uniform(.5, 12)) for since in gaps]
        begin = chance.choice((0, 0, 0, 40))
        state, index, time, silent = {}, 0, begin, True
        revisions = {}
        interfaces = sorted(self.seen_of_interfaces(), key=lambda one: one[0])
        for name in ("services", "endpointslices", "nodes"):
            out.synced(begin, name)
        while time < SPAN + 2:
            covering = [gap for gap in gaps if gap[0] <= time < gap[1]]
            while index < len(writes) and writes[index][0] <= time:
                written, kind, thing = writes[index]
                index += 1
                uid = thing["metadata"]["uid"]
                out.revision += 1
                revisions[uid] = out.revision
                state[uid] = thing
                if kind == "DELETED":
                    del state[uid]
                if written >= begin and not silent and not covering:
                    out.pod(max(written, begin), thing, kind, out.revision)
            while interfaces and interfaces[0][0] <= time:
                out.add(type="MODIFIED", resource="interfaces", received=history.text(time), object=interfaces.pop(0)[1])
            if covering:
                silent = True
            elif silent:
                since = max((gap[0] for gap in gaps if gap[1] <= time), default=None)
                if since is not None:
                    out.gap("pods", since - 1, time, time)
                out.sync_begin(time, "pods")
                for uid, thing in state.items():
                    out.pod(time, thing, "ADDED", revisions[uid])
                out.sync_end(time, "pods")
                silent = False
            else:
                out.progress(time, time - .05)
            time = round(time + .25, 3)
        return out


def questions(truth):
    """(address, start, end, sent, spoke, uid that is right or None, the host that captured it or None,
    the uid of the interface there or None)."""
    chance = truth.chance
    for since, until, address, uid, started in truth.held:
        for _ in range(6):
            length = chance.choice((0, .05, .5, 4)) * chance.random()
            edge = chance.choice((since, until))
            start = edge + chance.choice((-1, 1)) * chance.choice((.1, 1, 3, 10)) * chance.random()
            blur = truth.off / 2 * chance.choice((-1, 0, 1))        # the capture's clock
            node = truth.meters.choice((*NODES, None))
            if node is not None and truth.seen:
                blur = truth.clocks[node]
            host = node and node + ".lab"
            right = truth.holder(address, start, start + length)
            yield address, start + blur, start + length + blur, False, False, right, host, None
            spoke = chance.random() < .5
            start = min(max(start, started if spoke else since), until)
            end = min(start + length, until)
            own = truth.interface_of(address, since, node)
            yield address, start + blur, end + blur, True, spoke, uid, host, own.uid_of(truth.meters) if own and truth.meters.random() < .5 else None


def check(seed, hold=10, skew=.5, seen=0):
    """(ends, known, wrong ones as texts) of SEED."""
    truth = Truth(seed, hold, skew, seen)
    options = Options(hold=round(hold * moments.SECOND), skew=round(skew * moments.SECOND),
                      ranges=(shapes.network("10.244.0.0/16"),))
    timeline = truth.told().feed(Timeline(options))
    ends = known = 0
    wrong = []
    for address, start, end, sent, spoke, right, host, interface in questions(truth):
        if end > SPAN - hold - 5 or start < 0:
            continue
        ends += 1
        position, _ = timeline.position_for(at(end))
        answer = timeline.answer(address, None, None, at(start), at(end), sent, position, observer=host, interface=interface)
        if answer["status"] == "known":
            known += 1
            said = answer["k8s"]["pod"]["uid"] if answer["kind"] == "pod" else answer["kind"]
            if said != right:
                wrong.append(f"seed {seed}: {address} over {history.text(start)} {history.text(end)}"
                             f"{' spoke' if spoke else ' sent' if sent else ''} at {position}: {said}, but it was {right}")
    return ends, known, wrong


def main(words):
    first, count = (list(map(int, words[:2])) + [1, 100][len(words):])[:2]
    hold, skew, seen = map(float, [*words[2:], *("10", "0.5", "0")[len(words[2:]):]])
    total = knew = 0
    wrong = []
    for seed in range(first, first + count):
        ends, known, more = check(seed, hold, skew, seen)
        total, knew, wrong = total + ends, knew + known, wrong + more
    print(*wrong[:20], sep="\n", end="\n" if wrong else "")
    print(f"{total} ends, {knew} known ({100 * knew / total:.1f} %), {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
