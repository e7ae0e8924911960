"""Who was in which service, and when (answers.md section 7)."""
from dataclasses import dataclass

import moments
import shapes
from holders import node_ports_of, ports_of, protocol_of, shared_addresses
from moments import EVER, SECOND

MERGED = 5 * SECOND


@dataclass
class Membership:
    service: str
    address: bytes
    uid: str                        # of the targetRef, or None
    ports: frozenset                # of (protocol, number or None for every one)
    opening: int
    opened_at: int                  # offset
    closing: int = None
    closed_at: int = None

    def closing_at(self, position):
        return self.closing if self.closed_at is not None and self.closed_at <= position else EVER


@dataclass
class NodePort:
    service: str
    port: tuple                     # (protocol, number)
    opening: int
    opened_at: int
    closing: int = None
    closed_at: int = None

    closing_at = Membership.closing_at


def members_of(piece):
    """The (service, address, uid, ports, hostname) that a slice lists."""
    service = shapes.text(piece, "metadata", "labels", "kubernetes.io/service-name")
    if not service or shapes.at(piece, "addressType") == "FQDN":
        return set()
    service = (shapes.text(piece, "metadata", "namespace") or "") + "/" + service
    ports = frozenset((protocol_of(port), shapes.integer(shapes.at(port, "port")))
                      for port in shapes.listed(piece, "ports"))
    found = set()
    for endpoint in shapes.listed(piece, "endpoints"):
        uid = shapes.text(endpoint, "targetRef", "uid") or None
        hostname = shapes.text(endpoint, "hostname") or None
        for address in shapes.addresses(shapes.listed(endpoint, "addresses")):
            found.add((service, address, uid, ports, hostname))
    return found


class Memberships:
    """Every membership and node port of one cluster, as records tell them."""

    def __init__(self):
        self.open = {}              # slice or service uid -> key -> what is open
        self.by_address = {}        # address -> memberships
        self.node_ports = {}        # port -> node ports

    def slice(self, record):
        """Returns the addresses whose memberships changed."""
        members = set() if record.type == "DELETED" else members_of(record.object)
        return self.close(record.uid, members, record) | self.begin(record, members)

    def service(self, record):
        """Its shared addresses and its node ports; returns as slice() does."""
        thing = record.object
        name = (shapes.text(thing, "metadata", "namespace") or "") + "/" + shapes.text(thing, "metadata", "name")
        members, ports = set(), set()
        if record.type != "DELETED":
            members = {(name, address, record.uid, ports_of(thing), None) for address in shared_addresses(thing)}
            ports = {(name, port) for port in node_ports_of(thing)}
        changed = self.close(record.uid, members | ports, record)
        now = self.open.setdefault(record.uid, {})
        for key in ports - set(now):
            now[key] = NodePort(name, key[1], record.received, record.offset)
            self.node_ports.setdefault(key[1], []).append(now[key])
        return changed | self.begin(record, members)

    def begin(self, record, members):
        now = self.open.setdefault(record.uid, {})
        changed = set()
        for key in members - set(now):
            service, address, uid, ports, _ = key
            now[key] = Membership(service, address, uid, ports, record.received, record.offset)
            self.by_address.setdefault(address, []).append(now[key])
            changed.add(address)
        return changed

    def close(self, uid, still, record):
        """Closes what the object UID has open and STILL does not list."""
        now = self.open.get(uid, {})
        changed = set()
        for key in [key for key in now if key not in still]:
            gone = now.pop(key)
            gone.closing, gone.closed_at = record.received, record.offset
            if isinstance(gone, Membership):
                changed.add(gone.address)
        return changed

    def visible(self, address, position):
        return [one for one in self.by_address.get(address, ()) if one.opened_at <= position]

    def earliest_opening(self, address, uid, after, position):
        """Of the memberships of UID and ADDRESS; AFTER None or the instant it must be later than."""
        return moments.oldest(one.opening for one in self.visible(address, position)
                              if one.uid == uid and (after is None or one.opening > after))

    def overlapping(self, address, start, end, position):
        """The memberships of ADDRESS that count for a flow over [START, END]."""
        visible = self.visible(address, position)
        for one in visible:
            closing = one.closing_at(position)
            if one.opening <= end and (start <= closing or start <= self.moved(one, closing, visible)):
                yield one

    @staticmethod
    def moved(one, closing, visible):
        """CLOSING, or the next opening of the same if that is near enough."""
        again = moments.oldest(
            other.opening for other in visible
            if other is not one and (other.service, other.uid) == (one.service, one.uid) and other.opening > closing)
        return again if again is not None and again <= closing + MERGED else closing

    def node_ports_at(self, port, start, end, position):
        return [one for one in self.node_ports.get(port, ())
                if one.opened_at <= position and one.opening <= end and start <= one.closing_at(position)]
