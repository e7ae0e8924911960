"""The bindings of one address in order, and their four instants: answers.md section 5."""
import itertools
from dataclasses import dataclass

from holders import SECONDARY, SHARED
from moments import EVER, NEVER, shift


UNORDERED = {SECONDARY, SHARED}     # several may hold these


@dataclass
class Binding:
    kind: str                       # pod, node, service
    holder: object                  # equal for the bindings of one holder
    uid: str
    number: int                     # its epoch: it only grows
    node: str
    terminating: bool
    raw_possible_from: int
    raw_certain_from: int
    raw_certain_to: int
    raw_possible_to: int
    began: int                      # offset of its first record
    first_known: int                # known before its first record, or None
    ended_received: int = None
    lost: bool = False
    how: str = None                 # a node or service has the address, or SECONDARY of a pod
    start: int = None               # what the answer shows
    start_from: str = None
    end: int = None
    end_from: str = None
    possible_from: int = None
    certain_from: int = None
    certain_to: int = None
    possible_to: int = None
    surely_from: int = None         # certain_from and certain_to before they are narrowed
    surely_to: int = None
    held_from: int = None           # of a pod, by its node's clock: raw certain_from and certain_to
    held_to: int = None
    there_from: int = NEVER         # of a pod that is no mirror: start_time
    last_sign: int = NEVER          # the end evidence
    seen: tuple = None              # the first and the last packet of its interfaces,
    hosts: frozenset = frozenset()  # and the hosts of their meters
    ons: tuple = ()                 # of these the eight that began last
    gone: int = EVER                # of one whose raw certain_to is open: the end of its interface
    order_from: int = None          # raw certain_from and certain_to without interfaces
    order_to: int = None

    def __post_init__(self):
        self.order_from, self.order_to = self.raw_certain_from, self.raw_certain_to

    def rank(self):
        """Of several possible bindings the greatest counts, and is shown first."""
        return self.possible_from, self.began, self.uid.encode()

    def possible(self, start, end):
        return self.possible_from <= end and start <= self.possible_to

    def certain(self, start, end):
        return self.certain_from <= start and end <= self.certain_to


def precedes(a, b, k):
    return shift(a.order_from, k) <= shift(b.order_to, -k)


def later_start(a, b, k):
    """A is open and may be over because B, which starts later, is there."""
    return (a.order_to == EVER and (a.terminating or (a.node == b.node != ""))
            and starts_first(a, b, k) and not starts_first(b, a, k))


def starts_first(a, b, k):
    return shift(a.order_from, k) <= shift(b.order_from, -k)


def claims(a, b, skew):
    k = 0 if a.node == b.node != "" else skew
    if precedes(a, b, k) and not precedes(b, a, k):
        return True
    return later_start(a, b, k)


def is_before(a, b, skew):
    if a.uid == b.uid:
        return a.number < b.number
    if a.holder == b.holder or UNORDERED & {a.how, b.how}:
        return False            # the former are mirrors of one static pod
    return claims(a, b, skew) and not claims(b, a, skew)


def held(a, b, hold):
    """Until when A held the address, if B came next."""
    if a.raw_certain_to != EVER:
        return a.raw_certain_to
    reported = NEVER if b.first_known is None else shift(b.first_known, -hold)
    return min(reported, b.raw_certain_from)


def ordered(bindings, skew):
    """The pairs of bindings of one address of which the first is before the second."""
    pairs = []
    for a, b in itertools.combinations(bindings, 2):
        if is_before(a, b, skew):
            pairs.append((a, b))
        elif is_before(b, a, skew):
            pairs.append((b, a))
    return pairs


def settle(bindings, before, hold, skew):
    """Sets the four instants of all bindings of one address, which are as BEFORE says in order."""
    for one in bindings:
        one.possible_from, one.certain_to = one.raw_possible_from, min(one.raw_certain_to, one.gone)
        one.possible_to, one.certain_from = one.raw_possible_to, one.raw_certain_from
    for a, b in before:
        b.possible_from = max(b.possible_from, held(a, b, hold))
    for a, b in before:
        if a.raw_certain_to == EVER:
            a.certain_to = min(a.certain_to, b.possible_from)
        a.possible_to = min(a.possible_to, b.raw_certain_from)
    for one in bindings:
        one.surely_from, one.surely_to = one.certain_from, one.certain_to
        one.possible_from = shift(one.possible_from, -skew)
        one.possible_to = shift(one.possible_to, skew)
        one.certain_from = shift(one.certain_from, skew)
        one.certain_to = shift(one.certain_to, -skew)
