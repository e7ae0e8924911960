"""The interfaces of pods, as captures saw them (answers.md section 3)."""
from collections import Counter
from dataclasses import dataclass, replace

import moments
import shapes
from moments import EVER, NEVER, newest, oldest, shift
from things import History

TRUSTED = ("sandbox", "started")        # clocks that are a node's
COUNTING = 8                            # interfaces of an epoch, the last ones, for what is asked of one of them


class Sequence:
    """Records of one run of a meter, whose numbers follow each other without a gap."""

    def __init__(self):
        self.confirmed = History()
        self.addresses = set()      # that interfaces said in it to be open

    def confirm(self, offset, moment):
        self.confirmed.add(offset, newest([self.confirmed.last(), moment]))


@dataclass(frozen=True)
class Span:
    """One interface and one of its addresses."""
    node: str
    host: str                   # of its meter, as flows have it
    key: tuple                  # (name, node): two that share it are one
    uid: str
    first: int
    last: int
    any: tuple                  # (first, last) of all its addresses
    since: int = None
    until: int = None
    appeared: int = None        # it was there by then
    several: bool = False       # it carried two addresses of a family
    alone: tuple = None         # (since, until): no other interface of the node carried the address
    open: Sequence = None       # what this one confirms was alone too

    def confirmed(self, position, horizon):
        """With what had been confirmed at POSITION."""
        if self.open is None or self.is_past(horizon):
            return self
        return replace(self, alone=(self.alone[0], newest([self.alone[1], self.open.confirmed.at(position)])))

    def is_past(self, horizon):
        return max(self.any[1], NEVER if self.until is None else self.until, self.alone[1] if self.alone else NEVER) < horizon


def entries_of(thing):
    """(address, (first, last, alone since, alone until), whether it is open) of all that a record tells."""
    for entry in shapes.listed(thing, "status", "addresses"):
        address = shapes.sloppy(shapes.at(entry, "ip"))
        first, last = (moments.parse(shapes.at(entry, name)) for name in ("first", "last"))
        if None in (address, first, last) or first > last or shapes.inside(address, shapes.LOCAL):
            continue
        since, until = (moments.parse(shapes.at(entry, "alone", name)) for name in ("since", "until"))
        alone = None not in (since, until) and since <= first <= until
        yield address, (first, last, *((since, until) if alone else (None, None))), alone and shapes.at(entry, "alone", "open") is True


def addresses_of(thing):
    """{address: (first, last, alone since, alone until)} that a record tells."""
    found = {}
    for address, told, _ in entries_of(thing):
        add(found, address, told)
    return found


def number_of(thing):
    """That of a record in its meter's run, or None."""
    found = shapes.integer(shapes.at(thing, "spec", "meter", "record"))
    return found if found is not None and found > 0 else None


def run_of(thing, node, host):
    """Of which meter a record is, and since when this runs."""
    return node, host, *(shapes.text(thing, "spec", "meter", member) or "" for member in ("id", "start"))


def open_in(thing):
    """The addresses that a record says are open."""
    return {address for address, _, is_open in entries_of(thing) if is_open}


def add(found, address, told):
    """Adds to FOUND what one record tells of ADDRESS."""
    known = found.get(address, told)
    found[address] = tuple(pick((one, other)) for pick, one, other in zip((oldest, newest) * 2, known, told))


