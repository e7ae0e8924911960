"""What the meters of random nodes tell of the interfaces of random pods."""
from history import text


class Veth:
    """One interface and the meter that sees it: packets from FIRST to LAST with source ADDRESS. Times are of its node's clock."""

    def __init__(self, chance, uid, name, node, address):
        self.chance, self.uid, self.name, self.node, self.address = chance, uid, name, node, address

    def told(self, bound, gone, clock, ended=True):
        """(true time of the record, its object) of a life from BOUND to GONE, in any order, some lost, late or twice."""
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
                if chance.random() < .85:
                    time = gone if final else packets[count - 1]
                    found.append((time + chance.choice((.02, .02, .3, 12)), record))
                if chance.random() < .05:
                    found.append((packets[count - 1] + chance.uniform(.1, 60), record))
        return found

    def record(self, uid, first, last, since, until):
        times = {name: text(time) for name, time in (("since", since), ("until", until)) if time is not None}
        return {"kind": "Interface", "metadata": {"name": self.name, "uid": uid}, "spec": {"node": self.node, "host": self.node + ".lab"},
                "status": dict(times, addresses=[{"ip": self.address, "first": text(first), "last": text(last)}])}
