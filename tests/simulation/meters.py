"""What meters on the nodes see of the pods' interfaces: records for the kube topic, some lost, late or twice."""
import copy
import random

from instants import EVER, text

EARLIEST = -100     # when the first meters were started
CONFIRMED_EACH = 5


class Meters:
    """SHARE of the nodes have one; None: no flow is captured on a node. What chance decides here changes nothing else of the
    world, and a node that is seen with a smaller share is seen with a greater one too."""

    def __init__(self, share):
        self.share = share
        self.interfaces = []        # (node, (name, index), uid, the tenures of its addresses)
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
        for node in dict.fromkeys(node for node, *_ in self.interfaces):
            if self.is_seen(node):
                found += records_of(node, [one[1:] for one in self.interfaces if one[0] is node], span)
        return sorted(found, key=lambda one: one[0])


def records_of(node, told, span):
    """Those of a NODE; of its interfaces (place, uid, tenures) is TOLD."""
    chance = random.Random(node.uid + " meter")
    interfaces = [Interface(place, uid, tenures, [one for *_, more in told for one in more], span) for place, uid, tenures in told]
    end = min(span, EVER if node.off is None else node.off)
    again = chance.uniform(0, end) if chance.random() < .6 else end       # the meter is started again
    found = []
    for start, until in ((EARLIEST, again), (again, end)):
        found += Run(node, start, until, chance).records(interfaces)
    return found


class Interface:
    """One and what its packets are."""

    def __init__(self, place, uid, tenures, of_node, span):
        chance = self.chance = random.Random(uid)
        self.place, self.uid, self.tenures, self.lives = place, uid, tenures, 0
        self.since = tenures[0].since
        self.gone = min(tenures[0].until, span)
        self.is_told_gone = tenures[0].until < span and not tenures[0].orphan
        early, self.late = (chance.choice((0, .001, .02, .3)) * chance.random() for _ in range(2))
        self.there = self.since - early         # what is said of it before the first packet is that it was not there yet
        self.appeared = random.Random(uid + " appeared").uniform(self.there, self.since + .2)
        self.first = min(self.since + chance.choice((.001, .05, 1, 4)) * chance.random(), self.gone)
        self.last = max(self.first, self.gone - chance.choice((.0, .001, .05, .5, 5)) * chance.random())
        self.spoiled = chance.random() < .04    # it sends from another address too
        self.delays = {own.address: chance.choice((0, .5, 1.8)) for own in tenures[1:]}    # IPv6 asks first who has an address
        self.others = {own.address: [(one.since, one.until) for one in of_node if one.address == own.address and one is not own]
                       for own in tenures}

    def life(self, start, until):
        """(first, last) of its packets that a meter sees which runs from START to UNTIL, or None."""
        first, last = max(self.first, start + self.chance.random()), min(self.last, until - self.chance.random())
        return (first, last) if first <= last else None

    def ends_alone(self, tenure):
        """When another interface of the node gets the address of TENURE."""
        return min((since for since, _ in self.others[tenure.address] if since >= tenure.until), default=EVER)

    def open(self, time):
        """Its addresses that no other one has at TIME, as its meter knows it."""
        return {one.address for one in self.tenures if time < min(self.gone + self.late, self.ends_alone(one))}

    def alone(self, tenure, start, first, time):
        """Over what, at most, a meter that runs since START can say at TIME that no packet came from another one of the node."""
        since = max((until for _, until in self.others[tenure.address] if until <= tenure.since), default=tenure.since - 30)
        since = max(since, start)
        until = min(self.ends_alone(tenure) - 1e-6, time)     # before its first packet
        return self.chance.choice((since, since, self.chance.uniform(since, first))), until


