"""What meters on the nodes see of the pods' interfaces: records for the kube topic, some lost, late or twice."""
import random

from instants import EVER, text


class Meters:
    """SHARE of the nodes have one; None: no flow is captured on a node. What chance decides here changes nothing else of the
    world, and a node that is seen with a smaller share is seen with a greater one too."""

    def __init__(self, seed, share):
        self.chance, self.share = random.Random(seed * 13 + 5), share
        self.interfaces = []        # (node, (name, index), uid, the tenures of its addresses)
        self.others = {}            # of the interface that is told of: address -> (since, until) of others of its node
        self.delays = {}            # of the same interface: address -> seconds after which it is sent from, as IPv6 asks first who has it
        self.used = {}              # node -> {number of an interface: its last tenure}

    def is_seen(self, node):
        return self.share is not None and random.Random(node.uid).random() < self.share

    def bound(self, node, *tenures):
        """A pod's sandbox has got its addresses."""
        if node.machine or self.share is None:
            return
        there = self.used.setdefault(node.uid, {})
        number = next(n for n in range(1, 99) if n not in there or there[n].until < EVER)   # one is used again at once
        there[number] = tenures[0]
        self.interfaces.append((node, (f"veth{number}", number), f"{node.uid}-{len(self.interfaces)}", tenures))

    def records(self, span):
        """(true time of the record, its object) of all."""
        found = []
        for node, place, uid, tenures in self.interfaces:
            seed, self.chance = self.chance, random.Random(uid)
            if self.is_seen(node):
                found += self.told(node, place, uid, tenures, span)
            self.chance = seed
        return sorted(found, key=lambda one: one[0])

    def told(self, node, place, uid, tenures, span):
        chance = self.chance
        since = tenures[0].since
        gone = min(tenures[0].until, span)
        ended = tenures[0].until < span and not tenures[0].orphan
        early, late = (chance.choice((0, .001, .02, .3)) * chance.random() for _ in range(2))
        first = min(since + chance.choice((.001, .05, 1, 4)) * chance.random(), gone)
        last = max(first, gone - chance.choice((.0, .001, .05, .5, 5)) * chance.random())
        lives = [(first, last)]
        if chance.random() < .2:        # the meter is started again
            again = chance.uniform(first, last)
            lives = [(first, max(first, again - 1)), (min(again + chance.random(), last), last)]
        spoiled = chance.random() < .04     # it sends from another address too
        self.others = {own.address: [(one.since, one.until) for there, _, _, more in self.interfaces if there is node
                                     for one in more if one.address == own.address and one is not own] for own in tenures}
        self.delays = {own.address: chance.choice((0, .5, 1.8)) for own in tenures[1:]}
        found = []
        for number, (begin, end) in enumerate(lives):
            final = ended and number == len(lives) - 1
            times = [begin, min(begin + 5, end)] + [chance.uniform(begin, end)] * (chance.random() < .2)
            for seen in sorted(times) + [end] * final:
                over = final and seen == end
                shown = {"since": since - early} if number == 0 and chance.random() < .9 else {}
                if over:
                    shown["until"] = gone + late
                time = gone + late + chance.choice((0, 1, 1)) if over else seen
                found += self.record(node, place, f"{uid}-{number}", tenures, begin, seen, shown, time, spoiled)
        return found

    def alone(self, node, tenure, first, time):
        """Over what, at most, the meter can say at TIME that no packet from there came from another interface of the node."""
        since = max((until for _, until in self.others[tenure.address] if until <= tenure.since), default=tenure.since - 30)
        until = min((since - 1e-6 for since, _ in self.others[tenure.address] if since >= tenure.until), default=time)    # before the other's first
        since = self.chance.choice((since, since, self.chance.uniform(since, first)))
        return {"since": text(since + node.clock), "until": text(min(until, time) + node.clock)}

    def record(self, node, place, uid, tenures, first, last, shown, time, spoiled):
        chance = self.chance
        if chance.random() < .1 or node.cut and time > node.cut and chance.random() < .7:
            return []
        begun = {one.address: min(first + self.delays.get(one.address, 0), last) for one in tenures}
        addresses = {one.address: {"alone": self.alone(node, one, begun[one.address], time)} if chance.random() < .9 else {} for one in tenures}
        if spoiled and chance.random() < .5:
            addresses["10.244.77.1"] = {}
        status = {word: text(moment + node.clock) for word, moment in shown.items()}
        status["addresses"] = [{"ip": one, "first": text(begun.get(one, first) + node.clock), "last": text(last + node.clock), **more} for one, more in addresses.items()]
        thing = {"kind": "Interface", "metadata": {"name": place[0], "uid": uid}, "spec": {"node": node.name, "host": node.name, "index": place[1]},
                 "status": status}
        told = (time + chance.choice((.02, .1, .5, 9, 60)) * chance.random(), thing)
        return [told, (told[0] + chance.uniform(1, 40), thing)] if chance.random() < .05 else [told]
