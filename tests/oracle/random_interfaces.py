"""What the meters of random nodes tell of the interfaces of random pods."""
import copy

from history import text


class Veth:
    """One interface and the meter that sees it: packets from FIRST to LAST with source ADDRESS, and for a part of that time with ALSO,
    of the other family. Times are of its node's clock."""

    def __init__(self, chance, uid, name, node, address, also=None):
        self.chance, self.uid, self.name, self.node, self.address, self.also = chance, uid, name, node, address, also

    def uid_of(self, chance):
        """That of one of its meter's runs, as flows name it."""
        return f"{self.uid}-{chance.choice((0, 0, 1))}"

    def told(self, bound, gone, clock, ended=True, others=()):
        """(true time of the record, its object) of a life from BOUND to GONE, in any order, some lost, late or twice. OTHERS:
        (since, until) of those on the same node that have the address too."""
        chance, found = self.chance, []
        first = bound + (gone - bound) * chance.choice((0, .01, .1, .5)) * chance.random()
        last = gone - (gone - first) * chance.choice((0, .01, .1, .5)) * chance.random()
        born = bound - chance.choice((0, .01, .3))
        restart = chance.uniform(first, last) if chance.random() < .15 else None       # of the meter
        for number, (since, until) in enumerate(((first, restart), (restart, last)) if restart else ((first, last),)):
            uid = f"{self.uid}-{number}"
            packets = sorted((since, until, *(chance.uniform(since, until) for _ in range(3))))
            if number or restart:           # not each packet is at the edge
                packets = packets[1:-1]
            over = until == last and ended
            for count in range(1, len(packets) + 1):
                final = over and count == len(packets)
                record = self.record(uid, packets[0] + clock, packets[count - 1] + clock,
                                     born + clock if number == 0 and chance.random() < .9 else None,
                                     gone + clock + chance.choice((0, .01, .4)) if final else None)
                time = gone + chance.choice((0, 1, 2)) if final else packets[count - 1]
                if chance.random() < .8:
                    record["status"]["addresses"][0]["alone"] = self.alone(packets[0], time, bound, others, clock)
                if chance.random() < .85:
                    found.append((time + chance.choice((.02, .02, .3, 12)), record))
                if chance.random() < .05:
                    found.append((packets[count - 1] + chance.uniform(.1, 60), record))
        return found

    def alone(self, first, time, bound, others, clock):
        """Over what, at most, the meter can say at TIME that no other interface had the address."""
        since = max((until for _, until in others if until <= bound), default=bound - self.chance.choice((0, 5, 50)))
        until = min((since - 1e-6 for since, _ in others if since > bound), default=time)    # before the other's first
        if self.chance.random() < .3:
            since = self.chance.uniform(since, first)
        return {"since": text(since + clock), "until": text(min(until, time) + clock)}

    def record(self, uid, first, last, since, until):
        times = {name: text(time) for name, time in (("since", since), ("until", until)) if time is not None}
        addresses = [{"ip": self.address, "first": text(first), "last": text(last)}]
        if self.also:
            start, end = sorted(self.chance.choice((first, last, self.chance.uniform(first, last))) for _ in range(2))
            addresses.append({"ip": self.also, "first": text(start), "last": text(end)})
        return {"kind": "Interface", "metadata": {"name": self.name, "uid": uid}, "spec": {"node": self.node, "host": self.node + ".lab"},
                "status": dict(times, addresses=addresses)}


def in_runs(chance, records):
    """RECORDS, (time, type, object) of all meters, with numbers and what these leave open and confirm, which need not be so. Some are told
    again later."""
    told = [(time, kind, copy.deepcopy(thing)) for time, kind, thing in records]
    told += [(time + chance.choice((.5, 5, 20, 60)) * chance.random(), kind, copy.deepcopy(thing)) for time, kind, thing in records if chance.random() < .5]
    told.sort(key=lambda one: one[0])
    starts = [-9] + [time for time, _, _ in chance.sample(told, min(len(told), chance.choice((0, 1, 3))))]     # of each meter
    greatest, lag = {}, chance.choice(((0, 0, 30), (-30, -5, -1)))
    for time, _, thing in told:
        start = max((one for one in starts if one <= time), default=-9)
        run = thing["spec"].get("node"), start
        greatest[run] = greatest.get(run, 0) + chance.choice((*(1,) * 18, 2, 5))
        thing["spec"]["meter"] = {"id": "m", "start": text(start), "record": number(chance, greatest[run])}
        if chance.random() < .03:
            del thing["spec"]["meter"][chance.choice(("id", "start", "record"))]
        if chance.random() < .5:
            thing["status"]["confirmed"] = chance.choice((text(time + chance.choice(lag)), text(time - 2), "never"))
        for address in thing["status"]["addresses"]:
            if "alone" in address and chance.random() < .8:
                address["alone"] = dict(address["alone"], open=chance.choice((*(True,) * 8, False, 1)))
    return told + [(time + chance.choice((.1, 9)), kind, thing) for time, kind, thing in told if chance.random() < .03]


def number(chance, made):
    """That of the record MADE in its run; some come late, twice or with another one."""
    if chance.random() < .9:
        return made
    return chance.choice((made, made - 1, made - 1, made - 2, made + 1, 0, -1, str(made), made + .5, None, True))
