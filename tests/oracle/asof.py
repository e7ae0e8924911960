"""Who held an address over [start, end]: answers.md sections 5 and 6.

A Binding holds the four raw instants; settle() gives the four that count.
"""
from dataclasses import dataclass

from moments import EVER, shift


@dataclass
class Binding:
    kind: str                       # pod, node, service
    uid: str
    number: int                     # epoch
    node: str
    terminating: bool
    raw_possible_from: int
    raw_certain_from: int
    raw_certain_to: int
    raw_possible_to: int
    start: int = None               # what the answer shows
    start_from: str = None
    end: int = None
    end_from: str = None
    possible_from: int = None
    certain_from: int = None
    certain_to: int = None
    possible_to: int = None

    def possible(self, start, end):
        return self.possible_from <= end and start <= self.possible_to

    def certain(self, start, end):
        return self.certain_from <= start and end <= self.certain_to


def precedes(a, b, k):
    return shift(a.raw_certain_from, k) <= shift(b.raw_certain_to, -k)


def later_start(a, b, k):
    """A is open and may be over because B, which starts later, is there."""
    return (a.raw_certain_to == EVER and (a.terminating or (a.node == b.node != ""))
            and starts_first(a, b, k) and not starts_first(b, a, k))


def starts_first(a, b, k):
    return shift(a.raw_certain_from, k) <= shift(b.raw_certain_from, -k)


def claims(a, b, skew):
    k = 0 if a.node == b.node != "" else skew
    if precedes(a, b, k) and not precedes(b, a, k):
        return True
    return later_start(a, b, k)


def is_before(a, b, skew):
    if a.uid == b.uid:
        return a.number < b.number
    return claims(a, b, skew) and not claims(b, a, skew)


def settle(bindings, skew):
    """Sets the four instants of all bindings of one address."""
    before = [(a, b) for a in bindings for b in bindings if a is not b and is_before(a, b, skew)]
    for one in bindings:
        one.possible_from, one.certain_to = one.raw_possible_from, one.raw_certain_to
        one.possible_to, one.certain_from = one.raw_possible_to, one.raw_certain_from
    for a, b in before:
        if a.raw_certain_to != EVER:
            b.possible_from = max(b.possible_from, a.raw_certain_to)
    for a, b in before:
        if a.raw_certain_to == EVER:
            a.certain_to = min(a.certain_to, b.possible_from)
        a.possible_to = min(a.possible_to, b.raw_certain_from)
    for one in bindings:
        one.possible_from = shift(one.possible_from, -skew)
        one.possible_to = shift(one.possible_to, skew)
        one.certain_from = shift(one.certain_from, skew)
        one.certain_to = shift(one.certain_to, -skew)


@dataclass
class Verdict:
    status: str
    reason: str = None
    binding: Binding = None         # of a known holder; None for an outside address


def judge(bindings, question, shut, unpublished, in_range):
    """The verdict on one end. SHUT is "gap", "before_coverage" or None; UNPUBLISHED(holders)
    says whether another pod, without an address, may have this one; IN_RANGE() whether the
    address lies in a range of the cluster."""
    start, end = question.start, question.end
    possible = [one for one in bindings if one.possible(start, end)]
    if shut:
        possible = [one for one in possible if one.certain(start, end)]
    holders = {one.uid for one in possible}
    if len(holders) > 1:
        return Verdict("ambiguous", "two_holders" if together(possible, start, end) else "hand_over")
    if holders and (any(one.certain(start, end) for one in possible) or question.spoke
                    or (question.sent and not unpublished(holders))):
        return Verdict("known", binding=max(possible, key=lambda one: (one.possible_from, one.number)))
    if not bindings and not in_range():
        return Verdict("known")
    return Verdict("unknown", shut or reason(bindings, holders, end))


def together(possible, start, end):
    return any(a.uid != b.uid and max(a.certain_from, b.certain_from, start) <= min(a.certain_to, b.certain_to, end)
               for a in possible for b in possible)


def reason(bindings, holders, end):
    if holders:
        return "hand_over"
    if not bindings:
        return "never_seen"
    if all(one.possible_from > end for one in bindings):
        return "before_first"
    return "between_holders"


def may_hold(bindings, interval, start, end, skew, reported):
    """Whether the pod that is unpublished over INTERVAL may hold the address of BINDINGS.
    Everything up to REPORTED has been reported."""
    since, until = interval
    if shift(since, -skew) > end:
        return False
    if until is not None:
        return start <= shift(until, skew)
    return not any(max(one.certain_from, end) <= min(one.certain_to, reported) for one in bindings)