class Run:
    """A meter on NODE, from START until UNTIL. It gives its records numbers in the order in which it makes them."""

    def __init__(self, node, start, until, chance):
        self.node, self.start, self.until, self.chance = node, start, until, chance
        self.is_calm = chance.random() < .6     # few records are lost, and none is late
        self.is_terse = chance.random() < .5    # it tells little more than it must
        self.found, self.number = [], 0
        self.lives = {}             # interface -> (its uid here, its first packet here)
        self.latest = {}            # interface -> the object of its last record
        self.told = {}              # interface -> its open addresses; first the one that was told least recently

    def records(self, interfaces):
        """(true time of the record, its object) of all."""
        steps = [(time, 2, None, None, {}) for time in self.confirming()]
        for one in interfaces:
            life = one.life(self.start, self.until)
            if life:
                self.lives[one] = f"{one.uid}-{one.lives}", life[0]
                steps += [(time, 1, one, seen, shown) for time, seen, shown in self.planned(one, *life)]
                one.lives += 1
        for time, _, one, seen, shown in sorted(steps, key=lambda step: step[:2]):
            if time < self.until:
                self.confirm(time) if one is None else self.tell(one, time, seen, shown)
        return self.found

    def confirming(self):
        time = self.start + self.chance.random() * CONFIRMED_EACH
        while time < self.until:
            yield time
            time += CONFIRMED_EACH

    def planned(self, one, first, last):
        """(time, the last packet so far, what else is shown) of the records that are made of themselves."""
        chance = self.chance
        times = [first] if self.is_terse else [first, min(first + 5, last)] + [chance.uniform(first, last)] * (chance.random() < .2)
        since = {"since": one.there} if one.there > self.start and chance.random() < .9 else {}
        since["appeared"] = max(one.appeared, self.start)
        found = [(time, time, since) for time in times]
        if one.is_told_gone:
            gone = one.gone + one.late
            found.append((gone + (chance.choice((1, 5, 20)) if self.is_terse else chance.choice((0, 1, 1))), last, {**since, "until": gone}))
        return found

    def confirm(self, time):
        """Who was alone until TIME, as each that is told to be open then was; who no longer is, is told first."""
        for one, addresses in list(self.told.items()):
            if not addresses <= one.open(time):
                self.tell(one, time, min(time, one.last), {})
        if self.told:
            one = next(iter(self.told))
            self.number += 1
            self.told[one] = self.told.pop(one)
            again = copy.deepcopy(self.latest[one])     # it says no more than before of this one
            again["spec"]["meter"]["record"] = self.number
            again["status"]["confirmed"] = text(time + self.node.clock)
            self.send(time, again)

    def tell(self, one, time, last, shown):
        """Makes a record of ONE, which may be lost, late or come twice."""
        chance, clock = self.chance, self.node.clock
        uid, first = self.lives[one]
        self.number += 1
        is_open = set() if "until" in shown else one.open(time)
        addresses, told_open = [], set()
        for tenure in one.tenures:
            begun = min(first + one.delays.get(tenure.address, 0), last)
            address = {"ip": tenure.address, "first": text(begun + clock), "last": text(last + clock)}
            if chance.random() < .9:
                since, until = one.alone(tenure, self.start, begun, time)
                address["alone"] = {"since": text(since + clock), "until": text(until + clock)}
                if tenure.address in is_open:
                    address["alone"]["open"] = True
                    told_open.add(tenure.address)
            addresses.append(address)
        if one.spoiled and chance.random() < .5:
            addresses.append({"ip": "10.244.77.1", "first": text(first + clock), "last": text(last + clock)})
        self.told.pop(one, None)
        if told_open:
            self.told[one] = told_open
        start = {"start": text(self.start + clock)}
        self.latest[one] = {
            "kind": "Interface", "metadata": {"name": one.place[0], "uid": uid},
            "spec": {"node": self.node.name, "host": self.node.name, "index": one.place[1], "meter": {"id": self.node.uid, **start, "record": self.number}},
            "status": {**{word: text(moment + clock) for word, moment in shown.items()}, "addresses": addresses}}
        self.send(time, self.latest[one])

    def send(self, time, thing):
        chance = self.chance
        if chance.random() < (.04 if self.is_calm else .1) or self.node.cut and time > self.node.cut and chance.random() < .7:
            return
        told = time + (.05 if self.is_calm else chance.choice((.02, .1, .5, 9, 60)) * chance.random())
        self.found.append((told, thing))
        if chance.random() < .05:
            self.found.append((told + chance.uniform(1, 40), thing))
