"""What really was: who held each address, who ran, who served, and when. Only the judge asks it."""
import bisect
from dataclasses import dataclass, field

from instants import EVER


@dataclass
class Tenure:
    """HOLDER is "pod UID", "node UID", "service NS/NAME" or "machine NAME" (outside of the cluster)."""
    address: str
    since: float
    holder: str
    until: float = EVER
    running: list = field(default_factory=list)     # [from, to] of its processes
    member: list = None         # a node's machine: [from, to] of its Node object
    ports: dict = field(default_factory=dict)       # a service's: (protocol, port) -> (from, to)
    orphan: bool = False        # ended without anybody to report it: nobody else had the address for some time
    also: str = None        # another holder that may be named: the pod for which a machine is there
    cause: str = ""             # the ingredient that made it


@dataclass
class Serving:
    """A service that an address serves on a port: a membership (of UID or of none), a node port or the like."""
    service: str
    address: str
    port: int
    since: float
    uid: str = None
    until: float = EVER


class Truth:
    def __init__(self):
        self.tenures = {}           # address -> [Tenure]
        self.servings = {}          # address -> [Serving]
        self.alias = {}             # uid of a mirror -> uid of its static pod
        self.special = set()        # addresses that are nobody's

    def hold(self, address, since, holder, cause="", **more):
        tenure = Tenure(address, since, holder, cause=cause, **more)
        self.tenures.setdefault(address, []).append(tenure)
        return tenure

    def serve(self, service, address, port, since, uid=None):
        serving = Serving(service, address, port, since, uid)
        self.servings.setdefault(address, []).append(serving)
        return serving

    def during(self, address, start, end):
        return [one for one in self.tenures.get(address, ()) if one.since <= end and start <= one.until]

    def claim(self, kind, uid, namespace, service):
        """The holder that an answer names."""
        if kind == "pod":
            return "pod " + self.alias.get(uid, uid)
        return {"node": f"node {uid}", "service": f"service {namespace}/{service}"}.get(kind, kind)

    def right(self, address, protocol, port, start, end):
        """The holders that may be named for packets over [START, END]; "outside" among them."""
        if address in self.special:
            return set()
        found = self.during(address, start, end)
        services = [one for one in found if one.holder.startswith("service")]
        if services:
            return self.right_services(services, protocol, port, start, end)
        whole = [one for one in self.tenures.get(address, ()) if one.since <= end and start <= self.lasting(one)]
        right = {name for one in whole for name in (one.holder, one.also) if name and self.throughout(whole, name, start, end)}
        if all(self.foreign(one, start, end) for one in found):
            right.add("outside")
        return right

    def lasting(self, tenure):
        """Until when it counts as the holder. Nobody can report the end of a machine that lost its power: until there is
        another holder. Who has an address again, with nobody else in between, had it all the time."""
        for following in self.tenures[tenure.address]:
            if following.since >= tenure.until:
                if following.holder != tenure.holder:
                    return following.since if tenure.orphan else tenure.until
                tenure = following
        return EVER if tenure.orphan else tenure.until

    def throughout(self, tenures, name, start, end):
        """Whether NAME may be named for all of [START, END], with one tenure or several that follow each other."""
        for one in sorted(tenures, key=lambda one: one.since):
            if name in (one.holder, one.also) and one.since <= start:
                if end <= self.lasting(one):
                    return True
                start = max(start, self.lasting(one))
        return False

    @staticmethod
    def foreign(tenure, start, end):
        """Whether it is no part of the cluster: a machine outside, or one without a Node object."""
        if tenure.holder.startswith("machine"):
            return True
        return tenure.member is not None and not any(since <= end and start <= until for since, until in tenure.member)

    @staticmethod
    def right_services(services, protocol, port, start, end):
        """An address that services share belongs to each of them on its own ports."""
        whole = [one for one in services if one.since <= start and end <= one.until]
        own = {one.holder for one in whole
               if any(key == (protocol, port) and since <= start and end <= until for key, (since, until) in one.ports.items())}
        return own or ({whole[0].holder} if len(services) == len(whole) == 1 else set())

    def whole(self, address, start, end, margin):
        """The one holder, in the cluster, from MARGIN before START to MARGIN after END."""
        found = self.during(address, start - margin, end + margin)
        if len(found) == 1 and found[0].since <= start - margin and end + margin <= found[0].until:
            return None if self.foreign(found[0], start, end) else found[0]
        return None

    def services(self, holder, address, port, serves, start, end, before, after):
        """The services that an answer may name. An opening counts BEFORE earlier, a closing AFTER later."""
        kind, _, uid = holder.partition(" ")
        found = set()
        for one in self.servings.get(address, ()):
            if not (one.since - before <= end and start <= one.until + after):
                continue
            if kind == "pod" and one.uid is not None:
                if one.uid == uid:
                    found.add(one.service)
            elif serves and one.port == port:
                found.add(one.service)
        return found