class Interfaces:
    """All of a cluster, with everything as of any position."""

    def __init__(self):
        self.told = {}          # (uid, name, node, host) -> ({address: as addresses_of()}, since, appeared, until)
        self.open = {}          # the same -> {address: the Sequence in which it is open}
        self.runs = {}          # as run_of() -> (the greatest number, its Sequence)
        self.spans = {}         # address -> {the same: History of Span}
        self.counted = set()    # (the same, kind of contradiction)
        self.contradicted = Counter()   # kind -> interfaces

    def record(self, record):
        """{address: (its key, its Span before or None, its Span now)} of what RECORD is about, and the addresses of which it says more."""
        thing = record.object
        name = shapes.text(thing, "metadata", "name")
        node, host = (shapes.text(thing, "spec", member) or None for member in ("node", "host"))
        key = record.uid, name, node, host
        sequence = self.sequence_of(thing, node, host)
        if sequence:
            self.open[key] = {address: sequence for address in open_in(thing)}
            sequence.addresses.update(self.open[key])
        fresh = addresses_of(thing)
        if fresh:
            self.add(key, fresh, thing)
        changed = self.change(record, key) if fresh or sequence else {}
        return changed, {*changed, *confirm(record, sequence)}

    def add(self, key, fresh, thing):
        """Adds what THING says of addresses, FRESH, to what was told of KEY."""
        found, since, appeared, until = self.told.get(key, ({}, None, None, None))
        found = dict(found)
        for address, told in fresh.items():
            add(found, address, told)
        since = newest([since, moments.parse(shapes.at(thing, "status", "since"))])
        appeared, until = (oldest([known, moments.parse(shapes.at(thing, "status", name))])
                           for known, name in ((appeared, "appeared"), (until, "until")))
        self.told[key] = found, since, appeared, until

    def change(self, record, key):
        """{address: (KEY, its Span before or None, its Span now)} with what was told of KEY."""
        if key not in self.told:
            return {}
        _, name, node, host = key
        found, since, appeared, until = self.told[key]
        several = len({shapes.is_v4(address) for address in found}) < len(found)
        whole = min(first for first, *_ in found.values()), max(last for _, last, *_ in found.values())
        changed = {}
        for address, (first, last, *alone) in found.items():
            spans = self.spans.setdefault(address, {}).setdefault(key, History())
            before = spans.last()
            spans.add(record.offset, Span(
                node, host, (name, node), record.uid, first, last, whole, None if since is None or since > first else since,
                None if until is None or until < last else until, appeared, several,
                None if alone[0] is None else tuple(alone), self.open.get(key, {}).get(address)))
            changed[address] = key, before, spans.last()
        return changed

    def sequence_of(self, thing, node, host):
        """The one that a record is in, or None."""
        number, run = number_of(thing), run_of(thing, node, host)
        greatest, sequence = self.runs.get(run, (None, None))
        if number is None or is_late(number, greatest):
            return None
        if not follows(number, greatest):
            sequence = Sequence()
        self.runs[run] = number, sequence
        return sequence

    def contradict(self, key, kinds):
        """Counts those of KINDS that were not counted of the interface KEY."""
        fresh = {(key, kind) for kind in kinds} - self.counted
        self.counted |= fresh
        self.contradicted.update(kind for _, kind in fresh)

    def at(self, ip, position, skew, horizon):
        """Those that carried IP and may prove something."""
        there = [history.at(position) for history in self.spans.get(ip, {}).values()]
        there = [one.confirmed(position, horizon) for one in there if one is not None and not one.several]
        return [one for one in there if not any(
            at_once(one, other, skew) for other in there if not other.is_past(horizon))]


def confirm(record, sequence):
    """The addresses that RECORD, of SEQUENCE, confirms to be alone."""
    moment = moments.parse(shapes.at(record.object, "status", "confirmed"))
    if sequence is None or moment is None:
        return ()
    sequence.confirm(record.offset, moment)
    return sequence.addresses


def is_late(number, greatest):
    """Whether a record with this NUMBER came after one of its run that was made later, or is that one again."""
    return greatest is not None and number <= greatest


def follows(number, greatest):
    """Whether a record with this NUMBER was made next after that with the GREATEST of its run so far."""
    return greatest is not None and number == greatest + 1


def at_once(one, other, skew):
    """Whether two interfaces carried an address at the same time."""
    k = 0 if one.node == other.node else skew
    return one.key != other.key and shift(max(one.first, other.first), k) < min(one.last, other.last)


def is_due(before, after):
    """Whether an interface is looked at with the record that makes BEFORE of it AFTER."""
    return ((after.until is not None and (before is None or before.until is None))
            or (after.several and not (before and before.several)) or steps(after) > (steps(before) if before else 0))


def steps(span):
    """How many of 64 s, 64 * 64 s, ... last - first has come to."""
    return next(n for n in range(99) if span.last - span.first < 64 ** (n + 1) * moments.SECOND)


def contradictions(span, others, bindings, clock, skew, horizon):
    """The kinds of what SPAN says that cannot be. BINDINGS have only their raw instants."""
    if clock not in TRUSTED:
        return set()
    if span.several:
        return {"two_addresses"}
    others = [one for one in others if not one.several and not one.is_past(horizon)]
    pods = [one for one in bindings if not is_past(one, horizon) and surely_had(span, one, skew)]
    found = {"two_interfaces" for one in others if at_once(one, span, skew)}
    if len({one.holder for one in pods}) > 1:
        found.add("two_pods")
    for other in others:
        if not at_once(other, span, skew) and other.first < span.first and differ(other, span) and any(
                surely_had(other, one, skew) for one in pods):
            found.add("second_interface")
    return found


def surely_had(span, one, skew):
    """Whether, whatever is still to be told, the pod of ONE had the address while SPAN carried it."""
    to = one.held_from if one.held_to == EVER else one.held_to
    return (one.kind == "pod" and one.how is None and one.node == span.node and one.there_from <= shift(span.any[0], skew)
            and span.any[0] <= to and one.held_from <= span.any[1])


def there(span, one, skew):
    """From when on SPAN was one sandbox's at the latest; that of ONE was there before the address was."""
    late = span.since is not None and shift(span.since, -skew) > one.held_from
    return oldest([span.any[0], None if span.appeared is None or late else shift(span.appeared, skew)])


def may_be(span, one, skew):
    """Whether SPAN may be the interface of the epoch of the binding ONE."""
    return (one.kind == "pod" and one.how is None and one.node == span.node
            and there(span, one, skew) <= one.held_to and one.held_from <= span.any[1])


def proven(span, bindings, skew, horizon):
    """SPAN, without when it appeared if its packets tell whose it is."""
    carried = replace(span, appeared=None)
    return carried if any(may_be(carried, one, skew) and not is_past(one, horizon) for one in bindings) else span


def differ(one, later):
    """Whether two of one node, of which LATER has the later first packet, are surely not one interface."""
    return (one.key != later.key or (one.until is not None and one.until <= later.first)
            or (later.since is not None and one.last <= later.since))


def own_of(one, spans, skew, horizon):
    """Those of SPANS that are the interface of the epoch of ONE, if they are nobody else's: a sandbox has one."""
    found = []
    for span in sorted(spans, key=lambda span: span.first):
        if may_be(span, one, skew) and one.there_from <= shift(span.any[0], skew):
            if any(differ(other, span) for other in found if not other.is_past(horizon)):
                break
            found.append(span)
    return found


def is_past(one, horizon):
    return one.ended_received is not None and one.ended_received < horizon


def sharpen(bindings, spans, clock, skew, horizon):
    """Adds what interfaces say to the raw instants of the bindings of one address."""
    if clock not in TRUSTED:
        return
    for one in bindings:
        if one.held_to == EVER:
            one.held_to = one.certain_to        # up to the next holder
    spans = [proven(span, bindings, skew, horizon) for span in spans]
    found = []
    for one in bindings:
        shares = []
        for span in own_of(one, spans, skew, horizon):
            lasting = [other for other in bindings if may_be(span, other, skew) and not is_past(other, horizon)]
            if not any(one.holder != other.holder for other in lasting):
                shares.append(share(span, one, [other for other in lasting if other.uid == one.uid]))
        found.append((one, shares))
    for one, shares in found:
        if shares:
            tell(one, shares, horizon)


def share(span, one, of_pod):
    """(span, first, last): what counts of SPAN for ONE of the epochs OF_POD of one pod that share it."""
    first, last = span.first, span.last
    for other in of_pod:
        if other.number < one.number:
            first = max(first, one.order_from)
        elif other.number > one.number:
            last = min(last, other.order_from)
    return span, first, last


def gone(one, spans, horizon):
    """When the interface of ONE was gone, and its sandbox with it; EVER if that is not known."""
    sign = max(one.seen[1], NEVER if one.order_to == EVER else one.last_sign)
    until = [span.until for span in spans if span.until is not None and (span.until >= horizon or span.until >= one.raw_certain_to)]
    return min((moment for moment in until if min(until) >= sign), default=EVER)


def tell(one, shares, horizon):
    spans = [span for span, _, _ in shares]
    first, last = min(first for _, first, _ in shares), max(last for _, _, last in shares)
    one.seen = min(span.first for span in spans), max(span.last for span in spans)
    one.hosts = {span.host for span in spans}
    one.ons = tuple(sorted(spans, key=lambda span: span.first)[-COUNTING:])
    since = newest(span.since for span in spans)
    if first < one.raw_certain_from:
        one.start, one.start_from = first, "interface"
        one.raw_certain_from = max(first, one.raw_possible_from)
    if one.order_to != EVER and since is not None and one.raw_possible_from < since <= one.raw_certain_from:
        one.raw_possible_from = since
    until = gone(one, spans, horizon)
    if one.order_to == EVER:
        one.gone = until
        return
    if one.ended_received is not None:      # else it may go on in another sandbox
        one.raw_possible_to = min(one.raw_possible_to, until)
    if until < one.raw_certain_to:          # the report of the end was late
        one.raw_certain_to = one.last_sign
    one.raw_certain_to = max(one.raw_certain_to, min(last, one.raw_possible_to))
